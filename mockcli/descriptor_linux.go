package mockcli

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

const ioctlQueued = unix.TIOCINQ

func monotonic() int64 {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) // cannot fail for this clock
	return t.Nano()
}

func pipeCloexec() (r, w int, err error) {
	var p [2]int
	err = unix.Pipe2(p[:], unix.O_CLOEXEC)
	return p[0], p[1], err
}

func dupCloexec(from, to int) error { return unix.Dup3(from, to, unix.O_CLOEXEC) }

func isTerminal(fd int) bool {
	_, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	return err == nil
}

func sleepFor(t *unix.Timespec) error { return unix.Nanosleep(t, nil) }

func yield() { _, _, _ = unix.Syscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }

// pipeAtomic is PIPE_BUF: a pipe that polls as writable takes that much without blocking.
const pipeAtomic = 4096

// writeNow writes what fits without blocking, whatever the descriptor's flags: O_NONBLOCK belongs to the open file, which
// the SDK may share.
func writeNow(fd int, kind string, b []byte) (int, error) {
	switch kind {
	case "socket":
		return unix.SendmsgN(fd, b, nil, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
	case "pipe":
		n, err := unix.Pwritev2(fd, [][]byte{b}, -1, unix.RWF_NOWAIT)
		if err != unix.EOPNOTSUPP && err != unix.ENOSYS && err != unix.EINVAL {
			return n, err
		}
		if !readyNow(fd, unix.POLLOUT) { // before Linux 6.4
			return 0, unix.EAGAIN
		}
		return unix.Write(fd, b[:min(len(b), pipeAtomic)])
	}
	return unix.Write(fd, b)
}

// pending is the number of bytes that wait for the reader of fd. A socket's counts the kernel's own memory too: only zero
// is exact.
func pending(fd int, kind string) (int, error) {
	switch kind {
	case "pipe":
		return unix.IoctlGetInt(fd, unix.TIOCINQ)
	case "socket":
		return unix.IoctlGetInt(fd, unix.TIOCOUTQ)
	}
	return 0, nil
}

// setBuffer sets the size of the pipe or socket and reads it back.
func setBuffer(fd, n int) (size int, kind string, err error) {
	switch kind = kindOf(fd); kind {
	case "pipe":
		if _, err = unix.FcntlInt(uintptr(fd), unix.F_SETPIPE_SZ, n); err != nil {
			return 0, kind, err
		}
		size, err = unix.FcntlInt(uintptr(fd), unix.F_GETPIPE_SZ, 0)
		return size, kind, err
	case "socket":
		size, err = setSocketBuffer(fd, n)
		return size, kind, err
	}
	return 0, kind, fmt.Errorf("descriptor %d is a %s: only a pipe or a socket has a buffer", fd, kind)
}

// observe describes the process as the SDK started it.
func observe(args []string) Event {
	e := observeCommon(args)
	e.FDs = links()
	if env, err := os.ReadFile("/proc/self/environ"); err == nil {
		e.Env = splitNul(env) // as given: the runtime's copy drops duplicates
	}
	return e
}

// links lists the descriptors that the process was started with. Those that close on exec are the runtime's own: none can have come
// through one.
func links() map[string]string {
	const dir = "/proc/self/fd"
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	found := map[string]string{}
	var b [8 << 10]byte
	for {
		n, err := unix.ReadDirent(fd, b[:])
		if n <= 0 || err != nil {
			return found
		}
		_, _, names := unix.ParseDirent(b[:n], -1, nil)
		for _, name := range names {
			if link, err := os.Readlink(dir + "/" + name); err == nil && inherited(name) {
				found[name] = link
			}
		}
	}
}

func inherited(name string) bool {
	fd, err := strconv.Atoi(name)
	if err != nil {
		return false
	}
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return err == nil && flags&unix.FD_CLOEXEC == 0
}

func splitNul(b []byte) [][]byte {
	if len(b) == 0 {
		return nil
	}
	return bytes.Split(bytes.TrimSuffix(b, []byte{0}), []byte{0})
}
