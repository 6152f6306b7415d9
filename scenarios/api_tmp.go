package scenarios

import (
	"errors"
	"io/fs"
	"time"
)

type Rule string

var errLater = errors.New("later")

// Load reads one scenario file strictly and reports all its problems at once, as Problems.
func Load(name string, src []byte) (*File, error) { return nil, errLater }

// Cases expands the file.
func (f *File) Cases() ([]Case, error) { return nil, errLater }

// DecodeStart decodes the argument of sdk.start after substitution.
func DecodeStart(arg Value) (Start, error) { return Start{}, errLater }

// ParseDuration reads a duration of the language.
func ParseDuration(s string) (time.Duration, error) { return 0, errLater }

// ParseSize reads a size of the language in bytes.
func ParseSize(s string) (int, error) { return 0, errLater }

// LintOption narrows or feeds a lint.
type LintOption func(*lintConfig)

type lintConfig struct {
	rule   func(string) bool
	source func(string) bool
}

// Lint returns the errors and warnings of a loaded file.
func Lint(f *File, opts ...LintOption) []Problem { return nil }

// Catalogue is a set of scenario files.
type Catalogue struct{ Files []*File }

// LoadFS loads every AREA/NAME.yaml of a file system.
func LoadFS(fsys fs.FS) (*Catalogue, error) { return nil, errLater }

// Embedded returns the catalogue that is built in.
func Embedded() (*Catalogue, error) { return nil, errLater }

// Select returns the cases that any of the patterns names; no pattern: all.
func (c *Catalogue) Select(patterns []string) ([]Case, error) { return nil, errLater }

// UnknownError says that a pattern names nothing.
type UnknownError struct {
	Pattern string
	Near    []string
}

// Error names the pattern and the nearest ids.
func (e *UnknownError) Error() string { return "unknown" }
