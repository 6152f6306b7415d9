package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/protocol/schema"
	"github.com/wiretrial/wiretrial/scenarios"
)

// fakeEvent is anything that a fake reported.
type fakeEvent struct {
	peer  *mockcli.Peer
	f     *fake
	hello bool
	ev    mockcli.Event
	death *mockcli.Death
	then  func() // something the harness does in its own loop
}

// acceptFakes owns the connections of the run's fakes: one goroutine each, which ends with the run.
func (r *run) acceptFakes() {
	defer r.wg.Done()
	for {
		p, err := r.fakes.Accept(r.ctx)
		if err != nil {
			return
		}
		if !r.deliver(fakeEvent{peer: p, hello: true}) {
			p.Close()
			return
		}
	}
}

// follow forwards what one fake reports, and last its death.
func (r *run) follow(f *fake) {
	defer r.wg.Done()
	defer context.AfterFunc(r.ctx, func() { _ = f.peer.Close() })() // a version probe that hangs has no other end
	for ev := range f.peer.Events() {
		if !r.deliver(fakeEvent{f: f, ev: ev}) {
			return
		}
	}
	select {
	case d := <-f.peer.Died():
		r.deliver(fakeEvent{f: f, death: &d})
	case <-r.ctx.Done():
	}
}

func (r *run) deliver(e fakeEvent) bool {
	select {
	case r.inbox <- e:
		return true
	case <-r.ctx.Done():
		return false
	}
}

func (r *run) fakeEvent(e fakeEvent) error {
	switch {
	case e.then != nil:
		e.then()
		return nil
	case e.hello:
		return r.started(e.peer)
	case e.death != nil:
		return r.died(e.f, *e.death)
	}
	f := e.f
	switch e.ev.Ev {
	case "line":
		return r.line(f, e.ev.Data)
	case "eof":
		return r.eof(f, e.ev)
	case "signal":
		f.signals = append(f.signals, e.ev.Signal)
		if f.hello.Probe { // early releases of the Python SDK end every version probe by SIGTERM once they have read it
			r.trace("cli", f.s, "version probe got "+e.ev.Signal)
			if !f.told {
				r.end(f, exitOf(e.ev.Signal)) // a probe has no script that says when
			}
			return nil
		}
		f.s.endings = append(f.s.endings, &ending{f: f, kind: "signal", sig: e.ev.Signal, at: r.arrived(), when: time.Now()})
		r.trace("cli", f.s, "got "+e.ev.Signal)
		if err := r.offer(f.s); err != nil {
			return err
		}
		return r.dismiss(f)
	case "blocked":
		f.blocked[e.ev.ID] = time.Now()
		r.overtake(f)
	case "done":
		return r.commandDone(f, e.ev)
	case "read_error":
		r.trace("cli", f.s, "read error "+e.ev.Errno)
	}
	return nil
}

func (r *run) commandDone(f *fake, ev mockcli.Event) error {
	if f.work[ev.ID] {
		r.whole = time.Now()
	}
	delete(f.blocked, ev.ID)
	delete(f.work, ev.ID)
	if then := f.done[ev.ID]; then != nil {
		delete(f.done, ev.ID)
		then(ev)
	}
	return nil
}

// line is one line of the SDK: judged by the laws at once, then served or left in its lane.
func (r *run) line(f *fake, raw []byte) error {
	s := f.s
	l := &line{Line: scenarios.ParseLine(raw), f: f, at: r.arrived(), when: time.Now()}
	r.trace("cli", s, "read "+clip(string(raw), 1000))
	s.lines = append(s.lines, l)
	if err := schema.CheckInput(raw); err != nil {
		return r.failf(CheckLineSchema, "a line does not fit the protocol: %v", err)
	}
	s.comp.Heard(l.Line)
	switch l.Type {
	case "control_request":
		if err := r.sdkRequest(s, l); err != nil {
			return err
		}
	case "control_response":
		if f := r.sdkResponse(s, l); f != nil {
			return f
		}
	}
	return nil
}

func (r *run) sdkRequest(s *session, l *line) error {
	if s.requests[l.RequestID] != nil {
		return r.failf(CheckLineID, "request id %q is used twice", l.RequestID)
	}
	q := &request{id: l.RequestID, subtype: l.Subtype, line: l}
	s.requests[l.RequestID] = q
	if l.Subtype == "initialize" {
		if err := r.initialize(s, l); err != nil {
			return err
		}
	}
	if s.serves[l.Subtype] {
		l.served = true
		return r.serve(s, q)
	}
	return nil
}

// initialize keeps the law that it is first and comes once for each process.
func (r *run) initialize(s *session, l *line) error {
	for _, p := range s.lines {
		if p == l || p.f != l.f {
			continue
		}
		if p.Subtype == "initialize" && p.Type == "control_request" {
			return r.failf(CheckLineOrder, "initialize was sent twice to one process")
		}
		return r.failf(CheckLineOrder, "a line of type %s came before initialize", p.Type)
	}
	s.captures["initialize"] = l.Raw
	r.learned++
	return r.registered(s, l.Raw)
}

// registered keeps the law that initialize registers each hook that sdk.start declares, whether or not the scenario has the CLI call it.
func (r *run) registered(s *session, initialize []byte) error {
	ids, want := scenarios.HookIDs(initialize), map[string]int{}
	for _, c := range s.start.Callbacks {
		if c.Kind != scenarios.Hook {
			continue
		}
		if want[c.Name]++; want[c.Name] > len(ids[c.Name]) {
			f := r.failf(CheckLineMatch, "a hook that is declared was not registered: %s", c.Name)
			f.Path, f.Want, f.Got = "request.hooks."+c.Name, fmt.Sprintf("%d or more", want[c.Name]), fmt.Sprint(len(ids[c.Name]))
			return f
		}
	}
	return nil
}

func (r *run) sdkResponse(s *session, l *line) *fail {
	subtype, made := s.made[l.Response]
	if !made {
		return r.failf(CheckLineID, "an answer to request %q, which was never made", l.Response)
	}
	if err := schema.CheckAnswer(subtype, l.Raw); err != nil {
		return r.failf(CheckLineSchema, "an answer to %s does not fit the protocol: %v", subtype, err)
	}
	if s.owed[l.Response] == 0 {
		return r.failf(CheckLineID, "request %q is answered twice", l.Response)
	}
	s.owed[l.Response]--
	return nil
}

func (r *run) eof(f *fake, ev mockcli.Event) error {
	if len(ev.Data) > 0 {
		if err := r.line(f, ev.Data); err != nil {
			return err
		}
	}
	f.eof = true
	f.s.endings = append(f.s.endings, &ending{f: f, kind: "eof", at: r.arrived(), when: time.Now()})
	r.trace("cli", f.s, "end of stdin")
	if err := r.offer(f.s); err != nil {
		return err
	}
	return r.dismiss(f)
}

func (r *run) died(f *fake, d mockcli.Death) error {
	f.dead, f.death = true, d
	if f.hello.Probe { // how it ends says nothing about the session's CLI
		r.trace("cli", f.s, "version probe ended: "+deathText(d))
		return nil
	}
	for _, w := range f.s.writes {
		if w.f == f && !w.done {
			w.lost = true
		}
	}
	r.trace("cli", f.s, "ended: "+deathText(d))
	f.s.endings = append(f.s.endings, &ending{f: f, kind: "death", sig: d.Signal, at: r.arrived(), when: time.Now()})
	clear(f.work)
	clear(f.done)
	return nil
}

func deathText(d mockcli.Death) string {
	switch {
	case !d.Known:
		return "unknown how"
	case d.Signal != "":
		return "killed by " + d.Signal
	}
	return fmt.Sprintf("exit code %d", d.Code)
}
