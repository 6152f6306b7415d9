//go:build unix

package mutants

import (
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// mostDescriptors is how many descriptors are looked at.
const mostDescriptors = 256

// eachPipe calls do with every pipe of this process but its standard streams.
func eachPipe(do func(fd int)) {
	for fd := 3; fd < mostDescriptors; fd++ {
		var stat unix.Stat_t
		if unix.Fstat(fd, &stat) == nil && stat.Mode&unix.S_IFMT == unix.S_IFIFO {
			do(fd)
		}
	}
}

// startLeaking starts a process that inherits every pipe of this one.
func startLeaking(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
	eachPipe(func(fd int) { _, _ = unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0) })
	return os.StartProcess(path, argv, attr)
}

// startInOneGroup starts processes in the group of the first.
func startInOneGroup() func(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
	var mu sync.Mutex
	leader := 0
	return func(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
		mu.Lock()
		defer mu.Unlock()
		attr.Sys.Pgid = leader
		proc, err := os.StartProcess(path, argv, attr)
		if err == nil && leader == 0 {
			leader = proc.Pid
		}
		return proc, err
	}
}

// startKeeping starts a process and leaves one descriptor of a pipe open for ever: that of its stderr, whose other end nobody needs.
func startKeeping(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
	_, _ = unix.FcntlInt(attr.Files[2].Fd(), unix.F_DUPFD_CLOEXEC, mostDescriptors)
	return os.StartProcess(path, argv, attr)
}
