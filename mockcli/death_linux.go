package mockcli

import (
	"bytes"
	"os"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// watcher learns of a process's death by a pidfd, which becomes readable at that moment.
type watcher struct {
	pid int
	f   *os.File // nil: no pidfd, the end of the connection counts
}

// watchProcess takes the pidfd from the socket where the kernel gives it (Linux 6.5): its peer cannot have been replaced by another process
// of the same number.
func watchProcess(conn *os.File, pid int) watcher {
	fd := -1
	if rc, err := conn.SyscallConn(); err == nil {
		_ = rc.Control(func(s uintptr) {
			if got, err := unix.GetsockoptInt(int(s), unix.SOL_SOCKET, soPeerPIDFD); err == nil {
				fd = got
				return
			}
			if cred, err := unix.GetsockoptUcred(int(s), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
				pid = int(cred.Pid)
			}
		})
	}
	if fd < 0 {
		fd, _ = unix.PidfdOpen(pid, 0)
	}
	if fd < 0 || unix.SetNonblock(fd, true) != nil {
		return watcher{pid: pid}
	}
	return watcher{pid: pid, f: os.NewFile(uintptr(fd), "pidfd")}
}

const soPeerPIDFD = 0x4d

// wait waits for the death. It reports false if done came first.
func (w watcher) wait(ended, done <-chan struct{}) (Death, bool) {
	if w.f == nil {
		return waitEnd(ended, done)
	}
	rc, err := w.f.SyscallConn()
	if err != nil {
		return waitEnd(ended, done)
	}
	d := Death{Exact: true}
	err = rc.Read(func(fd uintptr) bool {
		if !readyNow(int(fd), unix.POLLIN) {
			return false
		}
		d.At, d.T = time.Now(), monotonic()
		if status, ok := exitStatus(int(fd), w.pid); ok {
			d.Known, d.Code, d.Signal = true, 0, ""
			if status.Signaled() {
				d.Signal = unix.SignalName(status.Signal())
			} else {
				d.Code = status.ExitStatus()
			}
		}
		return true
	})
	return d, err == nil
}

// exitStatus asks the pidfd, which knows once the parent has reaped, else the zombie's /proc entry, which knows before.
func exitStatus(fd, pid int) (unix.WaitStatus, bool) {
	if s, ok := pidfdStatus(fd); ok {
		return s, true
	}
	if s, ok := zombieStatus(pid); ok {
		return s, true
	}
	return pidfdStatus(fd) // reaped between the two looks
}

// pidfdInfo is struct pidfd_info of Linux 6.15.
type pidfdInfo struct {
	mask, cgroup uint64
	ids          [11]uint32
	exitCode     int32
}

func pidfdStatus(fd int) (unix.WaitStatus, bool) {
	const (
		maskExit = 1 << 3
		request  = 3<<30 | 64<<16 | 0xff<<8 | 11 // PIDFD_GET_INFO
	)
	info := pidfdInfo{mask: maskExit}
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(unsafe.Pointer(&info)))
	return unix.WaitStatus(info.exitCode), errno == 0 && info.mask&maskExit != 0
}

// zombieStatus reads state and exit_code, the 3rd and 52nd field of /proc/PID/stat.
func zombieStatus(pid int) (unix.WaitStatus, bool) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, false
	}
	f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:]) // the name before may hold spaces
	if len(f) < 50 || string(f[0]) != "Z" && string(f[0]) != "X" {
		return 0, false
	}
	n, err := strconv.ParseUint(string(f[49]), 10, 32)
	return unix.WaitStatus(n), err == nil
}

// reaped reports whether the process is gone from the table.
func (w watcher) reaped() (reaped, ok bool) {
	if w.f == nil {
		err := unix.Kill(w.pid, 0)
		return err == unix.ESRCH, true
	}
	rc, err := w.f.SyscallConn()
	if err != nil {
		return false, false
	}
	err = rc.Control(func(fd uintptr) {
		reaped = unix.PidfdSendSignal(int(fd), 0, nil, 0) == unix.ESRCH
	})
	return reaped, err == nil
}

// stop ends wait.
func (w watcher) stop() {
	if w.f != nil {
		_ = w.f.Close()
	}
}
