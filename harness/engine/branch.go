package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/scenarios"
)

// either takes the branch whose head sees its event first, and plays it.
func (r *run) either(s scenarios.Step) error {
	heads := make([]view, len(s.Branches))
	for i, b := range s.Branches {
		v, err := r.view(b[0], b[0].From)
		if err != nil {
			return err
		}
		heads[i] = v
	}
	chosen := -1
	err := r.wait(r.eitherBound(s, heads), func() (bool, error) {
		var err error
		chosen, err = r.choose(s, heads)
		return chosen >= 0, err
	})
	if f, ok := err.(*fail); ok && f.Got == "" {
		if refused := r.refusals(heads); len(refused) > 0 { // something came, and no branch admits it
			f.Check, f.Class, f.Got = CheckBranch, Class(CheckBranch, r.unsafe()), strings.Join(refused, "; ")
		}
	}
	if err != nil {
		return err
	}
	r.note("step %d: took the branch of %s", s.Index, heads[chosen].what())
	return r.steps(s.Branches[chosen])
}

// eitherBound is the longest of the heads' bounds.
func (r *run) eitherBound(s scenarios.Step, heads []view) waiting {
	names := make([]string, len(heads))
	w := waiting{}
	for i, h := range heads {
		names[i] = h.what()
		b := r.bound(h.Step, "")
		if b.until.After(w.until) {
			w = b
		}
	}
	w.step, w.what = s, strings.Join(names, " or ")
	return w
}

// choose returns the first listed branch whose head has its event. It fails, with what was wrong for each, as soon as every head that
// can still have an event refuses the one in its lane: heads may look into different lanes, and one refusal does not speak for the others.
func (r *run) choose(s scenarios.Step, heads []view) (int, error) {
	possible := 0
	var last *fail
	for i, h := range heads {
		found, err := r.look(h)
		if err != nil {
			f, ok := err.(*fail)
			if !ok {
				return -1, err
			}
			last = f
			continue
		}
		if found != nil {
			return i, nil
		}
		possible++
	}
	refused := r.refusals(heads)
	if len(refused) > 0 && len(refused) == possible {
		f := r.failAt(s, CheckBranch, "what came fits no branch")
		f.Got = strings.Join(refused, "; ")
		return -1, f
	}
	if possible == 0 {
		return -1, last
	}
	return -1, nil
}

// refusals lists the heads that refuse the event in their lane, each with why.
func (r *run) refusals(heads []view) []string {
	var out []string
	for _, h := range heads {
		if why := r.refusedBy(h); why != "" {
			out = append(out, fmt.Sprintf("%s: %s", h.what(), why))
		}
	}
	return out
}

// refusedBy says why the oldest event of a head's lane is not admitted by its where; empty if there is none.
func (r *run) refusedBy(h view) string {
	if len(h.Where) == 0 {
		return ""
	}
	open := h
	open.Where, open.past = nil, nil
	found, err := r.look(open)
	if err != nil || found == nil || found.doc == nil {
		return ""
	}
	var ms []scenarios.Mismatch
	if found.wire {
		ms = scenarios.Match(found.doc, h.Where, h.env)
	} else {
		ms = scenarios.MatchReported(found.doc, h.Where, h.env)
	}
	if len(ms) == 0 {
		return ""
	}
	return fmt.Sprintf("%s is %s, not %s", ms[0].Path, ms[0].Got, ms[0].Want)
}

// armed is an optional observation: it may come until the end.
type armed struct {
	v    view
	done bool
}

// arm lets an optional observation take its event now or later.
func (r *run) arm(v view) error {
	a := &armed{v: v}
	v.s.armed = append(v.s.armed, a)
	r.markStep(v.Step, "optional", "")
	return r.try(a)
}

// try takes the event of an optional observation if it is there.
func (r *run) try(a *armed) error {
	if a.done {
		return nil
	}
	found, err := r.look(a.v)
	if err != nil {
		if _, ok := err.(*fail); ok {
			return nil // it cannot come any more: it was optional
		}
		return err
	}
	if found == nil {
		return nil
	}
	a.done = true
	seen := r.seen // of the step that is at work
	if err := r.accept(a.v, found); err != nil {
		return err
	}
	r.seen = seen
	r.markStep(a.v.Step, "ok", "")
	return nil
}

// offered ends the handling of an event: what it brought is offered to the optional observations of all sessions.
func (r *run) offered(err error) error {
	for _, s := range r.order {
		if err == nil {
			err = r.offer(s)
		}
	}
	return err
}

// disarm ends what was optional of the operations of the SDK, once no step is left: what the harness itself ends then is no event of the script.
// What may still come are lines, signals and calls.
func (s *session) disarm() {
	s.armed = slices.DeleteFunc(s.armed, func(a *armed) bool {
		return a.v.Actor == scenarios.SDK && (a.v.Verb == "returns" || a.v.Verb == "fails")
	})
}

// offer gives what has just arrived to the session's optional observations. What reacts to an event offers it itself before that.
func (r *run) offer(s *session) error {
	for _, a := range s.armed {
		if err := r.try(a); err != nil {
			return err
		}
	}
	return nil
}
