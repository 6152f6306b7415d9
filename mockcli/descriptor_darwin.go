package mockcli

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	ioctlQueued = 0x4004667f // FIONREAD
	soNWrite    = 0x1024     // SO_NWRITE
	pipeAtomic  = 512        // PIPE_BUF
)

func monotonic() int64 {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) // cannot fail for this clock
	return t.Nano()
}

func pipeCloexec() (r, w int, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	var p [2]int
	if err = unix.Pipe(p[:]); err != nil {
		return 0, 0, err
	}
	unix.CloseOnExec(p[0])
	unix.CloseOnExec(p[1])
	return p[0], p[1], nil
}

func dupCloexec(from, to int) error {
	if err := unix.Dup2(from, to); err != nil {
		return err
	}
	unix.CloseOnExec(to)
	return nil
}

func isTerminal(fd int) bool {
	_, err := unix.IoctlGetTermios(fd, unix.TIOCGETA)
	return err == nil
}

func sleepFor(t *unix.Timespec) error {
	time.Sleep(time.Duration(t.Nano()))
	return nil
}

func yield() { runtime.Gosched() }

// writeNow writes what fits without blocking, whatever the descriptor's flags.
func writeNow(fd int, kind string, b []byte) (int, error) {
	if kind == "socket" {
		return unix.SendmsgN(fd, b, nil, nil, unix.MSG_DONTWAIT)
	}
	if kind != "pipe" {
		return unix.Write(fd, b)
	}
	if !readyNow(fd, unix.POLLOUT) {
		return 0, unix.EAGAIN
	}
	return unix.Write(fd, b[:min(len(b), pipeAtomic)])
}

// pending is the number of bytes that wait for the reader of fd. The write end of a pipe does not tell here.
func pending(fd int, kind string) (int, error) {
	switch kind {
	case "socket":
		return unix.GetsockoptInt(fd, unix.SOL_SOCKET, soNWrite)
	case "pipe":
		return 0, ErrNotSupported
	}
	return 0, nil
}

func setBuffer(fd, n int) (size int, kind string, err error) {
	if kind = kindOf(fd); kind == "socket" {
		size, err = setSocketBuffer(fd, n)
		return size, kind, err
	}
	return 0, kind, fmt.Errorf("descriptor %d is a %s: only a socket's buffer can be set on this operating system", fd, kind)
}

// observe describes the process as the SDK started it; what a descriptor leads to is unknown here.
func observe(args []string) Event {
	e := observeCommon(args)
	e.FDs = map[string]string{}
	for fd := range 256 {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			e.FDs[strconv.Itoa(fd)] = kindOf(fd)
		}
	}
	for _, s := range os.Environ() {
		e.Env = append(e.Env, []byte(s))
	}
	return e
}
