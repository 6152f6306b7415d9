package engine

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

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
	case "call":
		return r.callStep(v)
	}
	args, _ := v.arg.(map[string]any)
	return r.operation(v, v.Verb, args, nil)
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

// start opens a session through the entry point of this case.
func (r *run) start(v view) error {
	st, err := scenarios.DecodeStart(v.arg)
	if err != nil {
		return fault("%s: %w: scenario fault", v.Pos, err)
	}
	v.s.start = st
	v.s.comp.Wire(scenarios.Wiring{Callbacks: st.Callbacks})
	if err := r.openSession(v.s, st); err != nil {
		return err
	}
	if r.c.Entry == scenarios.OneShot {
		return r.startOneShot(v, st)
	}
	return r.startClient(v, st)
}

// openSession builds the SDK's objects; it must not spawn.
func (r *run) openSession(s *session, st scenarios.Start) error {
	cli, err := r.fakes.Install(s.dir, r.o.Exe)
	if err != nil {
		return fault("cannot install the fake: %w", err)
	}
	work := s.dir + "/work"
	if err := os.MkdirAll(work, 0o700); err != nil {
		return fault("cannot make the session's directory: %w", err)
	}
	s.cli = cli
	params := contract.Open{Client: s.client, CLIPath: cli, Cwd: work, Options: r.options(s, st)}
	if path, ok := st.Options["cli_path"].(string); ok {
		params.CLIPath = path
		delete(params.Options, "cli_path")
	}
	e, err := r.call(contract.MethodOpen, params, r.o.Deadline)
	if err != nil {
		return err
	}
	if e.Err == nil {
		s.opened = true
		return nil
	}
	var f contract.Failure
	_ = json.Unmarshal(e.Err.Data, &f)
	if e.Err.Code == contract.CodeInvalidParams {
		names := f.Unsupported
		if len(names) == 0 {
			names = []string{"open: " + clip(e.Err.Message, 100)}
		}
		return &lack{optionNames(names)}
	}
	if e.Err.Code == contract.CodeSDK { // refused before the spawn, where the SDK builds its objects
		o := &op{s: s, names: []string{"start"}, method: "open", done: true, doneAt: r.arrived(), when: time.Now(), err: e.Err, failure: f, stream: true}
		s.ops = append(s.ops, o)
		return nil
	}
	return fault("adapter fault in open: %s (code %d)", clip(e.Err.Message, 500), e.Err.Code)
}

func optionNames(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "option " + n
	}
	return out
}

// options translates the declared callbacks and options into the contract's.
func (r *run) options(s *session, st scenarios.Start) map[string]any {
	out := map[string]any{}
	for k, val := range st.Options {
		out[k] = val
	}
	var hooks []contract.Hook
	servers := map[string]*contract.Server{}
	var order []string
	for i, c := range st.Callbacks {
		switch c.Kind {
		case scenarios.Permission:
			out["callbacks"] = []string{"can_use_tool"}
		case scenarios.Hook:
			id := fmt.Sprintf("h%d", i+1)
			s.hooks[id] = hookRef{event: c.Name, matcher: c.Matcher}
			hooks = append(hooks, contract.Hook{ID: id, Event: c.Name, Matcher: c.Matcher, TimeoutMS: int(c.Timeout.Milliseconds())})
		case scenarios.Tool:
			if servers[c.Server] == nil {
				servers[c.Server] = &contract.Server{Name: c.Server, Instance: r.instance(s, st, c.Server)}
				order = append(order, c.Server)
			}
			servers[c.Server].Tools = append(servers[c.Server].Tools, contract.Tool{
				Name: c.Tool, Description: "a tool of the scenario",
				InputSchema: json.RawMessage(`{"type":"object","properties":{"n":{"type":"number"}}}`),
			})
		case scenarios.Stderr:
			out["stderr"] = stderrOption(c)
		}
	}
	if hooks != nil {
		out["hooks"] = hooks
	}
	if order != nil {
		var list []contract.Server
		for _, name := range order {
			list = append(list, *servers[name])
		}
		out["mcp_servers"] = list
	}
	return out
}

func stderrOption(c scenarios.Callback) any {
	if c.Raise != "" {
		return map[string]string{"raise": c.Raise}
	}
	return true
}

// instance names the shared object of a server: the session's own, or that of the session which tools_of names.
func (r *run) instance(s *session, st scenarios.Start, server string) string {
	owner := s.name
	if st.ToolsOf != "" {
		owner = st.ToolsOf
	}
	return owner + "/" + server
}

func promptOf(s *session, st scenarios.Start) any {
	if st.Stream {
		return map[string]string{"stream": "p-" + s.name}
	}
	return st.Prompt
}

// startOneShot calls the SDK's one-shot function.
func (r *run) startOneShot(v view, st scenarios.Start) error {
	if v.s.failure() != nil {
		return nil // open itself was refused
	}
	o := &op{s: v.s, names: []string{v.name}, method: "prompt", task: v.task, stream: true, reads: true, whole: true}
	params := map[string]any{"client": v.s.client, "prompt": promptOf(v.s, st)}
	if on := r.on(v); on != "" {
		params["on"] = on
	}
	switch st.Read {
	case "none":
		params["pull"] = true
		o.reads, o.whole = false, false
	case "N":
		params["until"] = st.ReadN
		v.s.because(r.arrivals)
		v.s.prefix = true
	}
	return r.launch(o, params)
}

// startClient connects, then sends the prompt; the reader is ready before the prompt is written where the SDK allows it.
func (r *run) startClient(v view, st scenarios.Start) error {
	if v.s.failure() != nil {
		return nil
	}
	o := &op{s: v.s, names: []string{v.name}, method: "connect", task: v.task, stream: true}
	params := map[string]any{"client": v.s.client}
	if on := r.on(v); on != "" {
		params["on"] = on
	}
	o.chain = func(json.RawMessage) error {
		v.s.connected = true
		if st.Read == "all" {
			v.s.wantRead = true
		}
		if err := r.readOn(v.s, o); err != nil {
			return err
		}
		if !st.HasPrompt && !st.Stream {
			return r.finishOp(o)
		}
		p := map[string]any{"client": v.s.client, "prompt": promptOf(v.s, st)}
		if params["on"] != nil {
			p["on"] = params["on"]
		}
		o.method = "query"
		o.chain = func(json.RawMessage) error { return r.queried(v, o, st) }
		return r.launch(o, p)
	}
	return r.launch(o, params)
}

// queried ends the start of a client whose prompt was written; read: N then reads that many and leaves the loop.
func (r *run) queried(v view, o *op, st scenarios.Start) error {
	if err := r.finishOp(o); err != nil {
		return err
	}
	if st.Read != "N" {
		return r.readOn(v.s, nil)
	}
	v.s.because(r.arrivals)
	v.s.prefix = true
	read := &op{s: v.s, names: []string{"read"}, method: "receive", task: "reader", stream: true, reads: true, whole: true}
	read.chain = func(res json.RawMessage) error {
		read.result = res
		read.method = "break"
		return r.launch(read, map[string]any{"client": v.s.client})
	}
	return r.launch(read, map[string]any{"client": v.s.client, "until": st.ReadN})
}

// finishOp ends an operation of several calls well.
func (r *run) finishOp(o *op) error {
	o.chain = nil
	o.done, o.doneAt, o.when = true, r.arrived(), time.Now()
	o.result = json.RawMessage(`{}`)
	r.trace("sdk", o.s, o.names[0]+" returned")
	return nil
}

// readOn starts the harness's own reader where one is due, as the SDK's concurrency allows.
func (r *run) readOn(s *session, starting *op) error {
	if !s.wantRead || s.reader != nil && !s.reader.done {
		return nil
	}
	until := any("end")
	switch {
	case r.feat["concurrent.any"]:
	case starting != nil || s.inFlight():
		return nil
	case r.feat["concurrent.interrupt"]:
	default:
		if s.due() == 0 && !s.gone() {
			return nil
		}
		until = 1
	}
	o := &op{s: s, names: []string{"reader"}, method: "receive", task: "reader", stream: true, reads: true, internal: true}
	s.reader = o
	return r.launch(o, map[string]any{"client": s.client, "until": until})
}

func (s *session) gone() bool {
	f := s.fake()
	return f != nil && f.dead
}

// yieldReader stops the harness's own reader before another operation, for SDKs that cannot do both.
func (r *run) yieldReader(s *session, method string) error {
	o := s.reader
	if o == nil || o.done || r.feat["concurrent.any"] || r.feat["concurrent.interrupt"] && method == "interrupt" {
		return nil
	}
	o.void = true
	if err := r.a.Cancel(o.id); err != nil {
		return fault("adapter does not take a cancel: %w", err)
	}
	w := waiting{what: "the reader giving way to " + method, until: time.Now().Add(3 * time.Second)}
	return r.wait(w, func() (bool, error) { return o.done, nil })
}

// tend keeps the harness's readers going.
func (r *run) tend() error {
	for _, s := range r.order {
		if s.reader != nil && s.reader.done && !s.reader.void {
			if s.reader.err != nil || ended(s.reader.result) {
				s.wantRead = false
			}
		}
		if err := r.readOn(s, nil); err != nil {
			return err
		}
	}
	return nil
}

// read reads by hand: all, one turn, or N messages.
func (r *run) read(v view) error {
	until := any("end")
	whole := true
	switch t := v.text(); t {
	case "all", "":
	case "turn":
		until, whole = "result", false
	default:
		var n int
		if _, err := fmt.Sscanf(t, "%d", &n); err != nil || n < 1 {
			return fault("%s: sdk.read wants all, turn or a number: scenario fault", v.Pos)
		}
		until, whole = n, false
	}
	for _, o := range v.s.ops {
		if o.reads && !o.done && o.task != v.task {
			v.s.unordered = true
		}
	}
	return r.operation(v, "receive", map[string]any{"until": until}, func(o *op) {
		o.names = opNames(v, "read")
		o.stream, o.reads, o.whole = true, true, whole
	})
}

// cancelOp cancels an operation from outside; session is whichever of start and stream is in flight.
func (r *run) cancelOp(v view) error {
	name := v.text()
	hit := false
	for _, o := range v.s.ops {
		if o.done || o.id == 0 || name == "session" && !o.stream || name != "session" && !o.is(name) {
			continue
		}
		hit, o.cancel = true, true
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
	if err := r.wait(w, func() (bool, error) { return r.pulls[stream] != nil, nil }); err != nil {
		return err
	}
	p := r.pulls[stream]
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
	if text, ok := with.(string); ok && !strings.HasPrefix(strings.TrimSpace(text), "${") {
		doc, err := scenarios.ResolveJSON(text, v.env)
		if err != nil {
			return r.unresolved(v.Step, err)
		}
		r.trace("sdk", v.s, "replied to "+k.lane+" "+clip(string(doc), 300))
		return r.a.Reply(k.id, json.RawMessage(doc), nil)
	}
	val, err := scenarios.Resolve(with, v.env)
	if err != nil {
		return r.unresolved(v.Step, err)
	}
	if m, ok := val.(map[string]any); ok && m["raise"] != nil {
		r.trace("sdk", v.s, "failed "+k.lane)
		return r.a.Reply(k.id, nil, &contract.Error{Code: contract.CodeCallbackFails, Message: fmt.Sprint(m["raise"])})
	}
	doc, _ := json.Marshal(val)
	r.trace("sdk", v.s, "replied to "+k.lane+" "+clip(string(doc), 300))
	return r.a.Reply(k.id, json.RawMessage(doc), nil)
}

// kill signals the SDK's host process; all its open operations are void from then on.
func (r *run) kill(v view) error {
	sig, group := v.text(), false
	if m, ok := v.arg.(map[string]any); ok {
		sig, _ = m["signal"].(string)
		group, _ = m["group"].(bool)
	}
	r.hostKill, r.unsettled = true, true
	for _, s := range r.order {
		s.because(r.arrivals)
		s.prefix, s.closed, s.excused = true, true, true
		for _, o := range s.ops {
			o.void = true
		}
	}
	r.trace("sdk", nil, "host gets "+sig)
	if err := r.a.Signal(sig, group); err != nil {
		return fault("cannot signal the host: %w", err)
	}
	return nil
}
