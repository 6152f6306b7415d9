package report

import (
	"fmt"
	"strings"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/protocol"
)

// How much of a screenplay stands around the row that failed when the wire was not asked for.
const (
	rowsBefore = 6
	rowsAfter  = 3
)

const gutter = 3 // columns for the number of the row that failed

// sign is the mark of a verdict.
func sign(v eventlog.Verdict) (string, style) {
	switch v {
	case eventlog.Pass:
		return "✓", green
	case eventlog.Known:
		return "~", yellow
	case eventlog.UnexpectedPass, eventlog.Flaky, eventlog.Broken:
		return "!", yellow
	case eventlog.Unsupported, eventlog.Differs:
		return "-", dim
	}
	return "✗", red
}

// failure writes one case with its screenplay.
func (p *page) failure(m *Model, c eventlog.Case) {
	mark, st := sign(c.Verdict)
	head := mark + " " + Safe(c.ID)
	if c.Verdict != eventlog.Fail {
		head += "   " + strings.ToUpper(string(c.Verdict))
	}
	about := strings.TrimSpace(strings.ToUpper(Safe(c.Level)) + " " + Safe(strings.Join(c.Rules, " ")))
	p.line(p.paint(head, st), "   ", about, "   ", p.paint(m.sdk(), dim), "   ", p.paint(fmt.Sprintf("(%.2fs)", c.MS/1000), dim))
	p.field(2, "", 0, Safe(c.Title), plainText)
	p.line()
	p.screenplay(c, m.Run.Trace)
	p.facts(m, c)
	p.wire(m, c)
	p.line()
}

func (m *Model) sdk() string {
	words := []string{m.Run.Language, m.Run.SDK, m.Run.Release}
	return Safe(strings.Join(strings.Fields(strings.Join(words, " ")), " "))
}

// left is the width of the left column.
func (p *page) left() int { return min(max((p.width-gutter)*2/5, 24), 44) }

// screenplay writes the rows around the failure, or all of them.
func (p *page) screenplay(c eventlog.Case, all bool) {
	if len(c.Steps) > 0 {
		p.heading()
	}
	at := failedRow(c)
	from, upto := 0, len(c.Steps)
	if !all {
		from, upto = max(0, at-rowsBefore), min(len(c.Steps), at+1+rowsAfter)
		if from <= 2 {
			from = 0
		}
		if len(c.Steps)-upto <= 2 {
			upto = len(c.Steps)
		}
	}
	if from > 0 {
		p.row(c.Steps[0], nil)
		p.aside(fmt.Sprintf("… %d steps that went as they must", from-1))
	}
	for i := from; i < upto; i++ {
		if i == at && c.Failure != nil && c.Failure.Step != 0 {
			p.row(c.Steps[i], c.Failure)
			continue
		}
		p.row(c.Steps[i], nil)
	}
	if upto < len(c.Steps) {
		p.aside(fmt.Sprintf("… %d more steps", len(c.Steps)-upto))
	}
	if c.Failure != nil && c.Failure.Step == 0 {
		p.law(*c.Failure)
	}
}

func (p *page) heading() {
	p.line(strings.Repeat(" ", gutter), p.paint(pad("sdk", p.left())+"cli (mock)", dim))
}

func (p *page) aside(text string) { p.line(strings.Repeat(" ", gutter), p.paint(text, dim)) }

// failedRow is the index of the row that failed; for a law, the last row that was reached.
func failedRow(c eventlog.Case) int {
	last := 0
	for i, r := range c.Steps {
		if c.Failure != nil && c.Failure.Step != 0 && r.N == c.Failure.Step {
			return i
		}
		if r.Status != "" {
			last = i
		}
	}
	return last
}

// row writes one row; with f it is the one that failed.
func (p *page) row(r eventlog.Row, f *eventlog.Failure) {
	text, mark, st := Safe(r.Text), status(r), rowStyle(r)
	left, right := text, mark
	if r.Side == "cli" {
		left, right = "", text
		if mark != "" && r.Status != "ok" {
			right = text + "   " + mark
		}
	}
	number := strings.Repeat(" ", gutter)
	if f != nil {
		number = fmt.Sprintf("%2d ", r.N)
	}
	lefts, rights := wrap(left, p.left()-2), wrap(right, p.width-gutter-p.left())
	for i := range max(len(lefts), len(rights)) {
		p.line(number, p.paint(pad(at(lefts, i), p.left()), leftStyle(r, st)), p.paint(at(rights, i), st))
		number = strings.Repeat(" ", gutter)
	}
	if f != nil {
		p.values(*f)
	}
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// leftStyle dims what was not reached and leaves the rest plain: the mark in the other column has the colour.
func leftStyle(r eventlog.Row, st style) style {
	if r.Status == "" || r.Status == "void" {
		return dim
	}
	if st == red {
		return red
	}
	return plainText
}

func rowStyle(r eventlog.Row) style {
	switch r.Status {
	case "fail":
		return red
	case "ok":
		if r.Side == "cli" {
			return plainText
		}
		return green
	}
	return dim
}

// status is the mark of a row with its detail.
func status(r eventlog.Row) string {
	detail := Safe(r.Detail)
	switch r.Status {
	case "ok":
		return strings.TrimSpace("✓ " + detail)
	case "fail":
		return strings.TrimSpace("✗ " + detail)
	case "":
		return detail
	}
	return strings.TrimSpace(Safe(r.Status) + " " + detail)
}

// law writes a failure that belongs to no step.
func (p *page) law(f eventlog.Failure) {
	p.line(strings.Repeat(" ", gutter), p.paint("✗ "+Safe(f.Check), red))
	p.values(f)
}

// maxLines bounds what is shown of one value; the log has more of it.
const maxLines = 6

func (p *page) values(f eventlog.Failure) {
	if f.Path == "" || f.Want+f.Got == "" { // else the row names the path, and the values say the rest
		p.field(5, "", 0, Safe(f.Text), plainText)
	}
	for _, v := range []struct{ key, text string }{{"want", f.Want}, {"got", f.Got}} {
		if v.text == "" {
			continue
		}
		for i, part := range wrapMost(Safe(v.text), p.width-10, maxLines) {
			key := v.key
			if i > 0 {
				key = ""
			}
			p.line("     ", p.paint(pad(key, 5), dim), part)
		}
	}
}

// facts writes what a reader needs beside the screenplay.
func (p *page) facts(m *Model, c eventlog.Case) {
	p.line()
	for _, id := range c.Rules {
		text := Safe(id)
		if r, ok := protocol.LookupRule(id); ok {
			text += " " + Safe(r.Sentence)
		}
		p.fact("rule", text)
	}
	where := c.Where
	if f := c.Failure; f != nil {
		p.fact("class", cost(f.Class))
		p.fact("kind", Safe(f.Kind))
		if f.Where != "" {
			where = f.Where
		}
		p.fact("where", Safe(where))
		p.fact("fault", Safe(f.Fault))
	}
	if len(c.Attempts) > 0 {
		p.fact("runs", Safe(strings.Join(c.Attempts, ", ")))
	}
	for _, n := range c.Notes {
		p.fact("note", Safe(n))
	}
	p.fact("record", Safe(c.Deviation))
	p.line("   ", p.paint(pad("rerun", 7), dim), Safe(m.Rerun(c)))
}

func (p *page) fact(key, text string) {
	if text != "" {
		p.field(3, key, 7, text, plainText)
	}
}

// Rerun is the command line that shows a case again.
func (m *Model) Rerun(c eventlog.Case) string {
	words := []string{"wiretrial", "run", Quote(c.ID), "--seed", Quote(m.Run.Seed)}
	if m.slow[c.ID] {
		words = append(words, "--slow")
	}
	words = append(words, "--trace")
	if m.Run.Rerun != "" {
		words = append(words, m.Run.Rerun)
	}
	return strings.Join(words, " ")
}

// wire writes what happened on the channels.
func (p *page) wire(m *Model, c eventlog.Case) {
	traces := m.traces[c.ID]
	if len(traces) == 0 {
		return
	}
	p.line()
	for _, t := range traces {
		who := strings.TrimSpace(Safe(t.Channel) + " " + Safe(t.Session))
		head := fmt.Sprintf("   %9.2f ms  %s  ", t.MS, pad(who, 3))
		for i, part := range wrapMost(Safe(t.Text), p.width-columns(head), maxLines) {
			if i > 0 {
				head = strings.Repeat(" ", columns(head))
			}
			p.line(p.paint(head, dim), part)
		}
	}
	if n := m.dropped[c.ID]; n > 0 {
		p.aside(fmt.Sprintf("… %d more lines; the log has them", n))
	}
}

// cost says what a class of failure costs.
func cost(class string) string {
	about := protocol.Class(class).Cost()
	if about == "" {
		return Safe(class)
	}
	return class + ": " + about
}
