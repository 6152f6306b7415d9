package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/verdict"
	"github.com/wiretrial/wiretrial/protocol"
)

// fewCases is up to how many cases the ones that passed are listed too.
const fewCases = 20

// Text writes the report of a log: the failures, each with its screenplay, then the summary. The error is w's.
func Text(w io.Writer, m *Model, o Options) error {
	p := newPage(o)
	for _, c := range m.sorted(eventlog.Broken, eventlog.Fail, eventlog.Flaky) {
		p.failure(m, c)
	}
	p.passed(m)
	p.known(m)
	p.differs(m)
	p.summary(m)
	_, err := io.WriteString(w, p.b.String())
	return err
}

// passed lists what passed if it is little, or if its wire was asked for.
func (p *page) passed(m *Model) {
	cases := m.sorted(eventlog.Pass)
	if len(m.Cases) > fewCases && !m.Run.Trace {
		return
	}
	for _, c := range cases {
		p.line(p.paint("✓ "+Safe(c.ID), green), p.paint(fmt.Sprintf("   (%.2fs)", c.MS/1000), dim))
		p.wire(m, c)
	}
	if len(cases) > 0 {
		p.line()
	}
}

// known lists the recorded deviations that were met, and those that must be deleted.
func (p *page) known(m *Model) {
	met := m.sorted(eventlog.Known, eventlog.UnexpectedPass)
	for _, c := range met {
		mark, st := sign(c.Verdict)
		p.line(p.paint(mark+" "+Safe(c.ID)+"   "+string(c.Verdict), st))
		for i, text := range strings.Split(c.Deviation, "\n") {
			indent := 4
			if i > 0 {
				indent = 6
			}
			p.field(indent, "", 0, Safe(text), plainText)
		}
	}
	if len(met) > 0 {
		p.line()
	}
}

// differs lists what a may found.
func (p *page) differs(m *Model) {
	cases := m.sorted(eventlog.Differs)
	for _, c := range cases {
		text := Safe(c.Title)
		if c.Failure != nil {
			text = Safe(c.Failure.Text)
		}
		p.line(p.paint("- "+Safe(c.ID)+"   differs: ", dim), clip(text, max(20, p.width-columns(c.ID)-14)))
	}
	if len(cases) > 0 {
		p.line()
	}
}

func (p *page) summary(m *Model) {
	r := m.Run
	p.line(p.paint("wiretrial "+Safe(r.Version), bold), "   ", m.sdk())
	p.field(0, "", 0, Safe(strings.Join(nonEmpty("adapter "+r.Adapter, r.Runtime, r.Platform, "seed "+r.Seed, r.Date), ", ")), dim)
	p.line()
	p.table(m)
	p.classes(m)
	p.unsupported(m)
	p.rest(m)
	p.ending(m)
}

func nonEmpty(words ...string) []string {
	return slices.DeleteFunc(words, func(s string) bool { return strings.HasSuffix(" "+s, " ") })
}

// counted returns the counts of the log's end, or those of its cases if it has none.
func (m *Model) counted() eventlog.Ending {
	if m.End != nil {
		return *m.End
	}
	return verdict.Count(m.Cases)
}

// table writes the counts per level and verdict; verdicts that nothing has are left out. Where the page is too narrow the verdicts stand
// below each other.
func (p *page) table(m *Model) {
	e := m.counted()
	if len(e.Counts) == 0 {
		return
	}
	cols, rows := tableOf(e)
	width := levelWidth
	for _, v := range cols {
		width += len(v) + 2
	}
	if width > p.width {
		p.upright(cols, rows)
		return
	}
	head := pad("", levelWidth)
	for _, v := range cols {
		head += "  " + string(v)
	}
	p.line(p.paint(head, dim))
	for _, r := range rows {
		line := pad(r.name, levelWidth)
		for _, v := range cols {
			line += p.cell(v, r.counts[v], len(v)+2)
		}
		p.line(line)
	}
}

// level is one row of the table.
type level struct {
	name   string
	counts map[eventlog.Verdict]int
}

// tableOf gives the columns and the rows of the table of counts: what nothing has is left out, and the total comes last.
func tableOf(e eventlog.Ending) (cols []eventlog.Verdict, rows []level) {
	for _, v := range verdict.Verdicts() {
		if e.Counts[v] > 0 || v == eventlog.Pass || v == eventlog.Fail {
			cols = append(cols, v)
		}
	}
	for _, name := range verdict.Levels() {
		if len(e.Levels[name]) > 0 {
			rows = append(rows, level{name, e.Levels[name]})
		}
	}
	return cols, append(rows, level{"total", e.Counts})
}

const (
	levelWidth   = 8
	verdictWidth = 16
)

// upright is the table with a row for each verdict.
func (p *page) upright(cols []eventlog.Verdict, rows []level) {
	head := pad("", verdictWidth)
	for _, r := range rows {
		head += fmt.Sprintf("%*s", levelWidth, r.name)
	}
	p.line(p.paint(head, dim))
	for _, v := range cols {
		line := pad(string(v), verdictWidth)
		for _, r := range rows {
			line += p.cell(v, r.counts[v], levelWidth)
		}
		p.line(line)
	}
}

func (p *page) cell(v eventlog.Verdict, n, width int) string {
	text, st := fmt.Sprint(n), dim
	if n == 0 {
		text = "-"
	} else {
		_, st = sign(v)
	}
	return p.paint(fmt.Sprintf("%*s", width, text), st)
}

const keyWidth = 14

// classes writes what the failures cost the SDK's users.
func (p *page) classes(m *Model) {
	e := m.counted()
	var parts []string
	for _, class := range protocol.Classes() {
		if n := e.Classes[string(class)]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, cost(string(class))))
		}
	}
	for _, class := range slices.Sorted(maps.Keys(e.Classes)) {
		if !slices.Contains(protocol.Classes(), protocol.Class(class)) {
			parts = append(parts, fmt.Sprintf("%d %s", e.Classes[class], Safe(class)))
		}
	}
	if len(parts) > 0 {
		p.line()
		p.field(0, "costs users", keyWidth, strings.Join(parts, "; "), plainText)
	}
}

// unsupported says which features are lacking.
func (p *page) unsupported(m *Model) {
	if lacks := m.lacks(); lacks != "" {
		p.field(0, "unsupported", keyWidth, Safe(lacks), plainText)
	}
}

// lacks counts the unsupported cases by the features that they lack.
func (m *Model) lacks() string {
	lacks := map[string]int{}
	for _, c := range m.sorted(eventlog.Unsupported) {
		for _, f := range c.Missing {
			lacks[f]++
		}
	}
	var parts []string
	for _, f := range slices.Sorted(maps.Keys(lacks)) {
		parts = append(parts, fmt.Sprintf("%s (%d)", f, lacks[f]))
	}
	return strings.Join(parts, ", ")
}

// shard says which part of a plan ran, and who said so; empty: all of it.
func (m *Model) shard() string {
	switch s := m.Plan.Shard; {
	case s != nil:
		return fmt.Sprintf("%d of %d by %s; %d of %s", s.Index, s.Total, Safe(s.Source), m.Plan.Cases, Plural(s.Whole, "scenario"))
	case m.Plan.Merged > 0:
		return fmt.Sprintf("all %d, merged", m.Plan.Merged)
	}
	return ""
}

// rest writes what was not run and what is not about one case.
func (p *page) rest(m *Model) {
	p.field(0, "shard", keyWidth, m.shard(), plainText)
	if n := m.Plan.SlowLeftOut; n > 0 {
		p.field(0, "slow", keyWidth, fmt.Sprintf("%s not selected; --slow adds them", Plural(n, "slow file")), plainText)
	}
	if !m.Run.Proven && m.Run.Platform != "" {
		p.field(0, "platform", keyWidth, "a hang is a time bound here, not a proof: only Linux can tell", plainText)
	}
	for _, n := range m.Notes {
		for i, text := range strings.Split(strings.TrimRight(n.Text, "\n"), "\n") {
			key := Safe(n.Kind)
			if i > 0 {
				key = ""
			}
			p.field(0, key, max(keyWidth, columns(key)+1), Safe(text), yellow)
		}
	}
	if ids := slices.Sorted(maps.Keys(m.open)); len(ids) > 0 {
		p.field(0, "unfinished", keyWidth, Safe(strings.Join(ids[:min(len(ids), 10)], ", ")), plainText)
	}
}

// ending writes the exit code and why.
func (p *page) ending(m *Model) {
	p.line()
	switch e := m.End; {
	case m.Cut != "":
		p.field(0, "", 0, "the log is not whole: "+Safe(m.Cut), red)
	case e == nil:
		p.field(0, "", 0, "the log is not whole: its end is missing, so the run proves nothing (exit 4)", red)
	case e.Exit == 0:
		p.field(0, "", 0, fmt.Sprintf("ok: %s; %.1f s", Safe(e.Why), e.MS/1000), green)
	default:
		p.field(0, "", 0, fmt.Sprintf("exit %d: %s; %.1f s", e.Exit, Safe(e.Why), e.MS/1000), red)
	}
}

// Plural says a number of things: 1 file, 2 files.
func Plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
