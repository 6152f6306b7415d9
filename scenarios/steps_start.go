package scenarios

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// DecodeStart decodes the argument of sdk.start after substitution. Durations among the options become KEY_ms and sizes KEY_bytes,
// as the adapter contract has them; tools_of is taken out of them. The error is Problems without positions.
func DecodeStart(arg Value) (Start, error) {
	rep := newReport()
	start := decodeStart(rep, nodeOf(arg))
	if len(rep.found) == 0 {
		return start, nil
	}
	var errs []error
	for _, p := range rep.found {
		errs = append(errs, errors.New(p.Message))
	}
	return Start{}, fmt.Errorf("sdk.start: %w", errors.Join(errs...))
}

// nodeOf makes a node without a place out of a value.
func nodeOf(v Value) *node {
	switch v := v.(type) {
	case nil:
		return &node{bare: true}
	case []any:
		out := &node{shape: list}
		for _, item := range v {
			out.items = append(out.items, nodeOf(item))
		}
		return out
	case map[string]any:
		out := &node{shape: object}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out.keys = append(out.keys, entry{key: key, val: nodeOf(v[key])})
		}
		return out
	}
	return &node{value: v}
}

// decodeStart decodes and checks the argument of sdk.start.
func decodeStart(rep *report, n *node) Start {
	d := &decoder{rep: rep}
	start := Start{Read: "all"}
	switch {
	case n.bare:
	case n.shape == object:
		d.startKeys(n, &start)
	default:
		start.Prompt, start.HasPrompt = d.word(n), true
	}
	return start
}

func (d *decoder) startKeys(n *node, start *Start) {
	d.onlyKeys(n, "sdk.start", "prompt", "prompt_at", "cancelled", "callbacks", "options", "read")
	if prompt := n.get("prompt"); prompt != nil {
		start.Prompt, start.HasPrompt = d.word(prompt), true
		if start.Prompt == "stream" {
			start.Prompt, start.Stream = "", true
		}
	}
	if at := n.get("prompt_at"); at != nil {
		if start.AtConnect = d.word(at) == "connect" && start.HasPrompt; !start.AtConnect {
			d.bad(at, "connect, beside a prompt")
		}
	}
	if cancelled := n.get("cancelled"); cancelled != nil {
		start.Cancelled = d.flag(cancelled)
	}
	if callbacks := n.get("callbacks"); callbacks != nil {
		start.Callbacks = d.callbacks(callbacks)
	}
	if options := n.get("options"); options != nil {
		d.options(options, start)
	}
	if read := n.get("read"); read != nil {
		d.startRead(read, start)
	}
}

func (d *decoder) startRead(n *node, start *Start) {
	if s, ok := n.text(); ok && (s == "all" || s == "none") {
		start.Read = s
		return
	}
	count, ok := whole(n)
	if !ok || count < 1 {
		d.bad(n, "all, none or a number of messages")
		return
	}
	start.Read, start.ReadN = "N", count
}

// callbacks reads a list of names and of {NAME: {refinements}}.
func (d *decoder) callbacks(n *node) []Callback {
	if n.shape != list {
		d.bad(n, "a list of callbacks")
		return nil
	}
	var out []Callback
	add := func(c Callback, at *node) {
		if slices.ContainsFunc(out, func(o Callback) bool { return o.Name == c.Name && c.Kind != Hook }) {
			d.rep.add(at.pos, RuleStepValue, "callback %s twice; only a hook may be registered again", c.Name)
		}
		out = append(out, c)
	}
	for _, item := range n.items {
		if item.shape != object {
			add(d.callback(item), item)
			continue
		}
		for _, e := range item.keys {
			c := d.callback(&node{pos: e.pos, value: e.key})
			d.callbackKeys(e.val, &c)
			add(c, item)
		}
	}
	return out
}

// hookForm is what the name of a hook's event looks like. The set is open: new CLIs bring new events.
var hookForm = newForm(`^[A-Z][A-Za-z]+$`)

func (d *decoder) callback(n *node) Callback {
	c := Callback{Name: d.word(n)}
	server, tool, isTool := strings.Cut(c.Name, "/")
	switch {
	case c.Name == "":
	case slices.Contains([]CallbackKind{Permission, Elicitation, UserDialog, Stderr}, CallbackKind(c.Name)):
		c.Kind = CallbackKind(c.Name)
	case isTool && nameForm.matches(server) && nameForm.matches(tool):
		c.Kind, c.Server, c.Tool = Tool, server, tool
	case hookForm.matches(c.Name):
		c.Kind = Hook
	default:
		known := []string{string(Permission), string(Elicitation), string(UserDialog), string(Stderr), "PreToolUse", "PostToolUse", "SERVER/TOOL"}
		d.rep.add(n.pos, RuleStepValue, "unknown callback %q%s", clip(c.Name), near(c.Name, known))
	}
	return c
}

// callbackKeys reads the refinements of one callback.
func (d *decoder) callbackKeys(n *node, c *Callback) {
	if n.shape != object {
		d.bad(n, "a map like {matcher: Bash, timeout: 2s}")
		return
	}
	var known []string
	switch c.Kind {
	case Hook:
		known = []string{"matcher", "timeout", "on_failure"}
	case Stderr:
		known = []string{"raise"}
	}
	d.onlyKeys(n, "callback "+c.Name, known...)
	if v := n.get("matcher"); v != nil {
		c.Matcher = d.word(v)
	}
	if v := n.get("timeout"); v != nil {
		c.Timeout = d.duration(v)
	}
	if v := n.get("on_failure"); v != nil {
		c.OnFailure = d.word(v)
	}
	if v := n.get("raise"); v != nil {
		c.Raise = d.word(v)
	}
}

// options translates the options into the adapter contract's.
func (d *decoder) options(n *node, start *Start) {
	if n.shape != object {
		d.bad(n, "a map of options")
		return
	}
	start.Options = make(map[string]any, len(n.keys))
	for _, e := range n.keys {
		switch {
		case e.key == toolsOf:
			start.ToolsOf = d.name(e.val)
		case slices.Contains(durationOptions(), e.key):
			start.Options[e.key+"_ms"] = number(d.duration(e.val).Milliseconds())
		case slices.Contains(sizeOptions(), e.key):
			start.Options[e.key+"_bytes"] = number(int64(d.size(e.val)))
		case e.key == sessionStore:
			start.Options[e.key] = methodsArg(d, e.val)
		case slices.Contains(OptionNames(), e.key):
			start.Options[e.key] = e.val.plain()
		default:
			d.rep.add(e.pos, RuleStepKey, "unknown option %q%s", clip(e.key), near(e.key, OptionNames()))
		}
	}
}

func number(n int64) json.Number { return json.Number(fmt.Sprint(n)) }
