package engine

import (
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/scenarios"
)

const (
	// oneShotEnd is how long a one-shot session may take to end by itself once its fake is gone (law 6).
	oneShotEnd = 5 * time.Second
	// closeBound is how long an adapter may take for close.
	closeBound = 3 * time.Second
)

// finish keeps the laws of the end: what is due is delivered, sessions end, nothing is left over.
func (r *run) finish() error {
	r.cursors = nil
	r.storeOver()
	for _, law := range []func() error{r.deliverDue, r.endSessions, r.leftovers, r.aligned, r.signalLaw} {
		if err := law(); err != nil {
			return err
		}
	}
	return nil
}

// lawWait is the wait for what a law of the end demands: at no step.
func (r *run) lawWait(what string, d time.Duration) waiting {
	return waiting{what: what, until: time.Now().Add(d)}
}

// deliverDue waits until what must arrive has arrived, where somebody reads it.
func (r *run) deliverDue() error {
	if r.hostGone || r.hostKill {
		return nil
	}
	for _, s := range r.order {
		if s.prefix || !s.reads() {
			continue
		}
		err := r.wait(r.lawWait("every message that the CLI wrote", r.o.Deadline), func() (bool, error) {
			return s.due() == 0 || s.failure() != nil || s.over() != nil || s.gone() && s.idle(), nil
		})
		if f, ok := err.(*fail); ok {
			return r.undelivered(s, f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// reads tells whether anything takes the session's messages.
func (s *session) reads() bool {
	if s.wantRead {
		return true
	}
	for _, o := range s.ops {
		if o.reads && !o.done {
			return true
		}
	}
	return false
}

// idle tells whether no operation of the session is in flight.
func (s *session) idle() bool {
	for _, o := range s.ops {
		if !o.done {
			return false
		}
	}
	return true
}

// undelivered says which message never came, instead of that something did not.
func (r *run) undelivered(s *session, f *fail) error {
	if err := r.alignSession(s); err != nil {
		if g, ok := err.(*fail); ok {
			g.Text += "; " + f.Text
			return g
		}
		return err
	}
	return f
}

// endSessions disconnects clients, and lets one-shot sessions end by themselves.
func (r *run) endSessions() error {
	if r.hostGone || r.hostKill {
		return nil
	}
	r.releaseAsks()
	for _, s := range r.order {
		s.disarm()
		if !s.opened {
			continue
		}
		var err error
		if r.c.Entry == scenarios.Client {
			err = r.endClient(s)
		} else {
			err = r.endOneShot(s)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// releaseAsks ends what is still pending: callbacks and pulls.
func (r *run) releaseAsks() {
	for _, s := range r.order {
		for _, k := range s.asks {
			if k.taken && !k.replied && !k.cancelled {
				k.replied = true
				_ = r.a.Reply(k.id, nil, &contract.Error{Code: contract.CodeCallbackFails, Message: "the scenario is over"})
			}
		}
	}
	for stream, p := range r.pulls {
		delete(r.pulls, stream)
		_ = r.a.Reply(p.id, map[string]any{"done": true}, nil)
	}
}

// endClient closes a client that no step closed. A start that failed has left nothing to close; after a session's failure it may fail.
func (r *run) endClient(s *session) error {
	s.because(r.arrivals)
	if !s.closed && s.connected {
		if err := r.disconnectAtEnd(s); err != nil {
			return err
		}
	}
	s.wantRead = false
	return r.wait(r.lawWait("the end of the session's operations", max(r.o.Deadline, 30*time.Second)), func() (bool, error) {
		for _, o := range s.ops {
			if !o.done && !o.internal {
				return false, nil
			}
		}
		return true, nil
	})
}

// disconnectAtEnd closes a client in no task of the scenario's. After a session's failure its own failure says nothing new.
func (r *run) disconnectAtEnd(s *session) error {
	if err := r.yieldReader(s, "disconnect"); err != nil {
		return err
	}
	if closable, err := r.stopReading(s); err != nil || !closable {
		return err
	}
	o := &op{s: s, names: []string{"disconnect at the end"}, method: "disconnect", task: "the end", void: s.failure() != nil}
	return r.launch(o, map[string]any{"client": s.client})
}

// stopReading ends reads by hand that are still in flight, for SDKs that cannot close beside them. closable is false where only a kill ends one.
func (r *run) stopReading(s *session) (closable bool, err error) {
	if r.feat["concurrent.any"] {
		return true, nil
	}
	for _, o := range s.ops {
		if !o.reads || o.done {
			continue
		}
		if !r.feat["concurrent.interrupt"] {
			if err := r.abandon(s, o); err != nil || o.void {
				return false, err
			}
			continue
		}
		o.cancel = true
		if err := r.a.Cancel(o.id); err != nil {
			return false, fault("adapter does not take a cancel: %w", err)
		}
		w := r.lawWait("the cancelled read giving way to disconnect", closeBound)
		if err := r.wait(w, func() (bool, error) { return o.done, nil }); err != nil {
			return false, err
		}
	}
	return true, nil
}

// abandon waits for the reply to a read of an SDK that can do nothing beside it: it may be on its way. If it is not, nothing may be sent to the
// adapter any more, so its CLI is ended and it is not used again.
func (r *run) abandon(s *session, o *op) error {
	limit := time.Now().Add(closeBound)
	for !o.done && time.Now().Before(limit) {
		if err := r.pump(limit); err != nil {
			return err
		}
	}
	if o.done {
		return nil
	}
	r.note("session %s was not closed: the SDK cannot be called beside a read, and one was in flight", s.name)
	o.done, o.void, r.unsettled = true, true, true
	s.opened = false // no close either
	r.killFakes()
	return nil
}

func (r *run) endOneShot(s *session) error {
	if s.failure() != nil || len(s.fakes) == 0 && s.idle() {
		return nil
	}
	f := s.fake()
	w := r.lawWait("the end of the one-shot session", max(r.o.Deadline, 30*time.Second))
	var gone waiting
	return r.wait(w, func() (bool, error) {
		if s.idle() {
			return true, nil
		}
		if f != nil && f.dead {
			if gone.began.IsZero() {
				gone = r.bounded(oneShotEnd)
			}
			if !r.within(&gone) {
				return false, r.failf(CheckDeadline, "the one-shot session did not end within %s of the CLI's exit", oneShotEnd)
			}
		}
		return false, nil
	})
}

// leftovers accounts for every line, callback and operation.
func (r *run) leftovers() error {
	for _, s := range r.order {
		for _, l := range s.lines {
			if !l.taken && !l.served && !r.chat[l.Subtype] {
				f := r.failf(CheckLineLeft, "a line that the scenario does not know: %s", clip(string(l.Raw), 300))
				f.Got = clip(string(l.Raw), 300)
				return f
			}
		}
		for _, k := range s.asks {
			if !k.taken && !k.cancelled && !k.served {
				return r.failf(CheckCallback, "the callback %s was called, and the scenario does not know why", k.lane)
			}
		}
		if err := r.leftOps(s); err != nil {
			return err
		}
	}
	return nil
}

// leftOps is law 3: every operation ended, and well unless a step took its failure.
func (r *run) leftOps(s *session) error {
	for _, o := range s.ops {
		switch {
		case o.void || o.taken || o.cancel && o.done:
		case !o.done && !o.internal && !r.hostKill:
			return r.failf(CheckDeadline, "%s never ended", o.names[0])
		case o.err == nil || r.hostKill:
		case o.stream && (s.excused || s.exitedByItself(r)):
		case o.internal && s.closed:
		default:
			return r.opFailed(scenarios.Step{}, o, "and no step expects it")
		}
	}
	return nil
}

// exitedByItself tells whether the CLI ended before its session was closed, by a step or by a signal of the SDK's: then the session may end either
// way. So it may for a client whose CLI exits at the end of stdin, since its reader and its closing meet that in any order. A one-shot session
// that reaches this good end has no reason to fail.
func (s *session) exitedByItself(r *run) bool {
	for _, f := range s.fakes {
		if f.scripted || f.told && (f.code != 0 || !s.oneShot(r)) {
			return true
		}
	}
	return false
}

// aligned is law 2 over all sessions.
func (r *run) aligned() error {
	for _, s := range r.order {
		if err := r.alignSession(s); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) alignSession(s *session) error {
	var frames []scenarios.Written
	lost := r.hostGone || r.hostKill // what a host handed out before its end is judged, and not what it can no more
	for _, w := range s.writes {
		lost = lost || w.lost
		frames = append(frames, w.frames...)
	}
	dues := scenarios.Dues(frames)
	var yielded [][]byte
	for _, m := range s.msgs {
		if !isHarnessMade(m) && !s.ownReport(m) {
			yielded = append(yielded, m.raw)
		}
	}
	opt := scenarios.AlignOptions{
		Prefix: s.prefix || s.excused || lost || !s.everRead(), SetOnly: s.unordered,
		Raw: r.feat["shape.raw"], YieldsControl: r.feat["yields.control"],
	}
	for _, p := range scenarios.Align(dues, yielded, opt) {
		return r.undeliveredAs(p, dues, yielded)
	}
	return nil
}

// ownReport tells the messages that an SDK makes itself: that its user's session store failed.
func (s *session) ownReport(m *msg) bool {
	return m.kind == "system/mirror_error" && s.start.Options["session_store"] != nil
}

func isHarnessMade(m *msg) bool {
	return m.typ == "stderr" || m.typ == "frame_error"
}

// everRead tells whether anything ever took this session's messages to the end of what was due.
func (s *session) everRead() bool {
	for _, o := range s.ops {
		if o.reads && !o.void || o.internal {
			return true
		}
	}
	return s.wantRead
}

var deliveryChecks = [...]struct{ kind, check, text string }{
	{"missing", CheckMissing, "a message that the CLI wrote never arrived"},
	{"duplicate", CheckDuplicate, "a message arrived twice"},
	{"order", CheckOrder, "messages arrived in another order than they were written"},
	{"value", CheckValue, "a message arrived with a value that was not written"},
	{"unexpected", CheckNever, "the SDK handed out a message that it must keep, or that was never written"},
}

func (r *run) undeliveredAs(p scenarios.DeliveryProblem, dues []scenarios.Due, yielded [][]byte) *fail {
	check, text := CheckValue, p.Kind
	for _, d := range deliveryChecks {
		if d.kind == p.Kind {
			check, text = d.check, d.text
		}
	}
	f := r.failf(check, "%s", text)
	f.Path, f.Want, f.Got = p.Path, p.Want, p.Got
	if f.Want == "" && p.Due >= 0 && p.Due < len(dues) {
		f.Want = clip(string(dues[p.Due].Frame), 300)
	}
	if f.Got == "" && p.Yield >= 0 && p.Yield < len(yielded) {
		f.Got = clip(string(yielded[p.Yield]), 300)
	}
	return f
}

// signalLaw is law 5: no signal before the SDK has a reason to end the CLI.
func (r *run) signalLaw() error {
	for _, s := range r.order {
		for _, e := range s.endings {
			if e.kind == "eof" && r.c.CLI.IgnoresEOF {
				s.because(e.at - 1)
			}
			if s.oneShot(r) && s.gotResult(e.f) {
				continue // the run is over for its user: how gently the CLI is ended then is a scenario of its own
			}
			if e.kind == "eof" || e.taken || s.excused || e.kind == "death" && (e.f.told || e.sig == "") {
				continue
			}
			if s.reason < 0 || e.at <= s.reason {
				return r.failf(CheckSignal, "the CLI got %s before the SDK had a reason to end it", e.sig)
			}
		}
	}
	return nil
}

// gotResult tells whether a result was written by a fake.
func (s *session) gotResult(f *fake) bool {
	for _, w := range s.writes {
		for _, fr := range w.frames {
			if w.f == f && w.done && fr.Type == "result" {
				return true
			}
		}
	}
	for _, m := range s.msgs { // the SDK may have killed the fake before that could report its write
		if m.typ == "result" {
			return true
		}
	}
	return false
}
