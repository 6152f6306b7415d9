package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

// The bounds of a matrix: cases that are the same everywhere are only counted if there are many, and not every change is told at length.
const (
	fewRows    = 40
	maxChanges = 20
)

// Matrix writes how the cases of several logs compare: a row for each case, a column for each log. A cell that differs from the one before
// it is marked; a log without verdicts (a release that is gone) is passed over there. The error is w's.
func Matrix(w io.Writer, logs []*Model, o Options) error {
	p := newPage(o)
	m := newMatrix(logs)
	p.cells(m)
	p.changes(m)
	p.endings(m)
	_, err := io.WriteString(w, p.b.String())
	return err
}

// MatrixEnd is what a matrix came to: the worst of what its logs came to.
func MatrixEnd(logs []*Model) verdict.Status {
	s := verdict.Status{Code: verdict.OK, Why: "every column is ok"}
	for _, m := range logs {
		if m.End == nil {
			s = s.Raise(verdict.Unproven, m.column()+": the log's end is missing")
		} else {
			s = s.Raise(m.End.Exit, m.column()+": "+m.End.Why)
		}
	}
	return s
}

// matrix is what is to be printed.
type matrix struct {
	logs []*Model
	rows []matrixRow
}

// matrixRow is one case in every log; nil where the log has not judged it.
type matrixRow struct {
	id    string
	cells []*eventlog.Case
}

func newMatrix(logs []*Model) matrix {
	byID := map[string][]*eventlog.Case{}
	for i, m := range logs {
		for _, c := range m.Cases {
			if byID[c.ID] == nil {
				byID[c.ID] = make([]*eventlog.Case, len(logs))
			}
			byID[c.ID][i] = &c
		}
	}
	m := matrix{logs: logs}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		m.rows = append(m.rows, matrixRow{id: id, cells: byID[id]})
	}
	return m
}

// changed tells whether a cell differs from the nearest judged one before it.
func (r matrixRow) changed(i int) bool {
	if r.cells[i] == nil {
		return false
	}
	for j := i - 1; j >= 0; j-- {
		if r.cells[j] != nil {
			return r.cells[j].Verdict != r.cells[i].Verdict
		}
	}
	return false
}

// moves tells whether any cell does.
func (r matrixRow) moves() bool {
	for i := range r.cells {
		if r.changed(i) {
			return true
		}
	}
	return false
}

// column is what a column is called: what --sdk says, else the SDK's own name.
func (m *Model) column() string {
	words := strings.Fields(m.Run.Rerun)
	if at := slices.Index(words, "--sdk"); at >= 0 && at+1 < len(words) {
		return Safe(words[at+1])
	}
	return Safe(strings.Join(nonEmpty(m.Run.SDK, m.Run.Release), " "))
}

// cell is the text of a cell.
func (r matrixRow) cell(i int) (string, style) {
	c := r.cells[i]
	if c == nil {
		return "", dim
	}
	mark, st := sign(c.Verdict)
	text := mark + " " + string(c.Verdict)
	if r.changed(i) {
		text = "→ " + text
	} else {
		text = "  " + text
	}
	return text, st
}

// head is the first line of a column, and what stands in every cell of one that has no verdicts.
func (m *Model) head() (name, instead string) {
	switch {
	case m.gone() != "":
		return m.column(), "gone"
	case len(m.Cases) == 0:
		return m.column(), "not judged"
	}
	return m.column(), ""
}

// gone is why the release of a log could not be had.
func (m *Model) gone() string {
	for _, n := range m.Notes {
		if n.Kind == eventlog.NoteGone {
			return n.Text
		}
	}
	return ""
}

// cells writes the table, in as many parts as its columns need.
func (p *page) cells(m matrix) {
	rows := m.rows
	if len(rows) > fewRows {
		rows = slices.DeleteFunc(slices.Clone(rows), func(r matrixRow) bool { return !r.moves() && plainRow(r) })
	}
	idWidth := 0
	for _, r := range rows {
		idWidth = max(idWidth, columns(Safe(r.id)))
	}
	idWidth = min(max(idWidth, 20), p.width/2)
	for from := 0; from < len(m.logs); {
		from = p.part(m, rows, idWidth, from)
	}
	if n := len(m.rows) - len(rows); n > 0 {
		p.line(p.paint(fmt.Sprintf("%s that every column passes or lacks %s not listed", Plural(n, "case"), map[bool]string{true: "is", false: "are"}[n == 1]), dim))
		p.line()
	}
}

// plainRow tells whether a row has nothing to show but passes, and features that are lacking.
func plainRow(r matrixRow) bool {
	return !slices.ContainsFunc(r.cells, func(c *eventlog.Case) bool {
		return c != nil && c.Verdict != eventlog.Pass && c.Verdict != eventlog.Unsupported
	})
}

const columnGap = 2

// part writes the columns from one on that fit beside the ids, at least one, and returns the next.
func (p *page) part(m matrix, rows []matrixRow, idWidth, from int) (next int) {
	var widths []int
	used := idWidth
	for next = from; next < len(m.logs); next++ {
		width := m.columnWidth(rows, next)
		if used += columnGap + width; used > p.width && next > from {
			break
		}
		widths = append(widths, width)
	}
	head := pad("", idWidth)
	for i, width := range widths {
		name, _ := m.logs[from+i].head()
		head += strings.Repeat(" ", columnGap) + pad("  "+name, width)
	}
	p.line(p.paint(strings.TrimRight(head, " "), dim))
	for _, r := range rows {
		line := pad(clip(Safe(r.id), idWidth), idWidth)
		for i, width := range widths {
			text, st := r.cell(from + i)
			if _, instead := m.logs[from+i].head(); instead != "" {
				text = "  " + instead
			}
			line += strings.Repeat(" ", columnGap) + p.paint(pad(text, width), st)
		}
		p.line(line)
	}
	p.line()
	return next
}

func (m matrix) columnWidth(rows []matrixRow, i int) int {
	name, instead := m.logs[i].head()
	width := 2 + max(columns(name), columns(instead))
	for _, r := range rows {
		text, _ := r.cell(i)
		width = max(width, columns(text))
	}
	return width
}

// changes tells of each row that changed what failed in it, and how to see that.
func (p *page) changes(m matrix) {
	told := 0
	for _, r := range m.rows {
		if !r.moves() {
			continue
		}
		if told++; told > maxChanges {
			continue
		}
		p.line(p.paint(Safe(r.id), bold))
		for i, c := range r.cells {
			if c == nil {
				continue
			}
			p.change(m.logs[i], *c)
		}
		p.line()
	}
	if told > maxChanges {
		p.line(p.paint(fmt.Sprintf("%s more changed", Plural(told-maxChanges, "case")), dim))
		p.line()
	}
}

// change tells of one cell.
func (p *page) change(m *Model, c eventlog.Case) {
	text := string(c.Verdict)
	if c.Failure != nil {
		text += ": " + Safe(c.Failure.Text)
	} else if len(c.Missing) > 0 {
		text += ": it lacks " + Safe(strings.Join(c.Missing, ", "))
	}
	_, st := sign(c.Verdict)
	name := m.column()
	p.field(2, name, max(keyWidth, columns(name)+2), text, st)
	if c.Failure != nil {
		p.field(2, "  rerun", max(keyWidth, columns(name)+2), m.Rerun(c), dim)
	}
}

// endings tells what each column came to, and the whole.
func (p *page) endings(m matrix) {
	width := keyWidth
	for _, log := range m.logs {
		width = max(width, columns(log.column())+2)
	}
	for _, log := range m.logs {
		text, st := log.meaning()
		p.field(0, log.column(), width, text, st)
		for _, n := range log.Notes {
			if n.Kind != eventlog.NoteGone {
				p.field(0, "", width, Safe(n.Kind+": "+n.Text), dim)
			}
		}
	}
	end := MatrixEnd(m.logs)
	p.line()
	st := red
	if end.Code == verdict.OK {
		st = green
	}
	p.field(0, "", 0, fmt.Sprintf("exit %d: %s", end.Code, Safe(end.Why)), st)
}

// meaning is what the run of a column came to by itself.
func (m *Model) meaning() (string, style) {
	switch {
	case m.gone() != "":
		return "exit 3: gone: " + Safe(m.gone()), yellow
	case m.End == nil:
		return "exit 4: the log is not whole: " + Safe(strings.Join(append(nonEmpty(m.Cut), "it proves nothing"), "; ")), red
	case m.End.Exit == verdict.OK:
		return "exit 0: " + Safe(m.End.Why), green
	}
	return fmt.Sprintf("exit %d: %s", m.End.Exit, Safe(m.End.Why)), red
}
