package transport

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// PathVariable is the environment variable that names the CLI where no option does.
const PathVariable = "CLAUDE_CLI_PATH"

// What a place that was looked at is instead of the CLI, for errors.Is.
var (
	// ErrIsDirectory: it is a directory. It is a kind of ErrNotExecutable.
	ErrIsDirectory = fmt.Errorf("%w: it is a directory", ErrNotExecutable)
	// ErrBatchFile: it is a .bat or .cmd file. Windows hands its arguments to cmd.exe, which takes some of them for commands, and
	// nothing can quote them safely (B165).
	ErrBatchFile = fmt.Errorf("%w: it is a batch file, whose arguments Windows lets cmd.exe run as commands", ErrNotExecutable)
	// ErrRelativeEntry: an entry of PATH is empty or relative. It is passed over: a file that somebody left in the working
	// directory would be run as the CLI (B166).
	ErrRelativeEntry = errors.New("entry of PATH is not an absolute directory")
)

// Source is who names a place where the CLI may be.
type Source string

// The sources, in the order in which they are asked.
const (
	FromOption   Source = "the option"
	FromVariable Source = "$" + PathVariable
	FromPath     Source = "PATH"
	FromPlaces   Source = "the usual places"
)

// Looked is one place that was looked at and is not the CLI.
type Looked struct {
	// Source is who named the place.
	Source Source
	// Path is the file that was looked for, or an entry of PATH that was passed over.
	Path string
	// Err says what is there instead: fs.ErrNotExist, ErrNotExecutable, ErrIsDirectory, ErrBatchFile, ErrRelativeEntry, or what
	// the system said.
	Err error
}

// DiscoverError is a CLI that was not found, or was named and cannot be one.
type DiscoverError struct {
	// Kind is ErrNotFound, ErrNotExecutable, ErrIsDirectory or ErrBatchFile.
	Kind error
	// Source and Path are who named the CLI, and how; FromPlaces and empty if nobody did.
	Source Source
	Path   string
	// Looked are all the places that were looked at, in their order.
	Looked []Looked

	windows bool
}

// Unwrap gives the kind.
func (e *DiscoverError) Unwrap() error { return e.Kind }

// Discovery finds the CLI. It starts nothing, least of all to learn a version: that may hang (B086). The fields are what it knows
// of the system, so that every system's rules can be tested on each; [Discover] fills them with this one's.
//
// The first source that names a file decides: the option, then $CLAUDE_CLI_PATH. They name it by a path, which is taken from this
// process's directory if it is relative, or by a bare name, which is looked up in PATH; if it is not there, nothing else is
// searched, since another CLI than the one named would be a surprise. Otherwise PATH is searched for claude, and then the places
// where its installers put it (py:discovery, and those of Homebrew and Bun). On Windows only a native claude.exe is taken: the
// scripts that npm makes cannot be started without cmd.exe. Entries of PATH that are empty or relative are passed over.
type Discovery struct {
	// GOOS is the system, as runtime.GOOS.
	GOOS string
	// Getenv is os.Getenv.
	Getenv func(name string) string
	// Stat is os.Stat.
	Stat func(path string) (fs.FileInfo, error)
	// Abs is filepath.Abs.
	Abs func(path string) (string, error)
	// MayExecute asks the system about a file whose mode allows execution to somebody; nil asks nobody.
	MayExecute func(path string) bool
}

// Discover gives the absolute path of the CLI: of the one that path names, or if path is empty, of the one that is found; see
// [Discovery]. It fails with a [*DiscoverError], which lists what was looked at and says what to do.
func Discover(path string) (string, error) {
	return thisSystem().Find(path)
}

// thisSystem is a Discovery of the system it runs on.
func thisSystem() Discovery {
	return Discovery{GOOS: runtime.GOOS, Getenv: os.Getenv, Stat: os.Stat, Abs: filepath.Abs, MayExecute: mayExecute}
}

// Find is [Discover] with what d knows of the system.
func (d Discovery) Find(path string) (string, error) {
	s := &search{Discovery: d}
	if path != "" {
		return s.named(FromOption, path)
	}
	if path = d.Getenv(PathVariable); path != "" {
		return s.named(FromVariable, path)
	}
	if found := s.inPath("claude"); found != "" {
		return found, nil
	}
	for _, place := range s.places() {
		if s.usable(FromPlaces, place) {
			return place, nil
		}
	}
	return "", s.failed(FromPlaces, "")
}

// search is one run of a Discovery.
type search struct {
	Discovery
	looked []Looked
}

func (s *search) note(from Source, path string, err error) {
	s.looked = append(s.looked, Looked{from, path, err})
}

// named finds what somebody named.
func (s *search) named(from Source, path string) (string, error) {
	if !s.hasSeparator(path) {
		if found := s.inPath(path); found != "" {
			return found, nil
		}
		return "", s.failed(from, path)
	}
	if s.windows() && isBatch(path) {
		s.note(from, path, ErrBatchFile)
		return "", s.failed(from, path)
	}
	abs, err := s.Abs(path)
	if err != nil {
		s.note(from, path, err)
		return "", s.failed(from, path)
	}
	if !s.usable(from, abs) {
		return "", s.failed(from, path)
	}
	return abs, nil
}

// inPath looks a bare name up in PATH; empty if it is not there.
func (s *search) inPath(name string) string {
	if s.windows() && isBatch(name) {
		s.note(FromPath, name, ErrBatchFile)
		return ""
	}
	for _, entry := range strings.Split(s.Getenv("PATH"), s.listSeparator()) {
		if s.windows() {
			entry = strings.Trim(entry, `"`)
		}
		if !s.isAbs(entry) {
			s.note(FromPath, entry, ErrRelativeEntry)
			continue
		}
		if file := s.join(entry, s.program(name)); s.usable(FromPath, file) {
			return file
		}
	}
	return ""
}

// usable tells whether a file can be executed, and notes why if not.
func (s *search) usable(from Source, path string) bool {
	info, err := s.Stat(path)
	switch {
	case err != nil:
	case info.IsDir():
		err = ErrIsDirectory
	case !info.Mode().IsRegular():
		err = fmt.Errorf("%w: it is no file (mode %s)", ErrNotExecutable, info.Mode())
	case !s.windows() && (info.Mode()&0o111 == 0 || s.MayExecute != nil && !s.MayExecute(path)):
		err = fmt.Errorf("%w: mode %s", ErrNotExecutable, info.Mode())
	}
	if err != nil {
		s.note(from, path, err)
	}
	return err == nil
}

// failed is the error of a search.
func (s *search) failed(from Source, path string) error {
	explicit := path != "" && s.hasSeparator(path)
	return &DiscoverError{Kind: kindOf(s.looked, explicit), Source: from, Path: path, Looked: s.looked, windows: s.windows()}
}

// kindOf is what a search failed for: what was found and cannot be used says more than what is not there. A directory that merely
// has the name is no CLI unless somebody pointed at it.
func kindOf(looked []Looked, explicit bool) error {
	for _, l := range looked {
		switch {
		case errors.Is(l.Err, ErrBatchFile):
			return ErrBatchFile
		case errors.Is(l.Err, ErrIsDirectory):
			if explicit {
				return ErrIsDirectory
			}
		case errors.Is(l.Err, ErrNotExecutable):
			return ErrNotExecutable
		}
	}
	return ErrNotFound
}
