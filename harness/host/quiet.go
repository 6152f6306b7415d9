package host

import (
	"context"
	"fmt"
	"time"
)

// QuietOptions say what belongs to the adapter's side, and how sure to be.
type QuietOptions struct {
	// Exclude tells which descendants are not the adapter's (the mocks): they and everything below them are not looked at. May be nil.
	Exclude func(pid int) bool
	// Between runs between the two scans: the engine syncs its mocks and returns false if something is in flight. May be nil.
	Between func() (idle bool, err error)
	// Confirm, if positive, takes a third scan that much later (200 ms is enough) when only a language runtime's own timer would ever wake
	// the adapter, and takes that timer for no wake-up if nothing ran meanwhile.
	Confirm time.Duration
}

// Why says why an adapter is not idle.
type Why int

// The reasons, in the order in which they are looked for.
const (
	WhyIdle     Why = iota // it is idle
	WhyGone                // it has exited
	WhyUnread              // there is something to read from it: take Events first
	WhyRunning             // a thread runs or waits for a disk; Detail names it
	WhyInFlight            // Between said so, or something queued is not yet written to the adapter
	WhyMoved               // something ran between the scans, or processes came or went
	WhyDeaf                // all threads sleep, and it leaves its stdin unread: its event loop is blocked
	WhyUnknown             // this platform cannot prove it
)

// String returns the reason in a word or two.
func (w Why) String() string {
	names := [...]string{"idle", "gone", "unread", "running", "in flight", "moved", "deaf", "unknown"}
	if w < 0 || int(w) >= len(names) {
		return "unknown"
	}
	return names[w]
}

// WakeKind says what will wake a quiet adapter by itself.
type WakeKind int

// The kinds of wake-ups.
const (
	WakeNone    WakeKind = iota // nothing: it will never act again by itself
	WakeAt                      // a timer, not later than At
	WakeRuntime                 // only a language runtime's own timer; QuietOptions.Confirm tells it from a wake-up
	WakeUnknown                 // a thread waits in a way that cannot be read
)

// Wake is the next wake-up of a quiet adapter. Not seen are alarm(2) and socket timeouts, which no process shows.
type Wake struct {
	Kind WakeKind
	At   time.Time // of WakeAt: the latest moment of the earliest wake-up that is known; also set beside WakeUnknown if one is known
	What string    // the timer, for a report: "epoll_wait(1m0s) in thread 123 (python3)"
}

// Quiet is the outcome of a look at the adapter.
type Quiet struct {
	Proven       bool   // this platform can prove quiet; false: Idle means nothing, use a time bound
	Idle         bool   // everything sleeps and nothing is in flight
	Why          Why    // why not Idle
	Detail       string // more about Why, for a report
	Wake         Wake   // of an idle (or deaf) adapter
	Threads      int    // looked at
	RunQueueWait time.Duration
	// RunQueueWait is how long these threads have waited for a CPU since they began: its growth is to be subtracted from time bounds.
}

// Quiet looks once, in about a millisecond: first scan of all threads of the adapter and of those descendants that are not excluded, its
// stdin, opt.Between, Unread, second scan. It is idle if every thread slept in both scans and ran in between at no time, its stdin is empty,
// nothing is unread and opt.Between saw nothing in flight. Errors are those of ctx and of opt.Between.
func (a *Adapter) Quiet(ctx context.Context, opt QuietOptions) (Quiet, error) {
	if err := ctx.Err(); err != nil {
		return Quiet{Why: WhyUnknown}, err
	}
	q, err := a.prove(ctx, opt)
	if err != nil {
		return q, fmt.Errorf("adapter %s: prove it quiet: %w", a.spec.Name, err)
	}
	return q, nil
}

// The pauses between looks of AwaitQuiet: a look costs the adapter nothing, but the machine about a millisecond.
const (
	firstPause = 200 * time.Microsecond
	maxPause   = 10 * time.Millisecond
)

// AwaitQuiet looks until the adapter is idle, is gone, has an event to be taken, or is deaf with nothing to wake it; or this platform cannot
// tell. When ctx ends it returns the last look with ctx's error. Who takes Events in a goroutine of its own looks into its own queue again
// after an idle outcome.
func (a *Adapter) AwaitQuiet(ctx context.Context, opt QuietOptions) (Quiet, error) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	last := Quiet{Why: WhyUnknown, Detail: "no look was taken"}
	for wait := firstPause; ; wait = min(2*wait, maxPause) {
		select {
		case <-pause.C:
		case <-ctx.Done():
			return last, fmt.Errorf("adapter %s: not quiet: %v %s: %w", a.spec.Name, last.Why, last.Detail, context.Cause(ctx))
		}
		q, err := a.Quiet(ctx, opt)
		if err != nil {
			return last, err
		}
		last = q
		if q.settled() || q.Why == WhyUnread && len(a.events) > 0 {
			return q, nil
		}
		pause.Reset(wait)
	}
}

// settled tells whether waiting longer can change nothing. Unread settles only once there is something in Events to take.
func (q Quiet) settled() bool {
	switch q.Why {
	case WhyIdle, WhyGone, WhyUnknown:
		return true
	case WhyDeaf:
		return q.Wake.Kind == WakeNone
	}
	return false
}
