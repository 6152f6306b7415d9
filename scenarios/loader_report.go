package scenarios

import (
	"fmt"
	"slices"
)

// maxProblems bounds what one file may report: a file with more is broken as a whole.
const maxProblems = 200

// report collects the problems of one file, each once: variants meet one fault many times.
type report struct {
	seen  map[Problem]bool
	found Problems
}

func newReport() *report { return &report{seen: map[Problem]bool{}} }

// add records an error.
func (r *report) add(pos Pos, rule Rule, format string, args ...any) {
	r.put(Problem{Pos: pos, Rule: rule, Severity: Error, Message: fmt.Sprintf(format, args...)})
}

func (r *report) put(p Problem) {
	if r.full() || r.seen[p] {
		return
	}
	r.seen[p] = true
	r.found = append(r.found, p)
	if r.full() {
		p.Message = fmt.Sprintf("%d problems: mend these first, the rest of the file is not checked", maxProblems)
		r.found = append(r.found, p)
	}
}

func (r *report) full() bool { return len(r.found) >= maxProblems }

// near completes a message about an unknown name with the nearest known one, or with all of them if they are few.
func near(name string, known []string) string {
	if best := Nearest(name, known, 1); len(best) > 0 {
		return fmt.Sprintf("; did you mean %q?", best[0])
	}
	known = slices.DeleteFunc(slices.Clone(known), func(k string) bool { return k == "" })
	if len(known) == 0 || len(known) > 12 {
		return ""
	}
	return fmt.Sprintf("; known: %s", join(known))
}

// Nearest returns up to n of the known names that name may be a slip of, the nearest first.
func Nearest(name string, known []string, n int) []string {
	type candidate struct {
		name string
		cost int
	}
	limit := max(2, len(name)/3)
	var found []candidate
	for _, k := range known {
		if diff := len(k) - len(name); diff > limit || -diff > limit {
			continue
		}
		if cost := distance(name, k); cost <= limit && cost < len(k) {
			found = append(found, candidate{k, cost})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return a.cost - b.cost })
	var out []string
	for _, c := range found[:min(n, len(found))] {
		out = append(out, c.name)
	}
	return out
}

// distance counts the insertions, deletions, replacements and swaps of neighbours between two names.
func distance(a, b string) int {
	if len(a) > 200 || len(b) > 200 {
		return max(len(a), len(b))
	}
	before, last, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(last[j]+1, next[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, last, next = last, next, before
	}
	return last[len(b)]
}
