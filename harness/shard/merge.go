package shard

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/verdict"
	"github.com/wiretrial/wiretrial/scenarios"
)

// RefusedError says why logs make no whole. Code is the exit code that tells it: verdict.Usage for logs that do not belong together,
// verdict.Unproven for a part that is missing or cut, and what a run itself ended with if that kept it from its end.
type RefusedError struct {
	Code int
	Text string
}

// Error is the text.
func (e *RefusedError) Error() string { return e.Text }

func refuse(code int, format string, args ...any) error {
	return &RefusedError{code, fmt.Sprintf(format, args...)}
}

// Part is the log of one shard, without its traces.
type Part struct {
	Name string // of its file, for messages

	run   *eventlog.Run
	plan  *eventlog.Plan
	end   *eventlog.Ending
	cases []eventlog.Case
	left  *eventlog.Case // the finding about the whole run
	notes []eventlog.Note
}

// Read reads the log of a shard; apart is the id of the finding about the whole run. The error is a *RefusedError for a log that was cut or is
// no shard's, else that of eventlog.Scan.
func Read(name string, r io.Reader, apart string) (*Part, error) {
	p := &Part{Name: name}
	err := eventlog.Scan(r, func(rec eventlog.Record) {
		switch {
		case rec.Run != nil:
			p.run = rec.Run
		case rec.Plan != nil:
			p.plan = rec.Plan
		case rec.Case != nil && rec.Case.ID == apart:
			p.left = rec.Case
		case rec.Case != nil:
			p.cases = append(p.cases, *rec.Case)
		case rec.Note != nil:
			p.notes = append(p.notes, *rec.Note)
		case rec.End != nil:
			p.end = rec.End
		}
	})
	if errors.Is(err, eventlog.ErrCut) {
		return nil, refuse(verdict.Unproven, "%s: %v: the shard is incomplete; run it again", name, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, p.whole()
}

// whole refuses a log that is no shard's, or that ended before its time.
func (p *Part) whole() error {
	switch {
	case p.run == nil:
		return refuse(verdict.Unproven, "%s: no run is in it: the shard is incomplete; run it again", p.Name)
	case p.plan == nil && p.end != nil:
		return refuse(p.code(), "%s: nothing ran (exit %d: %s); run the shard again", p.Name, p.end.Exit, p.end.Why)
	case p.plan == nil:
		return refuse(verdict.Unproven, "%s: its end is missing: the shard is incomplete; run it again", p.Name)
	case p.plan.Merged > 0:
		return refuse(verdict.Usage, "%s: it was merged already; want the logs of the shards", p.Name)
	case p.plan.Shard == nil:
		return refuse(verdict.Usage, "%s: it is of a whole run, not of a shard (run --shard)", p.Name)
	case p.end == nil:
		return refuse(verdict.Unproven, "%s: shard %s: its end is missing: the shard is incomplete; run it again", p.Name, p.shard())
	case len(p.cases) != p.plan.Cases:
		return refuse(p.code(), "%s: shard %s is incomplete: %d of %d scenarios have a verdict (exit %d: %s); run it again",
			p.Name, p.shard(), len(p.cases), p.plan.Cases, p.end.Exit, p.end.Why)
	}
	return (&Spec{Index: p.plan.Shard.Index, Total: p.plan.Shard.Total}).check(p.Name)
}

// code is the exit code of a shard that did not come to its end.
func (p *Part) code() int {
	if p.end.Exit == verdict.Interrupted || p.end.Exit == verdict.Fault {
		return p.end.Exit
	}
	return verdict.Unproven
}

func (p *Part) shard() string { return fmt.Sprintf("%d/%d", p.plan.Shard.Index, p.plan.Shard.Total) }

// Whole is what the shards of a plan come to together.
type Whole struct {
	Run   eventlog.Run
	Plan  eventlog.Plan
	Parts []*Part        // in the order of their numbers
	Left  *eventlog.Case // the finding about the whole run; nil: no shard has one
	Notes []eventlog.Note
	End   eventlog.Ending
}

// Join makes one whole of the shards of a plan. The error is a *RefusedError: a shard is missing or there twice, or one is of another run:
// another plan, seed, SDK, version, catalogue, record of deviations or platform.
func Join(parts []*Part) (*Whole, error) {
	if len(parts) == 0 {
		return nil, refuse(verdict.Unproven, "no log to merge")
	}
	for _, p := range parts[1:] {
		if err := p.belongs(parts[0]); err != nil {
			return nil, err
		}
	}
	sorted := slices.Clone(parts)
	slices.SortStableFunc(sorted, func(a, b *Part) int { return cmp.Compare(a.plan.Shard.Index, b.plan.Shard.Index) })
	if err := complete(sorted); err != nil {
		return nil, err
	}
	w := &Whole{Run: *parts[0].run, Parts: sorted}
	w.joinPlan()
	w.joinRest()
	w.conclude()
	return w, nil
}

// belongs refuses a part of another run.
func (p *Part) belongs(first *Part) error {
	shards := func(p *Part) string { return fmt.Sprintf("%d of %d scenarios", p.plan.Shard.Total, p.plan.Shard.Whole) }
	features := func(p *Part) string { return strings.Join(slices.Sorted(slices.Values(p.run.Features)), " ") }
	for _, fact := range []struct{ name, mine, theirs string }{
		{"SDK", p.run.SDK, first.run.SDK}, {"SDK's version", p.run.Release, first.run.Release}, {"adapter", p.run.Adapter, first.run.Adapter},
		{"features", features(p), features(first)}, {"version of wiretrial", p.run.Version, first.run.Version}, {"seed", p.run.Seed, first.run.Seed},
		{"number of shards", shards(p), shards(first)}, {"catalogue", p.plan.Catalogue, first.plan.Catalogue}, {"plan", p.plan.Digest, first.plan.Digest},
		{"settings", p.plan.Settings, first.plan.Settings}, {"record of deviations", p.plan.Record, first.plan.Record},
		{"platform", p.run.Platform, first.run.Platform}, {"runtime", p.run.Runtime, first.run.Runtime},
	} {
		if fact.mine != fact.theirs {
			return refuse(verdict.Usage, "%s: a foreign shard: its %s: %q; of %s: %q", p.Name, fact.name, fact.mine, first.Name, fact.theirs)
		}
	}
	return nil
}

// complete refuses shards that are missing or there twice, and cases that are not of the plan. The parts are sorted and of one run.
func complete(parts []*Part) error {
	total := parts[0].plan.Shard.Total
	here := map[int]*Part{}
	for _, p := range parts {
		if other := here[p.plan.Shard.Index]; other != nil {
			return refuse(verdict.Usage, "%s and %s are both shard %s", other.Name, p.Name, p.shard())
		}
		here[p.plan.Shard.Index] = p
	}
	var missing []string
	for i := 1; i <= total; i++ {
		if here[i] == nil {
			missing = append(missing, fmt.Sprintf("%d/%d", i, total))
		}
	}
	if n := len(missing); n > 0 {
		const most = 10
		if n > most {
			missing = append(missing[:most], "...")
		}
		return refuse(verdict.Unproven, "%d of %d shards are missing: %s", n, total, strings.Join(missing, ", "))
	}
	owner := map[string]*Part{}
	var ids []string
	for _, p := range parts {
		for _, c := range p.cases {
			if other := owner[c.ID]; other != nil {
				return refuse(verdict.Usage, "%s is in %s and in %s", c.ID, other.Name, p.Name)
			}
			owner[c.ID] = p
			ids = append(ids, c.ID)
		}
	}
	if Digest(ids) != parts[0].plan.Digest {
		return refuse(verdict.Usage, "the %d scenarios of the shards are not the %d of the plan", len(ids), parts[0].plan.Shard.Whole)
	}
	return nil
}

func (w *Whole) joinPlan() {
	w.Plan = *w.Parts[0].plan
	w.Plan.Shard, w.Plan.Merged = nil, len(w.Parts)
	w.Plan.Cases, w.Plan.Levels = 0, map[string]int{}
	files := map[string]bool{}
	for _, p := range w.Parts {
		w.Plan.Cases += len(p.cases)
		for _, c := range p.cases {
			w.Plan.Levels[c.Level]++
			files[scenarios.FileOf(c.ID)] = true
		}
		if p.run.Date < w.Run.Date {
			w.Run.Date = p.run.Date
		}
		w.Run.Trace = w.Run.Trace || p.run.Trace
	}
	w.Plan.Files = len(files)
}

// joinRest joins what is about no single case: each note once, and the worst of what was left behind.
func (w *Whole) joinRest() {
	seen := map[eventlog.Note]bool{}
	recorded := true
	for _, p := range w.Parts {
		for _, n := range p.notes {
			if !seen[n] {
				seen[n] = true
				w.Notes = append(w.Notes, n)
			}
		}
		if p.left == nil {
			continue
		}
		recorded = recorded && p.left.Verdict == eventlog.Pass && p.left.Deviation != ""
		if w.Left == nil || leftRank(p.left.Verdict) > leftRank(w.Left.Verdict) {
			w.Left = p.left
		}
	}
	if w.Left != nil && recorded { // every shard passed what is recorded to fail
		left := *w.Left
		left.Verdict, w.Left = eventlog.UnexpectedPass, &left
	}
}

// leftRank orders what shards found about what is left behind.
func leftRank(v eventlog.Verdict) int {
	return slices.Index([]eventlog.Verdict{eventlog.Pass, eventlog.Known, eventlog.UnexpectedPass, eventlog.Fail}, v)
}

// conclude counts, and decides the exit code as if one run had played all.
func (w *Whole) conclude() {
	o := verdict.Outcome{}
	var longest float64
	for _, p := range w.Parts {
		o.Cases = append(o.Cases, p.cases...)
		longest = max(longest, p.end.MS)
	}
	if w.Left != nil {
		o.Cases, o.Apart = append(o.Cases, *w.Left), w.Left.ID
	}
	lost := ""
	for _, n := range w.Notes {
		switch n.Kind {
		case eventlog.NoteStale, eventlog.NoteExpired:
			place, _, _ := strings.Cut(n.Text, ": ")
			o.Deviations = append(o.Deviations, fmt.Sprintf("a deviation is %s (%s)", n.Kind, place))
		case eventlog.NoteLost:
			lost = cmp.Or(lost, n.Text)
		}
	}
	w.End = verdict.Count(o.Cases)
	var s verdict.Status
	s.Code, s.Why = verdict.Exit(o)
	if lost != "" {
		s = s.Raise(verdict.Unproven, lost)
	}
	for _, p := range w.Parts {
		if p.end.Exit != verdict.Failed && p.end.Exit != verdict.Unproven {
			s = s.Raise(p.end.Exit, p.end.Why)
		}
	}
	w.End.Exit, w.End.Why, w.End.MS = s.Code, s.Why, longest
}

// Copy hands what one shard's log says about its cases to write, with its traces, and passes over the rest. It reads until write fails.
func (w *Whole) Copy(r io.Reader, write func(eventlog.Record) error) error {
	var failed error
	err := eventlog.Scan(r, func(rec eventlog.Record) {
		ofCase := rec.Start != nil || rec.Trace != nil || rec.Case != nil
		if rec.Case != nil && w.Left != nil && rec.Case.ID == w.Left.ID {
			return
		}
		if ofCase && failed == nil {
			failed = write(rec)
		}
	})
	return cmp.Or(failed, err)
}
