package engine

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/wiretrial/wiretrial/scenarios"
)

// sight is what an observation found in its lane.
type sight struct {
	doc   []byte // what match looks at; nil: nothing to look at
	at    int
	when  time.Time
	take  func() error // marks it taken, and does what the step says to it
	kind  string       // of an SDK's error
	check string       // which check a mismatch fails
	wire  bool         // a wire document, where null and absent are two things
}

// look searches the lane of an observation: the oldest untaken event, or why none can come any more.
func (r *run) look(v view) (*sight, error) {
	if v.Actor == scenarios.Fake {
		return r.lookCLI(v)
	}
	if _, ok := v.method(); ok {
		return r.lookAsk(v)
	}
	switch v.Verb {
	case "yields":
		return r.lookYield(v)
	case "asks":
		return r.lookAsk(v)
	case "cancels":
		return r.lookCancel(v)
	case "returns":
		return r.lookReturn(v)
	case "fails":
		return r.lookFail(v)
	}
	return nil, fault("%s: no observation %s.%s: harness fault", v.Pos, v.Actor, v.Verb)
}

// observe waits for an event, takes it and checks it.
func (r *run) observe(v view) error {
	switch {
	case v.Actor == scenarios.SDK && v.Verb == "pending":
		return r.pending(v)
	case v.Actor == scenarios.SDK && v.Verb == "uses":
		return r.uses(v)
	case v.Actor == scenarios.SDK && v.Verb == "removes":
		return r.removes(v)
	case v.Actor == scenarios.Fake && v.Verb == "drained":
		return r.drained(v)
	case v.Actor == scenarios.Fake && v.Verb == "gone" && v.text() == "forks":
		return r.forksGone(v)
	case v.Actor == scenarios.Fake && v.Verb == "finds":
		return r.finds(v)
	case v.Actor == scenarios.Store && v.Verb == "holds":
		return r.holds(v)
	}
	if v.Optional {
		return r.arm(v)
	}
	var found *sight
	err := r.wait(r.bound(v.Step, v.what()), func() (bool, error) {
		s, err := r.look(v)
		found = s
		return s != nil, err
	})
	if err != nil {
		return r.unsaved(v, err)
	}
	return r.accept(v, found)
}

// accept takes an event for a step and checks its time, then its values.
func (r *run) accept(v view, s *sight) error {
	if m, name, ok := r.since(v); ok {
		if !m.proven {
			r.note("step %d: whether %s came before %s was not checked: no barrier could be proven", v.Index, v.what(), name)
		} else if s.at <= m.arrival {
			return r.failAt(v.Step, CheckSince, "%s came before %s", v.what(), name)
		}
	}
	if d := s.when.Sub(r.stepTrue); v.After > 0 && d < v.After {
		return r.failAt(v.Step, CheckAfter, "%s came after %s, sooner than %s", v.what(), d.Round(time.Millisecond), v.After)
	}
	v.keep(s.doc)
	r.learned++
	r.seen = s.when
	if ms := r.match(v, s); len(ms) > 0 {
		r.unsettled = true
		f := r.mismatch(v.Step, s.check, ms)
		f.Kind = s.kind
		return f
	}
	if s.take != nil {
		return s.take()
	}
	return nil
}

func (r *run) match(v view, s *sight) []scenarios.Mismatch {
	if len(v.Match) == 0 {
		return nil
	}
	if s.wire {
		return scenarios.Match(s.doc, v.Match, v.env)
	}
	return scenarios.MatchReported(s.doc, v.Match, v.env)
}

// admits tells whether a step's where chooses a document.
func admits(v view, doc []byte, wire bool) bool {
	if len(v.Where) == 0 {
		return true
	}
	if wire {
		return len(scenarios.Match(doc, v.Where, v.env)) == 0
	}
	return len(scenarios.MatchReported(doc, v.Where, v.env)) == 0
}

// what names the observation for a report.
func (v view) what() string {
	text := string(v.Actor) + "." + v.Verb
	if t := v.text(); t != "" && len(t) < 80 {
		text += ": " + t
	}
	return text
}

func (r *run) lookYield(v view) (*sight, error) {
	kind := v.text()
	for v.s.read < len(v.s.msgs) && v.s.msgs[v.s.read].taken {
		v.s.read++
	}
	for _, m := range v.s.msgs[r.from(v, v.s.read):] {
		if m.taken || m.typ != kind && m.kind != kind || !admits(v, m.raw, false) {
			continue
		}
		return &sight{doc: m.raw, at: m.at, when: m.when, check: CheckMatch, take: func() error { m.taken = true; return nil }}, nil
	}
	v.refuse(len(v.s.msgs))
	if o := v.s.failure(); o != nil && !v.s.excused {
		return nil, r.opFailed(v.Step, o, "instead of "+v.what())
	}
	if o := v.s.over(); o != nil && v.s.idle() {
		return nil, r.failAt(v.Step, CheckMissing, "%s returned, and no message is read any more, before %s", o.names[0], v.what())
	}
	return nil, nil
}

// opFailed is the failure of a step that waits for something which a failed operation can no longer bring.
func (r *run) opFailed(s scenarios.Step, o *op, why string) *fail {
	f := r.failAt(s, CheckFails, "%s failed %s: %s", o.names[0], why, describe(o.err, o.failure))
	f.Kind = kindOf(o)
	f.Want, f.Got = "success", describe(o.err, o.failure)
	return f
}

func kindOf(o *op) string {
	if o.failure.Kind == "" {
		return "other"
	}
	return o.failure.Kind
}

func (r *run) lookAsk(v view) (*sight, error) {
	lane, check := v.lane(), CheckMatch
	if lane == storeLane("append") {
		check = CheckStore
	}
	for v.s.askRead < len(v.s.asks) && v.s.asks[v.s.askRead].taken {
		v.s.askRead++
	}
	for _, k := range v.s.asks[r.from(v, v.s.askRead):] {
		if k.taken || k.lane != lane || !admits(v, k.args, false) {
			continue
		}
		return &sight{doc: k.args, at: k.at, when: k.when, check: check, take: func() error { return r.takeAsk(v, k) }}, nil
	}
	v.refuse(len(v.s.asks))
	if o := v.s.failure(); o != nil && !v.s.excused {
		return nil, r.opFailed(v.Step, o, "instead of "+v.what())
	}
	return nil, nil
}

// takeAsk gives a call its name, and answers it if the step says how.
func (r *run) takeAsk(v view, k *ask) error {
	k.taken, k.name = true, v.name
	if !v.HasReply || k.replied {
		return nil
	}
	return r.reply(v, k, v.Reply)
}

func (r *run) lookCancel(v view) (*sight, error) {
	k := v.s.ask(v.text())
	if k == nil || !k.cancelled || k.noticed {
		return nil, nil
	}
	return &sight{doc: k.args, at: k.withdrawn, when: k.since, check: CheckMatch, take: func() error { k.noticed = true; return nil }}, nil
}

// ask finds a taken call by its name; the latest of that name.
func (s *session) ask(name string) *ask {
	for i := len(s.asks) - 1; i >= 0; i-- {
		if s.asks[i].name == name {
			return s.asks[i]
		}
	}
	return nil
}

// untaken returns the oldest operation of that name whose end no step took.
func (s *session) untaken(name string) *op {
	for _, o := range s.ops {
		if !o.taken && !o.void && o.is(name) {
			return o
		}
	}
	return nil
}

func (r *run) lookReturn(v view) (*sight, error) {
	if v.text() == "session" {
		return r.lookSessionReturn(v)
	}
	o := v.s.untaken(v.text())
	if o == nil || !o.done {
		return nil, nil
	}
	if o.err != nil {
		return nil, r.opFailed(v.Step, o, "where success was due")
	}
	return &sight{doc: valueOf(o.result), at: o.doneAt, when: o.when, check: CheckMatch, take: func() error { o.taken = true; return nil }}, nil
}

func (r *run) lookSessionReturn(v view) (*sight, error) {
	if o := v.s.failure(); o != nil {
		return nil, r.opFailed(v.Step, o, "where success was due")
	}
	o := v.s.over()
	if o == nil {
		return nil, nil
	}
	return &sight{doc: o.result, at: o.doneAt, when: o.when, check: CheckMatch, take: func() error { o.taken = true; return nil }}, nil
}

// valueOf unwraps an operation's value: {value: V} where it has one.
func valueOf(result []byte) []byte {
	var w struct {
		Value json.RawMessage `json:"value"`
	}
	if json.Unmarshal(result, &w) == nil && len(w.Value) > 0 {
		return w.Value
	}
	return result
}

func (r *run) lookFail(v view) (*sight, error) {
	var o *op
	if v.text() == "session" {
		o = v.s.failure()
		if o == nil && v.s.over() != nil {
			return nil, r.failAt(v.Step, CheckReturns, "the session ended well where a failure was due")
		}
	} else {
		o = v.s.untaken(v.text())
		if o != nil && o.done && o.err == nil {
			return nil, r.failAt(v.Step, CheckReturns, "%s returned %s where a failure was due", o.names[0], clip(string(o.result), 200))
		}
	}
	if o == nil || !o.done {
		return nil, nil
	}
	return &sight{doc: failureDoc(o), kind: kindOf(o), at: o.doneAt, when: o.when, check: CheckFailsMatch, take: func() error { return r.takeFailure(v, o) }}, nil
}

// failureDoc is what sdk.fails matches on.
func failureDoc(o *op) []byte {
	doc := map[string]any{"message": o.err.Message, "kind": kindOf(o)}
	f := o.failure
	if f.ExitCode != nil {
		doc["exit_code"] = *f.ExitCode
	}
	if f.Signal != "" {
		doc["signal"] = f.Signal
	}
	if f.Stderr != "" {
		doc["stderr"] = f.Stderr
	}
	if f.Type != "" {
		doc["type"] = f.Type
	}
	out, _ := json.Marshal(doc)
	return out
}

// takeFailure takes an error whose kind is one of those that the step allows.
func (r *run) takeFailure(v view, o *op) error {
	o.taken = true
	if v.text() == "session" {
		v.s.excused, v.s.prefix = true, true
		for _, other := range v.s.ops {
			if other.stream && other.done && other.err != nil {
				other.taken = true
			}
		}
	}
	if len(v.Kind) > 0 && !slices.Contains(v.Kind, kindOf(o)) {
		r.unsettled = true
		f := r.failAt(v.Step, CheckFailsKind, "%s failed in another way than it must", o.names[0])
		f.Kind, f.Want, f.Got = kindOf(o), strings.Join(v.Kind, " or "), describe(o.err, o.failure)
		return f
	}
	return nil
}

// pending checks that an operation still runs, behind a barrier so that an answer on its way counts.
func (r *run) pending(v view) error {
	if _, err := r.barrier("pending"); err != nil {
		return err
	}
	o := v.s.untaken(v.text())
	if o == nil || o.done {
		return r.failAt(v.Step, CheckPending, "%s has ended although its answer was not written", v.text())
	}
	return nil
}
