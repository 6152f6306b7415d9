//go:build linux || darwin

package host

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// readNow is read(2) on a non-blocking descriptor; again: nothing is there.
func readNow(fd uintptr, p []byte) (n int, again bool, err error) {
	for {
		n, err = unix.Read(int(fd), p)
		if !errors.Is(err, unix.EINTR) {
			return n, errors.Is(err, unix.EAGAIN), err
		}
	}
}

// queued is how many bytes lie in the pipe f, whichever end f is; 0 if it is closed.
func queued(f *os.File) int {
	raw, err := f.SyscallConn()
	if err != nil {
		return 0
	}
	n := 0
	_ = raw.Control(func(fd uintptr) {
		if got, err := unix.IoctlGetInt(int(fd), ioctlFIONREAD); err == nil {
			n = got
		}
	})
	return n
}

// signalNumber knows "TERM" and "SIGTERM".
func signalNumber(name string) (syscall.Signal, error) {
	full := "SIG" + strings.TrimPrefix(strings.ToUpper(name), "SIG")
	sig := unix.SignalNum(full)
	if sig == 0 {
		return 0, fmt.Errorf("no signal is named %q on this platform", name)
	}
	return sig, nil
}

func signalGroup(pgid int, sig syscall.Signal) error { return unix.Kill(-pgid, sig) }

// ownGroup puts a child into a process group of its own, out of reach of the terminal's Ctrl-C.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
