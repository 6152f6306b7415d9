package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/scenarios"
)

// records is a Sink that keeps everything, and may do something at each record.
type records struct {
	mu   sync.Mutex
	all  []eventlog.Record
	each func(eventlog.Record) error
}

func (r *records) Write(rec eventlog.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, rec)
	if r.each != nil {
		return r.each(rec)
	}
	return nil
}

// order is the ids of the cases as they were recorded.
func (r *records) order() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, rec := range r.all {
		if rec.T == "case" {
			out = append(out, rec.Case.ID)
		}
	}
	return out
}

const turn = `
steps:
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
- cli.writes: result
- sdk.yields: result
`

// plan makes the client cases of a file's text.
func plan(t *testing.T, name, text string) []scenarios.Case {
	t.Helper()
	f, err := scenarios.Load("test/"+name+".yaml", []byte("title: A case of a test\nlevel: must\nrules: [FRM-01]\nentry: [client]\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	cases, err := f.Cases()
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// turns is a plan of n cases with a prompt and an answer of their own.
func turns(t *testing.T, n int, more string) []scenarios.Case {
	t.Helper()
	var text strings.Builder
	text.WriteString("variants:\n")
	for i := range n {
		fmt.Fprintf(&text, "  n%d: {said: words of n%d}\n", i, i)
	}
	text.WriteString(`steps:
- sdk.start: "${variant.said}"
- cli.reads: user
  match: {message.content: "${variant.said}"}
` + more + `- cli.writes: assistant
  set: {text: "${variant.said}"}
- sdk.yields: assistant
  match: {text: "${variant.said}"}
- cli.writes: result
- sdk.yields: result
`)
	return plan(t, "turns", text.String())
}

func config(t *testing.T, habit string, cases []scenarios.Case) Config {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "hns") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	quickEnd := map[string]string{"GORACE": "atexit_sleep_ms=0"} // a test binary with the race detector, as every process here, sleeps a second else
	return Config{
		Target: Target{Name: habit, Argv: []string{exe, "__adapter", habit}, Env: quickEnd}, Cases: cases, Exe: exe, Version: "test", Date: time.Unix(0, 0),
		Jobs: 1, Seed: 7, Dir: dir, NoCanaries: true,
	}
}

// playing is how a case is played.
type playing func(context.Context, *scenarios.Case, engine.Adapter, engine.Fakes, engine.Options) engine.Result

// run plays a plan.
func run(t *testing.T, cfg Config) (Outcome, *records) {
	t.Helper()
	return runAs(t, cfg, engine.Run)
}

// runAs plays a plan in another way. It waits long only for those who leave nothing behind.
func runAs(t *testing.T, cfg Config, play playing) (Outcome, *records) {
	t.Helper()
	sink := &records{}
	r := newRunner(cfg, sink)
	r.engine = play
	if strings.HasPrefix(cfg.Target.Name, "leaves-") {
		r.remains.patience = 2 * time.Second
	}
	out, err := r.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return out, sink
}

// find gives the record of a case.
func find(t *testing.T, out Outcome, id string) eventlog.Case {
	t.Helper()
	for _, c := range out.Cases {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("no case %s among %d", id, len(out.Cases))
	return eventlog.Case{}
}

func wantVerdict(t *testing.T, c eventlog.Case, want eventlog.Verdict, check string) {
	t.Helper()
	got := ""
	if c.Failure != nil {
		got = c.Failure.Check
	}
	if c.Verdict != want || got != check {
		t.Errorf("%s: %s %q, wanted %s %q: %+v", c.ID, c.Verdict, got, want, check, c.Failure)
	}
}

func TestCanariesCatchLiars(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, habit, want string
		engine            playing
	}{
		{name: "an adapter that answers what it does not know", habit: "consents", want: "answered an operation that does not exist"},
		{name: "an adapter that makes messages up", habit: "makes-messages-up", want: "did not come back"},
		{name: "an adapter that dies", habit: "dies", want: "cannot be run"},
		{name: "an engine whose match is broken", habit: honest, want: "a wrong expectation was not caught", engine: blind},
		{name: "none", habit: honest},
		{name: "none, of an SDK that can do one of two entry points", habit: "no-one-shot"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, c.habit, plan(t, "one", turn))
			cfg.NoCanaries = false
			sink := &records{}
			r := newRunner(cfg, sink)
			if c.engine != nil {
				r.engine = c.engine
			}
			out, err := r.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" {
				if out.Canary != nil || len(out.Cases) != 2 {
					t.Errorf("canary %v, %d cases", out.Canary, len(out.Cases))
				}
				return
			}
			if out.Canary == nil || !strings.Contains(out.Canary.Error(), c.want) {
				t.Errorf("canary: %v, wanted %q", out.Canary, c.want)
			}
			if ran := sink.order(); len(ran) > 0 || len(out.Cases) > 0 {
				t.Errorf("cases ran although a canary did not hold: %v", ran)
			}
		})
	}
}

// blind is the engine without its match.
func blind(ctx context.Context, c *scenarios.Case, a engine.Adapter, f engine.Fakes, o engine.Options) engine.Result {
	loose := *c
	loose.Steps = append([]scenarios.Step(nil), c.Steps...)
	for i := range loose.Steps {
		loose.Steps[i].Match = nil
	}
	return engine.Run(ctx, &loose, a, f, o)
}

func TestRunRecordsEverything(t *testing.T) {
	t.Parallel()
	cases := turns(t, 5, "")
	out, sink := run(t, config(t, honest, cases))
	if len(out.Cases) != 6 || out.Interrupted || out.Canary != nil {
		t.Errorf("%d cases, interrupted %v, canary %v", len(out.Cases), out.Interrupted, out.Canary)
	}
	for i, c := range cases {
		if out.Cases[i].ID != c.ID {
			t.Errorf("case %d is %s, planned was %s", i, out.Cases[i].ID, c.ID)
		}
		wantVerdict(t, out.Cases[i], eventlog.Pass, "")
	}
	wantVerdict(t, find(t, out, LeftBehind), eventlog.Pass, "")
	if sink.all[0].T != "run" || sink.all[1].T != "plan" || len(sink.order()) != 6 {
		t.Errorf("the log begins with %s, %s and has %d cases", sink.all[0].T, sink.all[1].T, len(sink.order()))
	}
}

func TestSlowCasesRunBesideTheOthers(t *testing.T) {
	t.Parallel()
	slow, quick := plan(t, "slow", "slow: 6\n"+turn), turns(t, 3, "")
	recorded, n := make(chan struct{}), 0 // the quick ones are
	sink := &records{each: func(rec eventlog.Record) error {
		if rec.T == "case" {
			if n++; n == len(quick) {
				close(recorded)
			}
		}
		return nil
	}}
	r := newRunner(config(t, honest, append(slow, quick...)), sink)
	r.engine = func(ctx context.Context, c *scenarios.Case, a engine.Adapter, f engine.Fakes, o engine.Options) engine.Result {
		if c.Slow > 0 {
			wait(recorded)
		}
		return engine.Run(ctx, c, a, f, o)
	}
	if _, err := r.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := sink.order(); got[0] != quick[0].ID { // in one lane the slow case, planned first, would be
		t.Errorf("recorded in the order %v", got)
	}
}

// wait waits for what comes unless there is one lane only.
func wait(over <-chan struct{}) {
	select {
	case <-over:
	case <-time.After(30 * time.Second):
	}
}

func TestTheSlowestCasesBeginFirst(t *testing.T) {
	t.Parallel()
	marked := "host: {env: {MARK: here}}\n"
	cases := slices.Concat(
		plan(t, "marked", marked+turn)[:1], plan(t, "short", "slow: 6\n"+turn)[:1], plan(t, "plain", turn)[:1],
		plan(t, "long", "slow: 75\n"+marked+turn)[:1], plan(t, "again", turn)[:1], plan(t, "middle", "slow: 30\n"+turn)[:1],
		plan(t, "waits", strings.Replace(turn, "- cli.writes: assistant\n", "- quiet: 2s\n- cli.writes: assistant\n", 1))[:1],
	)
	slow, quick := (&runner{cfg: Config{Cases: cases}}).order()
	if diff := cmp.Diff([]int{3, 5, 1}, slow) + cmp.Diff([]int{6, 2, 4, 0}, quick); diff != "" {
		t.Error(diff)
	}
}

func TestAFailureThatDoesNotComeAgainIsFlaky(t *testing.T) {
	t.Parallel()
	cfg := config(t, "loses-one", plan(t, "one", turn))
	cfg.Rerun = 3
	cfg.Target.Env["MEMORY"] = filepath.Join(cfg.Dir, "memory")
	out, _ := run(t, cfg)
	c := out.Cases[0]
	if c.Verdict != eventlog.Flaky || strings.Join(c.Attempts, " ") != "fail pass" {
		t.Errorf("%s after %v", c.Verdict, c.Attempts)
	}
}

// expectsFailure is a record of deviations by which every case fails.
type expectsFailure struct{}

func (expectsFailure) Judge(c *eventlog.Case, _ string) {
	switch c.Verdict {
	case eventlog.Pass:
		c.Verdict = eventlog.UnexpectedPass
	case eventlog.Fail:
		c.Verdict = eventlog.Known
	}
}

func TestAnUnexpectedPassThatDoesNotComeAgainIsFlaky(t *testing.T) {
	t.Parallel()
	cfg := config(t, "loses-second", plan(t, "one", turn))
	cfg.Rerun, cfg.Judge = 3, expectsFailure{}
	cfg.Target.Env["MEMORY"] = filepath.Join(cfg.Dir, "memory")
	out, _ := run(t, cfg)
	c := out.Cases[0]
	if c.Verdict != eventlog.Flaky || strings.Join(c.Attempts, " ") != "unexpected-pass known" || c.Failure == nil {
		t.Errorf("%s after %v, failure %v", c.Verdict, c.Attempts, c.Failure)
	}
}

func TestAnUnexpectedPassThatComesAgainStays(t *testing.T) {
	t.Parallel()
	cfg := config(t, honest, plan(t, "one", turn))
	cfg.Rerun, cfg.Judge = 1, expectsFailure{}
	out, _ := run(t, cfg)
	c := out.Cases[0]
	if c.Verdict != eventlog.UnexpectedPass || strings.Join(c.Attempts, " ") != "unexpected-pass unexpected-pass" {
		t.Errorf("%s after %v", c.Verdict, c.Attempts)
	}
}

func TestAFailureThatComesAgainIsNone(t *testing.T) {
	t.Parallel()
	cfg := config(t, "makes-messages-up", turns(t, 1, ""))
	cfg.Rerun = 2
	out, _ := run(t, cfg)
	wantVerdict(t, out.Cases[0], eventlog.Fail, engine.CheckMatch)
	if got := strings.Join(out.Cases[0].Attempts, " "); got != "fail fail fail" {
		t.Errorf("attempts %s", got)
	}
}

func TestInterruptionKeepsWhatIsDecided(t *testing.T) {
	t.Parallel()
	endless := plan(t, "endless", strings.Replace(turn, "- cli.writes: assistant\n", "- cli.reads: user\n- cli.writes: assistant\n", 1))
	decided := turns(t, 2, "")
	cases := slices.Concat(decided, endless)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	sink := &records{each: func(rec eventlog.Record) error {
		if rec.T == "start" && rec.Start.ID == endless[0].ID {
			cancel()
		}
		return nil
	}}
	out, err := newRunner(config(t, honest, cases), sink).run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !out.Interrupted {
		t.Error("not interrupted")
	}
	wantVerdict(t, find(t, out, decided[0].ID), eventlog.Pass, "")
	wantVerdict(t, find(t, out, decided[1].ID), eventlog.Pass, "")
	for _, c := range out.Cases {
		if c.ID == endless[0].ID {
			t.Errorf("the interrupted case has the verdict %s", c.Verdict)
		}
	}
}

func TestAnAdapterThatDiesIsAnErrorNeverAFailure(t *testing.T) {
	t.Parallel()
	out, _ := run(t, config(t, "dies", turns(t, 2, "")))
	for _, c := range out.Cases[:2] {
		wantVerdict(t, c, eventlog.Broken, "error")
	}
}

func TestWhatIsNotSupportedIsNoPass(t *testing.T) {
	t.Parallel()
	out, _ := run(t, config(t, "lacks-interrupt", plan(t, "lacking", strings.Replace(turn, "- cli.writes: assistant\n", `- sdk.interrupt:
- cli.reads: control_request/interrupt
- cli.answers: interrupt
- sdk.returns: interrupt
- cli.writes: assistant
`, 1))))
	wantVerdict(t, out.Cases[0], eventlog.Unsupported, "")
	if got := strings.Join(out.Cases[0].Missing, " "); got != "interrupt" {
		t.Errorf("missing: %q", got)
	}
}

func TestAFailedMayDiffers(t *testing.T) {
	t.Parallel()
	cases := turns(t, 1, "")
	cases[0].Level = scenarios.May
	out, _ := run(t, config(t, "makes-messages-up", cases))
	wantVerdict(t, out.Cases[0], eventlog.Differs, engine.CheckMatch)
}

func TestALogThatCannotBeWrittenEndsTheRun(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	sink := &records{each: func(rec eventlog.Record) error {
		if rec.T == "case" {
			return full
		}
		return nil
	}}
	if _, err := newRunner(config(t, honest, turns(t, 3, "")), sink).run(t.Context()); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	if n := len(sink.order()); n != 1 {
		t.Errorf("%d cases were recorded after the log broke", n)
	}
}

// TestLanesShareNothing plays cases at the same time: each sees its own words only, and no two adapters have a directory in common.
func TestLanesShareNothing(t *testing.T) {
	t.Parallel()
	cfg := config(t, honest, turns(t, 8, ""))
	cfg.Jobs = 4
	var playing atomic.Int64
	together := make(chan struct{}) // all lanes are at a case
	book := filepath.Join(cfg.Dir, "book")
	cfg.Target.Env["BOOK"] = book
	out, _ := runAs(t, cfg, func(ctx context.Context, c *scenarios.Case, a engine.Adapter, f engine.Fakes, o engine.Options) engine.Result {
		if playing.Add(1) == int64(cfg.Jobs) {
			close(together)
		}
		wait(together)
		return engine.Run(ctx, c, a, f, o)
	})
	for _, c := range out.Cases {
		wantVerdict(t, c, eventlog.Pass, "")
	}
	text, err := os.ReadFile(book)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, dir := range strings.Fields(string(text)) {
		if seen[dir] || !strings.HasPrefix(dir, cfg.Dir) {
			t.Errorf("%s is shared or not private", dir)
		}
		seen[dir] = true
	}
	if len(seen) < 2*cfg.Jobs {
		t.Errorf("%d directories for %d lanes", len(seen), cfg.Jobs)
	}
}

func TestHostEnvironmentsHaveAdaptersOfTheirOwn(t *testing.T) {
	t.Parallel()
	text := `host: {env: {MARK: here}}
steps:
- sdk.start: go on
- cli.starts:
  match: {env.MARK: here}
- cli.reads: user
- cli.writes: result
- sdk.yields: result
`
	plain := strings.Replace(strings.Replace(text, "host: {env: {MARK: here}}\n", "", 1), "here", "{absent: true}", 1)
	out, _ := run(t, config(t, honest, append(plan(t, "marked", text), plan(t, "plain", plain)...)))
	for _, c := range out.Cases {
		wantVerdict(t, c, eventlog.Pass, "")
	}
}

func TestWhatIsLeftBehind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, habit, check string
		cases              int
	}{
		{"descriptors", "leaks-descriptors", engine.CheckFD, warmCases + manyCases},
		{"too few cases to blame a cache", "leaks-descriptors", "", warmCases + manyCases - 1},
		{"files", "leaves-files", engine.CheckFile, 2},
		{"processes", "leaves-processes", engine.CheckProcess, 1},
		{"the CLI", "never-disconnects", engine.CheckProcess, 1},
		{"nothing", honest, "", warmCases + manyCases},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, c.habit, turns(t, c.cases, ""))
			out, _ := run(t, cfg)
			for _, rec := range out.Cases[:c.cases] {
				wantVerdict(t, rec, eventlog.Pass, "") // it is filed once, and not against each case
			}
			verdict := eventlog.Pass
			if c.check != "" {
				verdict = eventlog.Fail
			}
			wantVerdict(t, find(t, out, LeftBehind), verdict, c.check)
		})
	}
}

func TestGrowthFromRunToRun(t *testing.T) {
	t.Parallel()
	text := "repeat: 8\n" + turn
	for _, c := range []struct {
		habit   string
		verdict eventlog.Verdict
		check   string
	}{{honest, eventlog.Pass, ""}, {"leaks-descriptors", eventlog.Fail, engine.CheckGrowth}} {
		t.Run(c.habit, func(t *testing.T) {
			t.Parallel()
			out, _ := run(t, config(t, c.habit, plan(t, "again", text)))
			wantVerdict(t, out.Cases[0], c.verdict, c.check)
		})
	}
}
