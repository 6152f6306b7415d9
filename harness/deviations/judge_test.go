package deviations

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func failing(id, check, class string) eventlog.Case {
	return eventlog.Case{ID: id, Level: "must", Verdict: eventlog.Fail, Failure: &eventlog.Failure{Check: check, Class: class}}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	set, err := load(t, good)
	if err != nil {
		t.Fatal(err)
	}
	with := func(c eventlog.Case, v eventlog.Verdict) eventlog.Case { c.Verdict = v; return c }
	kind := func(c eventlog.Case, k string) eventlog.Case { c.Failure.Kind = k; return c }
	const hello = "turns/hello@client"
	for name, test := range map[string]struct {
		c       eventlog.Case
		release string
		want    eventlog.Verdict
		say     string
	}{
		"as recorded":                  {failing(hello, "deadline", "hang"), "0.2.5", eventlog.Known, "it waits\nfor ever (client.py:read) (py#98)\nadapters/x/deviations.yaml:4-14"},
		"another version":              {failing(hello, "deadline", "hang"), "0.3.0", eventlog.Fail, ""},
		"another check":                {failing(hello, "match", "wrong"), "0.2.5", eventlog.Fail, "a regression: adapters/x/deviations.yaml:4-14 records deadline, hang, and this is match, wrong;"},
		"another class":                {failing(hello, "deadline", "unsafe"), "0.2.5", eventlog.Fail, "a regression"},
		"nothing recorded":             {failing("turns/other", "deadline", "hang"), "0.2.5", eventlog.Fail, ""},
		"passes":                       {passing(hello), "0.2.5", eventlog.UnexpectedPass, "delete adapters/x/deviations.yaml:4-14, or narrow its id turns/hello"},
		"passes elsewhere":             {passing(hello), "0.3.0", eventlog.Pass, ""},
		"the lines are shown":          {passing(leftBehind), "0.2.1", eventlog.UnexpectedPass, "delete adapters/x/deviations.yaml:18-22\n  - id: process/left-behind\n    versions: 0.2.1"},
		"kind as recorded":             {kind(failing("control/both[one]@client", "fails.kind", "misreport"), "timeout"), "9", eventlog.Known, "17"},
		"another kind":                 {kind(failing("control/both[one]@client", "fails.kind", "misreport"), "closed"), "9", eventlog.Fail, "regression"},
		"the other row":                {kind(failing("control/both[two]@client", "fails.kind", "misreport"), "timeout"), "9", eventlog.Fail, ""},
		"an error stays":               {with(failing(hello, "deadline", "hang"), eventlog.Broken), "0.2.5", eventlog.Broken, ""},
		"unsupported stays":            {with(passing(hello), eventlog.Unsupported), "0.2.5", eventlog.Unsupported, ""},
		"flaky stays":                  {with(failing(hello, "deadline", "hang"), eventlog.Flaky), "0.2.5", eventlog.Flaky, "changes"},
		"a may needs no deviation":     {with(failing(hello, "deadline", "hang"), eventlog.Differs), "0.2.5", eventlog.Differs, "it waits"},
		"what is left behind, as said": {failing(leftBehind, "process.left", "leak"), "0.2.1", eventlog.Known, "18-22"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := test.c
			NewJudge(set, day("2026-11-21")).Judge(&c, test.release)
			if c.Verdict != test.want || !strings.Contains(c.Deviation, test.say) || (test.say == "") != (c.Deviation == "") {
				t.Errorf("got %s, %q; want %s, %q", c.Verdict, c.Deviation, test.want, test.say)
			}
		})
	}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	src := good + "- {id: turns/helo, versions: '*', check: match, reason: r, unreported: u, expires: 2020-01-01}\n"
	set, err := load(t, src)
	if err != nil {
		t.Fatal(err)
	}
	hello := failing("turns/hello@client", "deadline", "hang")
	stale := "stale true: adapters/x/deviations.yaml:23:3: no scenario \"turns/helo\"; did you mean turns/hello"
	for name, test := range map[string]struct {
		today, release string
		ran            bool
		want           string
	}{
		"the day before the warning":  {"2027-01-16", "0.2.5", true, ""},
		"the first day of warning":    {"2027-01-17", "0.2.5", true, "expiring false: "},
		"the last day":                {"2027-01-30", "0.2.5", true, "expiring false: "},
		"the day itself":              {"2027-01-31", "0.2.5", true, "expired true: adapters/x/deviations.yaml:4:3: turns/hello expired on 2027-01-31"},
		"later, but it did not run":   {"2028-01-01", "0.2.5", false, ""},
		"later, but not this version": {"2028-01-01", "0.3.0", true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := NewJudge(set, day(test.today).Add(23*time.Hour))
			if test.ran {
				c := hello
				j.Judge(&c, test.release)
			}
			var got []string
			for _, f := range j.Findings() {
				got = append(got, fmt.Sprintf("%s %v: %s", f.Kind, f.Fails(), f.Text))
			}
			if n := len(got); n == 0 || !strings.HasPrefix(got[n-1], stale) {
				t.Fatalf("got %q; want the stale entry last", got)
			}
			rest := strings.Join(got[:len(got)-1], "\n")
			if !strings.HasPrefix(rest, test.want) || (test.want == "") != (rest == "") {
				t.Errorf("got %q, want %q", rest, test.want)
			}
		})
	}
}

func TestLost(t *testing.T) {
	t.Parallel()
	set := &Set{Features: []string{"prompt", "interrupt"}}
	lost, gained := set.Lost([]string{"interrupt", "ping"})
	if fmt.Sprint(lost, gained) != "[prompt] [ping]" {
		t.Errorf("lost %v, gained %v", lost, gained)
	}
	if lost, gained := (&Set{}).Lost([]string{"ping"}); lost != nil || gained != nil {
		t.Errorf("without a record: lost %v, gained %v", lost, gained)
	}
	if lost, _ := (&Set{Features: []string{}}).Lost(nil); lost != nil {
		t.Errorf("an empty record lost %v", lost)
	}
}

func TestJudgeIsSafeForLanes(t *testing.T) {
	t.Parallel()
	set, err := load(t, good)
	if err != nil {
		t.Fatal(err)
	}
	j := NewJudge(set, day("2027-02-01"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			c := failing("turns/hello@oneshot", "deadline", "hang")
			if j.Judge(&c, "0.2.9"); c.Verdict != eventlog.Known {
				t.Errorf("got %s", c.Verdict)
			}
		})
	}
	wg.Wait()
	if f := j.Findings(); len(f) != 1 || f[0].Kind != Expired {
		t.Errorf("got %v, want the one expiry", f)
	}
}
