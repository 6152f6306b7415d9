//go:build unix

package transport

import (
	"errors"
	"io"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// canTryRead says that tryRead works here.
const canTryRead = true

// tryRead reads what f holds now and does not wait: errEmpty if that is nothing.
func tryRead(f *os.File, p []byte) (n int, err error) {
	if len(p) == 0 {
		return 0, nil
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	_ = f.SetReadDeadline(time.Time{}) // one that has passed would refuse the read
	var readErr error
	err = raw.Read(func(fd uintptr) bool {
		for {
			n, readErr = unix.Read(int(fd), p)
			if readErr != unix.EINTR {
				return true
			}
		}
	})
	switch {
	case err != nil:
		return 0, err
	case errors.Is(readErr, unix.EAGAIN):
		return 0, errEmpty
	case readErr != nil:
		return 0, os.NewSyscallError("read", readErr)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// tryWriter gives a write to w that does not wait: it writes what w takes now, which may be nothing. It is nil if w is no file or
// socket that the poller watches. It is for one goroutine at a time.
func tryWriter(w io.Writer) func(p []byte) (int, error) {
	file, ok := w.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := file.SyscallConn()
	if err != nil {
		return nil
	}
	nonblocking := false
	err = raw.Control(func(fd uintptr) {
		flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
		nonblocking = err == nil && flags&unix.O_NONBLOCK != 0
	})
	if err != nil || !nonblocking {
		return nil
	}
	n := &nowWriter{raw: raw}
	n.call = n.write // once, since it costs memory
	return n.writeNow
}

// nowWriter writes what a descriptor takes now. It is for one goroutine at a time.
type nowWriter struct {
	raw  syscall.RawConn
	call func(fd uintptr) bool
	p    []byte
	n    int
	err  error
}

func (w *nowWriter) write(fd uintptr) bool {
	for {
		w.n, w.err = unix.Write(int(fd), w.p)
		if w.err != unix.EINTR {
			return true
		}
	}
}

func (w *nowWriter) writeNow(p []byte) (int, error) {
	w.p = p
	err := w.raw.Write(w.call)
	w.p = nil
	switch {
	case err != nil:
		return 0, err
	case errors.Is(w.err, unix.EAGAIN):
		return 0, nil
	case w.err != nil:
		return 0, os.NewSyscallError("write", w.err)
	}
	return w.n, nil
}

// ownGroup starts a process in a group of its own.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills the group that a process leads.
func killGroup(pid int) error { return unix.Kill(-pid, unix.SIGKILL) }

// terminate asks a process to end.
func terminate(p *os.Process) error { return p.Signal(unix.SIGTERM) }

// signalOf names the signal that ended a process; empty if none did.
func signalOf(state *os.ProcessState) string {
	ws, ok := state.Sys().(syscall.WaitStatus)
	if !ok || !ws.Signaled() {
		return ""
	}
	return unix.SignalName(ws.Signal())
}

// systemKind is the kind of a failure to start that the system has a word of its own for; nil if it has not.
func systemKind(err error) error {
	for kind, words := range map[error][]syscall.Errno{
		ErrArgsTooLong:      {unix.E2BIG},
		ErrBusy:             {unix.ETXTBSY},
		ErrTooManyFiles:     {unix.EMFILE, unix.ENFILE},
		ErrTooManyProcesses: {unix.EAGAIN, unix.ENOMEM},
		ErrNotFound:         {unix.ELOOP, unix.ENAMETOOLONG},
	} {
		if slices.ContainsFunc(words, func(w syscall.Errno) bool { return errors.Is(err, w) }) {
			return kind
		}
	}
	return nil
}

// mayExecute says whether the system would let this process execute a file.
func mayExecute(path string) bool { return unix.Access(path, unix.X_OK) == nil }

// usableDir says whether a process may have dir as its working directory.
func usableDir(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir() && unix.Access(dir, unix.X_OK) == nil
}
