//go:build unix

package goadapter

import (
	"os"

	"golang.org/x/sys/unix"
)

// takeStdio moves descriptors 0 and 1 out of the way, close-on-exec, and puts null and stderr in their place.
func takeStdio(null *os.File) (in, out *os.File, err error) {
	defer null.Close()
	inFD, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, nil, err
	}
	outFD, err := unix.FcntlInt(1, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, nil, err
	}
	if err := replace(int(null.Fd()), 0); err != nil {
		return nil, nil, err
	}
	if err := replace(2, 1); err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(inFD), "channel in"), os.NewFile(uintptr(outFD), "channel out"), nil
}
