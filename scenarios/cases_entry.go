package scenarios

import (
	"iter"
	"slices"
)

// All walks over steps and the steps of their branches, in the order of the file.
func All(steps []Step) iter.Seq[*Step] {
	return func(yield func(*Step) bool) { walk(steps, yield) }
}

func walk(steps []Step, yield func(*Step) bool) bool {
	for i := range steps {
		if !yield(&steps[i]) {
			return false
		}
		for _, branch := range steps[i].Branches {
			if !walk(branch, yield) {
				return false
			}
		}
	}
	return true
}

// binding is a step by which a file is bound to the client, and whether entry may name oneshot in spite of it.
type binding struct {
	pos  Pos
	why  string
	hand bool // reading by hand: the feature prompt.pull
}

// bindings lists what binds a case to the client.
func bindings(steps []Step) []binding {
	var out []binding
	starts := map[string]bool{"start": true}
	for s := range All(steps) {
		if s.Key() == "sdk.start" && s.As != "" {
			starts[s.As] = true
		}
		if b, bound := s.binding(starts); bound {
			out = append(out, b)
		}
	}
	return out
}

func (s *Step) binding(starts map[string]bool) (binding, bool) {
	b := binding{pos: s.Pos}
	switch s.Key() {
	case "sdk.start":
		start := decodeStart(newReport(), nodeOf(s.Arg))
		if b.why = "sdk.start without a prompt"; !start.HasPrompt {
			return b, true
		}
		b.why, b.hand = "sdk.start with read: none", true
		return b, start.Read == "none"
	case "sdk.read":
		b.why, b.hand = "sdk.read", true
		return b, true
	case "sdk.break":
		return b, false
	case "sdk.returns", "sdk.fails", "sdk.pending":
		name, _ := s.Arg.(string)
		b.why = s.Key() + ": " + name + " (a one-shot start ends as session)"
		return b, starts[name]
	}
	_, _, operation := s.Operation()
	b.why = s.Key()
	return b, operation
}

// enter applies the entry points. They follow from the file alone, whatever its rows do: an id's form must not depend on one row.
func (l *loader) enter(bases []Case) []Case {
	both := l.file.Entry
	hand, bound := false, false
	for i := range bases {
		for _, b := range bindings(bases[i].Steps) {
			hand, bound = hand || b.hand, bound || !b.hand
			if !b.hand && slices.Contains(both, OneShot) {
				l.rep.add(b.pos, RuleFileEntry, "entry names oneshot, but %s needs a client", b.why)
			}
		}
	}
	switch {
	case both != nil:
	case hand || bound:
		both = []Entry{Client}
	default:
		both = []Entry{OneShot, Client}
	}
	var out []Case
	for _, base := range bases {
		for _, entry := range both {
			c := base
			c.Entry = entry
			if len(both) > 1 {
				c.ID += "@" + string(entry)
			}
			c.Features = features(&c)
			out = append(out, c)
		}
	}
	return out
}
