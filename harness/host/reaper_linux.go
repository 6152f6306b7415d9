package host

import (
	"errors"
	"math"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	ioctlFIONREAD = unix.TIOCINQ
	waitFlags     = unix.WALL // also children that do not signal their end
)

func supported() error { return nil }

func becomeSubreaper() error { return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// adapterAttr: a group of its own; and should the reaper itself be killed, the adapter goes with it.
func adapterAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// closeOnExec marks all descriptors from first on, also those that the harness itself inherited from somewhere.
func closeOnExec(first uint) {
	if unix.CloseRange(first, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) == nil {
		return
	}
	for fd := int(first); fd < 4096; fd++ { // kernels before 5.11
		unix.CloseOnExec(fd)
	}
}

// channelPipe is the size of the pipes of the channel: a message of many megabytes then takes fewer turns between two processes.
const channelPipe = 1 << 20

// widen gives a pipe of the channel more room; a system that refuses leaves it as it is.
func widen(pipe *os.File) {
	raw, err := pipe.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, channelPipe) })
}

func dupOnto(from, to int) error { return unix.Dup3(from, to, 0) }

// signalProc signals the process p and none that got its number after it.
func signalProc(p Proc, sig unix.Signal) {
	fd, err := unix.PidfdOpen(p.PID, 0)
	if errors.Is(err, unix.ENOSYS) {
		_ = unix.Kill(p.PID, sig)
		return
	}
	if err != nil {
		return
	}
	defer unix.Close(fd)
	if now, err := readStat(p.PID); err == nil && now.start == p.start {
		_ = unix.PidfdSendSignal(fd, sig, nil, 0)
	}
}

// killGroup has nothing to do here: the group's members are descendants.
func killGroup(int) {}
