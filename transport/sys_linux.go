package transport

import "golang.org/x/sys/unix"

// awaitZombie waits until a child has ended, and leaves it to be reaped. It reports whether it could.
func awaitZombie(pid int) bool {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return err == nil
		}
	}
}
