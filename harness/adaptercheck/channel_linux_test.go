package adaptercheck_test

import (
	"os"

	"golang.org/x/sys/unix"
)

// takeChannel duplicates descriptors 0 and 1 and frees the originals, as the contract asks; or does not.
func takeChannel(leave, inherit bool) (in, out *os.File, err error) {
	if leave {
		return os.Stdin, os.Stdout, nil
	}
	duplicate := unix.F_DUPFD_CLOEXEC
	if inherit {
		duplicate = unix.F_DUPFD
	}
	fds := [2]int{}
	for fd := range fds {
		if fds[fd], err = unix.FcntlInt(uintptr(fd), duplicate, 3); err != nil {
			return nil, nil, err
		}
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, nil, err
	}
	if err := unix.Dup3(int(null.Fd()), 0, 0); err != nil {
		return nil, nil, err
	}
	if err := unix.Dup3(2, 1, 0); err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "channel in"), os.NewFile(uintptr(fds[1]), "channel out"), nil
}
