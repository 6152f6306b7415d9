package transport

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// places are where installers put the CLI, as far as they need not tell PATH: first the official SDKs' list (py:discovery), in its
// order, then Bun's and Homebrew's folders.
func (s *search) places() []string {
	home := s.Getenv("HOME")
	if s.windows() {
		home = s.Getenv("USERPROFILE")
	}
	under := []string{
		".npm-global/bin/claude", "/usr/local/bin/claude", ".local/bin/claude", "node_modules/.bin/claude", ".yarn/bin/claude",
		".claude/local/claude", ".bun/bin/claude", "/opt/homebrew/bin/claude", "/home/linuxbrew/.linuxbrew/bin/claude",
	}
	if s.windows() {
		under = []string{`.local\bin\claude.exe`, `.bun\bin\claude.exe`}
	}
	var out []string
	for _, p := range under {
		switch {
		case strings.HasPrefix(p, "/"):
			out = append(out, p)
		case s.isAbs(home): // a home that is not absolute would lead into the working directory
			out = append(out, s.join(home, p))
		}
	}
	return out
}

func (s *search) windows() bool { return s.GOOS == "windows" }

// listSeparator is what stands between the entries of PATH.
func (s *search) listSeparator() string {
	if s.windows() {
		return ";"
	}
	return ":"
}

// hasSeparator tells a path from a bare name.
func (s *search) hasSeparator(p string) bool {
	if s.windows() {
		return strings.ContainsAny(p, `/\:`)
	}
	return strings.Contains(p, "/")
}

// isAbs tells whether a path does not depend on the working directory or drive.
func (s *search) isAbs(p string) bool {
	if !s.windows() {
		return strings.HasPrefix(p, "/")
	}
	p = strings.ReplaceAll(p, "/", `\`)
	return strings.HasPrefix(p, `\\`) || len(p) >= 3 && p[1] == ':' && p[2] == '\\'
}

func (s *search) join(dir, name string) string {
	if s.windows() {
		return strings.TrimRight(dir, `\/`) + `\` + name
	}
	return path.Join(dir, name)
}

// program is the file name of a program that was named without its extension, which Windows cannot start.
func (s *search) program(name string) string {
	lower := strings.ToLower(name)
	if !s.windows() || strings.HasSuffix(lower, ".exe") || strings.HasSuffix(lower, ".com") {
		return name
	}
	return name + ".exe"
}

// isBatch tells whether Windows could take a path for a batch file. Each component counts, without the dots and spaces at its end,
// since Windows drops some of them when it opens a path: what is refused too much is no loss.
func isBatch(p string) bool {
	for _, part := range strings.FieldsFunc(p, func(r rune) bool { return r == '/' || r == '\\' || r == ':' }) {
		part = strings.ToLower(strings.TrimRight(part, ". "))
		if strings.HasSuffix(part, ".bat") || strings.HasSuffix(part, ".cmd") {
			return true
		}
	}
	return false
}

// Error says what was looked for, what is at each place, and what to do.
func (e *DiscoverError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("%v: no claude is named by the options or %s; %s; %s, or name it in the options or %s",
			e.Kind, FromVariable, e.places(), e.install(), FromVariable)
	}
	hint := "name a file that exists and can be executed"
	switch {
	case strings.HasPrefix(e.Path, "~"):
		hint = "~ is the shell's and is not expanded here: name the whole path"
	case errors.Is(e.Kind, ErrBatchFile):
		hint = "name a native claude.exe; " + e.install()
	case errors.Is(e.Kind, ErrNotExecutable) && !errors.Is(e.Kind, ErrIsDirectory):
		hint = "make it executable, or name another file"
	}
	return fmt.Sprintf("%v: %s names %q: %s; %s", e.Kind, e.Source, e.Path, e.places(), hint)
}

// install says where to get a CLI.
func (e *DiscoverError) install() string {
	if e.windows {
		return "install the native claude.exe (the scripts that npm installs cannot be started safely)"
	}
	return "install it (npm install -g @anthropic-ai/claude-code)"
}

// places lists what was looked at: what is not there in short, what is there and cannot be used with its reason.
func (e *DiscoverError) places() string {
	missing, odd := map[Source][]string{}, []string(nil)
	for _, l := range e.Looked {
		switch {
		case l.Err == ErrRelativeEntry:
			odd = append(odd, fmt.Sprintf("PATH entry %q passed over, it is not absolute", l.Path))
		case errors.Is(l.Err, fs.ErrNotExist) && l.Source == FromPath:
			missing[FromPath] = append(missing[FromPath], e.dir(l.Path))
		case errors.Is(l.Err, fs.ErrNotExist):
			missing[l.Source] = append(missing[l.Source], l.Path)
		default:
			odd = append(odd, fmt.Sprintf("%s: %v", l.Path, reasonOf(l.Err)))
		}
	}
	var said []string
	if dirs := missing[FromPath]; dirs != nil {
		said = append(said, "not in PATH: "+strings.Join(dirs, ", "))
	} else if !slices.ContainsFunc(e.Looked, func(l Looked) bool { return l.Source == FromPath }) && e.Path == "" {
		said = append(said, "PATH names no directory to look in")
	}
	for _, from := range []Source{FromOption, FromVariable, FromPlaces} {
		if missing[from] != nil {
			said = append(said, "not at "+strings.Join(missing[from], ", "))
		}
	}
	return strings.Join(append(said, odd...), "; ")
}

// dir is the directory of a file.
func (e *DiscoverError) dir(file string) string {
	if i := strings.LastIndexAny(file, `/\`); i > 0 && e.windows {
		return file[:i]
	}
	return path.Dir(file)
}

// reasonOf is what the system said, without the path that stands before it already.
func reasonOf(err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}
