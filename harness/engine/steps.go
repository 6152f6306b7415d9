package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/scenarios"
)

// steps runs a list of steps from top to bottom.
func (r *run) steps(list []scenarios.Step) error {
	r.cursors = append(r.cursors, cursor{steps: list})
	at := len(r.cursors) - 1
	for i := range list {
		r.cursors[at].at = i
		if err := r.step(list[i]); err != nil {
			if f, ok := err.(*fail); ok {
				if f.Step == 0 {
					f.Step, f.Where = list[i].Index, list[i].Pos.String()
				}
				r.markStep(list[i], "fail", "")
			}
			return err
		}
		if !r.marked(list[i]) {
			r.markStep(list[i], "ok", "")
		}
		r.completed()
		r.cursors[at].at = i + 1
		if list[i].Actor == scenarios.Fake || list[i].Verb == scenarios.Fork {
			r.release()
		}
	}
	r.cursors = r.cursors[:at]
	r.release()
	return nil
}

// completed notes when a step was over. An observation was over when its event came, but not before the step before it: how long the harness
// took to notice that must shorten no lower bound, and lengthen no promise.
func (r *run) completed() {
	before := r.stepBegan
	r.stepBegan = time.Now()
	r.stepTrue = r.stepBegan
	if !r.seen.IsZero() {
		r.stepTrue = before
		if r.seen.After(before) {
			r.stepTrue = r.seen
		}
	}
	r.seen = time.Time{}
}

// step runs one step, as often as its times says.
func (r *run) step(s scenarios.Step) error {
	ended := r.ended
	r.ended = false
	switch s.Verb {
	case scenarios.Quiet:
		d, err := r.duration(s)
		if err != nil {
			return err
		}
		return r.silence(s, d, ended)
	case scenarios.Fork:
		return r.either(s)
	}
	if s.Actor == scenarios.Fake && s.Verb == "writes" {
		return r.writes(s)
	}
	for i := s.From; i < s.From+max(s.Times, 1); i++ {
		if err := r.once(s, i); err != nil {
			return err
		}
	}
	return nil
}

// once runs a step for one value of ${i}.
func (r *run) once(s scenarios.Step, i int) error {
	v, err := r.view(s, i)
	if err != nil {
		return err
	}
	if !isAct(s) {
		if err := r.observe(v); err != nil {
			return err
		}
		r.learned++
		return r.offered(nil)
	}
	r.acted = r.arrivals
	if err := r.markAct(v); err != nil {
		return err
	}
	switch s.Actor {
	case scenarios.Fake:
		return r.cliAct(v)
	case scenarios.Store:
		return r.storeAct(v)
	}
	return r.sdkAct(v)
}

// view is a step with its names resolved for one value of ${i}.
type view struct {
	scenarios.Step
	s    *session
	env  scenarios.Env
	name string // as, or the default
	task string
	arg  scenarios.Value
	past *past // nil: a look begins with the first untaken event
}

// past is how far a view has looked in its lane: what it refused it refuses for good, until a word of its where or a name of its lane can mean
// something else. Without it a flood of messages that no step takes would cost the square of their number.
type past struct {
	n       int // events before this one are refused
	learned int // run.learned when they were
}

// from is the event with which a look begins: the first that was not taken and that the view has not refused.
func (r *run) from(v view, untaken int) int {
	if v.past == nil {
		return untaken
	}
	if v.past.learned != r.learned {
		*v.past = past{learned: r.learned}
	}
	return max(v.past.n, untaken)
}

// refuse notes that a view refused all events before this one.
func (v view) refuse(n int) {
	if v.past != nil {
		v.past.n = n
	}
}

func (r *run) view(st scenarios.Step, i int) (view, error) {
	env := scenarios.Env{I: i, HasI: st.Times > 1, Dir: r.o.Dir, Seed: r.o.Seed}
	name, err := scenarios.ResolveText(st.Session, env)
	if err != nil {
		return view{}, r.unresolved(st, err)
	}
	s := r.session(name)
	env.Capture = func(name, path string) ([]byte, error) { return r.capture(s, name, path) }
	env = s.comp.Env(env)
	r.learned++ // by what the step before did
	v := view{Step: st, s: s, env: env, past: &past{}}
	for _, f := range []struct {
		from string
		to   *string
	}{{st.As, &v.As}, {st.Task, &v.task}, {st.Since, &v.Since}} {
		if *f.to, err = scenarios.ResolveText(f.from, env); err != nil {
			return v, r.unresolved(st, err)
		}
	}
	if st.Verb != "reads" || st.Arg != nil {
		if v.arg, err = r.resolveArg(st, env); err != nil {
			return v, err
		}
	}
	named := v.Step
	named.Arg = v.arg
	v.name = scenarios.DefaultName(named)
	return v, nil
}

// resolveArg substitutes in a step's argument; frames and streamed items are left to the composer.
func (r *run) resolveArg(st scenarios.Step, env scenarios.Env) (scenarios.Value, error) {
	if st.Verb == "writes" || st.Verb == "feed" {
		return st.Arg, nil
	}
	arg, err := scenarios.Resolve(st.Arg, env)
	if err != nil {
		return nil, r.unresolved(st, err)
	}
	return arg, nil
}

// unresolved is a capture that is not there: the scenario's fault, since lint refuses captures before their event, or that of an
// SDK which did not do what the step before assumes.
func (r *run) unresolved(s scenarios.Step, err error) error {
	var missing *scenarios.UnregisteredError
	if errors.As(err, &missing) {
		f := r.failAt(s, CheckLineMatch, "a hook that is declared was not registered: %v", missing)
		f.Path, f.Want, f.Got = "request.hooks."+missing.Event, fmt.Sprintf("%d", missing.Want), fmt.Sprintf("%d", missing.Got)
		return f
	}
	return fault("%s: %w: scenario fault", s.Pos, err)
}

// isAct tells acts from observations. A write of no frames is neither: variants leave acts out that way.
func isAct(s scenarios.Step) bool {
	switch s.Actor {
	case scenarios.SDK:
		return s.Imperative
	case scenarios.Store:
		return slices.Contains([]string{"serves", "fails", "keeps", "answers"}, s.Verb)
	case scenarios.Fake:
		list, isList := s.Arg.([]any)
		return !isObservation(s) && !(s.Verb == "writes" && isList && len(list) == 0)
	}
	return false
}

// text is the argument as text.
func (v view) text() string {
	switch a := v.arg.(type) {
	case string:
		return a
	case nil:
		return ""
	case json.Number:
		return a.String()
	}
	return fmt.Sprint(v.arg)
}

func (r *run) duration(s scenarios.Step) (time.Duration, error) {
	text, _ := s.Arg.(string)
	d, err := scenarios.ParseDuration(text)
	if err != nil {
		return 0, fault("%s: %w: scenario fault", s.Pos, err)
	}
	return d, nil
}

// capture finds what is known under a name in a session: an event that a step took, the initialize line, a hook's id.
func (r *run) capture(s *session, name, path string) ([]byte, error) {
	doc, ok := s.known(name)
	if !ok && name == "initialize" {
		if err := r.awaitInitialize(s); err != nil {
			return nil, err
		}
		doc, ok = s.captures[name]
	}
	if !ok {
		for _, other := range r.order {
			if doc, ok = other.known(name); ok {
				break
			}
		}
	}
	if !ok {
		return nil, fmt.Errorf("nothing is known as %q yet", name)
	}
	if path == "" {
		return doc, nil
	}
	v := gjson.GetBytes(doc, path)
	if !v.Exists() {
		return nil, fmt.Errorf("%s has nothing at %s", name, path)
	}
	return []byte(v.Raw), nil
}

// awaitInitialize waits for the line that a step refers to: it is served unsaid, so no step reads it.
func (r *run) awaitInitialize(s *session) error {
	w := waiting{what: "the initialize request", until: time.Now().Add(r.o.Deadline)}
	return r.wait(w, func() (bool, error) { return s.captures["initialize"] != nil, nil })
}

// markAct remembers what had arrived before an act, behind a barrier if a later step asks since when its event came.
func (r *run) markAct(v view) error {
	names := []string{fmt.Sprintf("#%d", v.Index), v.s.name + "/" + v.name}
	wanted := false
	for _, n := range names {
		wanted = wanted || r.needs[n] || r.needs["*/"+v.name]
	}
	m := mark{arrival: r.arrivals, proven: true}
	if wanted && len(r.order) > 0 && r.anyStarted() {
		ok, err := r.barrier("since " + v.name)
		if err != nil {
			return err
		}
		m = mark{arrival: r.arrivals, proven: ok}
	}
	for _, n := range names {
		r.marks[n] = m
	}
	return nil
}

func (r *run) anyStarted() bool {
	for _, s := range r.order {
		if len(s.fakes) > 0 {
			return true
		}
	}
	return false
}

// actsToMark finds the acts that a since names, said or unsaid: endings are since the act before them.
func actsToMark(steps []scenarios.Step) map[string]bool {
	out := map[string]bool{}
	var walk func(list []scenarios.Step, before int)
	walk = func(list []scenarios.Step, before int) {
		for _, s := range list {
			if s.Since != "" {
				out["*/"+s.Since] = true
			}
			if isEnding(s) && s.Since == "" && before > 0 {
				out[fmt.Sprintf("#%d", before)] = true
			}
			for _, b := range s.Branches {
				walk(b, before)
			}
			if isAct(s) {
				before = s.Index
			}
		}
	}
	walk(steps, 0)
	return out
}

func isObservation(s scenarios.Step) bool {
	return s.Verb == "starts" || s.Verb == "reads" || s.Verb == "drained" || s.Verb == "gone" || s.Verb == "finds" || isEnding(s)
}

// isEnding tells the observations that have one cause: the end of stdin, signals and deaths.
func isEnding(s scenarios.Step) bool {
	switch s.Verb {
	case "gets", "dies", "dismissed":
		return s.Actor == scenarios.Fake
	case "reads":
		text, _ := s.Arg.(string)
		return text == "eof"
	}
	return false
}

// lastAct returns the index of the act before a step on the path that was taken.
func (r *run) lastAct() int {
	for i := len(r.cursors) - 1; i >= 0; i-- {
		c := r.cursors[i]
		for j := c.at - 1; j >= 0; j-- {
			s := c.steps[j]
			if isAct(s) {
				return s.Index
			}
		}
	}
	return 0
}

// since returns the mark that an observation must not precede, and whether there is one.
func (r *run) since(v view) (mark, string, bool) {
	if v.Since != "" {
		m, ok := r.marks[v.s.name+"/"+v.Since]
		return m, v.Since, ok
	}
	if !isEnding(v.Step) {
		return mark{}, "", false
	}
	n := r.lastAct()
	m, ok := r.marks[fmt.Sprintf("#%d", n)]
	return m, fmt.Sprintf("step %d", n), ok && n > 0
}

// keep stores what an observation saw under its name. The two actors' names are apart: an operation does not hide the line of its name.
func (v view) keep(doc []byte) {
	if doc == nil {
		return
	}
	names := v.s.captures
	if v.Actor != scenarios.Fake {
		names = v.s.seen
	}
	names[v.name] = doc
	if i := strings.LastIndexByte(v.name, '/'); i >= 0 {
		names[v.name[i+1:]] = doc
	}
}

// known finds what a name stands for: a line, else what the SDK did.
func (s *session) known(name string) ([]byte, bool) {
	if doc, ok := s.captures[name]; ok {
		return doc, true
	}
	doc, ok := s.seen[name]
	return doc, ok
}
