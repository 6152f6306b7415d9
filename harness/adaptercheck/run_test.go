package adaptercheck_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/harness/adaptercheck"
	"github.com/wiretrial/wiretrial/harness/host"
)

// check runs the wanted checks on an adapter of the test binary.
func check(t *testing.T, role string, wanted func(id string) bool) adaptercheck.Result {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cfg := adaptercheck.Config{Argv: []string{exe, "__adapter", role}, Exe: exe, Dir: t.TempDir(), Env: quickEnd()}
	res, err := adaptercheck.RunOnly(t.Context(), cfg, wanted)
	if err != nil {
		t.Fatalf("the check itself failed: %v", err)
	}
	return res
}

// quickEnd keeps a test binary with the race detector, which every process here then is, from sleeping a second before it exits.
func quickEnd() map[string]string { return map[string]string{"GORACE": "atexit_sleep_ms=0"} }

func all(string) bool { return true }

// most is every check but those of features that no bad adapter is about: the reference holds them all in a test of its own.
func most(id string) bool {
	_, bad := faults()[id]
	return bad || !strings.HasPrefix(id, "feature.")
}

func report(r adaptercheck.Result) string {
	var b strings.Builder
	b.WriteString(adaptercheck.Header(r.Hello))
	for _, c := range r.Checks {
		b.WriteString(adaptercheck.Text(c))
	}
	b.WriteString(adaptercheck.Summary(r))
	return b.String()
}

func TestTheReferenceAdapterHoldsEverything(t *testing.T) {
	t.Parallel()
	r := check(t, "good", all)
	if r.ExitCode() != adaptercheck.ExitHolds {
		t.Errorf("exit code %d:\n%s", r.ExitCode(), report(r))
	}
	if testing.Verbose() {
		t.Log("\n" + report(r))
		for _, c := range r.Checks {
			t.Log(c.ID, c.Took)
		}
	}
}

func TestEachFaultFailsItsCheckAndNoOther(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("40 nearly whole checks need half a minute of CPU")
	}
	for name := range faults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.HasPrefix(name, "channel.d") || name == "channel.children" {
				needsDescriptors(t)
			}
			r := check(t, name, most)
			var failed []string
			for _, c := range r.Checks {
				if c.Status == adaptercheck.Fails {
					failed = append(failed, c.ID)
				}
			}
			if !slices.Equal(failed, []string{name}) || r.ExitCode() != adaptercheck.ExitFails {
				t.Errorf("failed %v, exit code %d:\n%s", failed, r.ExitCode(), report(r))
			}
		})
	}
}

func needsDescriptors(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("descriptors of another process cannot be seen on this platform")
	}
}

func TestAnAdapterThatDoesNotStart(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		argv []string
		kind error
		says string
	}{
		"ends at once":        {[]string{"true"}, host.ErrHello, "it ended (exit 0)"},
		"fails at once":       {[]string{"false"}, host.ErrHello, "it ended (exit 1)"},
		"echoes":              {[]string{"cat"}, host.ErrHello, "expected the answer to hello"},
		"is not there":        {[]string{"/nowhere/adapter"}, host.ErrSpawn, "/nowhere/adapter"},
		"is an empty command": {nil, host.ErrSpawn, "the command is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := adaptercheck.Run(t.Context(), adaptercheck.Config{Name: "it", Argv: c.argv, Exe: exe, Dir: t.TempDir()}, nil)
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v that says %q", err, c.kind, c.says)
			}
			if len(r.Checks) > 0 {
				t.Errorf("checks were made: %v", r.Checks)
			}
		})
	}
}

func TestAnInterruptedCheckKeepsWhatItFound(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cfg := adaptercheck.Config{Argv: []string{exe, "__adapter", "good"}, Exe: exe, Dir: t.TempDir(), Env: quickEnd()}
	r, err := adaptercheck.Run(ctx, cfg, func(c adaptercheck.Check) {
		if c.ID == "turn.plain" {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of the context", err)
	}
	if n := len(r.Checks); n == 0 || r.Checks[n-1].ID != "turn.plain" {
		t.Errorf("got %d checks, want those until turn.plain", n)
	}
}
