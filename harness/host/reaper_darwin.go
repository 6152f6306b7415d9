package host

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	ioctlFIONREAD = 0x4004667f // <sys/filio.h>
	waitFlags     = 0
)

func supported() error { return nil }

// becomeSubreaper has no counterpart on macOS: orphans go to launchd, and only those in the adapter's process group are found.
func becomeSubreaper() error { return nil }

func adapterAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func closeOnExec(first uint) {
	for fd := int(first); fd < 4096; fd++ {
		unix.CloseOnExec(fd)
	}
}

// widen does nothing: the system chooses the size of a pipe by itself.
func widen(*os.File) {}

func dupOnto(from, to int) error { return unix.Dup2(from, to) }

func signalProc(p Proc, sig unix.Signal) { _ = unix.Kill(p.PID, sig) }

// killGroup reaches orphans that stayed in the adapter's group.
func killGroup(pgid int) {
	if pgid > 1 {
		_ = unix.Kill(-pgid, unix.SIGKILL)
	}
}
