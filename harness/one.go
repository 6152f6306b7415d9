package harness

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/harness/screenplay"
	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// one runs one case of the plan, again if it failed and reruns are asked for, and records it.
func (r *runner) one(ctx context.Context, i int, h contract.Hello) error {
	c := &r.cfg.Cases[i]
	if ctx.Err() != nil {
		return nil
	}
	if err := r.write(eventlog.Record{T: "start", Start: &eventlog.Start{ID: c.ID, Slow: c.Slow > 0}}); err != nil {
		return err
	}
	began := time.Now()
	res := r.attempt(ctx, c, h)
	if ctx.Err() != nil {
		return nil // interrupted: no verdict
	}
	rec := caseRecord(c, res)
	for range r.cfg.Rerun {
		if rec.Verdict != eventlog.Fail && rec.Verdict != eventlog.Broken && rec.Verdict != eventlog.Differs {
			break
		}
		again := caseRecord(c, r.attempt(ctx, c, h))
		if ctx.Err() != nil {
			return nil
		}
		if rec.Attempts == nil {
			rec.Attempts = []string{string(rec.Verdict)}
		}
		rec.Attempts = append(rec.Attempts, string(again.Verdict))
		if again.Verdict != rec.Verdict {
			rec.Verdict = eventlog.Flaky
			break
		}
	}
	rec.MS = float64(time.Since(began).Microseconds()) / 1000
	if r.cfg.Judge != nil {
		r.cfg.Judge.Judge(&rec, h.SDK.Version)
	}
	r.mu.Lock()
	r.done[i] = rec
	r.mu.Unlock()
	return r.recordCase(rec, res)
}

// recordCase writes what happened before the verdict that rests on it.
func (r *runner) recordCase(rec eventlog.Case, res engine.Result) error {
	if r.cfg.Trace || res.Failure != nil || res.Err != nil {
		for k := range res.Traces {
			if err := r.write(eventlog.Record{T: "trace", Trace: &res.Traces[k]}); err != nil {
				return err
			}
		}
	}
	return r.write(eventlog.Record{T: "case", Case: &rec})
}

// caseRecord turns the engine's result into a record, before deviations.
func caseRecord(c *scenarios.Case, res engine.Result) eventlog.Case {
	rec := eventlog.Case{
		ID: c.ID, Title: c.File.Title, Level: string(c.Level), Rules: c.File.Rules, Seen: c.File.Seen, Verdict: eventlog.Pass,
		Missing: res.Missing, Failure: res.Failure, Notes: res.Notes, Where: c.File.Pos.File,
	}
	switch {
	case res.Err != nil:
		rec.Verdict = eventlog.Broken
		rec.Failure = &eventlog.Failure{Check: "error", Class: "error", Text: res.Err.Error(), Fault: "harness or adapter: never the SDK's"}
	case res.Missing != nil:
		rec.Verdict = eventlog.Unsupported
	case res.Failure != nil && c.Level == scenarios.May:
		rec.Verdict = eventlog.Differs
	case res.Failure != nil:
		rec.Verdict = eventlog.Fail
	}
	if rec.Verdict != eventlog.Pass && rec.Verdict != eventlog.Unsupported {
		rec.Steps = screenplay.Fill(screenplay.Rows(c), res.Marks, res.Failure)
	}
	return rec
}

// attempt runs a case once, or as often as its repeat says in one adapter.
func (r *runner) attempt(ctx context.Context, c *scenarios.Case, h contract.Hello) engine.Result {
	a, err := r.pool.Get(ctx, hostKey(*c), hostEnv(*c))
	if err != nil {
		return engine.Result{Err: fmt.Errorf("no adapter: %w", err)}
	}
	settled := false
	defer func() { r.pool.Put(a, settled) }()
	var res engine.Result
	if c.Repeat > 1 {
		res = r.repeat(ctx, c, a)
	} else {
		res = r.play(ctx, c, a)
	}
	settled = !res.Unsettled && res.Err == nil
	return res
}

// play gives a case its private directory and the fakes their meeting point, and looks afterwards at what was left.
func (r *runner) play(ctx context.Context, c *scenarios.Case, a *host.Adapter) engine.Result {
	dir := r.newDir()
	defer os.RemoveAll(dir)
	fakes, err := mockcli.Listen(dir)
	if err != nil {
		return engine.Result{Err: fmt.Errorf("cannot listen for the fake: %w", err)}
	}
	defer fakes.Close()
	res := engine.Run(ctx, c, a, fakes, engine.Options{
		Dir: dir, Exe: r.cfg.Exe, Seed: caseSeed(r.cfg.Seed, c.ID), Timeout: r.cfg.Timeout, Deadline: r.cfg.Deadline,
		Cut: r.cfg.Cut, CutAny: r.cfg.CutAny,
	})
	if !res.Unsettled && res.Err == nil && res.Failure == nil {
		_ = fakes.Close() // with it go the grandchildren that the fakes themselves left
		if r.leftovers(ctx, c, a) {
			res.Unsettled = true
		}
	}
	return res
}

func (r *runner) newDir() string {
	r.mu.Lock()
	r.dirs++
	n := r.dirs
	r.mu.Unlock()
	dir := filepath.Join(r.cfg.Dir, fmt.Sprintf("c%d", n))
	_ = os.MkdirAll(dir, 0o700)
	return dir
}

// leftoverPatience is how long a process may take to be gone: what goes away by itself was not left behind.
const leftoverPatience = 10 * time.Second

// leftovers looks for processes that a case left below the adapter. It looks once, and again only if there are some.
func (r *runner) leftovers(ctx context.Context, c *scenarios.Case, a *host.Adapter) bool {
	limit := time.Now().Add(leftoverPatience)
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		procs, err := a.Descendants()
		if err != nil || len(procs) == 0 {
			return false
		}
		if time.Now().After(limit) || ctx.Err() != nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, p := range procs {
				r.left = append(r.left, fmt.Sprintf("%s: process %s", c.ID, p))
			}
			return true
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
		}
	}
}

// repeat runs a case N times in one adapter: what the first runs have warmed up must not grow after that.
func (r *runner) repeat(ctx context.Context, c *scenarios.Case, a *host.Adapter) engine.Result {
	var first host.Usage
	const warm = 3
	var res engine.Result
	for n := 1; n <= c.Repeat; n++ {
		res = r.play(ctx, c, a)
		if res.Err != nil || res.Failure != nil || res.Missing != nil || ctx.Err() != nil {
			return res
		}
		if n == min(warm, c.Repeat-1) {
			first, _ = a.Usage(ctx, 0, nil)
		}
	}
	last, err := a.Usage(ctx, 0, nil)
	if err != nil {
		res.Notes = append(res.Notes, "growth was not measured: "+err.Error())
		return res
	}
	if f := growth(c, first, last); f != nil {
		res.Failure, res.Unsettled = f, true
	}
	return res
}

// growth fails when descriptors or children grew with the number of runs; fewer than one for two runs is a cache.
func growth(c *scenarios.Case, first, last host.Usage) *eventlog.Failure {
	limit := c.Repeat / 2
	for _, m := range []struct {
		name       string
		from, upto int
	}{{"descriptors", first.FDs, last.FDs}, {"children", first.Children, last.Children}, {"threads", first.Threads, last.Threads}} {
		if m.upto-m.from >= max(limit, 1) {
			return &eventlog.Failure{
				Check: engine.CheckGrowth, Class: engine.Class(engine.CheckGrowth, false), Where: c.File.Pos.File,
				Text: fmt.Sprintf("%s grew from %d to %d over %d runs", m.name, m.from, m.upto, c.Repeat),
				Want: fmt.Sprint(m.from), Got: fmt.Sprint(m.upto), Fault: "SDK: each run was closed and ended well",
			}
		}
	}
	return nil
}

// LeftBehind is the id of the finding about what an SDK leaves behind; it is always part of the plan.
const LeftBehind = "process/left-behind"

// leftBehind decides over all runs whether the SDK leaves processes behind.
func (r *runner) leftBehind() *eventlog.Case {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.done) == 0 {
		return nil
	}
	rec := eventlog.Case{
		ID: LeftBehind, Title: "A session that is over leaves nothing behind", Level: string(scenarios.Must), Rules: []string{"PRC-04"}, Verdict: eventlog.Pass,
	}
	if len(r.left) > 0 {
		rec.Verdict = eventlog.Fail
		rec.Failure = &eventlog.Failure{
			Check: engine.CheckProcess, Class: engine.Class(engine.CheckProcess, false), Got: r.left[0],
			Text:  fmt.Sprintf("%d processes lived on after their sessions were over; the first: %s", len(r.left), r.left[0]),
			Fault: "SDK: the scenario was over and its fakes had been told to exit",
		}
	}
	if r.cfg.Judge != nil {
		r.cfg.Judge.Judge(&rec, r.release)
	}
	return &rec
}
