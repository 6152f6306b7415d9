package scenarios

import (
	"encoding/json"
	"slices"
	"strconv"
)

// noArg is the argument of a verb that takes none.
func (d *decoder) noArg(n *node) Value {
	if !n.bare {
		d.bad(n, "nothing after the colon")
	}
	return nil
}

// bad reports a value of the wrong form.
func (d *decoder) bad(n *node, want string) {
	if n.odd {
		return
	}
	d.rep.add(n.pos, RuleStepValue, "want %s, got %s", want, n.what())
}

// someText reads a text that is not empty.
func (d *decoder) someText(n *node) Value {
	if s, ok := n.text(); ok && s != "" {
		return s
	}
	d.bad(n, "a text (quoted, if it looks like a number)")
	return ""
}

func (d *decoder) word(n *node) string {
	s, _ := d.someText(n).(string)
	return s
}

// kindForm is TYPE or TYPE/SUBTYPE, where a part may be generated.
var kindForm = newForm(`^[A-Za-z_][\w.-]*(/([\w.-]|\$\{[^}]*\})+)?$`)

func (d *decoder) kindArg(n *node) Value {
	s, ok := n.text()
	if !ok || !kindForm.matches(s) {
		d.bad(n, "a kind like user, system/init or control_response/p1")
		return ""
	}
	return s
}

// oneOf returns the decoder of an argument that is one of a few words.
func oneOf(words ...string) func(*decoder, *node) Value {
	return func(d *decoder, n *node) Value { return d.choice(n, words) }
}

// maxListed is how many words a message lists at most.
const maxListed = 16

// choice reads one of the words.
func (d *decoder) choice(n *node, words []string) string {
	s, ok := n.text()
	switch {
	case ok && slices.Contains(words, s):
		return s
	case n.odd:
	case len(words) > maxListed:
		d.rep.add(n.pos, RuleStepValue, "want a name like %s, got %s%s", words[0], n.what(), hint(s, words))
	default:
		d.rep.add(n.pos, RuleStepValue, "want one of %s, got %s%s", join(words), n.what(), hint(s, words))
	}
	return ""
}

// hint is near without the list of all that is known.
func hint(name string, known []string) string {
	if len(Nearest(name, known, 1)) == 0 {
		return ""
	}
	return near(name, known)
}

func (d *decoder) signalArg(n *node) Value { return d.choice(n, signalNames()) }

// startArg checks what sdk.start declares; the harness decodes it again when its texts are generated.
func (d *decoder) startArg(n *node) Value {
	decodeStart(d.rep, n)
	if n.bare {
		return nil
	}
	return n.plain()
}

func (d *decoder) readArg(n *node) Value {
	if s, ok := n.text(); ok && (s == "all" || s == "turn") {
		return s
	}
	if count, ok := whole(n); ok && count >= 1 {
		return n.value
	}
	d.bad(n, "all, turn or a number of messages")
	return nil
}

// feedArg reads the name of a frame, JSON text, end, or {raise: TEXT}.
func (d *decoder) feedArg(n *node) Value {
	if n.shape != object {
		return d.someText(n)
	}
	d.onlyKeys(n, "sdk.feed", "raise")
	if raise := n.get("raise"); raise != nil {
		d.word(raise)
	}
	return n.plain()
}

func (d *decoder) killArg(n *node) Value {
	if n.shape != object {
		return d.signalArg(n)
	}
	d.onlyKeys(n, "sdk.kill", "signal", "group")
	if sig := n.get("signal"); sig != nil {
		d.signalArg(sig)
	} else {
		d.bad(n, "a signal, as {signal: SIGINT, group: true}")
	}
	if group := n.get("group"); group != nil {
		d.flag(group)
	}
	return n.plain()
}

// goneArg reads nothing, or forks.
func (d *decoder) goneArg(n *node) Value {
	if n.bare {
		return nil
	}
	return oneOf("forks")(d, n)
}

// callArg reads {op, args} of an operation that a variant names.
func (d *decoder) callArg(n *node) Value {
	if n.shape != object || n.get("op") == nil {
		d.bad(n, "{op: NAME, args: {...}}")
		return map[string]any{}
	}
	d.onlyKeys(n, "sdk.call", "op", "args")
	op := d.choice(n.get("op"), Operations())
	if args := n.get("args"); args != nil && op != "" {
		operationArg(op)(d, args)
	}
	return n.plain()
}

// operationArg returns the decoder of an operation's arguments.
func operationArg(op string) func(*decoder, *node) Value {
	return func(d *decoder, n *node) Value {
		if n.bare {
			return nil
		}
		known, _ := operationArgs(op)
		if n.shape == object && len(n.keys) == 0 {
			return n.plain() // of a row that gives no arguments
		}
		if n.shape != object || len(known) == 0 {
			d.bad(n, argsForm(known))
			return nil
		}
		d.onlyKeys(n, "sdk."+op, known...)
		return n.plain()
	}
}

func argsForm(known []string) string {
	if len(known) == 0 {
		return "nothing after the colon: the operation has no arguments"
	}
	return "a map of the operation's arguments (" + join(known) + ")"
}

// onlyKeys refuses keys that a map argument does not have.
func (d *decoder) onlyKeys(n *node, where string, known ...string) {
	for _, e := range n.keys {
		if !slices.Contains(known, e.key) {
			d.rep.add(e.pos, RuleStepKey, "unknown key %q on %s%s", clip(e.key), where, near(e.key, known))
		}
	}
}

// usesArg reads what the host process may use; each figure is matched like a value.
func (d *decoder) usesArg(n *node) Value {
	if n.shape != object || len(n.keys) == 0 {
		d.bad(n, "a map like {children: 0, cpu: {below: 20}}")
		return map[string]any{}
	}
	d.onlyKeys(n, "sdk.uses", "rss", "cpu", "fds", "children")
	for _, e := range n.keys {
		d.matcher(e)
	}
	return n.plain()
}

// framesArg reads a frame or a list of frames; an empty list is no act.
func (d *decoder) framesArg(n *node) Value {
	if n.shape == list {
		return d.textsArg(n)
	}
	return d.someText(n)
}

// textsArg reads a list of texts.
func (d *decoder) textsArg(n *node) Value {
	out := []any{}
	if n.shape != list {
		d.bad(n, "a list of names")
		return out
	}
	for _, item := range n.items {
		out = append(out, d.someText(item))
	}
	return out
}

func (d *decoder) forkArg(n *node) Value {
	holds := n.get("holds")
	if n.shape != object || holds == nil {
		d.bad(n, "{holds: stdout}")
		return map[string]any{}
	}
	d.onlyKeys(n, "cli.forks", "holds")
	words := []string{"stdin", "stdout", "stderr"}
	if holds.shape != list {
		d.choice(holds, words)
	}
	for _, item := range holds.items {
		d.choice(item, words)
	}
	return n.plain()
}

// exitArg reads an exit code or a signal.
func (d *decoder) exitArg(n *node) Value {
	if code, ok := whole(n); ok && code <= 255 {
		return n.value
	}
	if s, ok := n.text(); ok && slices.Contains(signalNames(), s) {
		return s
	}
	s, _ := n.text()
	if n.odd {
		return nil
	}
	d.rep.add(n.pos, RuleStepValue, "want an exit code from 0 to 255 or a signal, got %s%s", n.what(), hint(s, signalNames()))
	return nil
}

// quietArg reads the duration of a quiet step.
func (d *decoder) quietArg(n *node) Value {
	d.duration(n)
	return n.value
}

// whole reads a number without fraction and sign.
func whole(n *node) (int, bool) {
	number, ok := n.value.(json.Number)
	if n.shape != scalar || !ok {
		return 0, false
	}
	v, err := strconv.ParseUint(number.String(), 10, 31)
	return int(v), err == nil
}
