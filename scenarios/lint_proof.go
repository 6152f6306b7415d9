package scenarios

import "slices"

// proof checks that a client which does nothing, or says yes to everything, cannot pass this way through the case.
func (t *trace) proof() {
	if slices.ContainsFunc(t.steps, t.proves) {
		return
	}
	if slices.ContainsFunc(t.steps, isKey("sdk.returns")) {
		t.rep.add(t.last(), RuleYesMan, "%s; an SDK that answers every call with success would pass", t.lacking())
		return
	}
	t.rep.add(t.last(), RuleNoProof, "%s; an SDK that does nothing would pass", t.lacking())
}

func (t *trace) lacking() string {
	return "no line read, no message yielded, no callback asked, no ending and no failure"
}

// last is the place of the last step, where the proof is missing.
func (t *trace) last() Pos {
	if len(t.steps) == 0 {
		return t.file.Pos
	}
	return t.steps[len(t.steps)-1].Pos
}

// proves tells whether a step takes an event that only an SDK at work causes.
func (t *trace) proves(s *Step) bool {
	if s.Optional {
		return false
	}
	switch s.Key() {
	case "cli.reads", "cli.starts", "cli.gets", "cli.dies", "cli.dismissed", "cli.handshakes",
		"sdk.yields", "sdk.asks", "sdk.cancels", "sdk.fails", "store.appends", "store.loads", "store.lists":
		return true
	case "store.holds", "cli.finds":
		return len(s.Match) > 0
	case "sdk.returns":
		return len(s.Match) > 0 && t.answered(s)
	}
	return false
}

// answered tells whether the CLI said something that a matched return value can only come from.
func (t *trace) answered(s *Step) bool {
	return slices.ContainsFunc(t.steps, func(o *Step) bool { return o.Key() == "cli.answers" && o.Response != "" })
}

// quiet checks that something still works, or the session ends, after each quiet.
func (t *trace) quiet() {
	for i, s := range t.steps {
		if s.Key() != Quiet {
			continue
		}
		if !slices.ContainsFunc(t.steps[i+1:], func(o *Step) bool {
			return t.proves(o) || isKey("cli.exits", "sdk.returns")(o)
		}) {
			t.rep.add(s.Pos, RuleQuietLast, "quiet is the last proof; a dead SDK is quiet too: let something work afterwards, or the session end")
		}
	}
}

// tolerance checks that what an SDK may stumble over is followed by what shows that it did not.
func (t *trace) tolerance() {
	for i, s := range t.steps {
		what := t.bad(s)
		if what == "" {
			continue
		}
		if !slices.ContainsFunc(t.after(i), isKey("sdk.yields", "sdk.fails", "cli.exits")) {
			t.rep.add(s.Pos, RuleTolerance, "%s without a later sdk.yields, sdk.fails or cli.exits; tolerance is shown by what follows", what)
		}
	}
}

// bad names what is odd in a write.
func (t *trace) bad(s *Step) string {
	if s.Key() != "cli.writes" {
		return ""
	}
	for _, name := range frameNames(s) {
		if _, raw := t.c.Raw[name]; raw {
			return "the raw text " + name
		}
	}
	for _, w := range t.frames[s] {
		if !w.Raw && !knownType(w.Type) {
			return "a message of the unknown type " + quoteJSON(clip(w.Type))
		}
	}
	return ""
}

// knownType tells the types that every CLI of today writes from those of tomorrow.
func knownType(typ string) bool {
	return slices.Contains([]string{
		"assistant", "user", "result", "system", "stream_event", "control_request", "control_response", "control_cancel_request",
		"keep_alive", "transcript_mirror", "tool_progress", "tool_use_summary", "auth_status", "rate_limit_event", "prompt_suggestion",
		"command_lifecycle",
	}, typ)
}
