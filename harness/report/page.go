package report

import (
	"strings"
	"unicode/utf8"
)

// The widths between which text is laid out, in columns.
const (
	MinWidth     = 60
	DefaultWidth = 100
	MaxWidth     = 160
)

// Options say how the text is to look, never what it says.
type Options struct {
	Width int  // columns; zero: DefaultWidth
	Color bool // ANSI colours
}

// page gathers the text.
type page struct {
	b     strings.Builder
	width int
	color bool
}

func newPage(o Options) *page {
	if o.Width == 0 {
		o.Width = DefaultWidth
	}
	return &page{width: min(max(o.Width, MinWidth), MaxWidth), color: o.Color}
}

// style is the number of an ANSI colour or weight.
type style string

const (
	plainText style = ""
	bold      style = "1"
	dim       style = "2"
	red       style = "31"
	green     style = "32"
	yellow    style = "33"
)

func (p *page) paint(s string, st style) string {
	if !p.color || st == plainText || s == "" {
		return s
	}
	return "\x1b[" + string(st) + "m" + s + "\x1b[0m"
}

// line writes the parts as one line, without blanks at its end.
func (p *page) line(parts ...string) {
	p.b.WriteString(strings.TrimRight(strings.Join(parts, ""), " "))
	p.b.WriteByte('\n')
}

// field writes a key and its text, wrapped below itself.
func (p *page) field(indent int, key string, width int, text string, st style) {
	if text == "" {
		return
	}
	room := p.width - indent - width
	for i, part := range wrap(text, room) {
		if i > 0 {
			key = ""
		}
		p.line(strings.Repeat(" ", indent), p.paint(pad(key, width), dim), p.paint(part, st))
	}
}

// columns is the width of a text on a terminal.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

// runeColumns knows the wide scripts and the emoji; everything else takes one column.
func runeColumns(r rune) int {
	switch {
	case r < 0x1100:
		return 1
	case r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f,
		r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6, r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-columns(s)))
}

// clip shortens a text to a width.
func clip(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	n := 0
	for i, r := range s {
		if n += runeColumns(r); n > width-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// wrap breaks a text at blanks so that no line is wider than width; a word that is wider is broken inside.
func wrap(s string, width int) []string {
	width = max(width, 10)
	var out []string
	for columns(s) > width {
		cut := breakAt(s, width)
		out = append(out, strings.TrimRight(s[:cut], " "))
		s = strings.TrimLeft(s[cut:], " ")
	}
	return append(out, s)
}

// breakAt is where the first line of width columns ends.
func breakAt(s string, width int) int {
	n, blank := 0, 0
	for i, r := range s {
		if n += runeColumns(r); n > width {
			word, _, _ := strings.Cut(s[blank:min(len(s), blank+4*width)], " ")
			if blank > 0 && (columns(word) <= width || columns(s[:blank]) > width/2) {
				return blank
			}
			return max(i, utf8.RuneLen(r))
		}
		if r == ' ' {
			blank = i + 1
		}
	}
	return len(s)
}

// wrapMost is wrap, bounded to a number of lines.
func wrapMost(s string, width, lines int) []string {
	const enough = 4 // bytes of a rune
	if most := width * (lines + 1) * enough; len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	out := wrap(s, width)
	if len(out) > lines {
		out = out[:lines]
		out[lines-1] = clip(out[lines-1]+" …", width)
	}
	return out
}
