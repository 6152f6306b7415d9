//go:build unix

package mutants

import (
	"os"

	"golang.org/x/sys/unix"
)

// startLeaking starts a process that inherits every pipe of this one, and leaves one descriptor more behind.
func startLeaking(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
	const most = 256 // descriptors that are looked at
	leaked := false
	for fd := 3; fd < most; fd++ {
		var stat unix.Stat_t
		if unix.Fstat(fd, &stat) != nil || stat.Mode&unix.S_IFMT != unix.S_IFIFO {
			continue
		}
		if !leaked {
			_, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, most)
			leaked = err == nil
		}
		_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0)
	}
	return os.StartProcess(path, argv, attr)
}
