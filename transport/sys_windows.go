package transport

import (
	"errors"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// canTryRead says that tryRead works here: it does not, so output is read to the end of its pipe.
const canTryRead = false

func tryRead(*os.File, []byte) (int, error) { return 0, errors.ErrUnsupported }

// tryWriter is nil: what does not wait cannot be told here.
func tryWriter(io.Writer) func(p []byte) (int, error) { return nil }

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

// systemKind is the kind of a failure to start that the system has a word of its own for; nil if it has not. A command line that is
// too long is told as a file name that is (B145).
func systemKind(err error) error {
	for word, kind := range map[syscall.Errno]error{
		windows.ERROR_FILENAME_EXCED_RANGE: ErrArgsTooLong,
		windows.ERROR_BAD_EXE_FORMAT:       ErrNotExecutable,
		windows.ERROR_SHARING_VIOLATION:    ErrBusy,
		windows.ERROR_TOO_MANY_OPEN_FILES:  ErrTooManyFiles,
		windows.ERROR_NO_SYSTEM_RESOURCES:  ErrTooManyProcesses,
		windows.ERROR_DIRECTORY:            ErrNoDir,
	} {
		if errors.Is(err, word) {
			return kind
		}
	}
	return nil
}

// mayExecute is true: the name decides here, and the start.
func mayExecute(string) bool { return true }

// usableDir says whether a process may have dir as its working directory.
func usableDir(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir()
}
