package harness

import (
	"cmp"
	"slices"
	"time"

	"github.com/wiretrial/wiretrial/scenarios"
)

// order is the order of the slow cases and of the others. The slowest begin first, and others that wait long are spread over the first half, the
// longest first: so there is work beside them, and nothing long begins when all others are over. Cases that ask the same of the adapter's process
// stand together, so that adapters are reused.
func (r *runner) order() (slow, quick []int) {
	waits := make([]time.Duration, len(r.cfg.Cases))
	var waiters []int
	for i, c := range r.cfg.Cases {
		waits[i] = waiting(c.Steps)
		switch {
		case c.Slow > 0:
			slow = append(slow, i)
		case waits[i] >= longWait:
			waiters = append(waiters, i)
		default:
			quick = append(quick, i)
		}
	}
	slices.SortStableFunc(slow, func(a, b int) int { return cmp.Compare(r.cfg.Cases[b].Slow, r.cfg.Cases[a].Slow) })
	slices.SortStableFunc(waiters, func(a, b int) int { return cmp.Compare(waits[b], waits[a]) })
	slices.SortStableFunc(quick, func(a, b int) int { return cmp.Compare(hostKey(r.cfg.Cases[a]), hostKey(r.cfg.Cases[b])) })
	return slow, spread(waiters, quick)
}

// longWait is how long a case waits that is not left to chance in the order.
const longWait = 300 * time.Millisecond

// spread puts some evenly among the first half of the others.
func spread(some, others []int) []int {
	all := make([]int, 0, len(some)+len(others))
	next := 0
	for k, i := range some {
		until := k * len(others) / (2 * len(some))
		all = append(append(all, others[next:until]...), i)
		next = until
	}
	return append(all, others[next:]...)
}

// waiting is how long steps wait by what they say themselves. What an SDK takes on its own is not known before.
func waiting(steps []scenarios.Step) (total time.Duration) {
	for _, s := range steps {
		total += s.After
		switch s.Verb {
		case scenarios.Quiet:
			text, _ := s.Arg.(string)
			d, _ := scenarios.ParseDuration(text) // another one is the engine's to refuse
			total += d
		case "uses":
			total += time.Second // the processor time of one is measured
		case scenarios.Fork:
			longest := time.Duration(0)
			for _, b := range s.Branches {
				longest = max(longest, waiting(b))
			}
			total += longest
		}
	}
	return total
}
