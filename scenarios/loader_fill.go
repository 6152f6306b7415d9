package scenarios

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Bounds of what the rows of one file may grow to: variants multiply, and a file is data.
const (
	maxFilledNodes = 1_000_000
	maxFilledBytes = 32 << 20
)

// allowance is what is left of the bounds; all rows of a file share it.
type allowance struct {
	nodes int
	bytes int
	spent bool // reported
}

// filler puts one row of the variants into nodes. Everything else that is generated stays as it is.
type filler struct {
	rep  *report
	row  *node // nil: the file has no variants
	name string
	left *allowance
}

var variantUse = newForm(`\$\{variant\.([^}${]*)\}`)

// node returns n with the row's columns put in. A scalar that is nothing but one ${variant.COL} becomes the column's value.
func (f *filler) node(n *node) *node {
	if n == nil || !n.holds || f.exhausted(n.pos) {
		return n
	}
	switch n.shape {
	case list:
		out := &node{pos: n.pos, shape: list}
		for _, item := range n.items {
			out.items = append(out.items, f.node(item))
		}
		return out
	case object:
		return f.object(n)
	}
	s, _ := n.text()
	if m := variantUse().FindStringSubmatch(s); m != nil && m[0] == s {
		if v := f.column(m[1], n.pos); v != nil {
			f.left.nodes -= v.count()
			return v
		}
		return n
	}
	return &node{pos: n.pos, value: f.text(s, n.pos)}
}

func (f *filler) object(n *node) *node {
	out := &node{pos: n.pos, shape: object}
	seen := make(map[string]bool, len(n.keys))
	for _, e := range n.keys {
		key := e.key
		if strings.Contains(key, variantMark) {
			key = f.text(key, e.pos)
		}
		if seen[key] {
			f.rep.add(e.pos, RuleDuplicate, "key %q again in row %s", clip(key), f.name)
			continue
		}
		seen[key] = true
		out.keys = append(out.keys, entry{key, e.pos, f.node(e.val)})
	}
	return out
}

// text puts the row's columns into a text.
func (f *filler) text(s string, pos Pos) string {
	out := variantUse().ReplaceAllStringFunc(s, func(use string) string {
		if f.exhausted(pos) {
			return use
		}
		name := variantUse().FindStringSubmatch(use)[1]
		v := f.column(name, pos)
		if v == nil {
			return use
		}
		text, ok := inline(v)
		if !ok {
			f.rep.add(pos, RuleVariant, "%s stands inside a text, but row %s has %s for it; let the scalar be nothing else", use, f.name, v.what())
		}
		f.left.bytes -= len(text)
		return text
	})
	f.left.bytes -= len(s)
	return out
}

// inline is what a scalar looks like inside a text.
func inline(n *node) (string, bool) {
	if n.shape != scalar || n.bare {
		return "", false
	}
	switch v := n.value.(type) {
	case nil:
		return "null", true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return v.String(), true
	}
	return n.text()
}

// column returns the row's value of a column; nil is reported.
func (f *filler) column(name string, pos Pos) *node {
	if v := f.row.get(name); v != nil && name != "level" {
		return v
	}
	if f.row == nil {
		f.rep.add(pos, RuleVariant, "${variant.%s} in a file without variants", clip(name))
		return nil
	}
	var known []string
	for _, e := range f.row.keys {
		if e.key != "level" {
			known = append(known, e.key)
		}
	}
	f.rep.add(pos, RuleVariant, "row %s has no column %q%s", f.name, clip(name), near(name, known))
	return nil
}

// exhausted tells, and reports once, that the rows have grown beyond the bounds.
func (f *filler) exhausted(pos Pos) bool {
	if f.left.nodes--; f.left.nodes > 0 && f.left.bytes > 0 {
		return false
	}
	if !f.left.spent {
		f.left.spent = true
		f.rep.add(pos, RuleFileCases, "the variants make more than %d values or %d bytes of text", maxFilledNodes, maxFilledBytes)
	}
	return true
}

// count is the number of values in a node.
func (n *node) count() int {
	sum := 1
	for _, item := range n.items {
		sum += item.count()
	}
	for _, e := range n.keys {
		sum += e.val.count()
	}
	return sum
}
