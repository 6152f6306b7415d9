package report

import (
	"cmp"
	"slices"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

// maxTraces bounds what is kept of one case's traces.
const maxTraces = 2000

// Model is what a log says, gathered record by record. It keeps traces only where the log says that they are part of the report. It is
// not safe for concurrent use.
type Model struct {
	Run   eventlog.Run
	Plan  eventlog.Plan
	Cases []eventlog.Case
	Notes []eventlog.Note
	End   *eventlog.Ending // nil: the log has no end
	Cut   string           // why the log could not be read to its end; set by who reads it

	slow    map[string]bool
	open    map[string]bool // started and not closed
	traces  map[string][]eventlog.Trace
	dropped map[string]int
}

// NewModel returns an empty Model.
func NewModel() *Model {
	return &Model{slow: map[string]bool{}, open: map[string]bool{}, traces: map[string][]eventlog.Trace{}, dropped: map[string]int{}}
}

// Add takes one record, in the order of the log.
func (m *Model) Add(rec eventlog.Record) {
	switch {
	case rec.Run != nil:
		m.Run = *rec.Run
	case rec.Plan != nil:
		m.Plan = *rec.Plan
	case rec.Start != nil:
		m.open[rec.Start.ID] = true
		m.slow[rec.Start.ID] = rec.Start.Slow
	case rec.Trace != nil && m.Run.Trace:
		m.trace(*rec.Trace)
	case rec.Case != nil:
		delete(m.open, rec.Case.ID)
		m.Cases = append(m.Cases, *rec.Case)
	case rec.Note != nil:
		m.Notes = append(m.Notes, *rec.Note)
	case rec.End != nil:
		m.End = rec.End
	}
}

func (m *Model) trace(t eventlog.Trace) {
	if len(m.traces[t.ID]) >= maxTraces {
		m.dropped[t.ID]++
		return
	}
	m.traces[t.ID] = append(m.traces[t.ID], t)
}

// failing returns the cases that make a run fail, the worst first.
func (m *Model) failing() []eventlog.Case {
	var out []eventlog.Case
	for _, v := range verdict.Failing() {
		out = append(out, m.sorted(v)...)
	}
	return out
}

// sorted returns the cases with one of the verdicts by id: the order in which lanes end is no order to read in.
func (m *Model) sorted(verdicts ...eventlog.Verdict) []eventlog.Case {
	var out []eventlog.Case
	for _, c := range m.Cases {
		if slices.Contains(verdicts, c.Verdict) {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b eventlog.Case) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
