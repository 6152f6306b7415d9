package report

import (
	"fmt"
	"io"
	"slices"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

// Progress shows a run under way: one living line on a terminal, plain lines elsewhere. It is a listener of the log and not safe for concurrent
// use by itself. What cannot be written is left out: progress is no result.
type Progress struct {
	To       io.Writer
	Terminal bool
	Options  Options

	total, done, bad int
	open             map[string]bool
	shown            bool
}

// Add takes one record.
func (g *Progress) Add(rec eventlog.Record) {
	switch {
	case rec.Plan != nil:
		g.total = rec.Plan.Cases
	case rec.Start != nil:
		if g.open == nil {
			g.open = map[string]bool{}
		}
		g.open[rec.Start.ID] = true
		g.living(rec.Start.ID)
	case rec.Case != nil:
		g.closed(*rec.Case)
	case rec.End != nil:
		g.Clear()
	}
}

// Clear takes the living line away.
func (g *Progress) Clear() {
	if g.shown {
		_, _ = io.WriteString(g.To, "\r\x1b[K")
		g.shown = false
	}
}

func (g *Progress) living(id string) {
	if !g.Terminal {
		return
	}
	p := newPage(g.Options)
	text := clip(fmt.Sprintf("%s  %s", g.count(), Safe(id)), p.width-1)
	_, _ = io.WriteString(g.To, "\r\x1b[K"+p.paint(text, dim))
	g.shown = true
}

func (g *Progress) count() string {
	text := fmt.Sprintf("%d of %d", g.done, g.total)
	if g.bad > 0 {
		text += fmt.Sprintf(", %d not green", g.bad)
	}
	return text
}

// closed says at once what is not green, and else now and then how far it is.
func (g *Progress) closed(c eventlog.Case) {
	planned := g.open[c.ID] // a finding about the whole run is none of the plan's cases
	if delete(g.open, c.ID); planned {
		g.done++
	}
	if slices.Contains(verdict.Failing(), c.Verdict) {
		g.bad++
		g.Clear()
		p := newPage(g.Options)
		mark, st := sign(c.Verdict)
		text := string(c.Verdict)
		if c.Failure != nil {
			text += ": " + Safe(c.Failure.Check)
		}
		p.line(p.paint(mark+" "+Safe(c.ID), st), "   ", text)
		_, _ = io.WriteString(g.To, p.b.String())
	}
	if tenth := max(1, g.total/10); !g.Terminal && planned && g.total > fewCases && g.done%tenth == 0 {
		_, _ = fmt.Fprintln(g.To, g.count())
	}
}
