package transport

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
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
)

// SpawnError is a process that could not be started.
type SpawnError struct {
	// Kind is ErrNotFound, ErrNotExecutable, ErrNoDir, ErrBadInterpreter, ErrArgsTooLong, or nil if none fits.
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

// diagnose finds out why a start failed: the system has one word, "no such file", for three reasons. It
// looks only after the failure, so a good start pays nothing.
func diagnose(cmd Command, path string, err error) error {
	e := &SpawnError{Path: cmd.Path, Dir: cmd.Dir, Err: err}
	switch {
	case errors.Is(err, syscall.E2BIG):
		e.Kind, e.Detail = ErrArgsTooLong, sizes(cmd)
	case cmd.Dir != "" && !usableDir(cmd.Dir):
		e.Kind = ErrNoDir
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		e.Kind = ErrNotFound
		if _, statErr := os.Stat(path); statErr == nil {
			e.Kind, e.Detail = ErrBadInterpreter, interpreter(path)
		}
	case errors.Is(err, fs.ErrPermission):
		e.Detail, e.Kind = deniedBy(path)
	case errors.Is(err, syscall.ENOEXEC):
		e.Kind, e.Detail = ErrNotExecutable, "it is neither a program for this system nor a script that starts with #!"
	}
	return e
}

// deniedBy says whose permission was missing: the script's own or its interpreter's.
func deniedBy(path string) (detail string, kind error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", ErrNotExecutable
	}
	if info.IsDir() {
		return "", ErrIsDirectory
	}
	if name := interpreter(path); name != "" && info.Mode()&0o111 != 0 {
		return name, ErrBadInterpreter
	}
	return "mode " + info.Mode().String(), ErrNotExecutable
}

// interpreter is the one that a script's first line names; empty if there is none.
func interpreter(path string) string {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return "" // opening a pipe would wait
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	first, _ := bufio.NewReader(io.LimitReader(f, 512)).ReadString('\n')
	name, ok := strings.CutPrefix(first, "#!")
	if !ok {
		return ""
	}
	return fmt.Sprintf("%q", strings.TrimRight(name, "\n"))
}

// sizes says how long arguments and environment are: systems limit their sum and, on Linux, each one (128 KiB).
func sizes(cmd Command) string {
	total, longest := 0, 0
	for _, list := range [][]string{cmd.Args, cmd.Env} {
		for _, s := range list {
			total += len(s) + 1
			longest = max(longest, len(s))
		}
	}
	return fmt.Sprintf("%d bytes in all, the longest %d; pass long values in a file or over stdin", total, longest)
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
