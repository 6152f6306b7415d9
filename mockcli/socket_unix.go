//go:build linux || darwin

package mockcli

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// socket is a listening unix socket. It is spelled by system calls because package net would pull the C library into every mock, which
// costs a process about as much time to start as all else that a mock does until its hello.
type socket struct {
	f    *os.File
	path string
}

// listenUnix listens at path.
func listenUnix(path string) (*socket, error) {
	fd, err := newSocket()
	if err != nil {
		return nil, err
	}
	err = unix.Bind(fd, &unix.SockaddrUnix{Name: path})
	if err == nil {
		err = errors.Join(os.Chmod(path, 0o600), unix.Listen(fd, unix.SOMAXCONN), unix.SetNonblock(fd, true))
	}
	if err != nil {
		_ = unix.Close(fd)
		return nil, &os.PathError{Op: "listen", Path: path, Err: err}
	}
	return &socket{f: os.NewFile(uintptr(fd), path), path: path}, nil
}

func newSocket() (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	return fd, err
}

// accept waits for the next connection. A shortage of descriptors is waited out; any other error is the socket's end.
func (s *socket) accept() (*os.File, error) {
	rc, err := s.f.SyscallConn()
	if err != nil {
		return nil, err
	}
	for {
		fd := -1
		var failed error
		err = rc.Read(func(l uintptr) bool {
			fd, failed = acceptOne(int(l))
			return failed != unix.EAGAIN
		})
		switch {
		case err != nil:
			return nil, err
		case failed == nil:
			return os.NewFile(uintptr(fd), s.path), nil
		case failed == unix.EMFILE, failed == unix.ENFILE:
			time.Sleep(10 * time.Millisecond)
		case failed != unix.EINTR && failed != unix.ECONNABORTED:
			return nil, failed
		}
	}
}

// acceptOne accepts a connection that is there.
func acceptOne(l int) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, _, err := unix.Accept(l)
	if err != nil {
		return -1, err
	}
	unix.CloseOnExec(fd)
	return fd, unix.SetNonblock(fd, true)
}

func (s *socket) close() error {
	err := s.f.Close()
	if e := os.Remove(s.path); !errors.Is(e, os.ErrNotExist) {
		err = errors.Join(err, e)
	}
	return err
}
