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
	rec := r.judged(c, res)
	attempts := []string{string(rec.Verdict)}
	for n := 0; n < r.cfg.Rerun && inDoubt(rec.Verdict); n++ {
		other := r.attempt(ctx, c, h)
		if ctx.Err() != nil {
			return nil
		}
		again := r.judged(c, other)
		attempts = append(attempts, string(again.Verdict))
		if again.Verdict == rec.Verdict {
			continue
		}
		if rec.Failure == nil { // what is shown is the play that failed
			rec, res = again, other
		}
		rec.Verdict = eventlog.Flaky
		r.judge(&rec)
	}
	if len(attempts) > 1 {
		rec.Attempts = attempts
	}
	rec.MS = float64(time.Since(began).Microseconds()) / 1000
	r.mu.Lock()
	r.done[i] = rec
	r.mu.Unlock()
	return r.recordCase(rec, res)
}

// judged is the record of one play, worth what is recorded.
func (r *runner) judged(c *scenarios.Case, res engine.Result) eventlog.Case {
	rec := caseRecord(c, res)
	r.judge(&rec)
	return rec
}

func (r *runner) judge(rec *eventlog.Case) {
	if r.cfg.Judge != nil {
		r.cfg.Judge.Judge(rec, r.release)
	}
}

// inDoubt tells the verdicts that are worth a second look: those that somebody would act upon.
func inDoubt(v eventlog.Verdict) bool {
	switch v {
	case eventlog.Fail, eventlog.Broken, eventlog.Differs, eventlog.UnexpectedPass:
		return true
	}
	return false
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
	dir, err := r.newDir("c")
	if err != nil {
		return engine.Result{Err: err}
	}
	defer r.sweep(dir)
	fakes, err := mockcli.Listen(dir)
	if err != nil {
		return engine.Result{Err: fmt.Errorf("cannot listen for the fake: %w", err)}
	}
	defer fakes.Close()
	before := r.remains.temporaryFiles(a)
	res := r.engine(ctx, c, a, fakes, engine.Options{
		Dir: dir, Exe: r.cfg.Fake, Seed: caseSeed(r.cfg.Seed, c.ID), Timeout: r.cfg.Timeout, Deadline: r.cfg.Deadline,
		Cut: r.cfg.Cut, CutAny: r.cfg.CutAny,
	})
	_ = fakes.Close() // with it go the grandchildren that the fakes themselves left
	r.remains.look(ctx, c, a, before, &res)
	return res
}

// sweep removes a case's directory beside the next case; closePool waits for it.
func (r *runner) sweep(dir string) {
	r.sweeps.Go(func() { _ = os.RemoveAll(dir) })
}

// newDir makes a private directory of the run.
func (r *runner) newDir(kind string) (string, error) {
	r.mu.Lock()
	r.dirs++
	dir := filepath.Join(r.cfg.Dir, fmt.Sprintf("%s%d", kind, r.dirs))
	r.mu.Unlock()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("cannot make a private directory: %w", err)
	}
	return dir, nil
}
