package engine_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// stage is where cases are played: one adapter, and a private directory for each play.
type stage struct {
	t     *testing.T
	real  *host.Adapter
	a     engine.Adapter
	exe   string
	limit time.Duration // deadline of an observation
	o     engine.Options
}

// quickEnd keeps a test binary with the race detector, which every process here then is, from sleeping a second before it exits.
const quickEnd = "GORACE=atexit_sleep_ms=0"

// newStage starts the adapter with a lie.
func newStage(t *testing.T, lie string) *stage {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	a, err := host.Start(ctx, host.Spec{Name: lie, Argv: []string{exe, "__adapter", lie}, Env: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), quickEnd}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Kill(); err != nil {
			t.Error(err)
		}
	})
	return &stage{t: t, real: a, a: a, exe: exe}
}

// play runs a case to its end.
func (s *stage) play(c *scenarios.Case) engine.Result { return s.playIn(s.t.Context(), c) }

func (s *stage) playIn(ctx context.Context, c *scenarios.Case) engine.Result {
	s.t.Helper()
	dir, err := os.MkdirTemp("", "eng")
	if err != nil {
		s.t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	fakes, err := mockcli.Listen(dir)
	if err != nil {
		s.t.Fatal(err)
	}
	defer fakes.Close()
	o := s.o
	o.Dir, o.Exe, o.Seed, o.Deadline = dir, s.exe, 7, s.limit
	return engine.Run(ctx, c, s.a, fakes, o)
}

// load makes the case of a file's text at an entry point; its header is added.
func load(t *testing.T, text string, entry scenarios.Entry) *scenarios.Case {
	t.Helper()
	cases := loadAll(t, text)
	for i := range cases {
		if entry == "" || cases[i].Entry == entry {
			return &cases[i]
		}
	}
	t.Fatalf("no case for entry %q", entry)
	return nil
}

func loadAll(t *testing.T, text string) []scenarios.Case {
	t.Helper()
	if !strings.Contains(text, "steps:") {
		text = "steps:\n" + text
	}
	f, err := scenarios.Load("test/case.yaml", []byte("title: A case of a test\nlevel: must\nrules: [FRM-01]\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	cases, err := f.Cases()
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// bounded plays with a bound that is short where the machine is quick. A busy one may miss it at a step before the one that is meant: then it plays
// again, with more.
func bounded(bound time.Duration, check string, step int, play func(time.Duration) engine.Result) engine.Result {
	for {
		res := play(bound)
		if f := res.Failure; bound == 0 || bound > 10*time.Second || f != nil && f.Check == check && f.Step == step {
			return res
		}
		bound *= 4
	}
}

// mustPass reports anything but a pass.
func mustPass(t *testing.T, res engine.Result) {
	t.Helper()
	switch {
	case res.Err != nil:
		t.Errorf("error: %v", res.Err)
	case res.Missing != nil:
		t.Errorf("unsupported: %v", res.Missing)
	case res.Failure != nil:
		t.Errorf("failed: %+v\n%s", *res.Failure, traceOf(res))
	case res.Unsettled:
		t.Errorf("passed, but the adapter is not settled")
	}
}

// mustFail reports anything but a failure of that check at that step.
func mustFail(t *testing.T, res engine.Result, check string, step int) {
	t.Helper()
	switch {
	case res.Err != nil:
		t.Errorf("error: %v\n%s", res.Err, traceOf(res))
	case res.Failure == nil:
		t.Errorf("passed (missing %v), wanted a failed %s at step %d\n%s", res.Missing, check, step, traceOf(res))
	case res.Failure.Check != check || res.Failure.Step != step:
		t.Errorf("failed %s at step %d, wanted %s at step %d: %+v\n%s", res.Failure.Check, res.Failure.Step, check, step, *res.Failure, traceOf(res))
	}
}

func traceOf(res engine.Result) string {
	var b strings.Builder
	for _, t := range res.Traces {
		b.WriteString("  " + t.Channel + " " + t.Text + "\n")
	}
	for _, n := range res.Notes {
		b.WriteString("  note " + n + "\n")
	}
	return b.String()
}

// hiding is an adapter that keeps some of its features to itself.
type hiding struct {
	engine.Adapter
	hidden []string
}

func (h hiding) Hello() contract.Hello {
	hello := h.Adapter.Hello()
	kept := []string{}
	for _, f := range hello.Features {
		if !contains(h.hidden, f) {
			kept = append(kept, f)
		}
	}
	hello.Features = kept
	return hello
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
