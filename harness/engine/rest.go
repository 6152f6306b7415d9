package engine

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

const (
	// settleBound is how long a barrier waits for an SDK to come to rest before it is given up as unproven.
	settleBound = 2 * time.Second
	// unreadPatience is how long a barrier waits for an SDK to read what lies in its pipe.
	unreadPatience = 100 * time.Millisecond
)

// timers tells whether the harness itself still has something to do for a fake.
func (r *run) timers() bool {
	for _, s := range r.order {
		for _, f := range s.fakes {
			if !f.dead && len(f.work) > len(f.blocked) {
				return true
			}
		}
	}
	return false
}

// atRest makes one attempt at a proof that the SDK is at rest and both channels are empty. Fakes that wait in a write count as at rest only
// where a hang is looked for; unread says that bytes which the SDK does not read may lie in its pipe.
func (r *run) atRest(hang, unread bool) (host.Quiet, bool, error) {
	if r.hostGone {
		return host.Quiet{}, false, nil
	}
	var failed error
	between := func() (bool, error) {
		ok, err := r.synced(unread)
		if err != nil {
			failed = err
		}
		return ok, err
	}
	r.unborn = false
	opt := host.QuietOptions{Exclude: r.isFake, Between: between}
	if hang {
		opt.Confirm = 200 * time.Millisecond
	}
	q, err := r.a.Quiet(r.ctx, opt)
	switch {
	case failed != nil:
		return q, false, failed
	case err != nil:
		return q, false, nil // the process went away under the scan: its end is on the channel
	}
	return q, q.Idle || hang && q.Why == host.WhyDeaf, nil
}

// passedOn tells whether a fake has the adapter's own stderr: then the harness reads it, and what lies in it is no fault of the SDK's.
func (r *run) passedOn() bool {
	own := map[string]bool{}
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		if link, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil {
			own[link] = true
		}
	}
	for _, s := range r.order {
		if f := s.fake(); f != nil && !f.dead && own[f.hello.FDs["2"]] {
			return true
		}
	}
	return false
}

// isFake tells the fakes and their grandchildren from the SDK's own processes. A fake that was started and has not said hello is
// remembered: while there is one, nothing is at rest.
func (r *run) isFake(pid int) bool {
	for _, s := range r.order {
		for _, f := range slices.Concat(s.fakes, s.probes) {
			if f.hello.PID == pid || slices.Contains(f.kids, pid) {
				return true
			}
		}
	}
	if exe, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/exe"); err == nil && strings.HasPrefix(exe, r.o.Dir+"/") {
		r.unborn = true
	}
	return false
}

// survey is what one fake answered when it was asked for a proof of rest.
type survey struct {
	f      *fake
	open   int    // answers that are due
	unread [3]int // bytes that wait for the SDK, by descriptor
}

// synced asks every living fake whether all it has read is reported and all it wrote was taken. Nothing may arrive meanwhile.
func (r *run) synced(mayLie bool) (bool, error) {
	before := r.arrivals
	if r.unborn || r.probing() {
		return false, nil
	}
	var looks []*survey
	for _, s := range r.order {
		for _, f := range slices.Concat(s.fakes, s.probes) { // a probe that hangs is a puppet like any other
			if f.dead {
				continue
			}
			if f.told && len(f.blocked) == 0 {
				return false, nil // it is about to end, and its end is news
			}
			if len(f.work) > 0 && !(mayLie && len(f.work) == len(f.blocked)) {
				return false, nil
			}
			looks = append(looks, r.survey(f))
		}
	}
	limit := time.Now().Add(time.Second)
	for slices.ContainsFunc(looks, func(l *survey) bool { return l.open > 0 }) {
		if !time.Now().Before(limit) || r.arrivals != before {
			return false, nil
		}
		if err := r.pump(limit); err != nil {
			return false, err
		}
	}
	lies := false
	for _, l := range looks {
		waits := l.unread[1] > 0 || l.unread[2] > 0 && !r.passedOn()
		if !waits && (r.draining == l.f || len(l.f.work) > 0) {
			return false, nil // all was taken and the fake is about to go on, or the harness itself is the one that reads
		}
		lies = lies || l.unread[1]+l.unread[2] > 0
	}
	return (!lies || mayLie) && r.arrivals == before, nil
}

// survey asks one fake. It answers beside a write that waits for the SDK.
func (r *run) survey(f *fake) *survey {
	l := &survey{f: f, open: 1}
	r.inquire(f, mockcli.Command{Op: mockcli.OpSync}, func(mockcli.Event) { l.open-- })
	for _, fd := range []int{1, 2} {
		l.open++
		r.inquire(f, mockcli.Command{Op: mockcli.OpPending, FD: fd}, func(e mockcli.Event) {
			l.open--
			if e.OK {
				l.unread[fd] = e.N
			}
		})
	}
	return l
}

// probing tells whether a version probe is about to answer and to end, which is news to an SDK that waits for it.
func (r *run) probing() bool {
	for _, s := range r.order {
		for _, f := range s.probes {
			if !f.dead && r.c.CLI.Version != "hang" {
				return true
			}
		}
	}
	return false
}

// barrier waits until the SDK is proven to be at rest, so that all that came before it lies in its lane. It reports false, and
// leaves a note, where that cannot be proven.
func (r *run) barrier(why string) (bool, error) {
	began := time.Now()
	bound := r.bounded(settleBound)
	pause, rested := time.Millisecond, time.Time{}
	proofs, seen := 0, r.arrivals
	for !r.hostGone && r.within(&bound) {
		// What an SDK leaves unread for long it does not want: it is at rest all the same.
		q, ok, err := r.atRest(false, time.Since(began) > unreadPatience)
		if err != nil {
			return false, err
		}
		if ok {
			if !q.Proven {
				break
			}
			if proofs, seen = again(proofs, seen, r.arrivals); proofs >= restProofs && (!naps(q.Wake) || !rested.IsZero() && time.Now().After(rested)) {
				return true, nil
			}
			if pause = restApart; naps(q.Wake) {
				if rested.IsZero() {
					rested = q.Wake.At
				}
				pause = max(time.Until(rested), 0) + time.Millisecond
			}
		} else {
			proofs = 0
		}
		if err := r.pump(time.Now().Add(pause)); err != nil {
			return false, err
		}
		pause = min(max(pause*2, time.Millisecond), 20*time.Millisecond)
	}
	if !r.hostGone {
		r.note("%s: the SDK did not come to rest, or this platform cannot prove it; the check was skipped", why)
	}
	return false, nil
}

const (
	// restProofs is how many proofs in a row a barrier wants, restApart how far apart: a goroutine that lies ready while every thread
	// sleeps is not seen by one look.
	restProofs = 2
	restApart  = 2 * time.Millisecond
)

// again counts proofs between which nothing arrived.
func again(proofs, seen, arrivals int) (int, int) {
	if seen != arrivals {
		return 1, arrivals
	}
	return proofs + 1, arrivals
}

// nap is the longest sleep after which a language runtime may still find work that lay ready before it: Go's monitor sleeps up to 10 ms while
// all threads sleep and a goroutine waits for it to free a processor.
const nap = 12 * time.Millisecond

func naps(w host.Wake) bool { return w.Kind == host.WakeAt && time.Until(w.At) < nap }

// silence is the step quiet: for the given time nothing new may happen. What is already on its way when it begins is let through first, but
// for signals: each is an act of the SDK, and one that comes together with the end of stdin, which the step before saw, is what a quiet
// there is to catch. The fake may report the two in either order, so that it counts from the act before them.
func (r *run) silence(s scenarios.Step, d time.Duration, ended bool) error {
	signals := r.arrivals
	if ended {
		signals = r.acted
	}
	if _, err := r.barrier("quiet"); err != nil {
		return err
	}
	from := r.arrivals
	for end := time.Now().Add(d); ; {
		text := r.disturbed(from)
		if e := r.signalAfter(signals); e != nil && text == "" {
			text = "the CLI saw " + e.text()
		}
		if text != "" {
			return r.failAt(s, CheckQuiet, "nothing may happen for %s, but %s", d, text)
		}
		if !time.Now().Before(end) {
			return nil
		}
		if err := r.pump(end); err != nil {
			return err
		}
	}
}

// signalAfter is the first signal after an arrival that no step took.
func (r *run) signalAfter(from int) *ending {
	for _, s := range r.order {
		for _, e := range s.endings {
			if e.kind == "signal" && e.at > from && !e.taken {
				return e
			}
		}
	}
	return nil
}

// disturbed names the first thing after an arrival that quiet forbids.
func (r *run) disturbed(from int) string {
	for _, s := range r.order {
		for _, l := range s.lines {
			if l.at > from && !l.served && !l.taken && !r.chat[l.Subtype] {
				return fmt.Sprintf("the SDK wrote %s", clip(string(l.Raw), 200))
			}
		}
		for _, e := range s.endings {
			if e.at > from && !e.taken {
				return "the CLI saw " + e.text()
			}
		}
		for _, k := range s.asks {
			if k.at > from && !k.taken && !k.served {
				return "the callback " + k.lane + " was called"
			}
		}
		for _, m := range s.msgs {
			if m.at > from && !m.taken && !s.wasWritten(m) {
				return "the SDK yielded " + clip(string(m.raw), 200)
			}
		}
	}
	return ""
}
