package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/verdict"
	"github.com/wiretrial/wiretrial/protocol"
)

// MaxMarkdown is how long a summary for CI is at most, in bytes. GitHub shows no summary of a step above 1 MiB, and several runs may share one.
const MaxMarkdown = 256 << 10

// The bounds of the parts of a summary, in bytes and in entries.
const (
	minMarkdown = 8 << 10 // below it there is only the heading
	maxCell     = 300
	maxNotes    = 20
	openBlocks  = 3 // failures that are shown unfolded
)

// Markdown writes a log as the summary of a CI job, in at most limit bytes: what is wrong, each with its screenplay, then the tables by
// level and class, then what is recorded, folded. What does not fit is left out from the end of each list, and counted. The
// error is w's.
func Markdown(w io.Writer, m *Model, limit int) error {
	head := fitted(m.heading(), limit)
	if limit < minMarkdown {
		_, err := io.WriteString(w, head)
		return err
	}
	tables := fitted(m.levelTable()+m.classTable(), limit/8)
	aside := fitted(m.folded(limit/4)+m.asides(), limit/2-len(tables))
	room := limit - len(head) - len(tables) - len(aside)
	_, err := io.WriteString(w, head+m.wrong(room)+tables+aside)
	return err
}

// fitted is a text that is left out where it does not fit.
func fitted(s string, limit int) string {
	if len(s) > limit {
		return ""
	}
	return s
}

// heading says in two lines what was tested and what came of it.
func (m *Model) heading() string {
	mark, why := "✗", "the log is not whole, so the run proves nothing"
	switch {
	case m.Cut != "" || m.End == nil:
	case m.End.Exit == verdict.OK:
		mark, why = "✓", m.End.Why
	default:
		why = fmt.Sprintf("exit %d: %s", m.End.Exit, m.End.Why)
	}
	about := nonEmpty("wiretrial "+m.Run.Version, m.Run.Runtime, m.Run.Platform, "seed "+m.Run.Seed, m.Run.Date)
	if s := m.shard(); s != "" {
		about = append(about, "shard "+s)
	}
	return fmt.Sprintf("## %s %s: %s\n\n%s\n\n", mark, cell(m.sdk()), cell(why), cell(strings.Join(about, ", "))) // at most 5 bytes for one
}

// wrong writes the cases that make a run fail, the worst first, into at most limit bytes.
func (m *Model) wrong(limit int) string {
	const reserve = 200 // for what is said about those that are left out
	cases := m.failing()
	if len(cases) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "### Not as it must be: %d\n\n", len(cases))
	for i, c := range cases {
		block := m.block(c, i < openBlocks)
		if b.Len()+len(block) > limit-reserve {
			fmt.Fprintf(&b, "%d more are not shown, to keep this summary below its bound; the log has them: `wiretrial render LOG`\n\n", len(cases)-i)
			break
		}
		b.WriteString(block)
	}
	return b.String()
}

// block is one case with its screenplay.
func (m *Model) block(c eventlog.Case, open bool) string {
	p := newPage(Options{})
	if c.Verdict == eventlog.UnexpectedPass {
		p.b.WriteString(lines([]string{c.Deviation}))
	} else {
		p.failure(m, c)
	}
	text := bounded(strings.TrimRight(p.b.String(), "\n"), maxBody)
	mark, _ := sign(c.Verdict)
	state := ""
	if open {
		state = " open"
	}
	what := nonEmpty(c.Level, string(c.Verdict), "")
	fence := fenceFor(text)
	return fmt.Sprintf("<details%s><summary>%s <code>%s</code> %s: %s</summary>\n\n%stext\n%s\n%s\n\n</details>\n\n",
		state, mark, markup(bounded(Safe(c.ID), maxCell)), markup(Safe(strings.Join(what, " "))), markup(bounded(headline(c), maxCell)), fence, text, fence)
}

// fenceFor is a fence that the text cannot close.
func fenceFor(text string) string {
	longest, n := 2, 0
	for _, r := range text {
		if n++; r != '`' {
			n = 0
		}
		longest = max(longest, n)
	}
	return strings.Repeat("`", longest+1)
}

// levelTable counts by level and verdict.
func (m *Model) levelTable() string {
	e := m.counted()
	if len(e.Counts) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| level |")
	rule := "|---|"
	cols, rows := tableOf(e)
	for _, v := range cols {
		fmt.Fprintf(&b, " %s |", v)
		rule += "--:|"
	}
	b.WriteString("\n" + rule + "\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s |", r.name)
		for _, v := range cols {
			fmt.Fprintf(&b, " %d |", r.counts[v])
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	return b.String()
}

// classTable counts what the failures cost the SDK's users.
func (m *Model) classTable() string {
	e := m.counted()
	var b strings.Builder
	for _, class := range protocol.Classes() {
		if n := e.Classes[string(class)]; n > 0 {
			fmt.Fprintf(&b, "| %s | %d | %s |\n", class, n, cell(class.Cost()))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "| class | cases | what it costs users |\n|---|--:|---|\n" + b.String() + "\n"
}

// folded lists the recorded deviations that were met, and what a may found, in at most limit bytes.
func (m *Model) folded(limit int) string {
	var b strings.Builder
	for _, list := range []struct {
		title string
		cases []eventlog.Case
	}{{"Known deviations", m.sorted(eventlog.Known)}, {"Differs, as it may", m.sorted(eventlog.Differs)}} {
		if len(list.cases) == 0 {
			continue
		}
		fmt.Fprintf(&b, "<details><summary>%s: %d</summary>\n\n| scenario | why |\n|---|---|\n", list.title, len(list.cases))
		for i, c := range list.cases {
			_, why, _ := strings.Cut(skipText(c), ": ")
			row := fmt.Sprintf("| %s | %s |\n", cell(c.ID), cell(strings.ReplaceAll(why, `\n`, ", ")))
			if b.Len()+len(row) > limit/2 {
				fmt.Fprintf(&b, "| … | %d more; the log has them |\n", len(list.cases)-i)
				break
			}
			b.WriteString(row)
		}
		b.WriteString("\n</details>\n\n")
		limit *= 2 // the second list has the other half
	}
	return b.String()
}

// asides are the features that are missing and what is not about one case.
func (m *Model) asides() string {
	var b strings.Builder
	if lacks := m.lacks(); lacks != "" {
		fmt.Fprintf(&b, "- unsupported: %s\n", cell(lacks))
	}
	if n := m.Plan.SlowLeftOut; n > 0 {
		fmt.Fprintf(&b, "- %s not selected\n", Plural(n, "slow file"))
	}
	for i, n := range m.Notes {
		if i == maxNotes {
			fmt.Fprintf(&b, "- %s more; the log has them\n", Plural(len(m.Notes)-i, "note"))
			break
		}
		fmt.Fprintf(&b, "- %s: %s\n", cell(n.Kind), cell(strings.ReplaceAll(n.Text, "\n", ", ")))
	}
	if m.Cut != "" {
		fmt.Fprintf(&b, "- %s\n", cell(m.Cut))
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

// cell is a text of one line that means nothing to Markdown, and is short.
func cell(s string) string {
	var b strings.Builder
	for _, r := range bounded(Safe(s), maxCell) {
		switch {
		case r == '<' || r == '>' || r == '&':
			b.WriteString(markup(string(r)))
		case r < utf8.RuneSelf && strings.ContainsRune("\\`*_{}[]()#|~!@", r):
			b.WriteRune('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// markup is a text of one line that means nothing to HTML.
func markup(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;").Replace(s)
}
