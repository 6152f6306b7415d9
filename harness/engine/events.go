package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/host"
)

// errTooLong ends a case that takes longer than Options.Timeout, which is the case's fault; any other end of its context is not.
var errTooLong = errors.New("the case takes too long")

var errHostGone = errors.New("the adapter's process ended")

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
		return r.offered(r.adapterEvent(e, ok))
	case e := <-r.inbox:
		return r.offered(r.fakeEvent(e))
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
		return true, r.offered(r.adapterEvent(e, ok))
	case e := <-r.inbox:
		return true, r.offered(r.fakeEvent(e))
	case <-r.ctx.Done():
		return false, r.stopped()
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
	if errors.Is(context.Cause(r.ctx), errTooLong) {
		return r.failf(CheckDeadline, "the scenario took longer than its bound of %s", r.o.Timeout)
	}
	return fault("interrupted: %w", context.Cause(r.ctx))
}

// stoppedAt is stopped for a failure that came after the end of the run's context, which takes the fakes away: that is no failure of the SDK's.
func (r *run) stoppedAt(f *fail) error {
	err := r.stopped()
	if late, ok := err.(*fail); ok {
		late.Step, late.Where = f.Step, f.Where
	}
	return err
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

// hostEnded notes the death of the adapter's process: a fault, unless a step killed it, or the SDK. Adapters are in process groups of their own and
// the harness sends what steps say only, so a signal that asks a process to end is one that the SDK meant for its CLI. SIGKILL comes of a lack of
// memory as well, and an exit code or a crash is the adapter's as likely as the SDK's.
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
	if e.Signal == "SIGTERM" || e.Signal == "SIGINT" {
		return r.failf(CheckHost, "%s ended the SDK's host in the middle of the scenario, and nobody but the SDK sends it one", e.Signal)
	}
	status := fmt.Sprintf("exit code %d", e.Code)
	if e.Signal != "" {
		status = e.Signal
	}
	said := strings.TrimSpace(r.a.StderrTail())
	if said == "" {
		said = "nothing"
	}
	return fault("%w in the middle of the scenario (%s): adapter fault, or the SDK ends its host; its stderr said: %s", errHostGone, status, clip(said, 1000))
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
		k.lane = s.hooks[gjson.GetBytes(c.Args, "hook").String()]
	case "mcp_tool":
		k.lane = gjson.GetBytes(c.Args, "server").String() + "/" + gjson.GetBytes(c.Args, "tool").String()
	case "session_store":
		k.lane = storeLane(gjson.GetBytes(c.Args, "method").String())
	}
	s.asks = append(s.asks, k)
	r.asks[e.ReqID] = k
	r.trace("sdk", s, "asked "+k.lane+" "+clip(string(c.Args), 500))
	if err := r.offer(s); err != nil {
		return err
	}
	return r.serveStore(s)
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
	n, err := decodeMessage(params)
	if err != nil {
		return err
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

// decodeMessage reads a note whose line was read as JSON before, so that long messages are not checked once more.
func decodeMessage(params json.RawMessage) (n contract.MessageNote, err error) {
	v := gjson.GetManyBytes(params, "client", "native", "message")
	for _, text := range v[:2] {
		if text.Exists() && text.Type != gjson.String && text.Type != gjson.Null {
			return n, fault("adapter fault: message: want texts as client and native, got %s", clip(text.Raw, 100))
		}
	}
	n.Client, n.Native = v[0].String(), v[1].String()
	if v[2].Exists() {
		n.Message = json.RawMessage(v[2].Raw)
	}
	return n, nil
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
