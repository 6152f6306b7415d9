package host

import "time"

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
	WhyRunning             // a thread runs or waits for a disk; Detail names it
	WhyInFlight            // Between said so
	WhyUnread              // there is something to read from it: take Events first
	WhyMoved               // something ran between the scans, or processes came or went
	WhyDeaf                // all threads sleep, and it leaves its stdin unread: its event loop is blocked
	WhyUnknown             // this platform cannot prove it
)

// String returns the reason in a few words.
func (w Why) String() string {
	names := [...]string{"idle", "gone", "running", "in flight", "unread", "moved", "deaf", "unknown"}
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

// Wake is the next wake-up of a quiet adapter.
type Wake struct {
	Kind WakeKind
	At   time.Time // of WakeAt: the latest moment of the earliest wake-up
	What string    // the timer, for a report: "epoll_wait(60000 ms) in thread 123 (python3)"
}

// Quiet is the outcome of a look at the adapter.
type Quiet struct {
	Proven       bool // this platform can prove quiet; false: Idle means nothing, use a time bound
	Idle         bool // everything sleeps and nothing is in flight
	Why          Why  // why not Idle
	Detail       string
	Wake         Wake          // of an idle (or deaf) adapter
	Threads      int           // looked at
	RunQueueWait time.Duration // how long these threads waited for a CPU since they began: to be subtracted from time bounds
}
