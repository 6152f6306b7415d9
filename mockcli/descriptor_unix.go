//go:build linux || darwin

package mockcli

import (
	"errors"
	"io"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

var errEOF = io.EOF

// wakePipe interrupts a poll.
type wakePipe struct {
	mu   sync.Mutex
	r, w int
	made bool
}

func (p *wakePipe) open() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.made {
		return nil
	}
	r, w, err := pipeCloexec()
	if err != nil {
		return err
	}
	p.r, p.w, p.made = r, w, true
	return nil
}

// ring ends the present or next wait.
func (p *wakePipe) ring() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.made {
		_, _ = unix.Write(p.w, []byte{0}) // a full pipe rings too
	}
}

// clear takes the rings back. Nobody may wait meanwhile.
func (p *wakePipe) clear() {
	var b [64]byte
	for p.made && readyNow(p.r, unix.POLLIN) {
		if _, err := unix.Read(p.r, b[:]); err != nil && err != unix.EINTR {
			return
		}
	}
}

// wait waits until fd has one of events, or an end or error, or until ring.
func (p *wakePipe) wait(fd int, events int16) {
	f := []unix.PollFd{{Fd: int32(fd), Events: events}, {Fd: int32(p.r), Events: unix.POLLIN}}
	for {
		if _, err := unix.Poll(f, -1); err != unix.EINTR {
			return
		}
	}
}

// readyNow reports whether fd has one of events, or an end or error.
func readyNow(fd int, events int16) bool {
	f := []unix.PollFd{{Fd: int32(fd), Events: events}}
	for {
		n, err := unix.Poll(f, 0)
		if err != unix.EINTR {
			return err == nil && n > 0
		}
	}
}

// shut closes one of the standard descriptors. /dev/null takes its number in the same step: were it free, the next
// descriptor that the mock opens would be taken for the standard one by a grandchild.
func shut(fd int) error {
	null, err := unix.Open("/dev/null", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(null)
	return dupCloexec(null, fd)
}

// kindOf says what fd is: pipe, socket, file, tty, null or other.
func kindOf(fd int) string {
	var st, null unix.Stat_t
	if unix.Fstat(fd, &st) != nil {
		return "closed"
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFIFO:
		return "pipe"
	case unix.S_IFSOCK:
		return "socket"
	case unix.S_IFREG:
		return "file"
	case unix.S_IFCHR:
		if unix.Stat("/dev/null", &null) == nil && null.Rdev == st.Rdev {
			return "null"
		}
		if isTerminal(fd) {
			return "tty"
		}
	}
	return "other"
}

// queued is the number of bytes that wait to be read from fd.
func queued(fd int) (int, error) { return unix.IoctlGetInt(fd, ioctlQueued) }

// errName is EPIPE for that errno, and the text of any other error.
func errName(err error) string {
	var no syscall.Errno
	if errors.As(err, &no) {
		if name := unix.ErrnoName(no); name != "" {
			return name
		}
	}
	return err.Error()
}

// aloneAbove is the size in bytes from which on data costs more to copy behind its header than to write by itself.
const aloneAbove = 64 << 10
