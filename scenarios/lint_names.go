package scenarios

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/fixtures"
)

// names finds references to what nothing on the way has before.
func (t *trace) names() {
	for i, s := range t.steps {
		t.sessionOf(i, s)
		if s.Since != "" {
			t.known(s.Pos, "since", s.Since, t.actsBefore(i))
		}
		switch s.Key() {
		case "sdk.returns", "sdk.fails", "sdk.pending", "sdk.cancel":
			t.known(s.Pos, s.Key(), s.arg(), append(t.operationsBefore(i), "session"))
		case "sdk.reply", "sdk.cancels":
			t.known(s.Pos, s.Key(), s.arg(), namesOf(t.before(i), isKey("sdk.asks")))
		case "store.answers":
			t.known(s.Pos, s.Key(), s.arg(), namesOf(t.before(i), isStoreCall))
		case "sdk.ends":
			t.known(s.Pos, s.Key(), s.arg(), append(t.tasksBefore(i), "main"))
		case "sdk.asks":
			t.declared(s, s.arg())
		case "sdk.feed":
			t.frame(s, "end")
		case "cli.writes":
			t.frame(s)
		case "cli.handshakes":
			t.known(s.Pos, s.Key(), s.arg(), t.servers(s))
		case "cli.answers":
			t.asked(i, s)
		case "cli.reads":
			t.response(i, s)
		}
	}
}

// isStoreCall tells the steps that take a call of the session store.
func isStoreCall(s *Step) bool { return isKey("store.appends", "store.loads", "store.lists")(s) }

// known reports a name that is none of those.
func (t *trace) known(pos Pos, what, name string, names []string) {
	if slices.ContainsFunc(names, func(n string) bool { return sameName(n, name) }) {
		return
	}
	slices.Sort(names)
	t.rep.add(pos, RuleUnknown, "%s: nothing before has the name %s%s", what, clip(name), near(name, slices.Compact(names)))
}

// namesOf lists the names of the steps that pass the test.
func namesOf(steps []*Step, is func(*Step) bool) []string {
	var out []string
	for _, s := range steps {
		if is(s) {
			out = append(out, DefaultName(*s))
		}
	}
	return out
}

func (t *trace) actsBefore(i int) []string {
	return namesOf(t.before(i), func(s *Step) bool { return s.isAct() })
}

func (t *trace) operationsBefore(i int) []string {
	return namesOf(t.before(i), func(s *Step) bool { _, _, ok := s.Operation(); return ok })
}

func (t *trace) tasksBefore(i int) []string {
	var out []string
	for _, s := range t.before(i) {
		if s.Task != "" {
			out = append(out, s.Task)
		}
	}
	return out
}

// sessionOf finds steps of a session that no start opens before, and a tools_of without its session.
func (t *trace) sessionOf(i int, s *Step) {
	if s.Actor == None || isKey("sdk.kill", "sdk.exit", "sdk.uses")(s) {
		return
	}
	if s.Key() != "sdk.start" {
		if !slices.ContainsFunc(t.before(i), isKey("sdk.start")) {
			t.rep.add(s.Pos, RuleUnknown, "%s before the sdk.start of its session%s", s.Key(), inSession(s.Session))
		}
		return
	}
	shares := decodeStart(newReport(), nodeOf(s.Arg)).ToolsOf
	if shares == "" {
		return
	}
	var sessions []string
	for _, o := range t.steps[:i] {
		if o.Session != "" {
			sessions = append(sessions, o.Session)
		}
	}
	t.known(s.Pos, toolsOf, shares, sessions)
}

func inSession(name string) string {
	if name == "" {
		return ""
	}
	return " " + name
}

// callbacks lists what the step's session declares.
func (t *trace) callbacks(s *Step) []Callback {
	if start := t.start(s.Session); start != nil {
		return decodeStart(newReport(), nodeOf(start.Arg)).Callbacks
	}
	return nil
}

// declared finds an ask of a callback that the start did not declare.
func (t *trace) declared(s *Step, name string) {
	if name == string(Stderr) {
		t.rep.add(s.Pos, RuleUnknown, "sdk.asks: stderr; a plain function cannot ask: its lines come as sdk.yields: stderr")
		return
	}
	var names []string
	for _, c := range t.callbacks(s) {
		names = append(names, c.Name)
	}
	if t.shares(s) || slices.Contains(names, name) {
		return
	}
	t.rep.add(s.Pos, RuleUnknown, "sdk.asks: %s is no callback that the start declares%s", clip(name), near(name, names))
}

// shares tells whether the session has another session's servers.
func (t *trace) shares(s *Step) bool {
	start := t.start(s.Session)
	return start != nil && decodeStart(newReport(), nodeOf(start.Arg)).ToolsOf != ""
}

func (t *trace) servers(s *Step) []string {
	var out []string
	for _, c := range t.callbacks(s) {
		if c.Kind == Tool {
			out = append(out, c.Server)
		}
	}
	return out
}

// frame finds writes of frames that nobody named.
func (t *trace) frame(s *Step, words ...string) {
	for _, name := range frameNames(s) {
		if slices.Contains(words, name) || knownFrame(t.c, name) {
			continue
		}
		known := slices.Concat(slices.Collect(maps.Keys(t.c.Frames)), slices.Collect(maps.Keys(t.c.Raw)), fixtures.Names())
		slices.Sort(known)
		t.rep.add(s.Pos, RuleUnknown, "%s: no frame, raw text or stock frame has the name %s%s", s.Key(), clip(name), near(name, known))
	}
}

// stocks finds frames that are like a stock frame that does not exist.
func (l *linter) stocks(c *Case) {
	for _, f := range c.Frames {
		if f.Like != "" && !fixtures.Has(f.Like) {
			l.rep.add(f.Pos, RuleUnknown, "like: there is no stock frame %s%s", clip(f.Like), near(f.Like, fixtures.Names()))
		}
	}
}

// asked finds an answer to a request that no step before reads: the fake would have nothing to answer.
func (t *trace) asked(i int, s *Step) {
	if !slices.ContainsFunc(t.before(i), func(o *Step) bool {
		return o.Key() == "cli.reads" && sameName(o.arg(), "control_request/"+s.arg())
	}) {
		t.rep.add(s.Pos, RuleUnknown, "cli.answers: %s, but no step before reads control_request/%s", s.arg(), s.arg())
	}
}

// response finds a read of an answer to a request that the CLI did not write before.
func (t *trace) response(i int, s *Step) {
	ref, ok := strings.CutPrefix(s.arg(), "control_response/")
	if !ok {
		return
	}
	var names []string
	for _, o := range t.before(i) {
		for _, w := range t.frames[o] {
			if w.Type == "control_request" {
				names = append(names, w.ID, w.RequestID)
			}
			names = slices.AppendSeq(names, maps.Keys(w.HandedOver))
		}
		if o.Key() == "cli.writes" && o.As != "" {
			names = append(names, o.As)
		}
	}
	t.known(s.Pos, "cli.reads", ref, names)
}

// twice finds an as that a step before has already.
func (t *trace) twice() {
	seen := map[string]*Step{}
	for _, s := range t.steps {
		if s.As == "" {
			continue
		}
		key := s.Session + "\x00" + string(s.Actor) + "\x00" + s.As
		if first := seen[key]; first != nil && first.From == s.From {
			t.rep.add(s.Pos, RuleTwice, "as: %s again; the step in line %d has that name", s.As, first.Pos.Line)
		}
		seen[key] = s
	}
}

// captures finds a capture before its event.
func (t *trace) captures() {
	for i, s := range t.steps {
		seen := t.seenBefore(i, s)
		for text := range texts(t.c, s) {
			for _, name := range Names(text) {
				if name == "hook" || name == "initialize" || slices.ContainsFunc(seen, func(n string) bool { return sameName(n, name) }) {
					continue
				}
				if slices.ContainsFunc(namesOf(t.steps[i:], observed), func(n string) bool { return sameName(n, name) }) {
					t.rep.add(s.Pos, RuleCapture, "${%s...} is captured before its event: the step that observes it comes later", clip(name))
					continue
				}
				t.rep.add(s.Pos, RuleUnknown, "${%s...}: no step before observes anything of that name%s", clip(name), near(name, seen))
			}
		}
	}
}

func observed(s *Step) bool { return s.Actor != None && !s.isAct() }

// seenBefore lists the events that a step may capture. A reply may capture its own ask.
func (t *trace) seenBefore(i int, s *Step) []string {
	seen := namesOf(t.steps[:i], observed)
	if s.Key() == "sdk.asks" || isStoreCall(s) {
		seen = append(seen, DefaultName(*s))
	}
	return seen
}

// texts walks over all texts of a step, and those of the frames that it writes or feeds.
func texts(c *Case, s *Step) iter.Seq[string] {
	return func(yield func(string) bool) {
		all := []Value{s.Arg, s.As, s.Session, s.Task, s.Since, s.Reply, s.With, s.Response, s.Error, pairValues(s.Where),
			pairValues(s.Match), pairValues(s.Set), anys(s.Unset)}
		if isKey("cli.writes", "sdk.feed")(s) {
			for _, name := range frameNames(s) {
				f := c.Frames[name]
				all = append(all, f.JSON, f.Like, pairValues(f.Set), anys(f.Unset), c.Raw[name])
			}
		}
		eachText(all, yield)
	}
}

func pairValues(ps []PathValue) []any {
	var out []any
	for _, p := range ps {
		out = append(out, p.Path, p.Value)
	}
	return out
}

func anys(names []string) []any {
	var out []any
	for _, n := range names {
		out = append(out, n)
	}
	return out
}

func eachText(v Value, yield func(string) bool) bool {
	switch v := v.(type) {
	case string:
		return v == "" || yield(v)
	case []any:
		for _, e := range v {
			if !eachText(e, yield) {
				return false
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if !yield(key) || !eachText(v[key], yield) {
				return false
			}
		}
	}
	return true
}

// usage is what the cases of a file use of what it names.
type usage struct {
	frames map[string]bool
	refs   []string // every name that any step refers to
}

func (u *usage) see(c *Case) {
	if u.frames == nil {
		u.frames = map[string]bool{}
	}
	for s := range All(c.Steps) {
		if isKey("cli.writes", "sdk.feed")(s) {
			for _, name := range frameNames(s) {
				u.frames[name] = true
			}
		}
		u.refs = append(u.refs, s.Since, s.Task, s.arg(), strings.TrimPrefix(s.arg(), "control_response/"))
		for text := range texts(c, s) {
			u.refs = append(u.refs, Names(text)...)
			if isKey("cli.writes")(s) {
				u.refs = append(u.refs, text) // request_id: p1
			}
		}
	}
	slices.Sort(u.refs)
	u.refs = slices.Compact(u.refs)
}

// unused finds frames, raw texts and columns that no case uses, and warns of names that no step uses.
func (l *linter) unused(u *usage, cases []Case) {
	top := l.file.tree.(*document).top
	for _, key := range []string{"frames", "raw"} {
		for _, e := range entriesOf(top.get(key)) {
			used := u.frames[e.key]
			for name := range u.frames {
				used = used || strings.Contains(name, "${") && sameName(name, e.key)
			}
			if !used {
				l.rep.add(e.pos, RuleUnused, "nothing writes %s", e.key)
			}
		}
	}
	l.columns(top)
	for i := range cases {
		for s := range All(cases[i].Steps) {
			if s.As != "" && !slices.ContainsFunc(u.refs, func(ref string) bool { return ref != "" && sameName(ref, s.As) }) {
				l.warn(s.Pos, RuleAs, "nothing uses the name %s", s.As)
			}
		}
	}
}

// columns finds columns of the variants that nothing uses.
func (l *linter) columns(top *node) {
	source := string(l.file.Source)
	for _, row := range entriesOf(top.get("variants")) {
		for _, col := range entriesOf(row.val) {
			if col.key != "level" && !strings.Contains(source, fmt.Sprintf("${variant.%s}", col.key)) {
				l.rep.add(col.pos, RuleUnused, "nothing uses the column %s", clip(col.key))
			}
		}
	}
}

func entriesOf(n *node) []entry {
	if n == nil {
		return nil
	}
	return n.keys
}
