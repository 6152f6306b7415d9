package deviations

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/scenarios"
)

// ToExplain begins what an entry of Update leaves to be written: until then the entry excuses nothing.
const ToExplain = "TO EXPLAIN"

// Trust is how long an entry that Update adds holds before it must be looked at again.
const Trust = 90 * 24 * time.Hour

// Unexplained tells whether somebody has still to say why the SDK does that.
func (e *Entry) Unexplained() bool {
	return slices.ContainsFunc([]string{e.Reason, e.Code, e.Unreported, e.Issue}, func(s string) bool { return strings.HasPrefix(s, ToExplain) })
}

// ChangeKind tells what Update did apart.
type ChangeKind string

// The kinds of change.
const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Left    ChangeKind = "left" // something for a person to decide; nothing was changed
)

// Change is one thing that Update did, or left to a person.
type Change struct {
	Kind ChangeKind
	ID   string // of the entry, or of the case
	Text string // one sentence
}

// Source is a file of deviations with what Update needs to know of it.
type Source struct {
	Name  string
	Text  []byte
	Cat   Selector
	Extra []string
}

// Update edits a file of deviations by what a run at a release found: it removes the entries all of whose cases pass now, and adds one for each case that
// fails as none says, to be explained. Everything else stays byte for byte. Cases that did not run, or whose outcome says nothing about the SDK, change
// nothing. The error is of type Problems for a file that Load refuses, or says why its style cannot be edited.
func Update(src Source, cases []eventlog.Case, release string, today time.Time) ([]byte, []Change, error) {
	set, err := Load(src.Name, src.Text, src.Cat, src.Extra...)
	if err != nil {
		return nil, nil, err
	}
	u := &updater{set: set, lines: splitLines(string(src.Text)), release: release, today: today.UTC(), removed: map[int]bool{}, added: map[int][]entryText{}}
	u.found = outcomes(cases)
	if err := u.layout(src); err != nil {
		return nil, nil, err
	}
	u.remove()
	u.add(cases)
	text := u.text()
	if err := u.verify(src, text); err != nil {
		return nil, nil, err
	}
	return text, u.changes, nil
}

// outcome is what a case says about the SDK, whatever was recorded when it ran.
type outcome struct {
	passed  bool
	silent  bool // unsupported: it says nothing, and never will
	failure *eventlog.Failure
}

func outcomes(cases []eventlog.Case) map[string]outcome {
	out := map[string]outcome{}
	for _, c := range cases {
		switch c.Verdict {
		case eventlog.Pass, eventlog.UnexpectedPass:
			out[c.ID] = outcome{passed: true}
		case eventlog.Unsupported:
			out[c.ID] = outcome{silent: true}
		case eventlog.Fail, eventlog.Known, eventlog.Differs:
			if c.Failure != nil {
				out[c.ID] = outcome{failure: c.Failure}
			}
		}
	}
	return out
}

// splitLines cuts a text behind its newlines.
func splitLines(s string) []string {
	lines := strings.SplitAfter(s, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// updater is one edit under way. Lines count from 1.
type updater struct {
	set     *Set
	lines   []string
	found   map[string]outcome
	release string
	today   time.Time

	indent  string // before the dash of an entry
	end     int    // the line behind which the list ends; zero: there is no list yet
	empty   int    // the line that says known: []; zero: none does
	eol     string
	removed map[int]bool
	added   map[int][]entryText
	changes []Change
}

// entryText is an entry to be written behind a line.
type entryText struct {
	id   string
	text string
}

func (u *updater) change(kind ChangeKind, id, format string, args ...any) {
	u.changes = append(u.changes, Change{kind, id, fmt.Sprintf(format, args...)})
}

// layout finds out where and how entries are written in the file.
func (u *updater) layout(src Source) error {
	if u.eol = "\n"; len(u.lines) > 0 && strings.HasSuffix(u.lines[0], "\r\n") {
		u.eol = "\r\n"
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(src.Text, &doc); err != nil || len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil // Load has read it, so it is empty
	}
	top := doc.Content[0]
	if top.Style&yaml.FlowStyle != 0 {
		return u.flow(top)
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, list := top.Content[i], top.Content[i+1]
		if key.Value != "known" {
			continue
		}
		u.end = key.Line
		if list.Kind == yaml.SequenceNode && list.Style&yaml.FlowStyle != 0 {
			if len(list.Content) > 0 || list.Line != key.Line {
				return u.flow(list)
			}
			u.empty = key.Line
		}
	}
	if n := len(u.set.Known); n > 0 {
		u.end = u.set.Known[n-1].LastLine
		first := u.lines[u.set.Known[0].Pos.Line-1]
		u.indent = first[:len(first)-len(strings.TrimLeft(first, " "))]
	}
	return nil
}

func (u *updater) flow(n *yaml.Node) error {
	return fmt.Errorf("%s:%d: entries in flow style ({...}, [...]) cannot be edited: write each as \"- id: ...\" with its keys on lines of their own", u.set.File, n.Line)
}

// remove takes out the entries all of whose cases pass.
func (u *updater) remove() {
	for i := range u.set.Known {
		e := &u.set.Known[i]
		switch passed, open := u.count(e); {
		case e.Stale():
			u.change(Left, e.ID, "%s names no scenario; mend or delete it", e.Place())
		case !e.Versions.Holds(u.release) || passed == 0:
		case open > 0:
			u.change(Left, e.ID, "%s: %d of its cases pass now, and %d fail or did not run; narrow its id once they did", e.Place(), passed, open)
		default:
			for line := e.Pos.Line; line <= e.LastLine; line++ {
				u.removed[line] = true
			}
			u.change(Removed, e.ID, "it passes now (%s)%s", e.Place(), u.orphan(e))
		}
	}
}

// count counts the cases of an entry that pass, and those that do not or may not.
func (u *updater) count(e *Entry) (passed, open int) {
	for id := range e.cases {
		switch o, ran := u.found[id]; {
		case ran && o.passed:
			passed++
		case !ran || !o.silent:
			open++
		}
	}
	return passed, open
}

// orphan tells of a comment above an entry that is taken out: it stays, since it may speak of others too.
func (u *updater) orphan(e *Entry) string {
	if above := e.Pos.Line - 1; above >= 1 && strings.HasPrefix(strings.TrimSpace(u.lines[above-1]), "#") {
		return fmt.Sprintf("; the comment above it, in line %d, stays: look whether it still speaks of something", above)
	}
	return ""
}

// add writes an entry for each case that fails as no entry says.
func (u *updater) add(cases []eventlog.Case) {
	sorted := slices.Clone(cases)
	slices.SortStableFunc(sorted, func(a, b eventlog.Case) int { return cmp.Compare(a.ID, b.ID) })
	for _, c := range sorted {
		o := u.found[c.ID]
		switch {
		case c.Verdict == eventlog.Flaky:
			u.change(Left, c.ID, "it is flaky: no record says that; find out why")
		case c.Verdict == eventlog.Broken:
			u.change(Left, c.ID, "the harness or the adapter is at fault, not the SDK")
		case o.failure == nil || c.Verdict == eventlog.Differs || c.Level == string(scenarios.May):
		case !slices.Contains(engine.Checks(), o.failure.Check):
			u.change(Left, c.ID, "its check %q is not one that a record may name", o.failure.Check)
		case u.recorded(c, o.failure):
		default:
			u.skeleton(c.ID, *o.failure)
		}
	}
}

// recorded tells whether an entry says how a case fails, and speaks of entries that say otherwise.
func (u *updater) recorded(c eventlog.Case, f *eventlog.Failure) bool {
	var other *Entry
	for i := range u.set.Known {
		e := &u.set.Known[i]
		switch {
		case !e.cases[c.ID] || !e.Versions.Holds(u.release):
		case e.explains(f):
			return true
		default:
			other = e
		}
	}
	if other != nil {
		u.change(Left, c.ID, "%s records %s, and it fails otherwise now; delete that once the new entry is explained", other.Place(), other.failure())
	}
	return false
}

// skeleton writes an entry behind those of the same scenario, or at the end of the list.
func (u *updater) skeleton(id string, f eventlog.Failure) {
	at := u.end
	for _, e := range u.set.Known {
		if scenarios.FileOf(e.ID) == scenarios.FileOf(id) {
			at = e.LastLine
		}
	}
	versions := "*"
	if r, err := ParseRange(">=" + u.release); err == nil && r.Holds(u.release) {
		versions = ">=" + u.release
	}
	lines := []string{"- id: " + scalar(id), `  versions: "` + versions + `"`, "  check: " + scalar(f.Check)}
	if slices.Contains(scenarios.FailureKinds(), f.Kind) {
		lines = append(lines, "  kind: "+scalar(f.Kind))
	}
	if slices.Contains(classes(), f.Class) {
		lines = append(lines, "  class: "+scalar(f.Class))
	}
	lines = append(lines, "  reason: "+scalar(ToExplain+", "+shortened(f.Text)), "  code: "+ToExplain, "  unreported: "+ToExplain,
		"  expires: "+u.today.Add(Trust).Format(time.DateOnly))
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(u.indent + line + u.eol)
	}
	u.added[at] = append(u.added[at], entryText{id, b.String()})
	u.change(Added, id, "it fails: %s; say why", (&Entry{Check: f.Check, Kind: f.Kind, Class: f.Class}).failure())
}

func shortened(s string) string {
	const limit = 200
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "..."
	}
	return strings.TrimSpace(s)
}

// scalar is a text as YAML reads it back.
func scalar(s string) string {
	if regexp.MustCompile(`^[A-Za-z/][\w/ .,;()@'\[\]+-]*$`).MatchString(s) && strings.TrimSpace(s) == s && !slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}, strings.ToLower(s)) {
		return s
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(strings.ToValidUTF8(s, "?")) // a text is always written
	return strings.TrimSpace(b.String())
}

// text puts the lines together.
func (u *updater) text() []byte {
	var b bytes.Buffer
	write := func(at int) {
		if len(u.added[at]) > 0 && b.Len() > 0 && b.Bytes()[b.Len()-1] != '\n' {
			b.WriteString(u.eol)
		}
		for _, e := range u.added[at] {
			b.WriteString(e.text)
		}
	}
	for i, line := range u.lines {
		if i+1 == u.empty && len(u.added) > 0 {
			line = strings.Replace(line, " []", "", 1)
		}
		if !u.removed[i+1] {
			b.WriteString(line)
		}
		write(i + 1)
	}
	if u.end == 0 && len(u.added[0]) > 0 {
		if b.Len() > 0 && b.Bytes()[b.Len()-1] != '\n' {
			b.WriteString(u.eol)
		}
		b.WriteString("known:" + u.eol)
		write(0)
	}
	return b.Bytes()
}

// verify reads the text again: it must hold what stayed and what was added, and nothing else. A style that the edit does not understand ends here.
func (u *updater) verify(src Source, text []byte) error {
	want := map[string]int{}
	for _, e := range u.set.Known {
		if !u.removed[e.Pos.Line] {
			want[e.ID+" "+e.failure()]++
		}
	}
	for _, list := range u.added {
		for _, e := range list {
			want["+"+e.id]++
		}
	}
	set, err := Load(src.Name, text, src.Cat, src.Extra...)
	if err != nil {
		return fmt.Errorf("%s is written in a style that cannot be edited, and was left as it is: %w", src.Name, err)
	}
	got := map[string]int{}
	before := maps.Clone(want)
	for _, e := range set.Known {
		if key := e.ID + " " + e.failure(); before[key] > 0 {
			before[key]--
			got[key]++
		} else {
			got["+"+e.ID]++
		}
	}
	if !maps.Equal(want, got) || !slices.Equal(set.Features, u.set.Features) {
		return fmt.Errorf("%s is written in a style that cannot be edited, and was left as it is", src.Name)
	}
	return nil
}
