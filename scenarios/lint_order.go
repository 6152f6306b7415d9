package scenarios

import (
	"slices"
	"strings"
)

// deadlock finds a wait for the SDK while the SDK may be waiting for the CLI's exit.
func (t *trace) deadlock() {
	for i, s := range t.steps {
		if !dismissal(s) || s.Optional {
			continue
		}
		rest := t.after(i)
		exit := slices.IndexFunc(rest, isKey("cli.exits"))
		if exit < 0 {
			continue
		}
		for _, o := range rest[:exit] {
			if (o.Actor == SDK || o.Actor == Store) && !o.isAct() && !o.Optional && !isKey("sdk.pending", "sdk.uses", "store.holds")(o) {
				t.rep.add(o.Pos, RuleDeadlock, "%s waits for the SDK between the dismissal in line %d and cli.exits, for which the SDK may be waiting; let the CLI exit first",
					o.Key(), s.Pos.Line)
			}
		}
	}
}

// dismissal tells the steps after which the CLI is expected to end.
func dismissal(s *Step) bool {
	switch s.Key() {
	case "cli.dismissed":
		return true
	case "cli.reads":
		return s.arg() == "eof"
	case "cli.gets":
		return s.arg() == "SIGTERM"
	}
	return false
}

// pauses finds a pause of stdin while the start still has a line to write, which would then never return.
func (t *trace) pauses() {
	for i, s := range t.steps {
		if s.Key() != "cli.pauses" {
			continue
		}
		before, after := t.before(i), t.after(i)
		spoke := slices.ContainsFunc(before, func(o *Step) bool {
			return o.Key() == "cli.reads" && !o.Optional || o.Key() == "sdk.returns" && t.isStart(o.arg(), s.Session)
		})
		done := slices.ContainsFunc(before, func(o *Step) bool {
			return o.Key() == "cli.reads" && o.arg() == "user" && !o.Optional || o.Key() == "sdk.returns" && t.isStart(o.arg(), s.Session)
		})
		resumed := slices.ContainsFunc(after, isKey("cli.resumes", "cli.exits", "cli.dies", "cli.dismissed"))
		if !spoke || !done && !resumed {
			t.rep.add(s.Pos, RulePause, "stdin is paused before a line that the start still has to write; read that line or sdk.returns: start first, or resume later")
		}
	}
}

// start returns the sdk.start of a session on this way, or nil.
func (t *trace) start(session string) *Step {
	i := slices.IndexFunc(t.steps, func(s *Step) bool { return s.Key() == "sdk.start" && s.Session == session })
	if i < 0 {
		return nil
	}
	return t.steps[i]
}

func (t *trace) isStart(name, session string) bool {
	s := t.start(session)
	return s != nil && DefaultName(*s) == name
}

// eof finds an end of stdin that a one-shot session without callbacks may have written at once, right after its prompt.
func (t *trace) eof() {
	for i, s := range t.steps {
		if s.Key() != "cli.reads" || s.arg() != "eof" || s.Since != "" {
			continue
		}
		start := t.start(s.Session)
		if start == nil || t.heldOpen(start, t.before(i)) {
			continue
		}
		t.rep.add(s.Pos, RuleEOF, "without callbacks stdin may end right after the prompt, long before this step's turn; say since: %s", DefaultName(*start))
	}
}

// heldOpen tells whether stdin has a reason to stay open until the act before the end: callbacks, or a prompt that is still fed.
func (t *trace) heldOpen(start *Step, before []*Step) bool {
	decl := decodeStart(newReport(), nodeOf(start.Arg))
	if slices.ContainsFunc(decl.Callbacks, func(c Callback) bool { return c.Kind != Stderr }) {
		return true
	}
	acts := slices.DeleteFunc(before, func(s *Step) bool { return !s.isAct() })
	return decl.Stream && len(acts) > 0 && acts[len(acts)-1].Key() == "sdk.feed"
}

// tasks finds operations of another task that may start before the session is there.
func (t *trace) tasks() {
	for i, s := range t.steps {
		if _, _, operation := s.Operation(); !operation || s.Task == "" || s.Verb == "start" {
			continue
		}
		before := t.before(i)
		started := slices.IndexFunc(before, isKey("sdk.start"))
		if started < 0 {
			continue // another rule's business
		}
		if !slices.ContainsFunc(before[started:], func(o *Step) bool { return o.Actor != None && !o.isAct() && !o.Optional }) {
			t.rep.add(s.Pos, RuleTask, "%s runs in task %s beside the start that it depends on; let an observation, like sdk.returns: start, come between",
				s.Key(), strings.TrimSpace(s.Task))
		}
	}
}
