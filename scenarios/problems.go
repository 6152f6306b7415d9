package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity tells what must be mended from what may stay.
type Severity string

// The severities: the loader and the errors of the lint stop a run, warnings do not.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Problem is one fault of a scenario file.
type Problem struct {
	Pos      Pos
	Rule     Rule // what was broken: one of Rules
	Severity Severity
	Message  string
}

// String returns the line that the terminal shows: position, severity, message and the rule's name.
func (p Problem) String() string {
	return fmt.Sprintf("%s: %s: %s (%s)", p.Pos, p.Severity, p.Message, p.Rule)
}

// Problems are the faults of one file, in the order of their positions. As an error they are what Load and Cases return;
// errors.As finds them.
type Problems []Problem

// Error lists the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Errors returns the problems that stop a run.
func (ps Problems) Errors() Problems {
	return slices.DeleteFunc(slices.Clone(ps), func(p Problem) bool { return p.Severity != Error })
}

// asError returns the problems as an error, or nil if there are none.
func (ps Problems) asError() error {
	if len(ps) == 0 {
		return nil
	}
	return ps.sorted()
}

// sorted orders the problems by position and drops repeats: variants meet one fault many times.
func (ps Problems) sorted() Problems {
	out := slices.Clone(ps)
	slices.SortStableFunc(out, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(out)
}
