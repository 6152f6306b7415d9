package verdict_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

const apart = "process/left-behind"

func kase(level string, v eventlog.Verdict) eventlog.Case {
	return eventlog.Case{ID: "a/" + level + "-" + string(v), Level: level, Verdict: v}
}

func all(cases ...eventlog.Case) []eventlog.Case {
	return append(cases, eventlog.Case{ID: apart, Level: "must", Verdict: eventlog.Pass})
}

func TestExit(t *testing.T) {
	t.Parallel()
	good := kase("must", eventlog.Pass)
	bad := kase("must", eventlog.Fail)
	for name, test := range map[string]struct {
		o    verdict.Outcome
		code int
		why  string
	}{
		"one must passed":         {verdict.Outcome{Apart: apart, Cases: all(good)}, 0, "1 must scenario passed, and nothing was left behind"},
		"two, and a known one":    {verdict.Outcome{Apart: apart, Cases: all(good, good, kase("must", eventlog.Known))}, 0, "2 must"},
		"some unsupported":        {verdict.Outcome{Apart: apart, Cases: all(good, kase("must", eventlog.Unsupported))}, 0, "1 must"},
		"a may differs":           {verdict.Outcome{Apart: apart, Cases: all(good, kase("may", eventlog.Differs))}, 0, "1 must"},
		"a may that says fail":    {verdict.Outcome{Apart: apart, Cases: all(good, kase("may", eventlog.Fail))}, 0, "1 must"},
		"a must fails":            {verdict.Outcome{Cases: all(good, bad)}, 1, "1 failed"},
		"a should fails":          {verdict.Outcome{Cases: all(good, kase("should", eventlog.Fail))}, 1, "1 failed"},
		"only failures":           {verdict.Outcome{Cases: all(bad)}, 1, "1 failed"},
		"an unexpected pass":      {verdict.Outcome{Cases: all(good, kase("must", eventlog.UnexpectedPass))}, 1, "passed unexpectedly"},
		"a flaky case":            {verdict.Outcome{Cases: all(good, kase("may", eventlog.Flaky))}, 1, "1 flaky"},
		"several of them":         {verdict.Outcome{Cases: all(bad, bad, kase("should", eventlog.Flaky))}, 1, "2 failed, 1 flaky"},
		"an expired deviation":    {verdict.Outcome{Cases: all(good), Deviations: []string{"d expired"}}, 1, "d expired"},
		"nothing ran":             {verdict.Outcome{}, 4, "nothing was executed"},
		"only the finding apart":  {verdict.Outcome{Cases: all(), Apart: apart}, 4, "nothing was executed"},
		"all unsupported":         {verdict.Outcome{Cases: all(kase("must", eventlog.Unsupported)), Apart: apart}, 4, "everything is unsupported"},
		"no must passed":          {verdict.Outcome{Cases: all(kase("should", eventlog.Pass)), Apart: apart}, 4, "no must"},
		"only known ones":         {verdict.Outcome{Cases: all(kase("must", eventlog.Known)), Apart: apart}, 4, "no must"},
		"what is left behind":     {verdict.Outcome{Cases: []eventlog.Case{good, {ID: apart, Level: "must", Verdict: eventlog.Fail}}, Apart: apart}, 1, "1 failed"},
		"a feature lost":          {verdict.Outcome{Cases: all(good), LostFeature: []string{"interrupt"}}, 4, "interrupt"},
		"the end is missing":      {verdict.Outcome{Cases: all(good), LostEnd: "cut"}, 4, "cut"},
		"an error":                {verdict.Outcome{Cases: all(good, kase("may", eventlog.Broken))}, 3, "1 verdict error"},
		"an unknown verdict":      {verdict.Outcome{Cases: all(good, kase("must", "splendid"))}, 3, "1 verdict error"},
		"a canary":                {verdict.Outcome{Fault: "canary"}, 3, "canary"},
		"usage":                   {verdict.Outcome{Usage: "flag"}, 2, "flag"},
		"interrupted":             {verdict.Outcome{Interrupted: true, Cases: all(good)}, 130, "interrupted"},
		"interrupted, all else":   {verdict.Outcome{Interrupted: true, Fault: "f", LostEnd: "l", Cases: all(bad)}, 130, "interrupted"},
		"fault before lost end":   {verdict.Outcome{Fault: "f", LostEnd: "l", Cases: all(bad)}, 3, "f"},
		"error before failure":    {verdict.Outcome{Cases: all(bad, kase("must", eventlog.Broken))}, 3, "error"},
		"lost before failure":     {verdict.Outcome{LostFeature: []string{"x"}, Cases: all(bad)}, 4, "x"},
		"unsupported and expired": {verdict.Outcome{Apart: apart, Cases: all(kase("must", eventlog.Unsupported)), Deviations: []string{"d"}}, 4, "unsupported"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, why := verdict.Exit(test.o)
			if code != test.code || !strings.Contains(why, test.why) {
				t.Errorf("Exit = %d, %q; want %d, something about %q", code, why, test.code, test.why)
			}
		})
	}
}

// Whatever applies beside it, a status only moves up: 0 < 1 < 4 < 3 < 2 < 130.
func TestExitIsALattice(t *testing.T) {
	t.Parallel()
	type part struct {
		code int
		add  func(*verdict.Outcome)
	}
	parts := []part{
		{1, func(o *verdict.Outcome) { o.Cases = append(o.Cases, kase("must", eventlog.Fail)) }},
		{1, func(o *verdict.Outcome) { o.Deviations = append(o.Deviations, "expired") }},
		{4, func(o *verdict.Outcome) { o.LostFeature = []string{"x"} }},
		{4, func(o *verdict.Outcome) { o.LostEnd = "cut" }},
		{3, func(o *verdict.Outcome) { o.Cases = append(o.Cases, kase("must", eventlog.Broken)) }},
		{3, func(o *verdict.Outcome) { o.Fault = "canary" }},
		{2, func(o *verdict.Outcome) { o.Usage = "flag" }},
		{130, func(o *verdict.Outcome) { o.Interrupted = true }},
	}
	order := map[int]int{0: 0, 1: 1, 4: 2, 3: 3, 2: 4, 130: 5}
	for set := range 1 << len(parts) {
		o := verdict.Outcome{Cases: all(kase("must", eventlog.Pass)), Apart: apart}
		want := 0
		for i, p := range parts {
			if set&(1<<i) != 0 {
				p.add(&o)
				if order[p.code] > order[want] {
					want = p.code
				}
			}
		}
		if code, why := verdict.Exit(o); code != want || why == "" {
			t.Errorf("set %08b: exit %d (%s), want %d", set, code, why, want)
		}
	}
}

func TestRaiseKeepsTheFirstOfEquals(t *testing.T) {
	t.Parallel()
	s := verdict.Status{}.Raise(1, "first").Raise(1, "second").Raise(0, "third")
	if s != (verdict.Status{Code: 1, Why: "first"}) {
		t.Errorf("got %+v", s)
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	failed := func(v eventlog.Verdict, class string) eventlog.Case {
		c := kase("must", v)
		c.Failure = &eventlog.Failure{Class: class}
		return c
	}
	e := verdict.Count([]eventlog.Case{
		kase("must", eventlog.Pass), kase("should", eventlog.Pass), failed(eventlog.Fail, "hang"), failed(eventlog.Known, "hang"),
		failed(eventlog.Broken, "error"), failed(eventlog.Differs, "late"),
	})
	got := fmt.Sprint(e.Counts[eventlog.Pass], e.Counts[eventlog.Fail], e.Levels["must"][eventlog.Pass], e.Levels["should"][eventlog.Pass], e.Classes)
	if want := "2 1 1 1 map[hang:2]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	sum := 0
	for _, v := range verdict.Verdicts() {
		sum += e.Counts[v]
	}
	if sum != 6 {
		t.Errorf("Verdicts leaves some out: %d of 6", sum)
	}
}

// Green is a proof: what ran and passed, but proves nothing that every SDK must do, is not green.
func ExampleExit() {
	code, why := verdict.Exit(verdict.Outcome{Cases: []eventlog.Case{{ID: "flow/idle", Level: "should", Verdict: eventlog.Pass}}})
	fmt.Println(code, why)
	// Output: 4 no must scenario passed, so nothing is proven
}
