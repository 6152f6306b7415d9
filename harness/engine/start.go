package engine

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/scenarios"
)

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
	install := r.fakes.Install
	if r.readsAtOnce() {
		install = r.fakes.InstallReading
	}
	cli, err := install(s.dir, r.o.Exe)
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
	if path, ok := st.Options["cwd"].(string); ok {
		params.Cwd = path
		delete(params.Options, "cwd")
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
	var callbacks []string
	servers := map[string]*contract.Server{}
	var order []string
	for i, c := range st.Callbacks {
		switch c.Kind {
		case scenarios.Permission, scenarios.Elicitation, scenarios.UserDialog:
			callbacks = append(callbacks, c.Name)
		case scenarios.Hook:
			id := fmt.Sprintf("h%d", i+1)
			s.hooks[id] = c.Name
			hooks = append(hooks, contract.Hook{ID: id, Event: c.Name, Matcher: c.Matcher,
				TimeoutMS: int(c.Timeout.Milliseconds()), OnFailure: c.OnFailure})
		case scenarios.Tool:
			if servers[c.Server] == nil {
				servers[c.Server] = &contract.Server{Name: c.Server, OwnName: "own " + c.Server, Instance: r.instance(s, st, c.Server)}
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
	if callbacks != nil {
		out["callbacks"] = callbacks
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

// scope has a start made under a scope that has ended, which is a reason to end the CLI.
func (r *run) scope(s *session, st scenarios.Start, params map[string]any) {
	if !st.Cancelled {
		return
	}
	params["cancelled"] = true
	s.because(r.arrivals)
	s.prefix = true
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
	r.scope(v.s, st, params)
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
	if st.AtConnect {
		params["prompt"] = promptOf(v.s, st)
	}
	r.scope(v.s, st, params)
	o.chain = func(json.RawMessage) error {
		v.s.connected = true
		if st.Read == "all" {
			v.s.wantRead = true
		}
		if err := r.readOn(v.s, o); err != nil {
			return err
		}
		switch {
		case st.AtConnect:
			return r.queried(v, o, st)
		case !st.HasPrompt && !st.Stream:
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
