package host

import (
	"errors"
	"io"
	"os"
	"syscall"
	"time"
)

// source reads one of the adapter's output pipes. finish tells it that nobody will write any more although others may hold the pipe open:
// it then reads what is there and ends.
type source struct {
	f        *os.File
	raw      syscall.RawConn
	draining bool // of the reading goroutine
}

func newSource(f *os.File) (*source, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	return &source{f: f, raw: raw}, nil
}

// finish may be called from any goroutine, more than once.
func (s *source) finish() { _ = s.f.SetReadDeadline(time.Unix(1, 0)) }

// read fills p once. took is called with what was read before any other goroutine can see the pipe without it. The end is io.EOF.
func (s *source) read(p []byte, lock, unlock func(), took func([]byte)) (int, error) {
	for {
		n, err := s.readOnce(p, lock, unlock, took)
		if !errors.Is(err, os.ErrDeadlineExceeded) || s.draining {
			return n, err
		}
		s.draining = true
		if err := s.f.SetReadDeadline(time.Time{}); err != nil {
			return 0, io.EOF
		}
	}
}

func (s *source) readOnce(p []byte, lock, unlock func(), took func([]byte)) (n int, err error) {
	waitErr := s.raw.Read(func(fd uintptr) bool {
		lock()
		defer unlock()
		var again bool
		if n, again, err = readNow(fd, p); again && !s.draining {
			return false
		} else if again {
			n, err = 0, io.EOF
		}
		took(p[:max(n, 0)])
		return true
	})
	switch {
	case errors.Is(waitErr, os.ErrClosed):
		return 0, io.EOF
	case waitErr != nil:
		return 0, waitErr
	case err == nil && n <= 0:
		return 0, io.EOF
	}
	return n, err
}
