package scenarios

import (
	"fmt"
	"slices"
	"strings"
)

// MaxCases is the most that one file's variants and orders may make, before its entry points are applied.
const MaxCases = 1000

// Bounds of the steps, so that what looks at each way through each case ends soon.
const (
	maxSteps  = 500    // of a case, those of all branches
	maxWays   = 64     // through the branches of a case
	maxWalked = 50_000 // steps of all ways through all cases of a file
)

// Cases returns what the file makes when each row of its variants, each order of its each_order blocks and each of its entry points is
// applied, in this order. The cases share what they do not change: treat them as read only. The error is always nil for a file that Load
// returned, and a Problems otherwise.
func (f *File) Cases() ([]Case, error) {
	doc, ok := f.tree.(*document)
	if !ok {
		return nil, Problems{{Pos: f.Pos, Rule: RuleDocument, Severity: Error, Message: "the file was not read by Load; load it first"}}
	}
	return slices.Clone(doc.cases), nil
}

// expand makes the cases of the file.
func (l *loader) expand() *document {
	orders, ok := l.orders()
	if !ok || l.top.get("steps") == nil {
		return nil
	}
	rows := []string{""}
	if len(l.file.Variants) > 0 {
		rows = l.file.Variants
	}
	if n := len(rows) * len(orders); n > MaxCases {
		l.rep.add(l.file.Pos, RuleFileCases, "%d variants and orders; a file may make %d", n, MaxCases)
		return nil
	}
	if n := l.top.get("steps").count() * len(rows) * len(orders); n > maxFilledNodes {
		l.rep.add(l.file.Pos, RuleFileCases, "the steps of all variants and orders hold %d values; a file may make %d", n, maxFilledNodes)
		return nil
	}
	left := &allowance{nodes: maxFilledNodes, bytes: maxFilledBytes}
	var bases []Case
	walked := 0
	for _, row := range rows {
		for _, blocks := range orders {
			if l.rep.full() || left.spent {
				return nil
			}
			c := l.base(row, blocks, left)
			if walked += l.walk(c.Steps); walked > maxWalked {
				l.rep.add(l.file.Pos, RuleFileCases, "the ways through all cases have more than %d steps", maxWalked)
				return nil
			}
			bases = append(bases, c)
		}
	}
	return &document{top: l.top, cases: l.enter(bases)}
}

// base makes the case of one row and one order of each block, without its entry point.
func (l *loader) base(row string, blocks []order, left *allowance) Case {
	fill := &filler{rep: l.rep, name: row, left: left}
	if row != "" {
		fill.row = l.top.get("variants").get(row)
	}
	d := &decoder{rep: l.rep, fill: fill, verbs: verbs(), orders: blocks}
	c := Case{File: l.file, Row: row, Level: l.file.Level, Repeat: l.file.Repeat, Slow: l.file.Slow}
	if level := fill.row.get("level"); level != nil {
		c.Level = d.level(level)
	}
	for _, o := range blocks {
		c.Orders = append(c.Orders, o.name)
	}
	c.ID = l.file.ID + suffix(row, c.Orders)
	c.Host = d.host(l.top.get("host"))
	c.CLI = d.cli(l.top.get("cli"))
	c.Files = d.files(l.top.get("files"))
	c.Frames = d.frames(l.top.get("frames"))
	c.Raw = d.raw(l.top.get("raw"), l.top.get("frames"))
	c.Steps = d.steps(l.top.get("steps"))
	return c
}

// walk returns the number of steps on all ways through a case, and reports what is beyond the bounds.
func (l *loader) walk(steps []Step) int {
	n := 0
	for range All(steps) {
		n++
	}
	ways := countWays(steps, maxWays+1)
	switch {
	case n > maxSteps:
		l.rep.add(l.file.Pos, RuleFileCases, "%d steps; a case may have %d", n, maxSteps)
	case ways > maxWays:
		l.rep.add(l.file.Pos, RuleFileCases, "the branches make more than %d ways through the steps", maxWays)
	}
	return n * ways
}

// suffix is the part of an id in brackets.
func suffix(row string, orders []string) string {
	var parts []string
	if row != "" {
		parts = append(parts, row)
	}
	parts = append(parts, orders...)
	if len(parts) == 0 {
		return ""
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// orders returns every combination of orders of the file's each_order blocks; without a block, one empty combination.
func (l *loader) orders() ([][]order, bool) {
	sizes := l.blocks(l.top.get("steps"), nil)
	if len(sizes) > 12 {
		l.rep.add(l.file.Pos, RuleStepForm, "%d each_order blocks; a file may have 12", len(sizes))
		return nil, false
	}
	out := [][]order{nil}
	for block, size := range sizes {
		perms := permutations(size)
		if len(out)*len(perms) > MaxCases {
			l.rep.add(l.file.Pos, RuleFileCases, "the each_order blocks have more than %d orders", MaxCases)
			return nil, false
		}
		var next [][]order
		for _, before := range out {
			for _, at := range perms {
				next = append(next, append(slices.Clone(before), order{orderName(block, at), at}))
			}
		}
		out = next
	}
	return out, true
}

// blocks lists the sizes of the each_order blocks, in the order in which the decoder meets them in the file's own order, and reports
// those of the wrong shape.
func (l *loader) blocks(n *node, sizes []int) []int {
	if n == nil || n.shape != list {
		return sizes
	}
	for _, item := range n.items {
		if item.shape != object || len(item.keys) == 0 {
			continue
		}
		switch first := item.keys[0]; first.key {
		case Fork:
			for _, branch := range first.val.items {
				sizes = l.blocks(branch, sizes)
			}
		case "each_order":
			sizes = append(sizes, l.eachOrder(item))
		}
	}
	return sizes
}

// eachOrder checks one block and returns the number of its groups.
func (l *loader) eachOrder(n *node) int {
	groups := eachOrder(n)
	if groups == nil {
		l.rep.add(n.pos, RuleStepForm, "each_order takes 2 to 4 steps or lists of steps (at most %d orders), got %s", maxOrders, size(n.keys[0].val))
		return 1
	}
	for _, e := range n.keys[1:] {
		l.rep.add(e.pos, RuleStepKey, "%q does not go on each_order, which takes no refinement", clip(e.key))
	}
	for _, item := range groups.items {
		if len(l.blocks(&node{shape: list, items: []*node{item}}, nil))+len(l.blocks(item, nil)) > 0 {
			l.rep.add(item.pos, RuleStepForm, "each_order within each_order; list the orders that matter as variants")
		}
	}
	return len(groups.items)
}

func size(n *node) string {
	if n.shape == list {
		return fmt.Sprintf("%d", len(n.items))
	}
	return n.what()
}

// permutations returns the orders of n positions, the file's own first.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	var grow func(at []int)
	grow = func(at []int) {
		if len(at) == n {
			out = append(out, slices.Clone(at))
			return
		}
		for i := range n {
			if !slices.Contains(at, i) {
				grow(append(at, i))
			}
		}
	}
	grow(nil)
	return out
}
