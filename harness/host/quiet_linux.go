package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"
)

// sched is one thread's schedstat: time on a CPU and on a run queue in nanoseconds, and times it was put on a CPU. A thread that ran at all
// has another one.
type sched [3]uint64

func (s sched) wait() time.Duration { return time.Duration(s[1]) }

// readSched reads the schedstat below /proc/PID/task/TID.
func readSched(dir string) (s sched, err error) {
	var buf [procLine]byte
	text, err := slurp(dir+"/schedstat", buf[:])
	if err != nil {
		return s, err
	}
	return parseSched(text)
}

func parseSched(text []byte) (s sched, err error) {
	fields := bytes.Fields(text)
	if len(fields) != len(s) {
		return s, fmt.Errorf("not a schedstat: %q", clip(text, 100))
	}
	for i, field := range fields {
		if s[i], err = strconv.ParseUint(string(field), 10, 64); err != nil {
			return s, err
		}
	}
	return s, nil
}

// thread is a sleeping thread as a scan saw it.
type thread struct {
	pid, tid int
	sched    sched
}

func (t thread) dir() string {
	return "/proc/" + strconv.Itoa(t.pid) + "/task/" + strconv.Itoa(t.tid)
}

// sleep remembers since when a thread has been seen in one sleep, so that a relative timeout does not move with each look.
type sleep struct {
	sched sched
	since time.Time
}

// scan is one look at all threads.
type scan struct {
	pids    []int
	threads []thread
	running string // names the first thread found awake; the scan is incomplete then
	blind   string // why the threads cannot be read
}

func (s scan) fill(q *Quiet) {
	q.Threads, q.RunQueueWait = len(s.threads), 0
	for _, t := range s.threads {
		q.RunQueueWait += t.sched.wait()
	}
}

func (s scan) equal(other scan) bool {
	return slices.Equal(s.pids, other.pids) && slices.Equal(s.threads, other.threads)
}

// scan looks at the adapter, then at its other descendants and its orphans.
func (a *Adapter) scan(exclude func(pid int) bool) (s scan) {
	procs, err := subtree(a.reap, a.pid, exclude)
	if err != nil {
		s.blind = err.Error()
		return s
	}
	for _, p := range procs {
		if p.Zombie {
			continue
		}
		s.pids = append(s.pids, p.PID)
		if s.add(p.PID); s.running != "" || s.blind != "" {
			return s
		}
	}
	return s
}

// add looks at the threads of one process.
func (s *scan) add(pid int) {
	dir := "/proc/" + strconv.Itoa(pid) + "/task"
	for _, tid := range numbers(dir) {
		t := thread{pid: pid, tid: tid}
		st, err := readStatFile(t.dir() + "/stat")
		if err != nil {
			s.running = fmt.Sprintf("thread %d of process %d ended", tid, pid)
			return
		}
		switch st.state {
		case 'Z', 'X':
			continue
		case 'S', 'T', 't', 'I', 'P':
		default:
			s.running = fmt.Sprintf("thread %d of process %d (%s) is in state %c", tid, pid, comm(t), st.state)
			return
		}
		if t.sched, err = readSched(t.dir()); err != nil {
			s.unreadable(t, err)
			return
		}
		s.threads = append(s.threads, t)
	}
}

func (s *scan) unreadable(t thread, err error) {
	if _, gone := os.Stat(t.dir()); gone != nil {
		s.running = fmt.Sprintf("thread %d of process %d ended", t.tid, t.pid)
		return
	}
	s.blind = fmt.Sprintf("the scheduler's counts of process %d cannot be read: %v", t.pid, err)
}

func comm(t thread) string {
	text, err := os.ReadFile(t.dir() + "/comm")
	if err != nil {
		return "?"
	}
	return string(bytes.TrimSpace(text))
}

// prove is Quiet. The waits are read between the scans too, so that they are those of the sleep that is proven.
func (a *Adapter) prove(ctx context.Context, opt QuietOptions) (Quiet, error) {
	q := Quiet{Proven: true}
	if a.hasExited() {
		return q.because(WhyGone, a.Status().String()), nil
	}
	if a.Unread() {
		return q.because(WhyUnread, "it wrote something that was not taken"), nil
	}
	first := a.scan(opt.Exclude)
	first.fill(&q)
	deaf := queued(a.stdin) > 0
	switch {
	case first.blind != "":
		q.Proven = false
		return q.because(WhyUnknown, first.blind), nil
	case first.running != "":
		return q.because(WhyRunning, first.running), nil
	case !slices.Contains(first.pids, a.pid):
		return q.because(WhyGone, "its process has ended and is not yet buried"), nil
	case !deaf && !a.outbox.idle():
		return q.because(WhyInFlight, "a line to it is not yet written"), nil
	}
	q.Wake = a.nextWake(first.threads)
	if opt.Between != nil {
		idle, err := opt.Between()
		if err != nil {
			return q, err
		}
		if !idle {
			return q.because(WhyInFlight, "the mocks have something in flight"), nil
		}
	}
	if a.Unread() {
		return q.because(WhyUnread, "it wrote something that was not taken"), nil
	}
	if why := a.rescan(first, opt.Exclude); why != "" {
		return q.because(WhyMoved, why), nil
	}
	return a.confirm(ctx, opt, q, first, deaf)
}

// confirm decides about a runtime's timer, if asked, and says idle or deaf.
func (a *Adapter) confirm(ctx context.Context, opt QuietOptions, q Quiet, first scan, deaf bool) (Quiet, error) {
	if q.Wake.Kind == WakeRuntime && opt.Confirm > 0 {
		t := time.NewTimer(opt.Confirm)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return q, context.Cause(ctx)
		}
		if a.Unread() {
			return q.because(WhyUnread, "it wrote something that was not taken"), nil
		}
		if why := a.rescan(first, opt.Exclude); why != "" {
			return q.because(WhyMoved, why), nil
		}
		q.Wake = Wake{Kind: WakeNone}
	}
	if deaf {
		return q.because(WhyDeaf, "all threads sleep, and it leaves its stdin unread"), nil
	}
	q.Idle = true
	return q, nil
}

// rescan says what changed since first, or nothing.
func (a *Adapter) rescan(first scan, exclude func(pid int) bool) string {
	second := a.scan(exclude)
	switch {
	case second.running != "":
		return second.running
	case second.blind != "":
		return second.blind
	case a.hasExited():
		return "it has exited"
	case !first.equal(second):
		return "a thread ran, or processes came or went, between the scans"
	}
	return ""
}

func (q Quiet) because(why Why, detail string) Quiet {
	q.Idle, q.Why, q.Detail = false, why, detail
	return q
}

func (a *Adapter) hasExited() bool {
	select {
	case <-a.exited:
		return true
	default:
		return false
	}
}

// nextWake is the earliest wake-up of the threads.
func (a *Adapter) nextWake(threads []thread) Wake {
	a.mu.Lock()
	defer a.mu.Unlock()
	fresh := make(map[int]sleep, len(threads))
	wake, now, calls := Wake{}, time.Now(), timedCalls()
	last := 0
	for _, t := range threads {
		nap := sleep{sched: t.sched, since: now}
		if old, ok := a.sleeps[t.tid]; ok && old.sched == t.sched {
			nap = old
		}
		fresh[t.tid] = nap
		w, err := readWait(t, calls)
		if err != nil {
			w = wait{kind: waitUnknown, what: err.Error()}
		}
		wake = wake.earlier(w.wake(t, nap.since))
		if t.pid != last {
			last = t.pid
			wake = wake.earlier(processTimers(t.pid, now))
		}
	}
	a.sleeps = fresh
	return wake
}

// earlier joins two wake-ups: unknown covers all, a real timer covers a runtime's, the earlier timer the later.
func (w Wake) earlier(other Wake) Wake {
	at := w.At
	if at.IsZero() || !other.At.IsZero() && other.At.Before(at) {
		at = other.At
	}
	rank := map[WakeKind]int{WakeNone: 0, WakeRuntime: 1, WakeAt: 2, WakeUnknown: 3}
	if rank[other.Kind] > rank[w.Kind] || other.Kind == WakeAt && w.Kind == WakeAt && other.At.Before(w.At) {
		w = other
	}
	w.At = at
	return w
}

var errNoWait = errors.New("its wait cannot be read")
