package scenarios

import (
	"fmt"
	"slices"
)

// Lint returns the errors and warnings of a loaded file, in the order of their places. It looks into every row, every order and every
// branch. It composes each frame once, with stand-ins for what is captured; nothing is run.
func Lint(f *File) []Problem {
	l := &linter{rep: newReport(), file: f}
	cases, err := f.Cases()
	if err != nil {
		l.rep.add(f.Pos, RuleDocument, "%v", err)
		return l.rep.found
	}
	used := &usage{}
	for i := range cases {
		if i > 0 && &cases[i].Steps[0] == &cases[i-1].Steps[0] {
			l.entry(&cases[i]) // the same steps through another entry point
			continue
		}
		used.see(&cases[i])
		l.lintCase(&cases[i])
		l.entry(&cases[i])
	}
	l.unused(used, cases)
	l.head()
	return l.rep.found.sorted()
}

// linter gathers the problems of one file.
type linter struct {
	rep      *report
	file     *File
	composed int // bytes so far
}

func (l *linter) warn(pos Pos, rule Rule, format string, args ...any) {
	l.rep.put(Problem{Pos: pos, Rule: rule, Severity: Warning, Message: fmt.Sprintf(format, args...)})
}

// lintCase checks one case, each way through its branches by itself.
func (l *linter) lintCase(c *Case) {
	for s := range All(c.Steps) {
		l.step(c, s)
	}
	l.stocks(c)
	frames := l.compose(c)
	for _, way := range ways(c.Steps) {
		t := &trace{linter: l, c: c, steps: way, frames: frames}
		t.names()
		t.twice()
		t.captures()
		t.ids()
		t.requests()
		t.proof()
		t.quiet()
		t.tolerance()
		t.deadlock()
		t.pauses()
		t.tasks()
	}
	l.style(c)
}

// entry checks what depends on the entry point.
func (l *linter) entry(c *Case) {
	if c.Entry != OneShot {
		return
	}
	for _, way := range ways(c.Steps) {
		t := &trace{linter: l, c: c, steps: way}
		t.eof()
	}
}

// trace is one way through a case: the steps of the branches taken in place of each either.
type trace struct {
	*linter
	c      *Case
	steps  []*Step
	frames map[*Step][]Written
}

// ways returns every way through the steps. The loader bounds their number.
func ways(steps []Step) [][]*Step {
	out := [][]*Step{nil}
	for i := range steps {
		s := &steps[i]
		if len(s.Branches) == 0 {
			for j := range out {
				out[j] = append(out[j], s)
			}
			continue
		}
		var next [][]*Step
		for _, branch := range s.Branches {
			for _, tail := range ways(branch) {
				for _, before := range out {
					next = append(next, slices.Concat(before, tail))
				}
			}
		}
		out = next
	}
	return out
}

// countWays is the number of ways, up to a limit.
func countWays(steps []Step, limit int) int {
	n := 1
	for i := range steps {
		if len(steps[i].Branches) == 0 {
			continue
		}
		sum := 0
		for _, branch := range steps[i].Branches {
			sum = min(limit, sum+countWays(branch, limit))
		}
		n = min(limit, n*sum)
	}
	return n
}

// arg returns the text that stands behind the verb.
func (s *Step) arg() string {
	text, _ := s.Arg.(string)
	return text
}

// before returns the steps of the same session in front of step i.
func (t *trace) before(i int) []*Step {
	return slices.DeleteFunc(slices.Clone(t.steps[:i]), func(s *Step) bool { return s.Session != t.steps[i].Session })
}

// after returns the steps of the same session behind step i.
func (t *trace) after(i int) []*Step {
	return slices.DeleteFunc(slices.Clone(t.steps[i+1:]), func(s *Step) bool { return s.Session != t.steps[i].Session })
}

// isKey makes a test for steps that begin with one of the keys.
func isKey(keys ...string) func(*Step) bool {
	return func(s *Step) bool { return slices.Contains(keys, s.Key()) }
}
