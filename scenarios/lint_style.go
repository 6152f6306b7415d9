package scenarios

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/wiretrial/wiretrial/protocol"
)

// Bounds of the style.
const (
	shortestBound = 500 * time.Millisecond // below it the machine is judged, not the SDK
	mostSteps     = 25
)

// head checks the keys of the file.
func (l *linter) head() {
	f := l.file
	pos := func(key string) Pos {
		if n := f.tree.(*document).top.get(key); n != nil {
			return n.pos
		}
		return f.Pos
	}
	if strings.Contains(strings.ToLower(f.Title), "correctly") {
		l.rep.add(pos("title"), RuleTitle, `the title says "correctly"; say what happens, so that it can be false`)
	}
	for _, id := range f.Rules {
		if _, known := protocol.LookupRule(id); !known {
			l.rep.add(pos("rules"), RuleRule, "unknown rule %s; the protocol's rules are in docs/rules.md", id)
		}
	}
	for _, source := range f.Seen {
		if !protocol.KnownSource(source) {
			l.rep.add(pos("seen"), RuleSeen, "unknown source %s; want one like py#98, B094, py:124, ts:CTL-02 or cli:15.1 that exists", source)
		}
	}
}

// style checks one case as a whole.
func (l *linter) style(c *Case) {
	if c.Level == Must && len(c.File.Rules) == 0 {
		l.rep.add(c.File.Pos, RuleMustRule, "level must without a rule: name the promise that every SDK must keep (docs/rules.md has them all), or take a lower level")
	}
	n := 0
	for range All(c.Steps) {
		n++
	}
	if n > mostSteps {
		l.warn(c.File.Pos, RuleLong, "%d steps; above %d a reader loses the promise: split the file", n, mostSteps)
	}
}

// step checks what one step shows alone.
func (l *linter) step(c *Case, s *Step) {
	if s.Within > 0 && s.Within < shortestBound {
		l.rep.add(s.Pos, RuleWithin, "within %s; below %s a busy machine fails an innocent SDK", s.Within, shortestBound)
	}
	for _, branch := range s.Branches {
		if head := &branch[0]; open(head) {
			l.rep.add(head.Pos, RuleEither, "%s begins a branch that anything satisfies; let it begin with what only this behaviour shows", head.Key())
		}
	}
	switch s.Key() {
	case "sdk.asks":
		l.identity(s)
	case "sdk.fails", "cli.reads":
		l.prose(c, s)
	}
}

// open tells whether the head of a branch holds whatever the SDK does.
func open(s *Step) bool {
	return s.Optional || isKey("sdk.pending", "sdk.uses", "cli.drained", "cli.finds", "sdk.removes", "store.holds")(s)
}

// identity warns of callbacks that are told apart by what not every SDK hands to them.
func (l *linter) identity(s *Step) {
	for _, w := range s.Where {
		if first, _, _ := strings.Cut(w.Path, "."); first != "input" && first != "arguments" {
			l.warn(w.Pos, RuleIdentity, "%s chooses the call by %s, which not every SDK hands on; choose by an input", s.Key(), w.Path)
		}
	}
	for _, m := range s.Match {
		if m.Path == "tool_use_id" {
			l.warn(m.Pos, RuleIdentity, "%s checks tool_use_id, which not every SDK hands on; check an input", s.Key())
		}
	}
}

// prose warns of a match on words that the scenario did not put in: they are the SDK's and may change.
func (l *linter) prose(c *Case, s *Step) {
	for _, m := range s.Match {
		if m.Path != "message" && m.Path != "response.error" {
			continue
		}
		text, regex := proseText(m.Value)
		if text == "" || regex && text == "." || l.said(c, s, text) {
			continue
		}
		l.warn(m.Pos, RuleProse, "%s matches the SDK's own words (%s); match a kind, a code or what the scenario said", s.Key(), clip(text))
	}
}

// proseText returns the text that a matcher looks for.
func proseText(v Value) (text string, regex bool) {
	switch v := v.(type) {
	case string:
		return v, false
	case map[string]any:
		if text, ok := v["regex"].(string); ok {
			return text, true
		}
		if text, ok := v["contains"].(string); ok {
			return text, false
		}
	}
	return "", false
}

// said tells whether the scenario itself brings a text in, in any other step or frame.
func (l *linter) said(c *Case, s *Step, text string) bool {
	holds := func(v any) bool {
		b, err := json.Marshal(v)
		return err == nil && strings.Contains(string(b), strings.Trim(quoteJSON(text), `"`))
	}
	if holds(c.Frames) || holds(c.Raw) || holds(c.CLI) || holds(c.Host) {
		return true
	}
	for o := range All(c.Steps) {
		if o != s && (holds(o.Arg) || holds(o.Set) || holds(o.Reply) || holds(o.With) || holds(o.Error) || holds(o.Response)) {
			return true
		}
	}
	return false
}

func quoteJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return string(b)
}
