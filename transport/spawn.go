package transport

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Why a process could not be started, for errors.Is on a [*SpawnError].
var (
	// ErrNotFound: there is no such executable.
	ErrNotFound = errors.New("executable not found")
	// ErrNotExecutable: it is there but may not or cannot be executed.
	ErrNotExecutable = errors.New("file is not executable")
	// ErrNoDir: the working directory is not there, or is no directory, or may not be entered.
	ErrNoDir = errors.New("working directory is not usable")
	// ErrBadInterpreter: it is a script whose interpreter, or a program whose loader, is not there.
	ErrBadInterpreter = errors.New("interpreter not found")
	// ErrArgsTooLong: arguments and environment are longer than the system allows.
	ErrArgsTooLong = errors.New("arguments are too long for the system")
	// ErrBusy: somebody has the file open for writing, as an update in progress does; Start has tried for a moment.
	ErrBusy = errors.New("executable is being written")
	// ErrTooManyFiles: this process or the system has no descriptor left.
	ErrTooManyFiles = errors.New("too many open files")
	// ErrTooManyProcesses: the user or the system has no process or memory left for one more.
	ErrTooManyProcesses = errors.New("too many processes")
)

// SpawnError is a process that could not be started.
type SpawnError struct {
	// Kind is ErrNotFound, ErrNotExecutable, ErrIsDirectory, ErrBatchFile, ErrNoDir, ErrBadInterpreter, ErrArgsTooLong, ErrBusy,
	// ErrTooManyFiles, ErrTooManyProcesses, or nil if none fits.
	Kind error
	// Path is the executable, Dir the working directory, as asked for.
	Path, Dir string
	// Detail says more, as the name of the interpreter or the size of the arguments; it may be empty.
	Detail string
	// Err is what the system said.
	Err error
}

// Error says what could not be started, and why.
func (e *SpawnError) Error() string {
	what := fmt.Sprintf("start of %s", e.Path)
	if e.Dir != "" {
		what += " in " + e.Dir
	}
	if e.Kind != nil {
		what += ": " + e.Kind.Error()
	}
	if e.Detail != "" {
		what += ": " + e.Detail
	}
	return what + ": " + e.Err.Error()
}

// Unwrap gives the kind and what the system said.
func (e *SpawnError) Unwrap() []error {
	if e.Kind == nil {
		return []error{e.Err}
	}
	return []error{e.Kind, e.Err}
}

// resolve gives the absolute path of the executable: a relative one would be looked for in the child's
// directory.
func resolve(cmd Command) (string, error) {
	here := search{Discovery: thisSystem()}
	if cmd.Path != "" && !here.hasSeparator(cmd.Path) {
		path, err := Discover(cmd.Path)
		var lost *DiscoverError
		if errors.As(err, &lost) {
			return "", &SpawnError{Kind: lost.Kind, Path: cmd.Path, Dir: cmd.Dir, Detail: "looked for in PATH", Err: err}
		}
		return path, err
	}
	if here.windows() && isBatch(cmd.Path) {
		return "", &SpawnError{Kind: ErrBatchFile, Path: cmd.Path, Dir: cmd.Dir, Err: errors.New("refused; name a native claude.exe")}
	}
	abs, err := filepath.Abs(cmd.Path)
	if err != nil {
		return "", &SpawnError{Path: cmd.Path, Dir: cmd.Dir, Err: err}
	}
	return abs, nil
}

// stdPipes are the three pipes of a process: stdin, stdout, stderr, and which end is whose.
type stdPipes struct{ theirs, ours [3]*os.File }

// openPipes makes them, closed on exec like all that os.Pipe makes: no other child holds them open.
func openPipes() (stdPipes, error) {
	var p stdPipes
	for i := range p.ours {
		r, w, err := os.Pipe()
		if err != nil {
			closeAll(p.theirs[:])
			closeAll(p.ours[:])
			return stdPipes{}, err
		}
		p.theirs[i], p.ours[i] = w, r
		if i == 0 {
			p.theirs[i], p.ours[i] = r, w
		}
	}
	return p, nil
}

// closeAll closes files; there is nothing to do about a failure.
func closeAll(files []*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close()
		}
	}
}

// ignoreDone takes the signal to a process that has ended for delivered.
func ignoreDone(err error) error {
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}
