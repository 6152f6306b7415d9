package transport

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// awaitZombie waits until a child has ended, and leaves it to be reaped. It reports whether it could.
func awaitZombie(pid int) bool {
	if ended, ok := awaitByPoller(pid); ok {
		return ended
	}
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return err == nil
		}
	}
}

// awaitByPoller waits with the pipes' poller, where the kernel has process descriptors (Linux 5.10): a thousand processes would else
// keep a thousand threads waiting. It is not ok if that cannot be had.
func awaitByPoller(pid int) (ended, ok bool) {
	fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK)
	if err != nil {
		return false, false
	}
	f := os.NewFile(uintptr(fd), "process") // closed on exec, as the kernel makes it
	defer f.Close()
	raw, err := f.SyscallConn()
	if err != nil {
		return false, false
	}
	var waitErr error
	err = raw.Read(func(uintptr) bool {
		ended, waitErr = isZombie(pid)
		return ended || waitErr != nil
	})
	return ended, err == nil && waitErr == nil
}

// isZombie tells whether a child has ended.
func isZombie(pid int) (bool, error) {
	for {
		var info unix.Siginfo
		err := unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
		if err != unix.EINTR {
			return info.Signo == int32(syscall.SIGCHLD), err
		}
	}
}
