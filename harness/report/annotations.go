package report

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

// MaxAnnotations is how many annotations of one kind GitHub shows of one step.
const MaxAnnotations = 10

// annotation is one remark that GitHub shows beside a line of a file.
type annotation struct {
	level string // error or warning
	place place
	title string
	text  string
}

// place is a line of a file; the zero place is none.
type place struct{ file, line string }

// Annotations writes a log as workflow commands of GitHub Actions: an error for each case that makes the run fail and for each entry of the record
// that is stale or expired, a warning for what expires soon, at most MaxAnnotations of each. The error is w's.
func Annotations(w io.Writer, m *Model) error {
	var errs, warns []annotation
	for _, c := range m.failing() {
		errs = append(errs, m.remark(c))
	}
	ended, _, proof := m.complaints()
	for _, text := range append(ended, proof...) {
		errs = append(errs, annotation{level: "error", title: "wiretrial", text: text})
	}
	for _, n := range m.Notes {
		switch n.Kind {
		case eventlog.NoteStale, eventlog.NoteExpired:
			errs = append(errs, annotation{"error", placeOf(n.Text), "wiretrial: " + n.Kind, n.Text})
		case eventlog.NoteExpiring, eventlog.NoteGained:
			warns = append(warns, annotation{"warning", placeOf(n.Text), "wiretrial: " + n.Kind, n.Text})
		}
	}
	var b strings.Builder
	for _, list := range [][]annotation{errs, warns} {
		for _, a := range most(list) {
			b.WriteString(a.command())
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// most cuts a list, and says in the last one how many there are.
func most(list []annotation) []annotation {
	if len(list) <= MaxAnnotations {
		return list
	}
	more := annotation{level: list[0].level, title: "wiretrial", text: fmt.Sprintf("%d more; the report has them", len(list)-MaxAnnotations+1)}
	return append(slices.Clone(list[:MaxAnnotations-1]), more)
}

// remark is what is wrong with a case, at the line that says what must be.
func (m *Model) remark(c eventlog.Case) annotation {
	a := annotation{level: "error", title: "wiretrial: " + c.ID + " (" + c.Level + ")", text: headline(c), place: placeOf(c.Where)}
	if c.Failure != nil {
		if c.Failure.Where != "" {
			a.place = placeOf(c.Failure.Where)
		}
		for _, v := range []struct{ key, text string }{{"want ", c.Failure.Want}, {"got  ", c.Failure.Got}} {
			if v.text != "" {
				a.text += "\n" + v.key + bounded(Safe(v.text), maxMessage)
			}
		}
	}
	if c.Verdict == eventlog.UnexpectedPass {
		a.text, a.place = c.Deviation, placeOf(c.Deviation)
	}
	a.text += "\n" + m.Rerun(c)
	return a
}

// placeOf finds FILE:LINE in a text.
func placeOf(text string) place {
	if found := regexp.MustCompile(`([^\s:]+\.ya?ml):(\d{1,9})\b`).FindStringSubmatch(text); found != nil {
		return place{found[1], found[2]}
	}
	if found := regexp.MustCompile(`^[^\s:]+\.ya?ml$`).FindString(text); found != "" {
		return place{found, "1"}
	}
	return place{}
}

// command is the line that GitHub obeys. Nothing in it can end it or begin another.
func (a annotation) command() string {
	var props []string
	for _, p := range []struct{ key, value string }{{"file", a.place.file}, {"line", a.place.line}, {"title", bounded(Safe(a.title), maxMessage)}} {
		if p.value != "" {
			props = append(props, p.key+"="+strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(Safe(p.value)))
		}
	}
	text := bounded(strings.TrimRight(lines([]string{a.text}), "\n"), maxBody)
	return "::" + a.level + " " + strings.Join(props, ",") + "::" + strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text) + "\n"
}

// Commands tells whether GitHub would obey a line of a text that is only meant to be shown: an SDK may say anything.
func Commands(text string) bool {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") {
			return true
		}
	}
	return false
}
