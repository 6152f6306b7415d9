package versions_test

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"testing"

	"github.com/wiretrial/wiretrial/harness/versions"
)

// list makes releases 0 to n-1, and a judge of them by what is said at each place: g, b, m, x (gone) or f.
func list(outcomes string) ([]string, versions.Judge) {
	var releases []string
	for i := range outcomes {
		releases = append(releases, fmt.Sprint(i))
	}
	return releases, func(_ context.Context, release string) (versions.Probe, error) {
		var at int
		if _, err := fmt.Sscan(release, &at); err != nil {
			return versions.Probe{}, err
		}
		p := versions.Probe{Release: release, Why: "said so"}
		switch outcomes[at] {
		case 'g':
			p.Outcome = versions.Good
		case 'b':
			p.Outcome = versions.Bad
		case 'm':
			p.Outcome = versions.Mute
		case 'x':
			p.Outcome = versions.Gone
		case 'f':
			p.Outcome = versions.Flaky
		default:
			return p, errBroken
		}
		return p, nil
	}
}

var errBroken = errors.New("the harness is at fault")

func TestSearch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		outcomes  string
		good, bad string
		want      string // good-bad
		between   int
		fixed     bool
	}{
		"broken in the middle":       {"ggggbbbb", "0", "7", "3-4", 0, false},
		"fixed in the middle":        {"bbbggggg", "7", "0", "3-2", 0, true},
		"neighbours":                 {"gb", "0", "1", "0-1", 0, false},
		"fixed in the last":          {"bbbbbbbbg", "8", "0", "8-7", 0, true},
		"around what has no verdict": {"gggxxmbbb", "0", "8", "2-6", 3, false},
		"all between is gone":        {"gxxxxxb", "0", "6", "0-6", 5, false},
		"some gone before it":        {"gxgxgggb", "0", "7", "6-7", 0, false},
		"only a part of the list":    {"bbggggbbb", "2", "8", "5-6", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			releases, judge := list(c.outcomes)
			got, err := versions.Search(t.Context(), releases, c.good, c.bad, judge)
			if err != nil || got.Good.Release+"-"+got.Bad.Release != c.want || len(got.Between) != c.between || got.Fixed != c.fixed {
				t.Errorf("found %+v, %v; want %s with %d between", got, err, c.want, c.between)
			}
			seen := map[string]bool{}
			for _, p := range got.Probes {
				if seen[p.Release] {
					t.Errorf("asked twice for %s", p.Release)
				}
				seen[p.Release] = true
			}
		})
	}
}

func TestSearchAsksForFew(t *testing.T) {
	t.Parallel()
	const n = 500
	for edge := 1; edge < n; edge++ {
		outcomes := make([]byte, n)
		for i := range outcomes {
			outcomes[i] = 'g'
			if i >= edge {
				outcomes[i] = 'b'
			}
		}
		releases, judge := list(string(outcomes))
		got, err := versions.Search(t.Context(), releases, "0", fmt.Sprint(n-1), judge)
		if err != nil || got.Bad.Release != fmt.Sprint(edge) || len(got.Probes) > 2+bits.Len(n) {
			t.Fatalf("edge %d: found %s after %d probes, %v", edge, got.Bad.Release, len(got.Probes), err)
		}
	}
}

func TestSearchRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		outcomes, good, bad string
		want                error
	}{
		"good is not listed": {"gb", "9", "1", versions.ErrNotListed},
		"bad is not listed":  {"gb", "0", "9", versions.ErrNotListed},
		"one release":        {"gb", "1", "1", versions.ErrSame},
		"good is bad":        {"bb", "0", "1", versions.ErrNotGood},
		"good is gone":       {"xb", "0", "1", versions.ErrNotGood},
		"bad is good":        {"gg", "0", "1", versions.ErrNotBad},
		"bad says nothing":   {"gm", "0", "1", versions.ErrNotBad},
		"good is flaky":      {"fb", "0", "1", versions.ErrFlaky},
		"a flaky probe":      {"gfb", "0", "2", versions.ErrFlaky},
		"a fault":            {"g?b", "0", "2", errBroken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			releases, judge := list(c.outcomes)
			if _, err := versions.Search(t.Context(), releases, c.good, c.bad, judge); !errors.Is(err, c.want) {
				t.Errorf("failed with %v, want %v", err, c.want)
			}
		})
	}
}

func ExampleSearch() {
	judge := func(_ context.Context, release string) (versions.Probe, error) {
		if release < "0.1.46" {
			return versions.Probe{Release: release, Outcome: versions.Bad, Why: "stdin ended too early"}, nil
		}
		return versions.Probe{Release: release, Outcome: versions.Good, Why: "pass"}, nil
	}
	found, err := versions.Search(context.Background(), []string{"0.1.43", "0.1.44", "0.1.45", "0.1.46", "0.1.47"}, "0.1.47", "0.1.43", judge)
	fmt.Println(found.Bad.Release, found.Good.Release, found.Fixed, err)
	// Output: 0.1.45 0.1.46 true <nil>
}
