package scenarios

import (
	"slices"
)

// features derives what an SDK must declare for a case to run: what needs says and what the steps show.
func features(c *Case) []string {
	f := &featureSet{entry: c.Entry, clients: map[string]*flight{}}
	f.add(c.File.Needs...)
	if c.Entry == OneShot {
		f.add("prompt")
	} else {
		f.add("connect", "query", "receive")
	}
	f.steps(c.Steps)
	slices.Sort(f.names)
	return slices.Compact(f.names)
}

// featureSet gathers features from the top of a case to its end.
type featureSet struct {
	entry   Entry
	names   []string
	asks    []string // names of the callbacks asked so far, as tasks may name them
	clients map[string]*flight
}

func (f *featureSet) add(names ...string) { f.names = append(f.names, names...) }

// steps looks at each step. Of several branches one is taken: each goes on from what was in flight before, and what any of them
// leaves in flight is taken to be so afterwards.
func (f *featureSet) steps(steps []Step) {
	for i := range steps {
		s := &steps[i]
		switch s.Actor {
		case SDK:
			f.sdk(s)
		case Store:
			f.store(s)
		}
		f.of(s.Session).see(s)
		if len(s.Branches) == 0 {
			continue
		}
		before, after := f.clients, map[string]*flight{}
		for _, branch := range s.Branches {
			f.clients = cloneFlights(before)
			f.steps(branch)
			mergeFlights(after, f.clients)
		}
		f.clients = after
	}
}

// of returns what is in flight in a session.
func (f *featureSet) of(session string) *flight {
	c := f.clients[session]
	if c == nil {
		c = newFlight(f.entry)
		f.clients[session] = c
	}
	return c
}

func (f *featureSet) sdk(s *Step) {
	if hasKey(s.Reply, "raise") || hasKey(s.With, "raise") {
		f.add("callback.throws")
	}
	if hasKey(s.Reply, "unserializable") || hasKey(s.With, "unserializable") {
		f.add("callback.unserializable")
	}
	switch s.Key() {
	case "sdk.asks":
		f.asks = append(f.asks, DefaultName(*s))
	case "sdk.cancels":
		f.add("callback.withdrawn")
	case "sdk.cancel":
		f.add("cancel.sdk")
	case "sdk.feed":
		f.add("prompt.stream")
	}
	if _, _, ok := s.Operation(); ok {
		f.operation(s)
	}
}

// store adds what a step of the session store needs.
func (f *featureSet) store(s *Step) {
	f.add("callback.session_store")
	if hasKey(s.Reply, "raise") || hasKey(s.With, "raise") || s.Verb == "fails" {
		f.add("callback.throws")
	}
}

// operation adds what an operation, its task and its neighbours need.
func (f *featureSet) operation(s *Step) {
	switch name, _, _ := s.Operation(); s.Verb {
	case "start":
		f.start(decodeStart(newReport(), nodeOf(s.Arg)))
	case "read":
		f.read(s)
	case "ends":
		f.add("task.end")
	default:
		f.add(name)
	}
	switch {
	case s.Task == "":
	case s.Task == "elsewhere":
		f.add("context.loop")
	case slices.Contains(f.asks, s.Task):
		f.add("context.callback")
	default:
		f.add("context.task")
	}
	f.add(f.of(s.Session).start(s, slices.Contains(f.asks, s.Task))...)
}

// start adds what a start declares.
func (f *featureSet) start(start Start) {
	if start.Stream {
		f.add("prompt.stream")
	}
	if f.entry == OneShot && start.Read == "none" {
		f.add("prompt.pull")
	}
	if start.Options[sessionStore] != nil {
		f.add("callback.session_store")
	}
	for _, c := range start.Callbacks {
		if c.Kind == Stderr {
			f.add("stderr")
			continue
		}
		f.add("callback." + string(c.Kind))
		if c.Raise != "" {
			f.add("callback.throws")
		}
	}
}

// read adds what reading by hand needs.
func (f *featureSet) read(s *Step) {
	f.add("receive")
	if f.entry == OneShot {
		f.add("prompt.pull")
	}
	if s.Arg == "turn" {
		f.add("receive.turn")
	}
}

// hasKey tells a callback that fails, or answers what cannot be written, from one that answers.
func hasKey(v Value, key string) bool {
	m, ok := v.(map[string]any)
	return ok && m[key] != nil
}

// flight is what one client has in flight, as far as the steps show it.
type flight struct {
	oneShot bool
	running map[string]string // by task: the operation that has not been seen to end
	names   map[string]string // by name of an operation: its task
	reader  bool              // the default reader
}

func newFlight(entry Entry) *flight {
	return &flight{oneShot: entry == OneShot, running: map[string]string{}, names: map[string]string{}}
}

// start puts an operation in flight and returns what it needs for the company it has.
func (c *flight) start(s *Step, inCallback bool) []string {
	name, _, _ := s.Operation()
	var needs []string
	for task, other := range c.running {
		if task != s.Task {
			needs = append(needs, beside(name, other))
		}
	}
	switch {
	case inCallback:
		needs = append(needs, "concurrent.any") // the read during which it is asked goes on
	case name == "interrupt" && c.reader:
		needs = append(needs, "concurrent.interrupt")
	}
	if name == "start" && !c.oneShot {
		c.reader = decodeStart(newReport(), nodeOf(s.Arg)).Read != "none"
	}
	c.running[s.Task] = name
	c.names[DefaultName(*s)] = s.Task
	return needs
}

// beside returns the feature that lets an operation start while another one is in flight.
func beside(name, other string) string {
	if name == "interrupt" && (other == "read" || other == "receive") {
		return "concurrent.interrupt"
	}
	return "concurrent.any"
}

// see lands what a step shows to have ended: an operation whose end it takes, or a start or query whose line was read.
func (c *flight) see(s *Step) {
	switch s.Key() {
	case "sdk.returns", "sdk.fails":
		name, _ := s.Arg.(string)
		if task, ok := c.names[name]; ok {
			delete(c.running, task)
		}
		if name == "session" {
			c.reader = false
		}
	case "cli.reads":
		if kind, _ := s.Arg.(string); kind == "user" && !s.Optional {
			c.land("start", "query")
		}
	case "sdk.disconnect", "sdk.break":
		c.reader = false
	}
}

// land takes the operations out of flight.
func (c *flight) land(names ...string) {
	for task, running := range c.running {
		if slices.Contains(names, running) {
			delete(c.running, task)
		}
	}
}

func cloneFlights(in map[string]*flight) map[string]*flight {
	out := make(map[string]*flight, len(in))
	for session, c := range in {
		clone := newFlight("")
		clone.oneShot, clone.reader = c.oneShot, c.reader
		mergeFlight(clone, c)
		out[session] = clone
	}
	return out
}

func mergeFlights(into, from map[string]*flight) {
	for session, c := range from {
		if into[session] == nil {
			into[session] = &flight{oneShot: c.oneShot, running: map[string]string{}, names: map[string]string{}}
		}
		mergeFlight(into[session], c)
		into[session].reader = into[session].reader || c.reader
	}
}

func mergeFlight(into, from *flight) {
	for task, name := range from.running {
		into.running[task] = name
	}
	for name, task := range from.names {
		into.names[name] = task
	}
}
