package deviations

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

func source(t testing.TB, text string) Source {
	t.Helper()
	return Source{Name: "d.yaml", Text: []byte(text), Cat: catalogue(t), Extra: []string{leftBehind}}
}

func passing(id string) eventlog.Case {
	return eventlog.Case{ID: id, Level: "must", Verdict: eventlog.Pass}
}

// update edits a text at release 0.2.5.
func update(t testing.TB, text string, cases ...eventlog.Case) (string, []Change, error) {
	t.Helper()
	got, changes, err := Update(source(t, text), cases, "0.2.5", day("2026-11-21"))
	return string(got), changes, err
}

// newEntry is what is added for a case that fails by a match.
func newEntry(id, indent, eol string) string {
	lines := []string{"- id: " + id, `  versions: ">=0.2.5"`, "  check: match", "  class: wrong", "  reason: TO EXPLAIN, it is wrong", "  code: TO EXPLAIN", "  unreported: TO EXPLAIN", "  expires: 2027-02-19"}
	return indent + strings.Join(lines, eol+indent) + eol
}

func wrong(id string) eventlog.Case {
	c := failing(id, "match", "wrong")
	c.Failure.Text = "it is wrong"
	return c
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	const one, two, client, oneshot = "control/both[one]@client", "control/both[two]@client", "turns/hello@client", "turns/hello@oneshot"
	hello := good[strings.Index(good, "- id: turns/hello"):strings.Index(good, "\n# the next one")]
	left := good[strings.Index(good, "- id: process"):]
	known := func(c eventlog.Case) eventlog.Case { c.Verdict = eventlog.Known; return c }
	with := func(c eventlog.Case, v eventlog.Verdict) eventlog.Case { c.Verdict = v; return c }
	deadline := failing(client, "deadline", "hang")
	for name, test := range map[string]struct {
		text  string
		cases []eventlog.Case
		want  string
		say   string // of all changes
	}{
		"nothing ran":              {good, nil, good, ""},
		"as recorded":              {good, []eventlog.Case{deadline, failing(oneshot, "deadline", "hang")}, good, ""},
		"known by another record":  {good, []eventlog.Case{known(deadline)}, good, ""},
		"all pass":                 {good, []eventlog.Case{passing(client), passing(oneshot)}, strings.Replace(good, hello, "", 1), "removed turns/hello: it passes now (d.yaml:4-14)"},
		"unexpectedly":             {good, []eventlog.Case{with(passing(client), eventlog.UnexpectedPass), with(passing(oneshot), eventlog.Unsupported)}, strings.Replace(good, hello, "", 1), "removed"},
		"one of two passes":        {good, []eventlog.Case{passing(client), failing(oneshot, "deadline", "hang")}, good, "left turns/hello: d.yaml:4-14: 1 of its cases pass now"},
		"one of two ran":           {good, []eventlog.Case{passing(client)}, good, "left turns/hello: d.yaml:4-14: 1 of its cases pass now, and 1 fail or did not run"},
		"of another release":       {strings.Replace(good, "<0.3", "<0.2.3", 1), []eventlog.Case{passing(client), passing(oneshot)}, strings.Replace(good, "<0.3", "<0.2.3", 1), ""},
		"a comment stays":          {good, []eventlog.Case{passing(one), passing("control/both[one]@oneshot")}, drop(good, 17), "the comment above it, in line 16, stays"},
		"the last one":             {good, []eventlog.Case{passing(leftBehind)}, good, ""},
		"fails otherwise":          {good, []eventlog.Case{wrong(client)}, strings.Replace(good, hello, hello+newEntry(client, "", "\n"), 1), "left turns/hello@client: d.yaml:4-14 records deadline, hang, and it fails otherwise now"},
		"a new one, of a scenario": {good, []eventlog.Case{wrong(two)}, strings.Replace(good, left, newEntry(two, "", "\n")+left, 1), "added control/both[two]@client: it fails: match, wrong; say why"},
		"two new ones, sorted":     {"known:\n", []eventlog.Case{wrong(two), wrong(client), wrong(one)}, "known:\n" + newEntry(one, "", "\n") + newEntry(two, "", "\n") + newEntry(client, "", "\n"), "added"},
		"into nothing":             {"", []eventlog.Case{wrong(client)}, "known:\n" + newEntry(client, "", "\n"), "added"},
		"without a list":           {"# why\nfeatures: [prompt]", []eventlog.Case{wrong(client)}, "# why\nfeatures: [prompt]\nknown:\n" + newEntry(client, "", "\n"), "added"},
		"an empty list":            {"known: [] # none\nfeatures: []\n", []eventlog.Case{wrong(client)}, "known: # none\n" + newEntry(client, "", "\n") + "features: []\n", "added"},
		"the list in the middle":   {"known:\n- {id: turns/hello, versions: '*', check: uses, reason: r, issue: i}\n# end\nfeatures: []", []eventlog.Case{wrong(one)}, "known:\n- {id: turns/hello, versions: '*', check: uses, reason: r, issue: i}\n" + newEntry(one, "", "\n") + "# end\nfeatures: []", "added"},
		"indented, CRLF":           {"known:\r\n  # first\r\n  - {id: process/left-behind, versions: '*', check: uses, reason: r, issue: i}", []eventlog.Case{wrong(one)}, "known:\r\n  # first\r\n  - {id: process/left-behind, versions: '*', check: uses, reason: r, issue: i}\r\n" + newEntry(one, "  ", "\r\n"), "added"},
		"all of them":              {"known:\n- {id: turns/hello, versions: '*', check: uses, reason: r, issue: i}\n", []eventlog.Case{passing(client), passing(oneshot)}, "known:\n", "removed"},
		"a may":                    {good, []eventlog.Case{with(wrong(two), eventlog.Differs)}, good, ""},
		"flaky":                    {good, []eventlog.Case{with(wrong(two), eventlog.Flaky)}, good, "left control/both[two]@client: it is flaky"},
		"an error":                 {good, []eventlog.Case{with(wrong(two), eventlog.Broken)}, good, "at fault"},
		"no such check":            {good, []eventlog.Case{failing(two, "sneeze", "wrong")}, good, `its check "sneeze" is not one`},
		"stale":                    {"known:\n- {id: turns/helo, versions: '*', check: uses, reason: r, issue: i}\n", []eventlog.Case{passing(client)}, "known:\n- {id: turns/helo, versions: '*', check: uses, reason: r, issue: i}\n", "left turns/helo: d.yaml:2 names no scenario"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, changes, err := update(t, test.text, test.cases...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			said := ""
			for _, c := range changes {
				said += string(c.Kind) + " " + c.ID + ": " + c.Text + "\n"
			}
			if !strings.Contains(said, test.say) || (test.say == "") != (said == "") {
				t.Errorf("it says %q, want %q", said, test.say)
			}
			if again, changes, err := update(t, got, test.cases...); err != nil || again != got && hasAdded(changes) {
				t.Errorf("a second time it is not the same: %v\n%s", err, again)
			}
		})
	}
}

func hasAdded(changes []Change) bool {
	for _, c := range changes {
		if c.Kind != Left {
			return true
		}
	}
	return false
}

// drop leaves a line out.
func drop(text string, n int) string {
	lines := strings.SplitAfter(text, "\n")
	return strings.Join(append(lines[:n-1:n-1], lines[n:]...), "")
}

func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, say string }{
		"a flow list":   {"known: [{id: turns/hello, versions: '*', check: uses, reason: r, issue: i}]\n", "d.yaml:1: entries in flow style"},
		"a flow file":   {"{known: []}\n", "entries in flow style"},
		"what is wrong": {"known:\n- {id: turns/hello}\n", "the key versions is missing"},
		"a dash apart":  {"known:\n-\n  id: turns/hello\n  versions: '*'\n  check: uses\n  reason: r\n  issue: i\n", "cannot be edited"},
	} {
		if got, _, err := update(t, test.text, passing("turns/hello@client"), passing("turns/hello@oneshot"), wrong("control/both[one]@client")); err == nil || !strings.Contains(err.Error(), test.say) || got != "" {
			t.Errorf("%s: got %q, %v; want %q", name, got, err, test.say)
		}
	}
}

// What was added excuses nothing until somebody says why.
func TestUnexplainedIsNoExcuse(t *testing.T) {
	t.Parallel()
	const id = "turns/hello@client"
	text, _, err := update(t, "", wrong(id))
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]eventlog.Verdict{text: eventlog.Fail, strings.ReplaceAll(text, "TO EXPLAIN", "since"): eventlog.Known} {
		set, err := load(t, from)
		if err != nil {
			t.Fatal(err)
		}
		c := wrong(id)
		NewJudge(set, day("2026-11-21")).Judge(&c, "0.2.5")
		if c.Verdict != want || (want == eventlog.Fail) != strings.Contains(c.Deviation, "not explained yet") {
			t.Errorf("got %s, %q; want %s", c.Verdict, c.Deviation, want)
		}
	}
	set, err := load(t, text)
	if err != nil {
		t.Fatal(err)
	}
	if f := set.Findings(day("2027-02-19")); len(f) != 2 || f[0].Kind != Unexplained || f[1].Kind != Expired {
		t.Errorf("found %+v", f)
	}
}

// Two weeks before its day an entry is announced, and on its day it fails.
func TestExpiryIsAnnounced(t *testing.T) {
	t.Parallel()
	set, err := load(t, good)
	if err != nil {
		t.Fatal(err)
	}
	for today, want := range map[string]FindingKind{"2027-01-16": "", "2027-01-17": Expiring, "2027-01-30": Expiring, "2027-01-31": Expired, "2028-01-01": Expired} {
		var got FindingKind
		for _, f := range set.Findings(day(today)) {
			got = f.Kind
			if f.Fails() != (want == Expired) {
				t.Errorf("%s: fails: %v", today, f.Fails())
			}
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", today, got, want)
		}
	}
}

// Whatever an SDK says in a failure, and whatever the file looks like, the edit is read back as meant, or there is none.
func FuzzUpdate(f *testing.F) {
	f.Add(good, "turns/hello@client", "it says: # \"x\"\n\x00\xff", "match", "timeout")
	f.Add("known: []\n", "a: b", "- x", "line.match", "")
	f.Add("known:\n-\n  {id: x}\n", "turns/hello", "\u2028", "uses", "x")
	f.Fuzz(func(t *testing.T, text, id, said, check, kind string) {
		c := failing(id, check, "wrong")
		c.Failure.Text, c.Failure.Kind = said, kind
		got, changes, err := update(t, text, c, passing("turns/hello@client"), passing("turns/hello@oneshot"))
		if err != nil {
			return
		}
		if len(changes) == 0 && got != text {
			t.Errorf("nothing was to be done, and the text changed from %q to %q", text, got)
		}
		if _, err := load(t, got); err != nil {
			t.Errorf("%q became %q: %v", text, got, err)
		}
	})
}
