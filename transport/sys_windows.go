package transport

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// canTryRead says that tryRead works here: it does not, so output is read to the end of its pipe.
const canTryRead = false

func tryRead(*os.File, []byte) (int, error) { return 0, errors.ErrUnsupported }

// ownGroup starts a process in a group of its own: a Ctrl-C in the console does not reach it.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}

// killGroup does nothing: there is no signal to a group here, and the process itself is killed alone.
func killGroup(int) error { return nil }

// terminate kills: there is no request to end that a process without a window hears.
func terminate(p *os.Process) error { return p.Kill() }

// signalOf is empty: no process is ended by a signal here.
func signalOf(*os.ProcessState) string { return "" }

// mayExecute is true: the name decides here, and the start.
func mayExecute(string) bool { return true }

// usableDir says whether a process may have dir as its working directory.
func usableDir(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir()
}
