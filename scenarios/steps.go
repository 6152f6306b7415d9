package scenarios

import (
	"fmt"
	"slices"
)

// decoder turns the steps of one row of variants, in one order of each of its each_order blocks, into typed steps.
type decoder struct {
	rep    *report
	fill   *filler
	verbs  map[string]verb
	index  int
	orders []order // of the blocks, in the order of the file
	block  int     // the next of them
}

// steps decodes a list of steps, with the steps of its each_order blocks put in place.
func (d *decoder) steps(n *node) []Step {
	if n == nil || n.shape != list || len(n.items) == 0 {
		d.rep.add(posOf(n), RuleStepForm, "want a list of steps, got %s", n.what())
		return nil
	}
	var out []Step
	for _, item := range n.items {
		if block := eachOrder(item); block != nil {
			out = append(out, d.ordered(block)...)
			continue
		}
		if step, ok := d.step(item); ok {
			out = append(out, step)
		}
	}
	return out
}

// ordered decodes the groups of an each_order block in the order that this case has for it.
func (d *decoder) ordered(block *node) []Step {
	if d.block >= len(d.orders) {
		return nil
	}
	turn := d.orders[d.block]
	d.block++
	var out []Step
	for _, at := range turn.at {
		group := block.items[at]
		if group.shape != list {
			group = &node{pos: group.pos, shape: list, items: []*node{group}}
		}
		out = append(out, d.steps(group)...)
	}
	return out
}

// step decodes one step; ok is false if it is none.
func (d *decoder) step(n *node) (Step, bool) {
	if n.odd {
		return Step{}, false
	}
	if n.shape != object || len(n.keys) == 0 {
		d.rep.add(n.pos, RuleStepForm, "a step is a map that begins with ACTOR.VERB, got %s", n.what())
		return Step{}, false
	}
	d.index++
	first := n.keys[0]
	step := Step{Pos: first.pos, Index: d.index, Times: 1, From: 1}
	step.Actor, step.Verb = splitKey(first.key)
	switch {
	case first.key == "each_order":
		return Step{}, false // of the wrong shape: reported when the orders were counted
	case first.key == Fork:
		d.noKeys(n)
		step.Branches = d.branches(first.val)
		return step, len(step.Branches) > 0
	case first.key == Quiet:
		d.noKeys(n)
		step.Arg = d.quietArg(d.fill.node(first.val))
		return step, true
	}
	spec, known := d.verbs[first.key]
	if !known {
		d.unknownVerb(first)
		return Step{}, false
	}
	step.Imperative = spec.imperative
	step.Arg = spec.arg(d, d.fill.node(first.val))
	for _, e := range n.keys[1:] {
		if d.fits(spec, first.key, e) {
			d.refine(&step, e)
		}
	}
	return step, d.whole(&step)
}

// unknownVerb reports a first key that is no verb.
func (d *decoder) unknownVerb(first entry) {
	known := []string{Quiet, Fork, "each_order"}
	for key := range d.verbs {
		known = append(known, key)
	}
	slices.Sort(known)
	d.rep.add(first.pos, RuleStepVerb, "unknown step %q; a step begins with ACTOR.VERB%s", clip(first.key), near(first.key, known))
}

// noKeys refuses refinements of a step without an actor.
func (d *decoder) noKeys(n *node) {
	for _, e := range n.keys[1:] {
		d.rep.add(e.pos, RuleStepKey, "%q does not go on %s, which takes no refinement", clip(e.key), n.keys[0].key)
	}
}

// fits tells whether the verb takes the refinement.
func (d *decoder) fits(spec verb, key string, e entry) bool {
	if slices.Contains(spec.keys, e.key) {
		return true
	}
	if _, second := d.verbs[e.key]; second {
		d.rep.add(e.pos, RuleStepKey, "%s in the step %s; each step is a list item of its own", e.key, key)
		return false
	}
	if slices.Contains(refinements(), e.key) {
		d.rep.add(e.pos, RuleStepKey, "%q does not go on %s; it takes %s", e.key, key, join(spec.keys))
		return false
	}
	d.rep.add(e.pos, RuleStepKey, "unknown key %q on %s%s", clip(e.key), key, near(e.key, spec.keys))
	return false
}

// branches decodes the branches of an either.
func (d *decoder) branches(n *node) [][]Step {
	if n.shape != list || len(n.items) < 2 {
		d.rep.add(n.pos, RuleStepForm, "either takes a list of at least two branches, each a list of steps, got %s", n.what())
		return nil
	}
	var out [][]Step
	for _, item := range n.items {
		steps := d.steps(item)
		if len(steps) > 0 && (steps[0].isAct() || steps[0].Actor == None && steps[0].Verb == Quiet) {
			d.rep.add(steps[0].Pos, RuleStepForm, "a branch begins with an observation, which decides it; %s is none", steps[0].Key())
		}
		out = append(out, steps)
	}
	return out
}

// whole checks what no key shows alone.
func (d *decoder) whole(s *Step) bool {
	switch key := s.Key(); {
	case key == "sdk.reply" && s.With == nil:
		d.rep.add(s.Pos, RuleStepValue, "sdk.reply without with; say what the callback answers, as with: {behavior: allow}")
	case (key == "store.answers" || key == "store.keeps") && s.With == nil:
		d.rep.add(s.Pos, RuleStepValue, "%s without with; say what the store answers or keeps, as with: {} or JSON text", key)
	case s.HasError && s.Response != "":
		d.rep.add(s.Pos, RuleStepValue, "cli.answers with both response and error; an answer is one of them")
	case s.Only > 0 && (s.Cut > 0 || s.Whole || len(s.CutAt) > 0):
		d.rep.add(s.Pos, RuleStepValue, "cli.writes with both cut and only; pieces and a prefix are two things")
	}
	return true
}

// posOf is the place of a node that may be missing.
func posOf(n *node) Pos {
	if n == nil {
		return Pos{}
	}
	return n.pos
}

// order is one order of the groups of an each_order block.
type order struct {
	name string // o213
	at   []int  // 1, 0, 2
}

// maxOrders is the most orders that one block may have: those of four groups.
const maxOrders = 24

// eachOrder returns the groups if the step is a well-formed each_order block.
func eachOrder(n *node) *node {
	if n.shape != object || len(n.keys) == 0 || n.keys[0].key != "each_order" {
		return nil
	}
	if groups := n.keys[0].val; groups.shape == list && len(groups.items) >= 2 && len(groups.items) <= 4 {
		return groups
	}
	return nil
}

// orderName names an order by positions; the letter tells the blocks of a file apart.
func orderName(block int, at []int) string {
	name := string(rune('o' + block))
	for _, i := range at {
		name += fmt.Sprint(i + 1)
	}
	return name
}
