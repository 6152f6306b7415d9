package scenarios

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed */*.yaml
var embedded embed.FS

// Catalogue is a set of scenario files, ordered by id.
type Catalogue struct {
	Files []*File
}

// Embedded returns the catalogue that is built in.
func Embedded() (*Catalogue, error) { return LoadFS(embedded) }

// LoadFS loads every AREA/NAME.yaml of a file system (folders named testdata aside). The error joins the Problems of all files with what
// the files have between them: two with one id.
func LoadFS(fsys fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(fsys, "*/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list scenario files: %w", err)
	}
	c := &Catalogue{}
	var errs []error
	for _, name := range names {
		if path.Dir(name) == "testdata" {
			continue
		}
		f, err := loadFile(fsys, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		c.Files = append(c.Files, f)
	}
	errs = append(errs, c.order())
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c, nil
}

// loadFile reads one file, no further than its limit.
func loadFile(fsys fs.FS, name string) (*File, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read scenario file: %w", err)
	}
	if info.Size() > MaxSource {
		return nil, Problems{{Pos{name, 1, 1}, RuleSize, Error, fmt.Sprintf("the file has %d bytes; a scenario may have %d", info.Size(), MaxSource)}}
	}
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read scenario file: %w", err)
	}
	f, err := Load(name, src)
	if err == nil && path.Dir(f.ID) != path.Dir(name) {
		return nil, Problems{{f.Pos, RuleFileID, Error, fmt.Sprintf("the folder %q is no area; want lower-case letters, digits and -", path.Dir(name))}}
	}
	return f, err
}

// order sorts the files and checks that each id, present or former, means one thing.
func (c *Catalogue) order() error {
	slices.SortFunc(c.Files, func(a, b *File) int { return cmp.Compare(a.ID, b.ID) })
	owner := map[string]*File{}
	var found Problems
	claim := func(id string, f *File) {
		if other := owner[id]; other != nil {
			found = append(found, Problem{f.Pos, RuleFileID, Error, fmt.Sprintf("the id %s is that of %s already; an id never changes its meaning", id, other.Pos.File)})
		}
		owner[id] = f
	}
	for _, f := range c.Files {
		claim(f.ID, f)
	}
	for _, f := range c.Files {
		for _, id := range f.Formerly {
			claim(id, f)
		}
	}
	return found.asError()
}

// UnknownError says that a pattern names no case of the catalogue.
type UnknownError struct {
	Pattern string
	Near    []string // what may have been meant, the nearest first
}

// Error names the pattern and the nearest ids.
func (e *UnknownError) Error() string {
	if len(e.Near) == 0 {
		return fmt.Sprintf("no scenario %q; a pattern is an id, an id without [row] and @entry, an area, or either with *", e.Pattern)
	}
	return fmt.Sprintf("no scenario %q; did you mean %s?", e.Pattern, strings.Join(e.Near, " or "))
}

// Select returns the cases that at least one of the patterns names, in the catalogue's order; no pattern names all. A pattern is an
// id, an id without its suffixes, an area, or either with *; brackets and @ are literal. A former id names what its file makes now. The
// error is an *UnknownError for each pattern that names nothing, joined.
func (c *Catalogue) Select(patterns []string) ([]Case, error) {
	used := make([]bool, len(patterns))
	var out []Case
	for _, f := range c.Files {
		cases, err := f.Cases()
		if err != nil {
			return nil, err
		}
		for i := range cases {
			if chosen(&cases[i], patterns, used) {
				out = append(out, cases[i])
			}
		}
	}
	var errs []error
	for i, p := range patterns {
		if !used[i] {
			errs = append(errs, &UnknownError{Pattern: p, Near: c.near(p)})
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return out, nil
}

// chosen tells whether any pattern names the case, and marks those that do.
func chosen(c *Case, patterns []string, used []bool) bool {
	any := len(patterns) == 0
	names := c.names()
	for i, p := range patterns {
		if slices.ContainsFunc(names, func(name string) bool { return wild(p, name) }) {
			used[i], any = true, true
		}
	}
	return any
}

// names lists all that a pattern may call the case by.
func (c *Case) names() []string {
	noEntry, _, _ := strings.Cut(c.ID, "@")
	names := []string{c.ID, noEntry, c.File.ID, path.Dir(c.File.ID)}
	entry := strings.TrimPrefix(c.ID, noEntry)
	if c.Row != "" {
		names = append(names, c.File.ID+suffix(c.Row, nil), c.File.ID+suffix(c.Row, nil)+entry)
	}
	for _, former := range c.File.Formerly {
		if strings.Contains(former, "[") {
			names = append(names, former, former+entry)
			continue
		}
		names = append(names, former, former+suffix(c.Row, c.Orders), former+suffix(c.Row, c.Orders)+entry)
	}
	return names
}

// FileOf returns the id of the file that a case is of: the case's id without its row and entry point.
func FileOf(id string) string {
	if i := strings.IndexAny(id, "[@"); i >= 0 {
		return id[:i]
	}
	return id
}

// wild matches a name with a pattern in which * stands for any text.
func wild(pattern, name string) bool {
	head, rest, starred := strings.Cut(pattern, "*")
	if !starred {
		return pattern == name
	}
	if !strings.HasPrefix(name, head) {
		return false
	}
	name = name[len(head):]
	for {
		part, more, again := strings.Cut(rest, "*")
		if !again {
			return strings.HasSuffix(name, part)
		}
		at := strings.Index(name, part)
		if at < 0 {
			return false
		}
		name, rest = name[at+len(part):], more
	}
}

// near returns what an unknown pattern may have meant.
func (c *Catalogue) near(pattern string) []string {
	var known []string
	for _, f := range c.Files {
		cases, _ := f.Cases()
		for i := range cases {
			known = append(known, cases[i].ID)
		}
		known = append(known, f.ID, path.Dir(f.ID))
	}
	slices.Sort(known)
	return Nearest(pattern, slices.Compact(known), 3)
}
