package cli

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/adapters"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/verdict"
	"github.com/wiretrial/wiretrial/harness/versions"
)

// told is a registry that never was.
func told() []adapters.Release {
	return []adapters.Release{
		{Version: "0.1.9"}, {Version: "0.1.10"}, {Version: "0.1.11", Withdrawn: true}, {Version: "0.2.0rc1", Pre: true}, {Version: "0.2.0"},
		{Version: "0.2.1"}, {Version: "0.2.2"}, {Version: "0.3.0"},
	}
}

// search runs a bisection over that registry with a judge in whose eyes some releases are no good.
func search(t *testing.T, good, bad string, withdrawn bool, outcomes map[string]versions.Outcome) (printed string, asked []string, err error) {
	t.Helper()
	var out strings.Builder
	b := &bisection{
		f:        &bisectFlags{sdk: "python", good: good, bad: bad, withdrawn: withdrawn},
		scenario: "stdin/it's", quoted: `'stdin/it'\''s'`, list: told(), out: &out,
		judge: func(_ context.Context, release string) (versions.Probe, error) {
			asked = append(asked, release)
			if outcomes[release] == "" {
				return versions.Probe{Release: release}, errors.New("the harness is at fault")
			}
			return versions.Probe{Release: release, Outcome: outcomes[release], Why: "because\x07"}, nil
		},
	}
	err = b.run(t.Context())
	return out.String(), asked, err
}

func TestBisectFindsAndSaysHowToSeeIt(t *testing.T) {
	t.Parallel()
	g, b, x := versions.Good, versions.Bad, versions.Gone
	for name, c := range map[string]struct {
		good, bad string
		withdrawn bool
		outcomes  map[string]versions.Outcome
		says      []string
		asked     int
	}{
		"a regression": {"0.1.9", "0.3.0", false, map[string]versions.Outcome{"0.1.9": g, "0.1.10": g, "0.2.0": g, "0.2.1": b, "0.2.2": b, "0.3.0": b}, []string{
			"over 6 releases of python, from 0.1.9 to 0.3.0", "left out: 1 pre-release (0.2.0rc1)", "left out: 1 withdrawn release (0.1.11); --withdrawn",
			"broken in python 0.2.1: 0.2.0 is good, 0.2.1 is bad", `because\x07`,
			`wiretrial run 'stdin/it'\''s' --deviations none --sdk python@0.2.0 --sdk python@0.2.1`,
		}, 5},
		"a fix":                    {"0.3.0", "0.1.9", false, map[string]versions.Outcome{"0.1.9": b, "0.1.10": g, "0.2.0": g, "0.3.0": g}, []string{"fixed in python 0.1.10: 0.1.9 is bad, 0.1.10 is good"}, 4},
		"a withdrawn one has it":   {"0.2.0", "0.1.9", true, map[string]versions.Outcome{"0.1.9": b, "0.1.10": b, "0.1.11": g, "0.2.0": g}, []string{"fixed in python 0.1.11: 0.1.10 is bad"}, 4},
		"left out in between":      {"0.2.0", "0.1.10", false, map[string]versions.Outcome{"0.1.10": b, "0.2.0": g}, []string{"fixed after python 0.1.10 and by 0.2.0; nothing can be said of 0.1.11 (withdrawn), 0.2.0rc1 (pre-release)"}, 2},
		"gone in between":          {"0.2.0", "0.1.10", true, map[string]versions.Outcome{"0.1.10": b, "0.1.11": x, "0.2.0": g}, []string{"fixed after python 0.1.10 and by 0.2.0; nothing can be said of 0.1.11 (gone), 0.2.0rc1 (pre-release)"}, 3},
		"an end that is withdrawn": {"0.1.11", "0.1.10", false, map[string]versions.Outcome{"0.1.10": b, "0.1.11": g}, []string{"fixed in python 0.1.11"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			printed, asked, err := search(t, c.good, c.bad, c.withdrawn, c.outcomes)
			if err != nil || len(asked) > c.asked {
				t.Errorf("asked for %v, %v", asked, err)
			}
			for _, want := range c.says {
				if !strings.Contains(printed, want) {
					t.Errorf("it does not say %q:\n%s", want, printed)
				}
			}
		})
	}
}

func TestBisectEndsWith(t *testing.T) {
	t.Parallel()
	g, b, f := versions.Good, versions.Bad, versions.Flaky
	for name, c := range map[string]struct {
		good, bad string
		outcomes  map[string]versions.Outcome
		code      int
		says      string
	}{
		"good is not published": {"9.9.9", "0.1.9", nil, verdict.Usage, "python@9.9.9 is not published, or older than what the adapter can drive; the nearest is 0.3.0"},
		"bad is not published":  {"0.1.9", "0.0.1", nil, verdict.Usage, "python@0.0.1 is not published, or older than what the adapter can drive; the nearest is 0.1.9"},
		"good is bad":           {"0.1.9", "0.3.0", map[string]versions.Outcome{"0.1.9": b}, verdict.Usage, "the good release is not good: 0.1.9 is bad"},
		"bad is good":           {"0.1.9", "0.3.0", map[string]versions.Outcome{"0.1.9": g, "0.3.0": g}, verdict.Usage, "the bad release is not bad: 0.3.0 is good"},
		"flaky":                 {"0.1.9", "0.3.0", map[string]versions.Outcome{"0.1.9": g, "0.3.0": b, "0.2.0": f}, verdict.Failed, "the verdict is flaky: 0.2.0"},
		"a fault":               {"0.1.9", "0.3.0", map[string]versions.Outcome{"0.1.9": g, "0.3.0": b}, verdict.Fault, "the harness is at fault"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := search(t, c.good, c.bad, false, c.outcomes)
			var exit *exitError
			if !errors.As(err, &exit) || exit.code != c.code || !strings.Contains(err.Error(), c.says) {
				t.Errorf("ended with %v, want exit %d and %q", err, c.code, c.says)
			}
		})
	}
}

func TestBisectRefusesFlagsThatCannotBeMeant(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		f    bisectFlags
		says string
	}{
		"no SDK":         {bisectFlags{good: "1", bad: "2"}, "want --sdk NAME"},
		"built in":       {bisectFlags{sdk: "go", good: "1", bad: "2"}, "has no releases"},
		"with a release": {bisectFlags{sdk: "python@1", good: "1", bad: "2"}, "want a name without a release"},
		"no end":         {bisectFlags{sdk: "python", good: "1"}, "want --good RELEASE and --bad RELEASE"},
		"one release":    {bisectFlags{sdk: "python", good: "1", bad: "1"}, "want two releases"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var exit *exitError
			if err := c.f.check(); !errors.As(err, &exit) || exit.code != verdict.Usage || !strings.Contains(err.Error(), c.says) {
				t.Errorf("ended with %v, want %q", err, c.says)
			}
		})
	}
}

func TestJudged(t *testing.T) {
	t.Parallel()
	run := func(verdicts string) map[string]eventlog.Case { // of the cases a, b, c: p, f, u or d
		out := map[string]eventlog.Case{}
		for i, v := range verdicts {
			id := string(rune('a' + i))
			out[id] = eventlog.Case{ID: id, Verdict: map[rune]eventlog.Verdict{
				'p': eventlog.Pass, 'f': eventlog.Fail, 'u': eventlog.Unsupported, 'd': eventlog.Differs,
			}[v]}
		}
		return out
	}
	for name, c := range map[string]struct {
		first, second, good, bad string
		at                       place
		want                     versions.Outcome
	}{
		"good":                           {"pp", "pp", "pp", "", goodEnd, versions.Good},
		"good in a part":                 {"pf", "pf", "pf", "", goodEnd, versions.Good},
		"good that fails":                {"ff", "ff", "ff", "", goodEnd, versions.Bad},
		"good that lacks it":             {"uu", "uu", "uu", "", goodEnd, versions.Mute},
		"good that is flaky":             {"p", "f", "p", "", goodEnd, versions.Flaky},
		"bad":                            {"ff", "ff", "pf", "ff", badEnd, versions.Bad},
		"bad where good is bad too":      {"pf", "pf", "pf", "pf", badEnd, versions.Good},
		"bad that is flaky":              {"p", "f", "p", "p", badEnd, versions.Flaky},
		"a may that differs":             {"d", "d", "p", "d", badEnd, versions.Bad},
		"between, good":                  {"pf", "pf", "pf", "ff", between, versions.Good},
		"between, bad":                   {"fp", "fp", "pp", "fp", between, versions.Bad},
		"between, lacking":               {"u", "u", "p", "f", between, versions.Mute},
		"between, flaky":                 {"p", "f", "p", "f", between, versions.Flaky},
		"what is not searched for flaps": {"pp", "pf", "pp", "fp", between, versions.Good},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var good, bad map[string]eventlog.Case
			if good = run(c.good); c.bad != "" {
				bad = run(c.bad)
			}
			got, why := judged([]map[string]eventlog.Case{run(c.first), run(c.second)}, good, bad, c.at)
			if got != c.want {
				t.Errorf("judged %s (%s), want %s", got, why, c.want)
			}
		})
	}
}
