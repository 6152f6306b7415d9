package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

// The bounds of the texts in a JUnit file, in bytes. Some CI systems read no file above 30 MB.
const (
	maxMessage = 500
	maxBody    = 8 << 10
)

// runSuite is the suite of what is about no single case.
const runSuite = "wiretrial"

// JUnit writes a log as JUnit XML: a suite for each area, a test case for each case under its id, and a suite for the run as a whole. fail,
// unexpected-pass and flaky are failures, error is an error; known, unsupported and differs are skipped, since they are neither
// passes nor regressions. There is a failure or an error in it exactly if the log's exit code is not zero, or if its end is missing. The
// error is w's.
func JUnit(w io.Writer, m *Model) error {
	var doc junitSuites
	areas := map[string][]eventlog.Case{}
	for _, c := range m.sorted(verdict.Verdicts()...) {
		areas[area(c.ID)] = append(areas[area(c.ID)], c)
	}
	bad := 0
	for name, cases := range areas {
		s := m.suite(name)
		for _, c := range cases {
			s.add(m.testcase(name, c))
		}
		bad += s.Failures + s.Errors
		doc.Suites = append(doc.Suites, s)
	}
	slices.SortFunc(doc.Suites, func(a, b junitSuite) int { return cmp.Compare(a.Name, b.Name) })
	doc.Suites = append(doc.Suites, m.whole(bad))
	for i := range doc.Suites {
		doc.Suites[i].ID = i
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// junitSuites has no attributes: not every schema in use allows them.
type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Package    string          `xml:"package,attr"`
	ID         int             `xml:"id,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Hostname   string          `xml:"hostname,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr,omitempty"` // some schemas do not know it
	Time       string          `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
	Out        string          `xml:"system-out"`
	Err        string          `xml:"system-err"`

	ms float64
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name    string      `xml:"name,attr"`
	Class   string      `xml:"classname,attr"`
	Time    string      `xml:"time,attr"`
	Skipped *junitText  `xml:"skipped"`
	Error   *junitFault `xml:"error"`
	Failure *junitFault `xml:"failure"`

	ms float64
}

type junitText struct {
	Text string `xml:",cdata"`
}

type junitFault struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",cdata"`
}

func (s *junitSuite) add(c junitCase) {
	c.Time = seconds(c.ms)
	s.Cases = append(s.Cases, c)
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.ms += c.ms
	s.Time = seconds(s.ms)
}

func seconds(ms float64) string { return fmt.Sprintf("%.3f", max(0, min(ms/1000, 1e9))) }

// area is what stands before the first slash of an id.
func area(id string) string {
	name, _, _ := strings.Cut(id, "/")
	return cmp.Or(strings.TrimSpace(Safe(name)), "none")
}

func (m *Model) suite(name string) junitSuite {
	s := junitSuite{Name: name, Package: runSuite, Timestamp: "1970-01-01T00:00:00", Hostname: "localhost", Time: seconds(0)}
	if t, err := time.Parse(time.RFC3339, m.Run.Date); err == nil && t.Year() >= 1 && t.Year() <= 9999 {
		s.Timestamp = t.UTC().Format("2006-01-02T15:04:05")
	}
	r := m.Run
	for _, p := range []junitProperty{
		{"sdk", r.SDK}, {"release", r.Release}, {"language", r.Language}, {"runtime", r.Runtime}, {"adapter", r.Adapter}, {"platform", r.Platform},
		{"version", r.Version}, {"seed", r.Seed}, {"flags", r.Rerun}, {"shard", m.shard()},
	} {
		if p.Value != "" || p.Name == "version" { // some schemas want at least one
			s.Properties = append(s.Properties, junitProperty{p.Name, bounded(Safe(p.Value), maxMessage)})
		}
	}
	return s
}

func (m *Model) testcase(area string, c eventlog.Case) junitCase {
	out := junitCase{Name: Safe(c.ID), Class: area, ms: c.MS}
	switch c.Verdict {
	case eventlog.Pass:
	case eventlog.Known, eventlog.Unsupported, eventlog.Differs:
		out.Skipped = &junitText{bounded(skipText(c), maxBody)}
	case eventlog.Broken:
		out.Error = m.fault(c)
	default:
		out.Failure = m.fault(c)
	}
	return out
}

// skipText says why a case is neither a pass nor a failure.
func skipText(c eventlog.Case) string {
	text := Safe(c.Deviation)
	switch {
	case c.Verdict == eventlog.Unsupported:
		text = "the SDK does not declare " + Safe(strings.Join(c.Missing, ", "))
	case c.Verdict == eventlog.Differs && c.Failure != nil:
		text = Safe(c.Failure.Text)
	}
	return string(c.Verdict) + ": " + text
}

// fault is a case that makes a run fail, with its screenplay.
func (m *Model) fault(c eventlog.Case) *junitFault {
	p := newPage(Options{})
	p.failure(m, c)
	return &junitFault{Message: bounded(headline(c), maxMessage), Type: faultType(c), Text: bounded("\n"+p.b.String(), maxBody)}
}

// faultType is the class of a failure, or the verdict where that says more.
func faultType(c eventlog.Case) string {
	if c.Verdict == eventlog.Fail && c.Failure != nil && c.Failure.Class != "" {
		return Safe(c.Failure.Class)
	}
	return Safe(string(c.Verdict))
}

// headline says in one line what is wrong with a case.
func headline(c eventlog.Case) string {
	switch {
	case c.Verdict == eventlog.UnexpectedPass:
		first, _, _ := strings.Cut(c.Deviation, "\n")
		return Safe(first)
	case c.Failure == nil:
		return Safe(string(c.Verdict))
	case c.Verdict == eventlog.Flaky:
		return Safe("runs: " + strings.Join(c.Attempts, ", ") + "; " + c.Failure.Check + ": " + c.Failure.Text)
	}
	return Safe(c.Failure.Check + ": " + c.Failure.Text)
}

// whole is the suite of the run itself. bad is how much is wrong in the others.
func (m *Model) whole(bad int) junitSuite {
	s := m.suite(runSuite)
	ended, record, proof := m.complaints()
	if m.End != nil && m.End.Exit != verdict.OK && bad+len(ended)+len(record)+len(proof) == 0 {
		ended = append(ended, m.End.Why)
	}
	for _, c := range []struct {
		name string
		said []string
		err  bool
	}{{"the run ended as planned", ended, true}, {"the record of deviations holds", record, false}, {"something was proven", proof, false}} {
		out := junitCase{Name: c.name, Class: runSuite}
		if len(c.said) > 0 {
			f := &junitFault{Message: bounded(Safe(c.said[0]), maxMessage), Type: "run", Text: bounded("\n"+lines(c.said), maxBody)}
			if c.err {
				f.Type, out.Error = "error", f
			} else {
				out.Failure = f
			}
		}
		s.add(out)
	}
	return s
}

// complaints are what is wrong with a run and is about no single case.
func (m *Model) complaints() (ended, record, proof []string) {
	switch {
	case m.Cut != "":
		ended = append(ended, "the log is not whole: "+m.Cut)
	case m.End == nil:
		ended = append(ended, "the log is not whole: its end is missing")
	case m.End.Exit == verdict.Interrupted || m.End.Exit == verdict.Usage:
		ended = append(ended, m.End.Why)
	case m.End.Exit == verdict.Unproven:
		proof = append(proof, m.End.Why)
	}
	for _, n := range m.Notes {
		switch n.Kind {
		case eventlog.NoteFault, eventlog.NoteCanary:
			ended = append(ended, n.Kind+": "+n.Text)
		case eventlog.NoteStale, eventlog.NoteExpired:
			record = append(record, n.Kind+": "+n.Text)
		case eventlog.NoteLost:
			proof = append(proof, n.Kind+": "+n.Text)
		}
	}
	return ended, record, proof
}

// lines makes each text one line.
func lines(texts []string) string {
	var b strings.Builder
	for _, t := range texts {
		for line := range strings.Lines(t) {
			b.WriteString(Safe(strings.TrimRight(line, "\n")))
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// bounded cuts a text at a rune, and says so.
func bounded(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	const mark = " … (cut; the log has more)"
	return strings.ToValidUTF8(s[:limit-len(mark)], "") + mark
}
