// Package verdict decides what a run as a whole came to: its counts and its exit code.
//
// It is pure: it starts nothing, reads nothing and prints nothing. What a single case came to is decided by the engine, and against
// recorded deviations by package deviations.
package verdict

import (
	"fmt"
	"strings"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

// The exit codes. Interrupted, Usage and Fault say that the run says nothing about the SDK.
const (
	OK          = 0   // at least one must passed, and nothing below is true
	Failed      = 1   // a fail at must or should, an unexpected pass, a flaky case, a stale or expired deviation
	Usage       = 2   // flag, file, lint error, unknown id, a pattern without a match, an unknown SDK
	Fault       = 3   // an error verdict, a canary, a toolchain or version that cannot be had
	Unproven    = 4   // nothing executed, everything unsupported, a recorded feature lost, the log's end missing
	Interrupted = 130 // partial results were written
)

// Failing are the verdicts that make a run fail, the worst first.
func Failing() []eventlog.Verdict {
	return []eventlog.Verdict{eventlog.Broken, eventlog.Fail, eventlog.Flaky, eventlog.UnexpectedPass}
}

// Outcome is all that the exit code depends on.
type Outcome struct {
	Interrupted bool
	Usage       string          // what is wrong with the command line or a file; empty: nothing
	Fault       string          // what kept the run from running: a canary, a toolchain, a full disk; empty: nothing
	Cases       []eventlog.Case // all that have a verdict
	Apart       string          // id of the finding about the whole run, which shows nothing if no scenario ran
	LostEnd     string          // why the log is not whole; empty: it is
	LostFeature []string        // recorded features that the SDK does not declare any more
	Deviations  []string        // deviations that are stale or expired, one sentence each
}

// Status is an exit code with its reason. It only moves up: Raise keeps the worse of two.
type Status struct {
	Code int
	Why  string
}

// rank orders the codes: if several apply, the one that leaves least to believe wins.
func rank(code int) int {
	switch code {
	case OK:
		return 0
	case Failed:
		return 1
	case Unproven:
		return 2
	case Fault:
		return 3
	case Usage:
		return 4
	}
	return 5 // Interrupted, and whatever is unknown
}

// Raise returns the worse of s and another status; of two that are as bad, the first.
func (s Status) Raise(code int, why string) Status {
	if rank(code) > rank(s.Code) {
		return Status{Code: code, Why: why}
	}
	return s
}

// Exit returns the exit code of a run and one sentence that says why.
func Exit(o Outcome) (code int, why string) {
	n := o.tally()
	s := Status{Code: OK, Why: count(n.must, "must scenario") + " passed" + n.clean}
	if o.Interrupted {
		s = s.Raise(Interrupted, "interrupted; what had ended until then is recorded")
	}
	if o.Usage != "" {
		s = s.Raise(Usage, o.Usage)
	}
	if o.Fault != "" {
		s = s.Raise(Fault, o.Fault)
	}
	if n.errors > 0 {
		s = s.Raise(Fault, count(n.errors, "verdict")+" error: the harness's or the adapter's fault, never the SDK's")
	}
	s = o.unproven(s, n)
	s = o.failed(s, n)
	return s.Code, s.Why
}

func (o Outcome) unproven(s Status, n tally) Status {
	switch {
	case o.LostEnd != "":
		s = s.Raise(Unproven, o.LostEnd)
	case len(o.LostFeature) > 0:
		s = s.Raise(Unproven, "the SDK does not declare any more: "+strings.Join(o.LostFeature, ", "))
	case n.cases == 0:
		s = s.Raise(Unproven, "nothing was executed")
	case n.executed == 0:
		s = s.Raise(Unproven, "everything is unsupported: nothing was executed")
	}
	return s
}

func (o Outcome) failed(s Status, n tally) Status {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{n.failed, "failed"}, {n.unexpected, "passed unexpectedly"}, {n.flaky, "flaky"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	parts = append(parts, o.Deviations...)
	switch {
	case len(parts) > 0:
		s = s.Raise(Failed, strings.Join(parts, ", "))
	case n.must == 0: // nothing is wrong, and nothing that every SDK must do was shown
		s = s.Raise(Unproven, "no must scenario passed, so nothing is proven")
	}
	return s
}

// tally counts what the exit code depends on.
type tally struct {
	cases, executed, must, failed, unexpected, flaky, errors int

	clean string // what the finding about the whole run adds to a success
}

func (o Outcome) tally() tally {
	var n tally
	for _, c := range o.Cases {
		whole := c.ID == o.Apart && o.Apart != ""
		if !whole {
			n.cases++
			if c.Verdict != eventlog.Unsupported {
				n.executed++
			}
		}
		switch c.Verdict {
		case eventlog.Pass:
			switch {
			case whole:
				n.clean = ", and nothing was left behind"
			case c.Level == "must":
				n.must++
			}
		case eventlog.Fail:
			if c.Level != "may" {
				n.failed++
			}
		case eventlog.UnexpectedPass:
			n.unexpected++
		case eventlog.Flaky:
			n.flaky++
		case eventlog.Known, eventlog.Unsupported, eventlog.Differs:
		default: // Broken, and whatever this version does not know
			n.errors++
		}
	}
	return n
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
