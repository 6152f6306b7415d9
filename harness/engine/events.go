package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/host"
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

var errHostGone = errors.New("the adapter's process ended")

// accept owns the connections of the run's fakes: one goroutine each, which ends with the run.
func (r *run) accept() {
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

// pump takes one event, or returns when none comes until the limit. It is the only place where events enter.
func (r *run) pump(limit time.Time) error {
	if ok, err := r.take(); ok || err != nil {
		return err
	}
	d := time.Until(limit)
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case e, ok := <-r.adapterEvents():
		return r.adapterEvent(e, ok)
	case e := <-r.inbox:
		return r.fakeEvent(e)
	case <-t.C:
		return nil
	case <-r.ctx.Done():
		return r.stopped()
	}
}

// take handles an event that is already here; ok says whether there was one.
func (r *run) take() (ok bool, err error) {
	select {
	case e, ok := <-r.adapterEvents():
		return true, r.adapterEvent(e, ok)
	case e := <-r.inbox:
		return true, r.fakeEvent(e)
	default:
		return false, nil
	}
}

// adapterEvents is the adapter's channel, or nil after its end.
func (r *run) adapterEvents() <-chan host.Event {
	if r.hostGone {
		return nil
	}
	return r.a.Events()
}

func (r *run) stopped() error {
	r.unsettled = true
	if errors.Is(r.ctx.Err(), contextDeadline) {
		return r.failf(CheckDeadline, "the scenario took longer than its bound of %s", r.o.Timeout)
	}
	return fault("interrupted: %w", r.ctx.Err())
}

// arrived counts an event that lanes and marks know.
func (r *run) arrived() int {
	r.arrivals++
	r.last = time.Now()
	return r.arrivals
}

func (r *run) adapterEvent(e host.Event, ok bool) error {
	if !ok || e.Kind == host.Exit {
		return r.hostEnded(e)
	}
	switch e.Kind {
	case host.Answer:
		return r.answer(e)
	case host.Request:
		return r.request(e)
	case host.Note:
		return r.notice(e)
	case host.Cancelled:
		r.withdrawn(e.ReqID)
	case host.Noise:
		r.trace("sdk", nil, "noise on the adapter's channel: "+e.Text)
	case host.Fault:
		return fault("adapter fault: %s", e.Text)
	}
	return nil
}

// hostEnded notes the death of the adapter's process: a fault, unless a step killed it.
func (r *run) hostEnded(e host.Event) error {
	if r.hostGone {
		return nil
	}
	r.hostGone = true
	r.arrived()
	r.trace("sdk", nil, "the host process ended: "+e.Text)
	for _, o := range r.ops {
		if !o.done {
			o.done, o.void = true, true
		}
	}
	if r.hostKill {
		return nil
	}
	return fault("%w in the middle of the scenario (exit code %d %s): adapter fault, or the SDK ends its host: %s",
		errHostGone, e.Code, e.Signal, clip(e.Text, 500))
}

// answer ends an operation or a call.
func (r *run) answer(e host.Event) error {
	if f := r.open[e.ID]; f != nil {
		delete(r.open, e.ID)
		f(e)
		return nil
	}
	o := r.ops[e.ID]
	if o == nil {
		return fault("adapter answered a request that was never made (id %d): adapter fault", e.ID)
	}
	delete(r.ops, e.ID)
	if e.Err == nil && o.chain != nil {
		next := o.chain
		o.chain = nil
		return next(e.Result)
	}
	return r.settle(o, e)
}

// settle records the outcome of an operation.
func (r *run) settle(o *op, e host.Event) error {
	o.done, o.doneAt, o.when, o.result, o.err = true, r.arrived(), time.Now(), e.Result, e.Err
	if e.Err == nil {
		r.trace("sdk", o.s, o.names[0]+" returned "+clip(string(e.Result), 500))
		return nil
	}
	_ = json.Unmarshal(e.Err.Data, &o.failure)
	r.trace("sdk", o.s, o.names[0]+" failed: "+describe(e.Err, o.failure))
	switch e.Err.Code {
	case contract.CodeUnknownMethod, contract.CodeInvalidParams:
		return r.refused(o.method, e.Err, o.failure)
	case contract.CodeSDK:
		return nil
	}
	return fault("adapter fault in %s: %s (code %d)", o.method, clip(e.Err.Message, 500), e.Err.Code)
}

// refused tells what the SDK lacks from what the adapter promised and does not keep.
func (r *run) refused(method string, e *contract.Error, f contract.Failure) error {
	if r.feat[method] && len(f.Unsupported) == 0 {
		return fault("adapter declares %s and refuses it: adapter fault: %s", method, clip(e.Message, 300))
	}
	names := f.Unsupported
	if len(names) == 0 {
		names = []string{method}
	}
	return &lack{names}
}

// request is the SDK asking its user: a callback, or the next item of a prompt.
func (r *run) request(e host.Event) error {
	switch e.Method {
	case contract.MethodPromptNext:
		var p contract.StreamPull
		if err := json.Unmarshal(e.Params, &p); err != nil {
			return fault("adapter fault: prompt.next: %w", err)
		}
		r.arrived()
		r.pulls[p.Stream] = &pull{id: e.ReqID, stream: p.Stream, s: r.byClient(p.Client)}
		return nil
	case contract.MethodCallback:
		return r.callback(e)
	}
	return r.a.Reply(e.ReqID, nil, &contract.Error{Code: contract.CodeUnknownMethod, Message: "no such method: " + e.Method})
}

func (r *run) callback(e host.Event) error {
	var c contract.CallbackCall
	if err := json.Unmarshal(e.Params, &c); err != nil {
		return fault("adapter fault: callback: %w", err)
	}
	s := r.byClient(c.Client)
	if s == nil {
		return fault("adapter fault: callback for an unknown client %q", c.Client)
	}
	k := &ask{s: s, id: e.ReqID, lane: c.Name, args: c.Args, at: r.arrived(), when: time.Now()}
	switch c.Name {
	case "hook":
		k.lane = s.hooks[gjson.GetBytes(c.Args, "hook").String()].event
	case "mcp_tool":
		k.lane = gjson.GetBytes(c.Args, "server").String() + "/" + gjson.GetBytes(c.Args, "tool").String()
	}
	s.asks = append(s.asks, k)
	r.asks[e.ReqID] = k
	r.trace("sdk", s, "asked "+k.lane+" "+clip(string(c.Args), 500))
	return r.offer(s)
}

// withdrawn is the SDK taking a callback or a pull back.
func (r *run) withdrawn(id string) {
	if k := r.asks[id]; k != nil && !k.cancelled {
		k.cancelled, k.withdrawn, k.since = true, r.arrived(), time.Now()
		r.trace("sdk", k.s, "withdrew "+k.lane)
		return
	}
	for stream, p := range r.pulls {
		if p.id == id {
			delete(r.pulls, stream)
		}
	}
}

// notice is a message, a chunk of stderr or a frame error.
func (r *run) notice(e host.Event) error {
	switch e.Method {
	case contract.NoteMessage:
		return r.message(e.Params)
	case contract.NoteStderr:
		return r.stderr(e.Params)
	case contract.NoteHostError:
		return r.hostError(e.Params)
	case contract.NoteFrameError:
		var n contract.FrameErrorNote
		if err := json.Unmarshal(e.Params, &n); err != nil {
			return fault("adapter fault: frame_error: %w", err)
		}
		if s := r.byClient(n.Client); s != nil {
			r.trace("sdk", s, "frame error "+n.Kind+": "+clip(n.Message, 300))
			s.frameError(n, r.arrived())
		}
	}
	return nil
}

// hostError is an exception that escaped from the SDK: a user's program would have died of it.
func (r *run) hostError(params json.RawMessage) error {
	var n contract.HostErrorNote
	if err := json.Unmarshal(params, &n); err != nil {
		return fault("adapter fault: host_error: %w", err)
	}
	r.trace("sdk", nil, "host error "+n.Type+": "+clip(n.Message, 500))
	if r.hostKill {
		return nil
	}
	f := r.failf(CheckHost, "an exception escaped from the SDK into its host, which would have died of it")
	f.Got = n.Type + ": " + clip(n.Message, 300)
	return f
}

func (r *run) message(params json.RawMessage) error {
	var n contract.MessageNote
	if err := json.Unmarshal(params, &n); err != nil {
		return fault("adapter fault: message: %w", err)
	}
	s := r.byClient(n.Client)
	if s == nil {
		return fault("adapter fault: message for an unknown client %q", n.Client)
	}
	m := newMsg(n.Message, r.arrived())
	if m.typ == "x-unmapped" {
		r.note("the adapter cannot map the SDK's type %s", n.Native)
	}
	s.msgs = append(s.msgs, m)
	r.traceBytes("sdk", s, "yielded ", n.Message)
	return nil
}

// stderr splits what the SDK's stderr callback got into lines.
func (r *run) stderr(params json.RawMessage) error {
	var n contract.StderrNote
	if err := json.Unmarshal(params, &n); err != nil {
		return fault("adapter fault: stderr: %w", err)
	}
	s := r.byClient(n.Client)
	if s == nil {
		return nil
	}
	for _, text := range bytes.Split(bytes.TrimRight([]byte(n.Text), "\n"), []byte("\n")) {
		doc, _ := json.Marshal(map[string]string{"type": "stderr", "text": string(text)})
		s.msgs = append(s.msgs, newMsg(doc, r.arrived()))
	}
	return nil
}

// traceBytes is trace for what comes by the thousand: nothing is copied once the record is full.
func (r *run) traceBytes(channel string, s *session, what string, b []byte) {
	if r.o.Trace == nil && len(r.traces) >= maxTraces {
		return
	}
	r.trace(channel, s, what+clip(string(b[:min(len(b), 600)]), 500))
}

// maxTraces bounds the record of one case.
const maxTraces = 400

// trace keeps what happened, bounded, for the record of a failure.
func (r *run) trace(channel string, s *session, text string) {
	t := eventlog.Trace{ID: r.c.ID, MS: float64(time.Since(r.began).Microseconds()) / 1000, Channel: channel, Text: clip(text, 2000)}
	if s != nil && s.name != "main" {
		t.Session = s.name
	}
	if r.o.Trace != nil {
		r.o.Trace(t)
	}
	if len(r.traces) < maxTraces {
		r.traces = append(r.traces, t)
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
		f.s.endings = append(f.s.endings, &ending{f: f, kind: "signal", sig: e.ev.Signal, at: r.arrived(), when: time.Now()})
		r.trace("cli", f.s, "got "+e.ev.Signal)
		if err := r.offer(f.s); err != nil {
			return err
		}
		return r.dismiss(f)
	case "blocked":
		f.blocked[e.ev.ID] = true
	case "done":
		return r.commandDone(f, e.ev)
	case "read_error":
		r.trace("cli", f.s, "read error "+e.ev.Errno)
	}
	return nil
}

func (r *run) commandDone(f *fake, ev mockcli.Event) error {
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
	return r.offer(s)
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
	if s.answered[l.Response] {
		return r.failf(CheckLineID, "request %q is answered twice", l.Response)
	}
	s.answered[l.Response] = true
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
	for _, w := range f.s.writes {
		if w.f == f && !w.done {
			w.lost = true
		}
	}
	r.trace("cli", f.s, "ended: "+deathText(d))
	f.s.endings = append(f.s.endings, &ending{f: f, kind: "death", sig: d.Signal, at: r.arrived(), when: time.Now()})
	clear(f.work)
	clear(f.done)
	return r.offer(f.s)
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
