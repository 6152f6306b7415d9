package scenarios

import (
	"encoding/json"

	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/fixtures"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/protocol/schema"
)

// compose makes the frames of each write once, as the first turn of the step would, and reports those that are no JSON. Captures are
// stood in for by a text.
func (l *linter) compose(c *Case) map[*Step][]Written {
	out := map[*Step][]Written{}
	composers := map[string]*Composer{}
	for s := range All(c.Steps) {
		k := composers[s.Session]
		if k == nil {
			k = NewComposer(c, 1, s.Session)
			composers[s.Session] = k
		}
		out[s] = nil
		switch s.Key() {
		case "sdk.start":
			k.Wire(wiring(decodeStart(newReport(), nodeOf(s.Arg))))
		case "cli.writes":
			out[s] = l.write(c, k, s)
		case "cli.answers":
			l.jsonText(s.Pos, "response", s.Response, s)
			l.answer(s)
		case "sdk.feed":
			l.feed(c, s)
		}
		l.jsonTexts(s)
	}
	return out
}

// maxComposed bounds the bytes that one lint composes.
const maxComposed = 128 << 20

// wiring invents callback ids for the hooks that a start declares.
func wiring(start Start) Wiring {
	w := Wiring{Callbacks: start.Callbacks, HookIDs: map[string][]string{}}
	for _, c := range start.Callbacks {
		if c.Kind == Hook {
			w.HookIDs[c.Name] = append(w.HookIDs[c.Name], "hook")
		}
	}
	return w
}

// standIn is an environment in which every capture is a text.
func standIn(s *Step) Env {
	return Env{I: s.From, HasI: true, Dir: "/run", Seed: 1, Capture: func(string, string) ([]byte, error) { return []byte(`"captured"`), nil }}
}

// write composes what one step writes.
func (l *linter) write(c *Case, k *Composer, s *Step) []Written {
	if slices.ContainsFunc(frameNames(s), func(name string) bool {
		like := c.Frames[name].Like
		return !knownFrame(c, name) || like != "" && !fixtures.Has(like)
	}) {
		return nil // reported as an unknown name
	}
	if l.composed > maxComposed {
		l.rep.add(s.Pos, RuleFileCases, "the frames of the file's cases are longer than %d bytes in all", maxComposed)
		return nil
	}
	written, err := k.Write(*s, standIn(s))
	if err != nil {
		l.rep.add(s.Pos, RuleFrameJSON, "%s", reason(err, s.Pos))
		return nil
	}
	for i := range written {
		if l.uuids(s, written[i]) {
			l.shape(s, &written[i])
		}
		l.composed += len(written[i].Bytes)
		written[i].Bytes = nil // the rules below need to know what a frame is, not to hold it
	}
	return written
}

// shape judges a frame by the schema of what the CLI writes.
func (l *linter) shape(s *Step, w *Written) {
	if s.WrongShape || w.Raw || w.ToStderr {
		return
	}
	if err := schema.CheckOutput(w.Bytes); err != nil {
		l.rep.add(s.Pos, RuleFrameShape, "%s: %v; no CLI writes this, so correct it, or say shape: wrong if it is meant", clip(w.ID), err)
	}
}

// answer judges what the CLI says to a request by the schema of that request's answer. What takes from captures is not known yet.
func (l *linter) answer(s *Step) {
	subtype, ok := s.Arg.(string)
	if !ok || s.Response == "" || strings.Contains(s.Response, "${") || !json.Valid([]byte(s.Response)) {
		return
	}
	line := `{"type":"control_response","response":{"subtype":"success","request_id":"r","response":` + s.Response + `}}`
	if err := schema.CheckReply(subtype, []byte(line)); err != nil {
		l.rep.add(s.Pos, RuleFrameShape, "%s: %v; no CLI answers this, so correct it, or write the line with cli.writes if it is meant", subtype, err)
	}
}

// reason is an error's text without the place that the problem shows already.
func reason(err error, pos Pos) string { return strings.TrimPrefix(err.Error(), pos.String()+": ") }

// frameNames lists the names and texts of frames that a step writes or feeds.
func frameNames(s *Step) []string {
	switch arg := s.Arg.(type) {
	case string:
		return []string{arg}
	case []any:
		var out []string
		for _, v := range arg {
			if name, ok := v.(string); ok {
				out = append(out, name)
			}
		}
		return out
	}
	return nil
}

// knownFrame tells whether a write may name it: a frame, a raw text, a stock frame, JSON text, or a name that is generated.
func knownFrame(c *Case, name string) bool {
	if _, ok := c.Frames[name]; ok {
		return true
	}
	if _, ok := c.Raw[name]; ok {
		return true
	}
	return isInline(name) || strings.Contains(name, "${") || fixtures.Has(name)
}

// feed checks what a prompt stream is fed with.
func (l *linter) feed(c *Case, s *Step) {
	name, ok := s.Arg.(string)
	if !ok || name == "end" {
		return
	}
	text, pos := name, s.Pos
	if f, named := c.Frames[name]; named {
		text, pos = f.JSON, f.Pos
	}
	if isInline(text) {
		l.jsonText(pos, "the fed frame", text, s)
	}
}

// jsonTexts checks the JSON texts of replies and of json operators.
func (l *linter) jsonTexts(s *Step) {
	for _, v := range []Value{s.Reply, s.With} {
		if text, ok := v.(string); ok {
			l.jsonText(s.Pos, "the reply", text, s)
		}
	}
	for _, p := range slices.Concat(s.Where, s.Match) {
		if m, ok := p.Value.(map[string]any); ok {
			if text, ok := m["json"].(string); ok {
				l.jsonText(p.Pos, p.Path+" json", text, s)
			}
		}
	}
}

// jsonText checks a JSON text after substitution.
func (l *linter) jsonText(pos Pos, what, text string, s *Step) {
	if text == "" {
		return
	}
	out, err := ResolveJSON(text, standIn(s))
	switch {
	case err != nil:
		l.rep.add(pos, RuleFrameJSON, "%s: %v", what, err)
	case !json.Valid(out):
		l.rep.add(pos, RuleFrameJSON, "%s is no JSON after substitution: %s", what, clip(string(out)))
	}
}

var uuidForm = newForm(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// uuids checks the identity of one written frame. It returns whether that is known and fits: what is captured is neither.
func (l *linter) uuids(s *Step, w Written) (fit bool) {
	if w.Raw || l.aboutUUIDs() {
		return false
	}
	fit = true
	for _, path := range []string{"uuid", "session_id"} {
		var text string
		if v, ok := Lookup(w.Bytes, path); !ok || json.Unmarshal(v, &text) != nil || uuidForm.matches(text) {
			continue
		}
		fit = false
		if text != "captured" {
			l.rep.add(s.Pos, RuleFrameUUID, "%s of %s is %q, no UUID, which a typed SDK rejects", path, clip(w.ID), clip(text))
		}
	}
	return fit
}

// aboutUUIDs tells whether a rule of the file is about identities: such a file may write bad ones.
func (l *linter) aboutUUIDs() bool {
	return slices.ContainsFunc(l.file.Rules, func(id string) bool {
		rule, ok := protocol.LookupRule(id)
		return ok && strings.Contains(rule.Sentence, "UUID")
	})
}

// ids finds two different frames with one identity on the way.
func (t *trace) ids() {
	type owner struct {
		pos  Pos
		what string
	}
	seen := map[string]owner{}
	claim := func(s *Step, kind, id, what string) {
		key := s.Session + "\x00" + kind + "\x00" + id
		first, twice := seen[key]
		switch {
		case !twice:
			seen[key] = owner{s.Pos, what}
		case first.what != what:
			t.rep.add(s.Pos, RuleFrameID, "the %s %s is that of the frame in line %d already; give one of them a name of its own with as", kind, clip(id), first.pos.Line)
		}
	}
	for _, s := range t.steps {
		for _, w := range t.frames[s] {
			what := w.ID
			if _, named := t.c.Frames[w.ID]; !named {
				what = s.Pos.String()
				if isInline(s.arg()) {
					what = s.arg()
				}
			}
			if w.UUID != "" {
				claim(s, "uuid", w.UUID, what)
			}
			if w.Type == "control_request" {
				claim(s, "request id", w.RequestID, what)
			}
		}
	}
}

// requests finds requests of the CLI whose answer no later step reads, optional or not, and that no step cancels.
func (t *trace) requests() {
	for i, s := range t.steps {
		for _, w := range t.frames[s] {
			if w.Type != "control_request" || s.ToStderr {
				continue
			}
			names := []string{w.ID, w.RequestID}
			if s.As != "" {
				names = append(names, s.As)
			}
			if !slices.ContainsFunc(t.after(i), func(o *Step) bool { return t.settles(o, names) }) {
				t.rep.add(s.Pos, RuleUnanswered, "nobody reads the answer to the request %s; add cli.reads: control_response/%s, with optional: true if it need not come, or cancel it",
					clip(w.ID), clip(w.ID))
			}
		}
	}
}

// settles tells whether a step reads the answer to a request or cancels it.
func (t *trace) settles(s *Step, names []string) bool {
	if s.Key() == "cli.reads" {
		ref, ok := strings.CutPrefix(s.arg(), "control_response/")
		return ok && slices.ContainsFunc(names, func(name string) bool { return sameName(name, ref) })
	}
	for _, w := range t.frames[s] {
		if w.Type == "control_cancel_request" && slices.ContainsFunc(names, func(name string) bool { return sameName(name, w.RequestID) }) {
			return true
		}
	}
	return false
}

var anyUse = newForm(`\$\{[^}]*\}`)

// sameName tells whether two names may be one, where a generated part stands for any text.
func sameName(a, b string) bool {
	if a == b {
		return true
	}
	pa, pb := anyUse().ReplaceAllString(a, "*"), anyUse().ReplaceAllString(b, "*")
	return pa == pb || strings.Contains(pa, "*") && wild(pa, b) || strings.Contains(pb, "*") && wild(pb, a)
}
