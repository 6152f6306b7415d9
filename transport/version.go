package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

const (
	// DefaultVersionLimit is how long a CLI may take to tell its version: 2 s.
	DefaultVersionLimit = 2 * time.Second
	// versionMost is how much of its answer is looked at, in bytes.
	versionMost = 16 << 10
)

var (
	// ErrNoVersion: what the CLI said holds no version.
	ErrNoVersion = errors.New("no version in the answer")
	// ErrVersionLimit: the CLI did not tell its version in time.
	ErrVersionLimit = errors.New("no version in time")
)

// CLIVersion is the version of a claude.
type CLIVersion struct {
	Major, Minor, Patch int
	// Pre is what stands behind the patch number and a hyphen, as "beta.1"; empty for a release.
	Pre string
	// Text is the whole line that says it, as "2.1.329 (Claude Code)".
	Text string
}

// String is the version alone, as "2.1.329".
func (v CLIVersion) String() string {
	s := fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
	if v.Pre != "" {
		s += "-" + v.Pre
	}
	return s
}

// Compare is negative if v is older than o, zero if they are the same, positive if it is newer. What comes before a release is
// older than it; two of those are compared as texts. Text does not count.
func (v CLIVersion) Compare(o CLIVersion) int {
	if c := cmp.Or(cmp.Compare(v.Major, o.Major), cmp.Compare(v.Minor, o.Minor), cmp.Compare(v.Patch, o.Patch)); c != 0 {
		return c
	}
	switch {
	case v.Pre == o.Pre:
		return 0
	case v.Pre == "":
		return 1
	case o.Pre == "":
		return -1
	}
	return strings.Compare(v.Pre, o.Pre)
}

// ParseVersion takes the version from what a CLI printed: from the first line that starts with three numbers. Lines before it are
// passed over, as those of a runtime that warns. It fails with ErrNoVersion.
func ParseVersion(text string) (CLIVersion, error) {
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(string(skipControl([]byte(l))))
		if v, ok := versionAt(l); ok {
			return v, nil
		}
	}
	return CLIVersion{}, fmt.Errorf("%w: want a line that starts like 2.1.329, got %q", ErrNoVersion, excerpt([]byte(text)))
}

// versionAt is the version at the start of a line.
func versionAt(l string) (CLIVersion, bool) {
	word, _, _ := strings.Cut(l, " ")
	word, _, _ = strings.Cut(word, "+") // how it was built
	word, pre, _ := strings.Cut(word, "-")
	parts := strings.Split(word, ".")
	if len(parts) != 3 {
		return CLIVersion{}, false
	}
	v := CLIVersion{Pre: pre, Text: l}
	for i, to := range []*int{&v.Major, &v.Minor, &v.Patch} {
		n, err := strconv.ParseUint(parts[i], 10, 31)
		if err != nil {
			return CLIVersion{}, false
		}
		*to = int(n)
	}
	return v, true
}

// VersionError is a CLI that was started and did not tell its version.
type VersionError struct {
	// Path is the executable.
	Path string
	// Err is ErrVersionLimit, ErrNoVersion, the context's error, an [*ExitError], or wraps one of them.
	Err error
	// Output is the start of what it wrote to stdout, Stderr the end of what it wrote to stderr.
	Output, Stderr string
}

// Error says what happened, and what the CLI said instead.
func (e *VersionError) Error() string {
	text := fmt.Sprintf("version of %s: %v", e.Path, e.Err)
	var exit *ExitError
	if errors.As(e.Err, &exit) {
		return text // which quotes stderr already
	}
	if e.Stderr != "" {
		text += fmt.Sprintf("; stderr ends: %q", lastOf(strings.TrimSpace(e.Stderr)))
	}
	return text
}

// Unwrap gives the reason.
func (e *VersionError) Unwrap() error { return e.Err }

// Version asks a CLI for its version: it starts cmd with --version as a further argument. It is for people and reports; a session
// does not need it, and nothing here calls it: a CLI may be slow to answer or hang (B086).
//
// It takes at most limit (0 is DefaultVersionLimit), and at most until ctx ends: then the CLI and its process group are killed, as
// they are in any other case once the answer is there. A CLI that has told its version and lives on has answered. Who else holds
// its pipes is not waited for, and no more than 16 KiB of its output is kept. Errors are [*SpawnError]s if it could not be started
// and [*VersionError]s otherwise.
func Version(ctx context.Context, cmd Command, limit time.Duration) (CLIVersion, error) {
	if limit <= 0 {
		limit = DefaultVersionLimit
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("%w: %v have passed", ErrVersionLimit, limit))
	defer cancel()
	cmd.Args = append(append([]string{}, cmd.Args...), "--version")
	said := &headReader{}
	p, err := Start(ctx, cmd, Options{
		KillGroupOnExit: true, DrainGrace: time.Nanosecond, StderrTail: versionMost,
		NewFramer: func(r io.Reader) FrameReader { said.r = r; return said },
	})
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return CLIVersion{}, &VersionError{Path: cmd.Path, Err: context.Cause(ctx)}
	}
	if err != nil {
		return CLIVersion{}, err
	}
	_ = p.CloseInput()
	exit := said.await(ctx, p)
	v, err := ParseVersion(string(said.head))
	if err == nil && exit.Code == 0 {
		return v, nil
	}
	if exit.Closing && ctx.Err() != nil {
		if err == nil {
			return v, nil
		}
		err = context.Cause(ctx)
	} else if exit.Err != nil {
		err = exit.Err
	}
	return CLIVersion{}, &VersionError{Path: cmd.Path, Err: err, Output: string(said.head), Stderr: exit.Stderr}
}

// headReader is a FrameReader whose only frame is the start of the stream.
type headReader struct {
	r    io.Reader
	head []byte
}

// ReadFrame reads the stream to its end and keeps its start.
func (h *headReader) ReadFrame() ([]byte, error) {
	chunk := make([]byte, 4<<10)
	for {
		n, err := h.r.Read(chunk)
		h.head = append(h.head, chunk[:min(n, versionMost-len(h.head))]...)
		if err != nil {
			return h.head, err
		}
	}
}

// await reads until p has ended, or ctx has; then p is ended, and nothing of it is left.
func (h *headReader) await(ctx context.Context, p *Process) Exit {
	read := make(chan struct{})
	go func() { defer close(read); _, _ = p.ReadFrame() }()
	select {
	case <-p.Done():
	case <-ctx.Done():
	}
	now, cancel := context.WithCancel(ctx)
	cancel()
	_ = p.Close(now)
	<-read
	return p.Exit()
}
