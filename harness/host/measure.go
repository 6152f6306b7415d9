package host

import (
	"context"
	"fmt"
	"time"
)

// Descendants are the processes below the adapter's reaper but for the adapter itself: its children, theirs, and orphans. Zombies are
// flagged. On macOS orphans are found only in the adapter's process group.
func (a *Adapter) Descendants() ([]Proc, error) {
	all, err := subtree(a.reap, a.pid, nil)
	if err != nil {
		return nil, fmt.Errorf("adapter %s: list its descendants: %w", a.spec.Name, err)
	}
	found := all[:0]
	for _, p := range all {
		if p.PID != a.pid {
			found = append(found, p)
		}
	}
	describe(found)
	return found, nil
}

// FDs are the open descriptors of the adapter's process, with what they are ("pipe:[123]", a path). Linux only.
func (a *Adapter) FDs() (map[int]string, error) {
	fds, err := descriptors(a.pid)
	if err != nil {
		return nil, fmt.Errorf("adapter %s: list its descriptors: %w", a.spec.Name, err)
	}
	return fds, nil
}

// Usage measures the adapter's process; over is the interval for CPU, and how long the call takes (none: CPU is 0). Children that exclude
// names are not counted. Linux only.
func (a *Adapter) Usage(ctx context.Context, over time.Duration, exclude func(pid int) bool) (Usage, error) {
	u, err := a.usage(ctx, over, exclude)
	if err != nil {
		return u, fmt.Errorf("adapter %s: measure it: %w", a.spec.Name, err)
	}
	return u, nil
}

func (a *Adapter) usage(ctx context.Context, over time.Duration, exclude func(pid int) bool) (u Usage, err error) {
	if over > 0 {
		if u.CPU, err = cpuPercent(ctx, a.pid, over); err != nil {
			return u, err
		}
	}
	if err := processUsage(a.pid, &u); err != nil {
		return u, err
	}
	below, err := subtree(a.reap, a.pid, exclude)
	for _, p := range below {
		if p.PID != a.pid && !p.Zombie {
			u.Children++
		}
	}
	return u, err
}

// RunQueueWait is how long the threads of the adapter's process have waited for a CPU since they began; ok is false where that cannot be told. It is
// cheaper than Usage.
func (a *Adapter) RunQueueWait() (wait time.Duration, ok bool) {
	threads, wait := runQueue(a.pid)
	return wait, threads > 0
}

// cpuPercent is the share of a CPU that a process wanted, so that a busy machine, which gives a process that spins a tenth of one, does not
// hide it.
func cpuPercent(ctx context.Context, pid int, over time.Duration) (float64, error) {
	before, err := demand(pid)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	t := time.NewTimer(over)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	after, err := demand(pid)
	if err != nil {
		return 0, err
	}
	return 100 * float64(after-before) / float64(time.Since(began)), nil
}

// demand is how long a process has run so far, or waited for its turn to run.
func demand(pid int) (time.Duration, error) {
	ran, err := cpuTime(pid)
	if err != nil {
		return 0, err
	}
	var u Usage
	if err := processUsage(pid, &u); err != nil {
		return 0, err
	}
	return ran + u.RunQueueWait, nil
}

// Baseline is what an adapter held at a moment when it had nothing to do, to be compared with a later one.
type Baseline struct {
	FDs      map[int]string
	Threads  int
	Children []Proc // living descendants
}

// Baseline takes one now. Linux only.
func (a *Adapter) Baseline() (Baseline, error) {
	fds, err := a.FDs()
	if err != nil {
		return Baseline{}, err
	}
	var u Usage
	if err := processUsage(a.pid, &u); err != nil {
		return Baseline{}, fmt.Errorf("adapter %s: measure it: %w", a.spec.Name, err)
	}
	return Baseline{FDs: fds, Threads: u.Threads, Children: a.living()}, nil
}
