package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/wiretrial/wiretrial/harness/rulebook"
	"github.com/wiretrial/wiretrial/protocol"
)

// ExplainRules writes rules: what each promises, what its breach costs, where it comes from and which scenarios show it. The error is w's.
func ExplainRules(w io.Writer, entries []rulebook.Entry, o Options) error {
	p := newPage(o)
	for _, e := range entries {
		p.rule(e)
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

func (p *page) rule(e rulebook.Entry) {
	r := e.Rule
	p.line(p.paint(r.ID, bold), "   ", strings.ToUpper(string(r.Level)), "   ", p.paint(cost(string(r.Class)), dim))
	p.field(2, "", 0, r.Sentence, plainText)
	p.line()
	p.fact2("delivery", string(r.Delivery))
	key := "sources"
	for _, s := range r.Sources {
		p.fact2(key, sourceText(s))
		key = ""
	}
	key = "shown by"
	for _, f := range e.Files {
		p.fact2(key, fmt.Sprintf("%s (%s) %s", Safe(f.ID), f.Level, Safe(f.Title)))
		key = ""
	}
	p.fact2("shown by", r.Excluded)
	p.line()
}

// sourceText is a source with its kind, and its address if it has one.
func sourceText(source string) string {
	text := fmt.Sprintf("%s (%s)", source, protocol.KindOf(source))
	if url := protocol.SourceURL(source); url != "" {
		text += " " + url
	}
	return text
}
