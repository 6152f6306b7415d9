package scenarios

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// maxTimes bounds how often one step may be repeated.
const maxTimes = 100_000

// refine puts one refinement into the step. The caller has checked that the verb takes it.
func (d *decoder) refine(s *Step, e entry) {
	n := d.fill.node(e.val)
	switch e.key {
	case "as":
		s.As = d.name(n)
	case "session":
		s.Session = d.name(n)
	case "task":
		s.Task = d.name(n)
	case "since":
		s.Since = d.name(n)
	case "where":
		s.Where = d.pairs(n, d.matcher)
	case "match":
		s.Match = d.pairs(n, d.matcher)
	case "set":
		s.Set = d.pairs(n, d.setter)
	case "within":
		s.Within = d.duration(n)
	case "after":
		s.After = d.duration(n)
	case "optional":
		s.Optional = d.flag(n)
	case "times":
		s.Times = d.count(n)
	case "from":
		s.From = d.count(n)
	case "kind":
		s.Kind = d.kinds(n)
	default:
		d.refineRest(s, e.key, n)
	}
}

func (d *decoder) refineRest(s *Step, key string, n *node) {
	switch key {
	case "reply":
		s.Reply, s.HasReply = d.reply(n), true
	case "with":
		s.With = d.reply(n)
	case "unset":
		s.Unset = d.words(n)
	case "cut":
		if s.Whole = n.shape == scalar && n.value == "whole"; !s.Whole {
			s.Cut, s.CutAt = d.cut(n)
		}
	case "only":
		s.Only = d.size(n)
	case "to":
		s.ToStderr = d.choice(n, []string{"stderr"}) != ""
	case "deliver":
		s.Deliver = d.choice(n, []string{"may", "never"})
	case "shape":
		s.WrongShape = d.choice(n, []string{"wrong"}) != ""
	case "response":
		s.Response = d.word(n)
	case "error":
		s.Error, s.HasError = d.word(n), true
	}
}

// nameForm is what names of steps, sessions, tasks and frames look like; a part may be generated.
var nameForm = newForm(`^(?:[A-Za-z_]|\$\{[^}]*\})(?:[\w-]|\$\{[^}]*\})*$`)

func (d *decoder) name(n *node) string {
	s, ok := n.text()
	if !ok || !nameForm.matches(s) {
		d.bad(n, "a name of letters, digits, _ and -")
		return ""
	}
	return s
}

// pairs decodes a map from path to value, in the order of the file.
func (d *decoder) pairs(n *node, check func(entry)) []PathValue {
	if n.shape != object {
		d.bad(n, "a map from path to value")
		return nil
	}
	var out []PathValue
	for _, e := range n.keys {
		if e.key == "" || strings.ContainsAny(e.key, "|#@!{*?") && !strings.Contains(e.key, "${") {
			d.rep.add(e.pos, RuleStepValue, "path %q; a path is keys and numbers joined by dots", clip(e.key))
			continue
		}
		check(e)
		out = append(out, PathValue{Pos: e.pos, Path: e.key, Value: e.val.plain()})
	}
	return out
}

// matcher checks a value of match or where.
func (d *decoder) matcher(e entry) {
	if err := CheckValue(e.val.plain()); err != nil {
		d.rep.add(e.val.pos, RuleStepValue, "%s: %v", clip(e.key), err)
	}
}

// setter checks a value of set: a scalar or a list of them. What is more is JSON text in a frame, or set by longer paths.
func (d *decoder) setter(e entry) {
	flat := func(n *node) bool { return n.shape == scalar && !n.bare }
	if flat(e.val) {
		return
	}
	if e.val.shape != list || slices.ContainsFunc(e.val.items, func(n *node) bool { return !flat(n) }) {
		d.bad(e.val, "a scalar or a list of scalars")
	}
}

func (d *decoder) duration(n *node) time.Duration {
	s, ok := n.text()
	v, err := ParseDuration(s)
	if !ok || err != nil || v == 0 {
		d.bad(n, "a duration like 300ms or 2s")
	}
	return v
}

func (d *decoder) flag(n *node) bool {
	v, ok := n.value.(bool)
	if n.shape != scalar || !ok {
		d.bad(n, "true or false")
	}
	return v
}

func (d *decoder) count(n *node) int {
	v, ok := whole(n)
	if !ok || v < 1 || v > maxTimes {
		d.rep.add(n.pos, RuleStepValue, "want a number from 1 to %d, got %s", maxTimes, n.what())
		return 1
	}
	return v
}

// size reads a size above zero; a size without a unit is a plain number.
func (d *decoder) size(n *node) int {
	s, _ := n.text()
	if number, ok := n.value.(json.Number); ok && n.shape == scalar {
		s = number.String()
	}
	v, err := ParseSize(s)
	if err != nil || v == 0 {
		d.bad(n, "a size like 700, 64KiB or 1MiB")
	}
	return v
}

// cut reads the size of the pieces, or the offsets at which to cut.
func (d *decoder) cut(n *node) (piece int, at []int) {
	if n.shape != list {
		return d.size(n), nil
	}
	for _, item := range n.items {
		v := d.size(item)
		if len(at) > 0 && v <= at[len(at)-1] {
			d.bad(item, "offsets that grow")
		}
		at = append(at, v)
	}
	return 0, at
}

// words reads a list of texts.
func (d *decoder) words(n *node) []string {
	var out []string
	for _, v := range d.textsArg(n).([]any) {
		out = append(out, v.(string))
	}
	return out
}

// kinds reads one kind of failure or a list of them.
func (d *decoder) kinds(n *node) []string {
	if n.shape != list {
		return []string{d.choice(n, FailureKinds())}
	}
	var out []string
	for _, item := range n.items {
		out = append(out, d.choice(item, FailureKinds()))
	}
	return out
}

// reply reads what a callback answers: a map, JSON text, {raise: TEXT} or {unserializable: true}.
func (d *decoder) reply(n *node) Value {
	text, isText := n.text()
	raise, odd := n.get("raise"), n.get("unserializable")
	switch {
	case isText && !strings.Contains(text, "${") && !json.Valid([]byte(text)):
		d.bad(n, "a map or JSON text")
	case !isText && n.shape != object:
		d.bad(n, "a map, JSON text, {raise: TEXT} or {unserializable: true}")
	case raise != nil:
		d.word(raise)
		d.onlyKeys(n, "a reply that raises", "raise")
	case odd != nil:
		d.onlyKeys(n, "a reply that cannot be written", "unserializable")
		d.flag(odd)
	}
	return n.plain()
}
