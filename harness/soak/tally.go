package soak

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

// Tally is a record added up. It is not safe for concurrent use.
type Tally struct {
	last int
	runs map[Kind]int
	open map[int]*openRun
	sums map[place]*Sum
}

// place is one case on one subject.
type place struct {
	Subject
	id string
}

// openRun is a run without an end.
type openRun struct {
	Run
	played map[string]bool
}

// NewTally returns an empty one.
func NewTally() *Tally {
	return &Tally{runs: map[Kind]int{}, open: map[int]*openRun{}, sums: map[place]*Sum{}}
}

// Add adds one line of the record; its error says what does not fit what came before.
func (t *Tally) Add(rec Record) error {
	switch {
	case rec.Head != nil:
		t.last = max(t.last, rec.Head.Last)
	case rec.Run != nil:
		if rec.Run.N <= t.last {
			return fmt.Errorf("run %d comes after run %d", rec.Run.N, t.last)
		}
		t.last = rec.Run.N
		t.open[rec.Run.N] = &openRun{Run: *rec.Run, played: map[string]bool{}}
	case rec.Play != nil:
		return t.play(*rec.Play)
	case rec.End != nil:
		r := t.open[rec.End.Run]
		if r == nil {
			return fmt.Errorf("the end of run %d, which did not begin", rec.End.Run)
		}
		t.runs[r.Kind]++
		delete(t.open, rec.End.Run)
	case rec.Runs != nil:
		t.runs[rec.Runs.Kind] += rec.Runs.Complete
	case rec.Sum != nil:
		s := *rec.Sum
		s.Outcomes = slices.Clone(s.Outcomes)
		t.sums[place{s.Subject, s.ID}] = &s
	}
	return nil
}

func (t *Tally) play(p Play) error {
	r := t.open[p.Run]
	if r == nil {
		return fmt.Errorf("a play of run %d, which did not begin", p.Run)
	}
	r.played[p.ID] = true
	at := place{r.Subject, p.ID}
	s := t.sums[at]
	if s == nil || s.Text != p.Text { // another text is another scenario: what the old one told says nothing about it
		s = &Sum{Subject: r.Subject, ID: p.ID, Text: p.Text}
		t.sums[at] = s
	}
	s.Level, s.Latest = p.Level, p.Outcome
	for i := range s.Outcomes {
		if s.Outcomes[i].Outcome == p.Outcome {
			s.Outcomes[i].N++
			return nil
		}
	}
	s.Outcomes = append(s.Outcomes, Count{Outcome: p.Outcome, N: 1, First: r.Conditions})
	return nil
}

// Next is the number of the next run.
func (t *Tally) Next() int { return t.last + 1 }

// Complete counts whole runs of a kind.
func (t *Tally) Complete(k Kind) int { return t.runs[k] }

// Unfinished returns the latest run of a kind that was cut short, and which of its cases were played; ok is false if there is none.
func (t *Tally) Unfinished(k Kind) (run Run, played map[string]bool, ok bool) {
	for _, r := range t.open {
		if r.Kind == k && r.N > run.N {
			run, played, ok = r.Run, r.played, true
		}
	}
	return run, played, ok
}

// Sums are all of them, by subject and id.
func (t *Tally) Sums() []Sum {
	out := make([]Sum, 0, len(t.sums))
	for _, s := range t.sums {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Sum) int {
		return cmp.Or(cmp.Compare(a.SDK, b.SDK), cmp.Compare(a.Release, b.Release), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// Sum is that of one case on one subject; ok is false if it was never played.
func (t *Tally) Sum(of Subject, id string) (s Sum, ok bool) {
	if found := t.sums[place{of, id}]; found != nil {
		return *found, true
	}
	return s, false
}

// Kinds are those of which whole runs were counted, with their numbers.
func (t *Tally) Kinds() []Runs {
	out := make([]Runs, 0, len(t.runs))
	for k, n := range t.runs {
		out = append(out, Runs{k, n})
	}
	slices.SortFunc(out, func(a, b Runs) int {
		loaded := map[bool]int{true: 1}
		return cmp.Or(cmp.Compare(a.SDK, b.SDK), cmp.Compare(a.Release, b.Release), cmp.Compare(a.Plan, b.Plan), cmp.Compare(loaded[a.Loaded], loaded[b.Loaded]))
	})
	return out
}

// Lines are the shortest record that adds up to the same. A run that was cut short is not gone on with after that; its plays still count.
func (t *Tally) Lines() []Record {
	out := []Record{{T: "head", Head: &Head{Schema: Schema, Last: t.last}}}
	for _, k := range t.Kinds() {
		out = append(out, Record{T: "runs", Runs: &k})
	}
	for _, s := range t.Sums() {
		out = append(out, Record{T: "sum", Sum: &s})
	}
	return out
}

// Plays counts the plays of a sum.
func (s Sum) Plays() int {
	n := 0
	for _, c := range s.Outcomes {
		n += c.N
	}
	return n
}

// Changed tells whether the case told more than one verdict, or was flaky within one run; what is recorded about the SDK makes no difference.
func (s Sum) Changed() bool {
	for _, c := range s.Outcomes {
		if c.Verdict == eventlog.Flaky || c.Plain() != s.Outcomes[0].Plain() {
			return true
		}
	}
	return false
}
