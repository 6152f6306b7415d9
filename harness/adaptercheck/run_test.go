package adaptercheck_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/harness/adaptercheck"
)

// check runs all checks on an adapter of the test binary.
func check(t *testing.T, role string) adaptercheck.Result {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return checkCommand(t, exe, "__adapter", role)
}

func checkCommand(t *testing.T, argv ...string) adaptercheck.Result {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	res, err := adaptercheck.Run(ctx, adaptercheck.Config{Argv: argv, Exe: exe, Dir: t.TempDir()}, nil)
	if err != nil {
		t.Fatalf("the check itself failed: %v", err)
	}
	return res
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
	r := check(t, "good")
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
