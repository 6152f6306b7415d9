package transport

import "golang.org/x/sys/unix"

// awaitZombie waits until a child has ended, and leaves it to be reaped. It reports whether it could.
// waitid with WNOWAIT is not reliable here, so kqueue tells.
func awaitZombie(pid int) bool {
	kq, err := unix.Kqueue()
	if err != nil {
		return false
	}
	defer unix.Close(kq)
	unix.CloseOnExec(kq)
	change := unix.Kevent_t{Ident: uint64(pid), Filter: unix.EVFILT_PROC, Flags: unix.EV_ADD | unix.EV_ONESHOT, Fflags: unix.NOTE_EXIT}
	events := make([]unix.Kevent_t, 1)
	for {
		_, err := unix.Kevent(kq, []unix.Kevent_t{change}, events, nil)
		if err == unix.EINTR {
			continue
		}
		return err == nil || err == unix.ESRCH // ESRCH: it is a zombie already
	}
}
