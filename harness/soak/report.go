package soak

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

// Options say what a report shows.
type Options struct {
	Each bool                             // a line for every scenario, not only for those that changed
	Flag func(sdk, release string) string // flags that select a subject again: "--sdk python@0.2.187"; nil: --sdk SDK
}

// Text writes what a record came to: for each subject its runs, plays and verdicts, and each scenario that changed with the conditions of every
// outcome, each with the command that plays it again.
func Text(w io.Writer, t *Tally, o Options) error {
	var b strings.Builder
	sums := t.Sums()
	for len(sums) > 0 {
		n := slices.IndexFunc(sums, func(s Sum) bool { return s.Subject != sums[0].Subject })
		if n < 0 {
			n = len(sums)
		}
		o.subject(&b, t, sums[:n])
		sums = sums[n:]
	}
	status := t.Status()
	word := "ok"
	if status.Code != verdict.OK {
		word = fmt.Sprintf("exit %d", status.Code)
	}
	fmt.Fprintf(&b, "%s: %s\n", word, status.Why)
	_, err := io.WriteString(w, b.String())
	return err
}

// subject writes what is known of one SDK.
func (o Options) subject(b *strings.Builder, t *Tally, sums []Sum) {
	fmt.Fprintf(b, "%s: %s\n", report.Safe(sums[0].Subject.String()), runsText(t, sums[0].Subject))
	plays, least := 0, sums[0].Plays()
	counts := map[eventlog.Verdict]int{}
	for _, s := range sums {
		plays += s.Plays()
		least = min(least, s.Plays())
		counts[s.Latest.Verdict]++
	}
	fmt.Fprintf(b, "  %s, %s, each at least %d; latest verdicts:%s\n", report.Plural(len(sums), "case"), report.Plural(plays, "play"), least, verdictsText(counts))
	for _, s := range sums {
		switch {
		case s.Changed():
			o.changed(b, s)
		case bad(s):
			fmt.Fprintf(b, "  ✗ %s %s: %s\n", report.Safe(s.ID), s.Latest.Verdict, s.Latest.text())
		case o.Each:
			fmt.Fprintf(b, "  %s:%s\n", report.Safe(s.ID), s.countsText())
		}
	}
	b.WriteByte('\n')
}

func runsText(t *Tally, of Subject) string {
	var parts []string
	for _, r := range t.Kinds() {
		if r.Subject != of {
			continue
		}
		how := "idle"
		if r.Loaded {
			how = "loaded"
		}
		text := fmt.Sprintf("%d %s", r.Complete, how)
		if r.Plan != "" {
			text += " of " + briefly(r.Plan)
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return "no whole run"
	}
	return "whole runs: " + strings.Join(parts, ", ")
}

// maxPlan bounds what is shown of a selection, in bytes.
const maxPlan = 120

func briefly(plan string) string {
	if len(plan) <= maxPlan {
		return report.Safe(plan)
	}
	return report.Safe(plan[:maxPlan]) + "..."
}

func verdictsText(counts map[eventlog.Verdict]int) string {
	text := ""
	for _, v := range verdict.Verdicts() {
		if counts[v] > 0 {
			text += fmt.Sprintf(" %s %d", v, counts[v])
		}
	}
	return text
}

// changed writes a flaky case: every outcome, how often, and how the first play of it is played again.
func (o Options) changed(b *strings.Builder, s Sum) {
	fmt.Fprintf(b, "  ✗ %s flaky: it told another verdict than before\n", report.Safe(s.ID))
	flag := "--sdk " + report.Quote(s.SDK)
	if o.Flag != nil {
		flag = o.Flag(s.SDK, s.Release)
	}
	for _, c := range s.Outcomes {
		cut := ""
		if c.First.Cut != "" {
			cut = " --cut " + report.Quote(c.First.Cut)
		}
		fmt.Fprintf(b, "      %d× %s, first with %d busy beside it on %d CPUs: wiretrial run %s --seed %s%s %s\n", c.N, c.text(), c.First.Load, c.First.CPUs,
			report.Quote(s.ID), report.Quote(c.First.Seed), cut, flag)
	}
}

func (o Outcome) text() string {
	parts := []string{string(o.Verdict)}
	for _, more := range []string{o.Check, o.Kind, o.Class} {
		if more != "" {
			parts = append(parts, more)
		}
	}
	return report.Safe(strings.Join(parts, " "))
}

func (s Sum) countsText() string {
	text := ""
	for _, c := range s.Outcomes {
		text += fmt.Sprintf(" %d× %s", c.N, c.text())
	}
	return text
}

// bad tells whether the latest verdict alone makes a run fail.
func bad(s Sum) bool {
	switch s.Latest.Verdict {
	case eventlog.Fail:
		return s.Level != "may"
	case eventlog.UnexpectedPass, eventlog.Broken:
		return true
	}
	return false
}

// Status is the exit code that the record stands for, and one sentence why: nothing was played; a case told an error last; one changed its verdict,
// failed or passed unexpectedly.
func (t *Tally) Status() verdict.Status {
	plays, changed, failed, broken := 0, 0, 0, 0
	for _, s := range t.Sums() {
		plays += s.Plays()
		switch {
		case s.Changed():
			changed++
		case s.Latest.Verdict == eventlog.Broken:
			broken++
		case bad(s):
			failed++
		}
	}
	st := verdict.Status{Code: verdict.OK, Why: fmt.Sprintf("%s, and no case changed its verdict", report.Plural(plays, "play"))}
	if plays == 0 {
		st = st.Raise(verdict.Unproven, "nothing was played")
	}
	if broken > 0 {
		st = st.Raise(verdict.Fault, report.Plural(broken, "case")+" ended in an error: the harness's or the adapter's fault, never the SDK's")
	}
	if changed > 0 {
		st = st.Raise(verdict.Failed, report.Plural(changed, "case")+" changed verdicts")
	}
	if failed > 0 {
		st = st.Raise(verdict.Failed, report.Plural(failed, "case")+" failed or passed unexpectedly")
	}
	return st
}
