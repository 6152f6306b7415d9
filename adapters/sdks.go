package adapters

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed python/*.py python/pin typescript/*.mjs typescript/pin rust/src/*.rs rust/Cargo.toml.in rust/Cargo.lock rust/pin
var sources embed.FS

// Registry is the kind of registry that an SDK is published in.
type Registry string

// The registries, by the package manager that is asked.
const (
	PyPI  Registry = "pip"
	NPM   Registry = "npm"
	Cargo Registry = "cargo"
)

// SDK is an SDK that can be provisioned by name.
type SDK struct {
	Name     string   // python, typescript or rust
	Title    string   // what a report calls it
	Packages []string // the package, then the names that older releases have
	Registry Registry
	Tool     string // the executable without which it cannot be had
	Oldest   string // the first release whose interface the adapter drives
	Pin      string // the release that is used when none is named
}

// known lists the SDKs without their pins.
func known() []SDK {
	return []SDK{
		{
			Name: "python", Title: "claude-agent-sdk for Python", Packages: []string{"claude-agent-sdk", "claude-code-sdk"},
			Registry: PyPI, Tool: "python3", Oldest: "0.0.20",
		},
		{
			Name: "typescript", Title: "claude-agent-sdk for TypeScript", Packages: []string{"@anthropic-ai/claude-agent-sdk"},
			Registry: NPM, Tool: "npm", Oldest: "0.1.0",
		},
		{
			Name: "rust", Title: "claude-codes for Rust", Packages: []string{"claude-codes"},
			Registry: Cargo, Tool: "cargo", Oldest: "2.1.220",
		},
	}
}

// SDKs returns every SDK that can be provisioned, in a fixed order.
func SDKs() []SDK {
	all := known()
	for i := range all {
		all[i].Pin = pin(all[i].Name)
	}
	return all
}

// Lookup returns the SDK of that name, or an *UnknownError.
func Lookup(name string) (SDK, error) {
	for _, sdk := range SDKs() {
		if sdk.Name == name {
			return sdk, nil
		}
	}
	return SDK{}, unknown(name)
}

// pin reads an SDK's pinned release. The file is embedded, and a test reads every one, so it is there.
func pin(name string) string {
	text, err := sources.ReadFile(name + "/pin")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// source is the part of the embedded sources that makes up an SDK's adapter.
func source(name string) (fs.FS, error) {
	part, err := fs.Sub(sources, name)
	if err != nil {
		return nil, fmt.Errorf("adapters: the embedded sources of %s: %w", name, err)
	}
	return part, nil
}

// What Provision fails with; test with errors.Is. The types below carry the details.
var (
	ErrUnknownSDK    = errors.New("unknown sdk")
	ErrNoSuchVersion = errors.New("no such version")
	ErrNoToolchain   = errors.New("toolchain missing")
	ErrGone          = errors.New("release gone") // the release, and nothing else, cannot be had
)

// UnknownError says that no SDK has that name. It is an ErrUnknownSDK.
type UnknownError struct {
	Name    string
	Nearest string   // the known name that looks most like it
	Known   []string // all of them
}

func unknown(name string) *UnknownError {
	e := &UnknownError{Name: name}
	for _, sdk := range known() {
		e.Known = append(e.Known, sdk.Name)
	}
	e.Nearest = slices.MinFunc(e.Known, func(a, b string) int { return cmp.Compare(distance(name, a), distance(name, b)) })
	return e
}

// Error says what was asked for and what can be had instead.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("unknown sdk %q: did you mean %q? known are %s; an adapter of your own is run with -- COMMAND",
		e.Name, e.Nearest, strings.Join(e.Known, ", "))
}

// Is makes the error an ErrUnknownSDK.
func (e *UnknownError) Is(target error) bool { return target == ErrUnknownSDK }

// VersionError says that an SDK has no such release, or one that its adapter cannot drive. It is an ErrNoSuchVersion.
type VersionError struct {
	SDK, Version string
	Nearest      string // the release next to it, if the registry named any
	Reason       string // why it cannot be had
	Gone         bool   // the registry does not have it: also an ErrGone
}

// Error says what was asked for and what can be had instead.
func (e *VersionError) Error() string {
	text := fmt.Sprintf("%s@%s: %s", e.SDK, e.Version, e.Reason)
	if e.Nearest != "" {
		text += fmt.Sprintf("; the nearest is %s@%s", e.SDK, e.Nearest)
	}
	return text
}

// Is makes the error an ErrNoSuchVersion.
func (e *VersionError) Is(target error) bool {
	return target == ErrNoSuchVersion || target == ErrGone && e.Gone
}

// GoneError says that the registry knows a release, and that it cannot be installed or built here. It is an ErrGone.
type GoneError struct {
	SDK, Version string
	Err          error // what the package manager said
}

// Error says which release, and what the package manager said.
func (e *GoneError) Error() string {
	return fmt.Sprintf("%s@%s cannot be had here: %v", e.SDK, e.Version, e.Err)
}

// Is makes the error an ErrGone.
func (e *GoneError) Is(target error) bool { return target == ErrGone }

// Unwrap returns what the package manager said.
func (e *GoneError) Unwrap() error { return e.Err }

// ToolchainError says that a program is missing without which an SDK cannot be had. It is an ErrNoToolchain.
type ToolchainError struct {
	SDK, Tool string
}

// Error says which program is missing.
func (e *ToolchainError) Error() string {
	return fmt.Sprintf("the %s sdk needs %s, and it is not on PATH: install it, or choose another --sdk", e.SDK, e.Tool)
}

// Is makes the error an ErrNoToolchain.
func (e *ToolchainError) Is(target error) bool { return target == ErrNoToolchain }

// distance is the number of letters to insert, delete or replace to turn one name into the other.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
