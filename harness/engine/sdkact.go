package engine

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/scenarios"
)

// sdkAct makes the SDK do something.
func (r *run) sdkAct(v view) error {
	switch v.Verb {
	case "start":
		return r.start(v)
	case "query":
		return r.operation(v, "query", map[string]any{"prompt": v.text()}, func(o *op) { o.stream = true })
	case "connect":
		return r.reconnect(v)
	case "read":
		return r.read(v)
	case "break":
		v.s.because(r.arrivals)
		v.s.prefix, v.s.wantRead = true, false
		return r.operation(v, "break", nil, nil)
	case "disconnect":
		v.s.because(r.arrivals)
		v.s.prefix, v.s.closed = true, true
		return r.operation(v, "disconnect", nil, nil)
	case "abort":
		v.s.because(r.arrivals)
		v.s.prefix, v.s.closed = true, true
		return r.operation(v, "abort", nil, nil)
	case "ends":
		return r.operation(v, "task.end", map[string]any{"on": "task:" + v.text()}, nil)
	case "cancel":
		return r.cancelOp(v)
	case "feed":
		return r.feed(v)
	case "reply":
		return r.replyStep(v)
	case "kill":
		return r.kill(v)
	case "exit":
		return r.exitHost()
	case "call":
		return r.callStep(v)
	}
	args, _ := v.arg.(map[string]any)
	return r.operation(v, v.Verb, args, nil)
}

// reconnect connects a session once more. If that goes well it is open again, also for the laws of the end. A CLI that lives is still the session's
// until another one is started.
func (r *run) reconnect(v view) error {
	args, _ := v.arg.(map[string]any)
	return r.operation(v, "connect", args, func(o *op) {
		if f := v.s.fake(); f == nil || f.dead || f.told || f.eof {
			v.s.renewal, v.s.renewedAt = o, len(v.s.fakes)
		}
		o.chain = func(json.RawMessage) error {
			v.s.connected, v.s.closed, v.s.dismissedAt = true, false, -1
			return r.finishOp(o)
		}
	})
}

// because notes that from now on the SDK has a reason to end the CLI.
func (s *session) because(arrival int) {
	if s.reason < 0 {
		s.reason = arrival
	}
}

func (r *run) callStep(v view) error {
	m, _ := v.arg.(map[string]any)
	name, _ := m["op"].(string)
	args, _ := m["args"].(map[string]any)
	if name == "" {
		return fault("%s: sdk.call wants {op, args}: scenario fault", v.Pos)
	}
	return r.operation(v, name, args, func(o *op) { o.names = append(o.names, "call") })
}

// operation starts an operation where its step stands, once the previous one of its task has ended.
func (r *run) operation(v view, method string, args map[string]any, with func(*op)) error {
	if err := r.free(v); err != nil {
		return err
	}
	if err := r.yieldReader(v.s, method); err != nil {
		return err
	}
	o := &op{s: v.s, names: opNames(v, method), method: method, task: v.task}
	if with != nil {
		with(o)
	}
	params := map[string]any{"client": v.s.client}
	for k, a := range args {
		params[k] = a
	}
	if on := r.on(v); on != "" && method != "task.end" {
		params["on"] = on
	}
	return r.launch(o, params)
}

func opNames(v view, method string) []string {
	if v.As != "" {
		return []string{v.As}
	}
	return []string{method}
}

// launch sends an operation's request.
func (r *run) launch(o *op, params map[string]any) error {
	id, err := r.a.Send(o.method, params)
	if err != nil {
		if r.hostGone || r.hostKill {
			o.done, o.void = true, true
			return nil
		}
		return fault("adapter does not take %s: %w", o.method, err)
	}
	o.id, o.at, o.began = id, r.arrivals, time.Now()
	if !o.internal {
		o.s.yielding = false // it is in flight now, which keeps the reader away
	}
	r.ops[id] = o
	if o.names != nil && !contains(o.s.ops, o) {
		o.s.ops = append(o.s.ops, o)
	}
	if !o.internal {
		doc, _ := json.Marshal(params)
		r.trace("sdk", o.s, o.method+" "+clip(string(doc), 300))
	}
	return nil
}

func contains(list []*op, o *op) bool {
	for _, x := range list {
		if x == o {
			return true
		}
	}
	return false
}

// on translates a step's task into the contract's context.
func (r *run) on(v view) string {
	switch {
	case v.task == "":
		return ""
	case v.task == "elsewhere":
		return "loop:elsewhere"
	}
	for _, s := range r.order {
		if k := s.ask(v.task); k != nil {
			return "callback:" + k.id
		}
	}
	return "task:" + v.task
}

// free waits until the task's previous operation has returned. A one-shot start counts as returned when it was sent.
func (r *run) free(v view) error {
	busy := func() *op {
		for _, o := range v.s.ops {
			if o.task == v.task && !o.done && !o.internal && !(o.whole && v.s.oneShot(r)) {
				return o
			}
		}
		return nil
	}
	if busy() == nil {
		return nil
	}
	w := r.bound(v.Step, "the end of "+busy().names[0]+", which runs in the same task")
	return r.wait(w, func() (bool, error) { return busy() == nil, nil })
}

func (s *session) oneShot(r *run) bool { return r.c.Entry == scenarios.OneShot }

// cancelOp cancels an operation from outside; session is whichever of start and stream is in flight.
func (r *run) cancelOp(v view) error {
	name := v.text()
	hit := false
	for _, o := range v.s.ops {
		if o.done || o.id == 0 || name == "session" && !o.stream || name != "session" && !o.is(name) {
			continue
		}
		hit, o.cancel = true, true
		r.trace("sdk", v.s, "cancel "+o.names[0])
		if name == "session" || o.whole {
			v.s.because(r.arrivals)
		}
		if o.reads {
			v.s.prefix = true
		}
		if err := r.a.Cancel(o.id); err != nil {
			return fault("adapter does not take a cancel: %w", err)
		}
	}
	if !hit {
		r.markStep(v.Step, "void", "nothing of that name is running")
	}
	return nil
}

// feed gives the SDK the next item of its streamed prompt when it asks for it.
func (r *run) feed(v view) error {
	stream := "p-" + v.s.name
	w := r.bound(v.Step, "the SDK asking for the next item of its prompt")
	if err := r.wait(w, func() (bool, error) { return r.pulls[stream] != nil || r.runOver(v.s), nil }); err != nil {
		return err
	}
	p := r.pulls[stream]
	if p == nil {
		r.markStep(v.Step, "void", "the session is over, and no further item was asked for")
		return nil
	}
	delete(r.pulls, stream)
	if m, ok := v.Arg.(map[string]any); ok && m["raise"] != nil {
		text, err := scenarios.ResolveText(fmt.Sprint(m["raise"]), v.env)
		if err != nil {
			return r.unresolved(v.Step, err)
		}
		v.s.because(r.arrivals)
		v.s.prefix = true
		return r.a.Reply(p.id, nil, &contract.Error{Code: contract.CodeCallbackFails, Message: text})
	}
	if v.Arg == "end" {
		return r.a.Reply(p.id, map[string]any{"done": true}, nil)
	}
	ws, err := v.s.comp.Write(v.Step, v.env)
	if err != nil || len(ws) == 0 {
		return fault("%s: cannot compose the item: %w: scenario fault", v.Pos, err)
	}
	return r.a.Reply(p.id, map[string]any{"item": json.RawMessage(ws[0].Bytes)}, nil)
}

// runOver tells whether the one-shot run of a session is over. What has withdrawn its question for the next item then asks no more.
func (r *run) runOver(s *session) bool {
	for _, o := range s.ops {
		if o.method == "prompt" && o.done {
			return true
		}
	}
	return false
}

// replyStep ends a pending callback. It is void if the call was withdrawn or never came.
func (r *run) replyStep(v view) error {
	k := v.s.ask(v.text())
	if k == nil || k.cancelled || k.replied {
		r.markStep(v.Step, "void", "the call was withdrawn, or never came")
		return nil
	}
	return r.reply(v, k, v.With)
}

// reply answers a call with a map, with JSON text, or by failing it.
func (r *run) reply(v view, k *ask, with scenarios.Value) error {
	k.replied = true
	v.s.seen[k.name] = k.args
	doc, err := r.replyDoc(v, with)
	if err != nil {
		return err
	}
	if raise := gjson.GetBytes(doc, "raise"); raise.Exists() && isMap(with) {
		r.trace("sdk", v.s, "failed "+k.lane)
		return r.a.Reply(k.id, nil, &contract.Error{Code: contract.CodeCallbackFails, Message: raise.String()})
	}
	if gjson.GetBytes(doc, "unserializable").Exists() && isMap(with) {
		r.trace("sdk", v.s, "replied to "+k.lane+" what JSON cannot hold")
		return r.a.Reply(k.id, nil, &contract.Error{Code: contract.CodeCallbackOdd, Message: "what JSON cannot hold"})
	}
	if strings.HasPrefix(k.lane, storeLane("")) {
		return r.answerStore(k, doc)
	}
	r.trace("sdk", v.s, "replied to "+k.lane+" "+clip(string(doc), 300))
	return r.a.Reply(k.id, doc, nil)
}

// replyDoc is a reply as JSON.
func (r *run) replyDoc(v view, with scenarios.Value) (json.RawMessage, error) {
	if text, ok := with.(string); ok && !strings.HasPrefix(strings.TrimSpace(text), "${") {
		doc, err := scenarios.ResolveJSON(text, v.env)
		if err != nil {
			return nil, r.unresolved(v.Step, err)
		}
		return doc, nil
	}
	val, err := scenarios.Resolve(with, v.env)
	if err != nil {
		return nil, r.unresolved(v.Step, err)
	}
	doc, err := json.Marshal(val)
	if err != nil {
		return nil, fault("%s: %w: scenario fault", v.Pos, err)
	}
	return doc, nil
}

// isMap tells a reply that is written as a map from JSON text, in which raise is a key like any other.
func isMap(with scenarios.Value) bool {
	_, ok := with.(map[string]any)
	return ok
}

// kill signals the SDK's host process.
func (r *run) kill(v view) error {
	sig, group := v.text(), false
	if m, ok := v.arg.(map[string]any); ok {
		sig, _ = m["signal"].(string)
		group, _ = m["group"].(bool)
	}
	r.loseHost()
	r.trace("sdk", nil, "host gets "+sig)
	if err := r.a.Signal(sig, group); err != nil {
		return fault("cannot signal the host: %w", err)
	}
	return nil
}

// exitHost lets the SDK's host process end in order: its stdin ends, it returns from its program, and its exit hooks run.
func (r *run) exitHost() error {
	r.loseHost()
	r.trace("sdk", nil, "host is to exit")
	r.a.CloseInput()
	return nil
}

// loseHost notes that the host is about to end because a step says so: all its open operations are void from then on.
func (r *run) loseHost() {
	r.hostKill, r.unsettled = true, true
	for _, s := range r.order {
		s.because(r.arrivals)
		s.prefix, s.closed, s.excused = true, true, true
		for _, o := range s.ops {
			o.void = true
		}
	}
}
