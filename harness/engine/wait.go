package engine

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/scenarios"
)

const (
	// calm is how long nothing must have come before a wait asks whether anything can still come.
	calm = 60 * time.Millisecond
	// recheck is how often a bound that was put off is looked at again, patience how many deadlines one that is no promise is put off at most.
	recheck  = 100 * time.Millisecond
	patience = 3
	// flowing is how long after the last event something is still taken to be on its way: a deadline does not pass amid a flood.
	flowing = time.Second
	// piecesPatience is how long a wait may take at most while the harness brings bytes in pieces: thousands of them, each a round trip between
	// two processes that share a core with others.
	piecesPatience = 5 * time.Minute
)

// waiting is one bounded wait.
type waiting struct {
	what    string
	step    scenarios.Step
	until   time.Time
	promise bool          // the bound is the SDK's promise (within), not the harness's deadline
	within  time.Duration // the promise itself, counted from the end of the previous step
	began   time.Time
	// measured and queued say for how long the SDK's threads had waited for a CPU when a promise began, where that can be told.
	measured bool
	queued   time.Duration
}

// wait handles events until cond holds. It fails by the deadline, or earlier when it is proven that nothing can move any more.
func (r *run) wait(w waiting, cond func() (bool, error)) error {
	w.began = time.Now()
	probe := calm
	for {
		if err := r.tend(); err != nil {
			return err
		}
		if ok, err := cond(); ok || err != nil {
			return err
		}
		if ok, err := r.take(); err != nil {
			return err
		} else if ok {
			if queued, endless := r.endless(w); endless {
				return r.expired(w, queued)
			}
			continue
		}
		now := time.Now()
		if !now.Before(w.until) {
			r.measure(&w)
			limit, queued := r.allowed(w)
			if !now.Before(limit) {
				return r.expired(w, queued)
			}
			if err := r.pump(minTime(limit, now.Add(recheck))); err != nil {
				return err
			}
			continue
		}
		if idle := now.Sub(r.last); idle >= probe {
			probe *= 2
			r.measure(&w)
			if err := r.failIfStuck(w, cond); err != nil {
				return err
			}
			continue
		}
		next := r.last.Add(probe)
		if next.After(w.until) {
			next = w.until
		}
		if err := r.pump(next); err != nil {
			return err
		}
	}
}

// endless tells whether a wait is to end though events are there to be handled: what was awaited would have come long ago, and the SDK may say
// something else for ever.
func (r *run) endless(w waiting) (queued time.Duration, ok bool) {
	now := time.Now()
	if now.Sub(w.until) < 2*patience*r.o.Deadline {
		return 0, false
	}
	limit, queued := r.allowed(w)
	return queued, now.After(limit)
}

// measure notes for how long the SDK's threads have waited for a CPU, once, where a wait turns out to be no short one.
func (r *run) measure(w *waiting) {
	if !w.measured {
		w.queued, w.measured = r.runQueue()
	}
}

// allowed is the bound of a wait. An SDK that was kept from running could do nothing meanwhile, so the time that its threads waited for a CPU is
// added; they wait side by side, so this errs for the SDK. What is added is bounded, for promises by the deadline of any observation. A deadline,
// which promises nothing, is put off as long as events come one after the other: what it waits for may lie behind them. Neither
// bound passes while the harness itself still has bytes to bring to the SDK, in pieces, and both count from the last of them: they are what the
// SDK is to answer to.
func (r *run) allowed(w waiting) (limit time.Time, queued time.Duration) {
	if r.inPieces() {
		return w.began.Add(piecesPatience), 0
	}
	most, bound := r.o.Deadline, w.within
	if !w.promise {
		most, bound = most*patience, r.o.Deadline
	}
	queued = r.starved(w, most)
	until := w.until
	if flows := r.last.Add(flowing); !w.promise && flows.After(until) {
		until = minTime(flows, until.Add(most))
	}
	if whole := r.whole.Add(bound); whole.After(until) {
		until = whole
	}
	return until.Add(queued), queued
}

// bounded begins a bound that does not count the time for which the SDK waits for a CPU. Pieces on their way do not put it off: it may be the next
// step that lets the SDK read them.
func (r *run) bounded(d time.Duration) waiting {
	now := time.Now()
	return waiting{began: now, until: now.Add(d), promise: true}
}

// within tells whether a bound has not passed, and measures from its first moments on.
func (r *run) within(w *waiting) bool {
	now := time.Now()
	if now.Before(w.until) {
		if now.Sub(w.began) > calm {
			r.measure(w)
		}
		return true
	}
	return now.Before(w.until.Add(r.starved(*w, r.o.Deadline)))
}

// starved is how long the SDK's threads have waited for a CPU since a wait was first measured, at most so much.
func (r *run) starved(w waiting, most time.Duration) time.Duration {
	if !w.measured {
		return 0
	}
	now, ok := r.runQueue()
	if !ok {
		return 0
	}
	return min(max(now-w.queued, 0), most)
}

// runQueue is how long the SDK's threads have waited for a CPU so far; ok is false where that cannot be told.
func (r *run) runQueue() (wait time.Duration, ok bool) {
	if r.hostGone {
		return 0, false
	}
	return r.a.RunQueueWait()
}

// expired is the failure of a wait whose bound has passed.
func (r *run) expired(w waiting, queued time.Duration) error {
	r.unsettled = true
	if !w.promise {
		return r.failAt(w.step, CheckDeadline, "%s never came (%s waited; not proven to be a hang)", w.what, time.Since(w.began).Round(time.Millisecond))
	}
	cpu := "how long the SDK waited for a CPU meanwhile cannot be told here"
	if w.measured {
		cpu = fmt.Sprintf("of which the SDK's threads waited %s for a CPU, which is not counted", queued.Round(time.Millisecond))
	}
	began := r.stepBegan
	if r.whole.After(began) {
		began = r.whole
	}
	return r.failAt(w.step, CheckWithin, "%s did not come within %s: %s passed, %s", w.what, w.within, time.Since(began).Round(time.Millisecond), cpu)
}

// failIfStuck fails a wait early when the SDK is proven to be at rest with no wake-up before the bound.
func (r *run) failIfStuck(w waiting, cond func() (bool, error)) error {
	if r.hostGone || r.hostKill || r.timers() {
		return r.pump(minTime(w.until, time.Now().Add(calm)))
	}
	var proof host.Quiet
	for range 2 { // two proofs: the second rules out what was in flight between the channels at the first
		q, ok, err := r.atRest(true, true)
		if err != nil {
			return err
		}
		if !ok || !q.Proven {
			return r.pump(minTime(w.until, time.Now().Add(5*time.Millisecond)))
		}
		if done, err := cond(); done || err != nil {
			return err
		}
		proof = q
	}
	if proof.Wake.Kind != host.WakeNone {
		return r.wakes(w, proof)
	}
	r.unsettled = true
	f := r.failAt(w.step, w.check(), "%s never came: proven, nothing moves any more and no timer is set", w.what)
	f.Class = Class(CheckDeadline, r.unsafe())
	return f
}

// wakes waits for the SDK's next timer if it is due before the bound, and fails with it if not.
func (r *run) wakes(w waiting, q host.Quiet) error {
	at, known := q.Wake.At, q.Wake.Kind == host.WakeAt
	limit, _ := r.allowed(w)
	if !known || at.Before(limit) {
		next := limit
		if known && at.Add(calm).Before(next) {
			next = at.Add(calm)
		}
		return r.pump(next)
	}
	r.unsettled = true
	return r.failAt(w.step, w.check(), "%s never came: proven, nothing moves before a timer of the SDK in %s (%s)", w.what,
		time.Until(at).Round(time.Millisecond), q.Wake.What)
}

// check is the one that a wait fails.
func (w waiting) check() string {
	if w.promise {
		return CheckWithin
	}
	return CheckDeadline
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// inPieces tells whether a fake is at a write in pieces. A reader that once stayed away from one has the deadline to come back: beyond it that
// write and those behind it lie there for the SDK, and are nothing that the harness still has to bring.
func (r *run) inPieces() bool {
	for _, s := range r.order {
		for _, f := range s.fakes {
			if !f.dead && slices.Contains(slices.Collect(maps.Values(f.work)), true) && !r.awayFrom(f) {
				return true
			}
		}
	}
	return false
}

// awayFrom tells whether the SDK stopped reading from a fake, and did not come back within the deadline.
func (r *run) awayFrom(f *fake) bool {
	for _, since := range f.blocked {
		if time.Since(since) > r.o.Deadline {
			return true
		}
	}
	return false
}

// bound returns the wait of an observation.
func (r *run) bound(s scenarios.Step, what string) waiting {
	w := waiting{what: what, step: s, until: time.Now().Add(r.o.Deadline)}
	if s.Within > 0 {
		w.until, w.promise, w.within = r.stepBegan.Add(s.Within), true, s.Within
		w.queued, w.measured = r.runQueue()
	}
	return w
}
