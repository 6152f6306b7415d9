package deviations

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

// Warning is how long before its day an entry's expiry is announced.
const Warning = 14 * 24 * time.Hour

// Judge judges the cases of one run against a Set. It is safe for concurrent use.
type Judge struct {
	set   *Set
	today time.Time

	mu     sync.Mutex
	judged map[int]bool // entries whose id was selected and ran and whose range holds the SDK's version
}

// NewJudge returns the judge of a run on that day (UTC).
func NewJudge(set *Set, today time.Time) *Judge {
	return &Judge{set: set, today: today.UTC().Truncate(24 * time.Hour), judged: map[int]bool{}}
}

// Judge decides what the outcome of a case is worth; release is the SDK's version. It changes Verdict and Deviation only.
func (j *Judge) Judge(c *eventlog.Case, release string) {
	if c.Verdict != eventlog.Pass && c.Verdict != eventlog.Fail && c.Verdict != eventlog.Differs && c.Verdict != eventlog.Flaky {
		return // it says nothing about the SDK
	}
	entries := j.entries(c.ID, release)
	if len(entries) == 0 {
		return
	}
	switch c.Verdict {
	case eventlog.Pass:
		c.Verdict, c.Deviation = eventlog.UnexpectedPass, unexpected(entries)
	case eventlog.Flaky:
		c.Deviation = "recorded at " + entries[0].Place() + "; a verdict that changes is no record kept"
	case eventlog.Fail, eventlog.Differs:
		j.failed(c, entries)
	}
}

// entries returns the entries that speak of a case at a version, and remembers that they were judged.
func (j *Judge) entries(id, release string) []*Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []*Entry
	for i := range j.set.Known {
		e := &j.set.Known[i]
		if e.cases[id] && e.Versions.Holds(release) {
			j.judged[i] = true
			out = append(out, e)
		}
	}
	return out
}

func (j *Judge) failed(c *eventlog.Case, entries []*Entry) {
	i := slices.IndexFunc(entries, func(e *Entry) bool { return e.explains(c.Failure) && !e.Unexplained() })
	if i < 0 {
		i = slices.IndexFunc(entries, func(e *Entry) bool { return e.explains(c.Failure) })
	}
	if i < 0 {
		c.Deviation = fmt.Sprintf("a regression: %s records %s, and this is %s; mend the SDK, or read its code again and record this one",
			entries[0].Place(), entries[0].failure(), failure(c.Failure))
		return
	}
	e := entries[i]
	if e.Unexplained() {
		c.Deviation = "recorded at " + e.Place() + ", but not explained yet: read the SDK's code and say there why it does that"
		return
	}
	if c.Verdict == eventlog.Fail {
		c.Verdict = eventlog.Known
	}
	c.Deviation = e.Reason
	for _, more := range []string{e.Code, e.Issue} {
		if more != "" {
			c.Deviation += " (" + more + ")"
		}
	}
	c.Deviation += "\n" + e.Place()
}

// explains tells whether a failure is exactly what is recorded.
func (e *Entry) explains(f *eventlog.Failure) bool {
	return f != nil && f.Check == e.Check && (e.Kind == "" || e.Kind == f.Kind) && (e.Class == "" || e.Class == f.Class)
}

// failure says how a case failed in the words of an entry.
func failure(f *eventlog.Failure) string {
	if f == nil {
		return "no failure"
	}
	return (&Entry{Check: f.Check, Kind: f.Kind, Class: f.Class}).failure()
}

// unexpected says what to delete now that a case passes, and shows the lines.
func unexpected(entries []*Entry) string {
	var b strings.Builder
	for i, e := range entries {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("it passes now: delete " + e.Place())
		if len(e.cases) > 1 {
			fmt.Fprintf(&b, ", or narrow its id %s if others that it names still fail", e.ID)
		}
		for _, line := range e.source {
			b.WriteString("\n  " + line)
		}
	}
	return b.String()
}

// FindingKind tells the findings about the record apart.
type FindingKind string

// The kinds of finding. Expired and Stale make a run fail.
const (
	Expired  FindingKind = eventlog.NoteExpired
	Stale    FindingKind = eventlog.NoteStale
	Expiring FindingKind = eventlog.NoteExpiring
)

// Unexplained is the kind of what Update left to be written. In a run its case fails anyway.
const Unexplained FindingKind = "unexplained"

// Finding is what is wrong, or soon will be, with an entry of the record.
type Finding struct {
	Kind  FindingKind
	Entry *Entry
	Text  string // one sentence
}

// Fails tells whether the finding makes a run fail.
func (f Finding) Fails() bool { return f.Kind != Expiring }

// Findings returns what is wrong with the record after a run, in the order of the file: entries that name nothing, and those that were judged and
// are over their day or near it.
func (j *Judge) Findings() []Finding {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []Finding
	for i := range j.set.Known {
		e := &j.set.Known[i]
		if kind, text := j.look(e, j.judged[i]); kind != "" {
			out = append(out, Finding{Kind: kind, Entry: e, Text: text})
		}
	}
	return out
}

// Findings returns what is wrong with the record on a day, whatever runs: entries that name nothing, are not explained, are over their day or near it.
func (s *Set) Findings(today time.Time) []Finding {
	j := NewJudge(s, today)
	var out []Finding
	for i := range s.Known {
		e := &s.Known[i]
		if e.Unexplained() {
			out = append(out, Finding{Kind: Unexplained, Entry: e, Text: fmt.Sprintf("%s: %s is not explained: read the SDK's code and say why it does that", e.Pos, e.ID)})
		}
		if kind, text := j.look(e, true); kind != "" {
			out = append(out, Finding{Kind: kind, Entry: e, Text: text})
		}
	}
	return out
}

func (j *Judge) look(e *Entry, judged bool) (FindingKind, string) {
	day := e.Expires.Format(time.DateOnly)
	switch {
	case e.Stale():
		text := fmt.Sprintf("%s: no scenario %q", e.Pos, e.ID)
		if len(e.near) > 0 {
			text += "; did you mean " + strings.Join(e.near, " or ") + "?"
		}
		return Stale, text + "; mend or delete " + e.Place()
	case !judged || e.Expires.IsZero():
		return "", ""
	case !j.today.Before(e.Expires):
		return Expired, fmt.Sprintf("%s: %s expired on %s; read the SDK's code again, then set another day or delete %s", e.Pos, e.ID, day, e.Place())
	case e.Expires.Sub(j.today) <= Warning:
		return Expiring, fmt.Sprintf("%s: %s expires on %s", e.Pos, e.ID, day)
	}
	return "", ""
}
