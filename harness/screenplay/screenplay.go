// Package screenplay renders a case as two columns, what the SDK does and what the CLI does, for explain and for failures.
//
// It is pure: steps and marks in, rows out. How rows become text on a terminal is the report's business.
package screenplay

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/scenarios"
)

// Rows renders the steps of a case, in order, branches included.
func Rows(c *scenarios.Case) []eventlog.Row {
	var rows []eventlog.Row
	var walk func(steps []scenarios.Step, indent string)
	walk = func(steps []scenarios.Step, indent string) {
		for _, s := range steps {
			rows = append(rows, eventlog.Row{N: s.Index, Side: side(s), Text: indent + text(s)})
			for i, b := range s.Branches {
				rows = append(rows, eventlog.Row{Side: "both", Text: fmt.Sprintf("%s branch %d", indent, i+1)})
				walk(b, indent+"  ")
			}
		}
	}
	walk(c.Steps, "")
	return rows
}

// Fill puts what became of each step beside its row.
func Fill(rows []eventlog.Row, marks []engine.Mark, f *eventlog.Failure) []eventlog.Row {
	by := map[int]engine.Mark{}
	for _, m := range marks {
		by[m.Index] = m
	}
	for i := range rows {
		m, ok := by[rows[i].N]
		if !ok || rows[i].N == 0 {
			continue
		}
		rows[i].Status, rows[i].Detail = m.Status, m.Detail
		if f != nil && f.Step == rows[i].N {
			rows[i].Status, rows[i].Detail = "fail", f.Path
			if f.Path == "" {
				rows[i].Detail = f.Check
			}
		}
	}
	return rows
}

func side(s scenarios.Step) string {
	switch {
	case s.Actor == scenarios.SDK, s.Actor == scenarios.Store: // the store is called in the SDK's process
		return "sdk"
	case s.Verb == "reads":
		return "sdk" // a line is what the SDK writes: it stands in its column
	case s.Actor == scenarios.Fake:
		return "cli"
	}
	return "both"
}

// text says a step in the field's words.
func text(s scenarios.Step) string {
	out := phrase(s)
	if s.Session != "" {
		out = "[" + s.Session + "] " + out
	}
	if s.Task != "" {
		out += " in " + s.Task
	}
	if s.Times > 1 {
		out += fmt.Sprintf(" ×%d", s.Times)
	}
	if s.Optional {
		out += " (optional)"
	}
	if s.Within > 0 {
		out += " within " + s.Within.String()
	}
	return out
}

func phrase(s scenarios.Step) string {
	arg := brief(s.Arg)
	switch s.Actor {
	case scenarios.SDK:
		return sdkPhrase(s, arg)
	case scenarios.Store:
		return "store " + storePhrase(s, arg)
	}
	switch s.Verb {
	case "reads":
		if arg == "eof" {
			return "→ end of stdin"
		}
		return "→ " + strings.Replace(arg, "/", " ", 1)
	case "writes":
		return "← " + arg + named(s) + changes(s)
	case "answers":
		if s.HasError {
			return "← control_response error to " + arg
		}
		return "← control_response success to " + arg
	case scenarios.Quiet:
		return "quiet for " + arg
	case scenarios.Fork:
		return "either"
	}
	return strings.TrimSpace(s.Verb + " " + arg)
}

func sdkPhrase(s scenarios.Step, arg string) string {
	switch s.Verb {
	case "asks":
		return "asked " + arg + replied(s)
	case "yields":
		return "yields " + arg
	case "returns", "fails", "pending", "cancels", "uses", "removes":
		return s.Verb + " " + arg + kinds(s)
	case "reply":
		return "replies to " + arg + " " + brief(s.With)
	}
	return s.Verb + "(" + arg + ")"
}

// storePhrase says a step of the session store.
func storePhrase(s scenarios.Step, arg string) string {
	switch s.Verb {
	case "appends", "loads", "lists":
		return strings.TrimSpace(s.Verb+" "+arg) + replied(s)
	case "answers", "keeps":
		return s.Verb + " " + arg + " " + brief(s.With)
	}
	return s.Verb + " " + arg
}

func kinds(s scenarios.Step) string {
	if len(s.Kind) == 0 {
		return ""
	}
	return " with " + strings.Join(s.Kind, " or ")
}

func replied(s scenarios.Step) string {
	if !s.HasReply {
		return ""
	}
	return ", replied " + brief(s.Reply)
}

func named(s scenarios.Step) string {
	if s.As == "" {
		return ""
	}
	return " " + s.As
}

// changes names what a frame says beyond its stock.
func changes(s scenarios.Step) string {
	var parts []string
	for _, p := range s.Set {
		parts = append(parts, p.Path+"="+brief(p.Value))
	}
	for _, p := range s.Unset {
		parts = append(parts, "without "+p)
	}
	if s.Cut > 0 {
		parts = append(parts, fmt.Sprintf("cut into %d-byte pieces", s.Cut))
	}
	if s.Whole {
		parts = append(parts, "in one write")
	}
	if s.Only > 0 {
		parts = append(parts, fmt.Sprintf("only its first %d bytes", s.Only))
	}
	if s.ToStderr {
		parts = append(parts, "to stderr")
	}
	if len(parts) == 0 {
		return ""
	}
	return " {" + strings.Join(parts, ", ") + "}"
}

// maxBrief bounds what a row says of a value.
const maxBrief = 60

// brief says a value in at most maxBrief characters.
func brief(v scenarios.Value) string {
	out := inner(v)
	switch v.(type) {
	case map[string]any, []any:
		out = out[1 : len(out)-1] // the outermost brackets say nothing
	}
	if r := []rune(out); len(r) > maxBrief {
		return string(r[:maxBrief]) + "…"
	}
	return out
}

// inner says a whole value: maps in braces, lists in brackets, texts as they are.
func inner(v scenarios.Value) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case map[string]any:
		parts := make([]string, 0, len(x))
		for _, k := range slices.SortedFunc(maps.Keys(x), promptFirst) {
			parts = append(parts, k+": "+inner(x[k]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, len(x))
		for i := range x {
			parts[i] = inner(x[i])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// promptFirst sorts keys by name, but for the prompt, which says most.
func promptFirst(a, b string) int {
	if (a == "prompt") != (b == "prompt") {
		if a == "prompt" {
			return -1
		}
		return 1
	}
	return strings.Compare(a, b)
}
