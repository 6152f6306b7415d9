//go:build unix

package transport

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"
)

// never is a limit that no test reaches.
const never = time.Hour

func TestVersion(t *testing.T) {
	t.Parallel()
	for part, limit := range map[string]time.Duration{
		"version":       never,
		"version-stays": 200 * time.Millisecond, // it has answered long before
	} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			if v, err := Version(t.Context(), helper(t, part), limit); err != nil || v.String() != "2.1.329" {
				// a CLI that has not even been scheduled in time has not answered either
				if part == "version" || !errors.Is(err, ErrVersionLimit) {
					t.Errorf("got %v, %v", v, err)
				}
			}
		})
	}
}

func TestVersionIsNotTold(t *testing.T) {
	t.Parallel()
	for part, tc := range map[string]struct {
		limit  time.Duration
		kind   error
		stderr string
	}{
		"version-fails":  {never, &ExitError{}, "a warning\n"},
		"version-floods": {100 * time.Millisecond, ErrVersionLimit, ""},
		"stubborn":       {100 * time.Millisecond, ErrVersionLimit, ""},
		"echo":           {never, ErrNoVersion, ""},
	} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			_, err := Version(t.Context(), helper(t, part), tc.limit)
			var bad *VersionError
			if !errors.As(err, &bad) || len(bad.Output) > versionMost || tc.stderr != "" && bad.Stderr != tc.stderr {
				t.Fatalf("got %#v", err)
			}
			var exit *ExitError
			if _, byExit := tc.kind.(*ExitError); byExit && (!errors.As(err, &exit) || exit.Code != 3) || !byExit && !errors.Is(err, tc.kind) {
				t.Errorf("want %v, got %v", tc.kind, err)
			}
		})
	}
}

// TestVersionOfNothing: what could not be started is a SpawnError, and what was given up is the context's.
func TestVersionOfNothing(t *testing.T) {
	t.Parallel()
	var spawn *SpawnError
	if _, err := Version(t.Context(), Command{Path: "/no/such/claude"}, never); !errors.As(err, &spawn) || !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	var bad *VersionError
	if _, err := Version(ended(t), helper(t, "version"), never); !errors.As(err, &bad) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %#v", err)
	}
	if _, err := Version(t.Context(), helper(t, "version"), time.Nanosecond); !errors.As(err, &bad) || !errors.Is(err, ErrVersionLimit) {
		t.Errorf("a limit that passes before the start: got %#v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := Version(ctx, helper(t, "stubborn"), never); !errors.Is(err, context.Canceled) || errors.Is(err, ErrVersionLimit) {
		t.Errorf("got %v", err)
	}
}

// TestVersionLeavesNoGrandchild: one that holds the pipes delays nothing, and does not outlive the question.
func TestVersionLeavesNoGrandchild(t *testing.T) {
	t.Parallel()
	l, env := newLife(t)
	if v, err := Version(t.Context(), helper(t, "version-parent", env), never); err != nil || v.Patch != 329 {
		t.Errorf("got %v, %v", v, err)
	}
	l.await(t)
	if _, err := l.conn.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the grandchild lives: %v", err)
	}
}
