package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/screenplay"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/scenarios"
)

// Explain writes cases as screenplays: what is promised, why, and every step. Cases of one file with the same steps are told once.
// The error is w's.
func Explain(w io.Writer, cases []scenarios.Case, o Options) error {
	p := newPage(o)
	for i := 0; i < len(cases); {
		upto := i
		for upto < len(cases) && cases[upto].File == cases[i].File {
			upto++
		}
		p.explain(cases[i:upto])
		i = upto
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// explain writes the cases of one file.
func (p *page) explain(cases []scenarios.Case) {
	f := cases[0].File
	p.line(p.paint(Safe(f.ID), bold), "   ", strings.ToUpper(string(f.Level)), "   ", p.paint(Safe(f.Pos.File), dim))
	p.field(2, "", 0, Safe(f.Title), plainText)
	p.line()
	for _, id := range f.Rules {
		text := Safe(id)
		if r, ok := protocol.LookupRule(id); ok {
			text = fmt.Sprintf("%s (%s) %s", text, r.Level, Safe(r.Sentence))
		}
		p.fact2("rule", text)
	}
	p.fact2("seen", Safe(strings.Join(f.Seen, ", ")))
	if f.Slow > 0 {
		p.fact2("slow", f.Slow.String()+", selected with --slow only")
	}
	if f.Repeat > 1 {
		p.fact2("repeat", fmt.Sprintf("%d times in one adapter", f.Repeat))
	}
	for _, group := range sameSteps(cases) {
		p.group(group)
	}
	p.line()
}

func (p *page) fact2(key, text string) {
	if text != "" {
		p.field(3, key, 10, text, plainText)
	}
}

// telling is a screenplay and the cases that it tells.
type telling struct {
	rows  []eventlog.Row
	cases []scenarios.Case
}

// sameSteps groups cases by their screenplay, in order.
func sameSteps(cases []scenarios.Case) []telling {
	var out []telling
	for i := range cases {
		rows := screenplay.Rows(&cases[i])
		at := slices.IndexFunc(out, func(t telling) bool { return slices.Equal(t.rows, rows) })
		if at < 0 {
			out = append(out, telling{rows: rows})
			at = len(out) - 1
		}
		out[at].cases = append(out[at].cases, cases[i])
	}
	return out
}

func (p *page) group(t telling) {
	p.line()
	for _, c := range t.cases {
		p.field(0, "", 0, Safe(c.ID)+"   needs "+Safe(strings.Join(c.Features, ", ")), plainText)
	}
	p.line()
	p.heading()
	for _, r := range t.rows {
		left, right := Safe(r.Text), ""
		if r.Side == "cli" {
			left, right = "", Safe(r.Text)
		}
		number := strings.Repeat(" ", gutter)
		if r.N > 0 {
			number = fmt.Sprintf("%2d ", r.N)
		}
		lefts, rights := wrap(left, p.left()-2), wrap(right, p.width-gutter-p.left())
		for i := range max(len(lefts), len(rights)) {
			p.line(p.paint(number, dim), pad(at(lefts, i), p.left()), at(rights, i))
			number = strings.Repeat(" ", gutter)
		}
	}
}

// List writes one line per case: its id, its level and its title. The error is w's.
func List(w io.Writer, cases []scenarios.Case, o Options) error {
	p := newPage(o)
	width := 0
	for _, c := range cases {
		width = max(width, columns(Safe(c.ID)))
	}
	width = min(width, p.width/2)
	for _, c := range cases {
		title := Safe(c.File.Title)
		if c.Slow > 0 {
			title = "(slow) " + title
		}
		head := pad(Safe(c.ID), width) + "  " + pad(string(c.Level), 6) + "  "
		p.line(head, p.paint(clip(title, max(20, p.width-columns(head))), dim))
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}
