package cli

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/adapters"
	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/versions"
)

// confirmations is how often a release is judged.
const confirmations = 2

// judge is the judge that installs releases and plays the plan against them. It remembers what the good and the bad release made of each
// case: of what both ends agree on nothing is asked any more.
func (a *app) judge(f *bisectFlags, p plan) versions.Judge {
	ends := map[string]map[string]eventlog.Case{}
	return func(ctx context.Context, release string) (versions.Probe, error) {
		probe := versions.Probe{Release: release}
		inst, err := adapters.Provision(ctx, f.sdk, release, a.tell)
		if errors.Is(err, adapters.ErrGone) && ctx.Err() == nil {
			probe.Outcome, probe.Why = versions.Gone, err.Error()
			return probe, nil
		}
		if err != nil {
			return probe, provisionError(ctx, err)
		}
		var runs []map[string]eventlog.Case
		for i := range confirmations {
			cases, err := a.playSilently(ctx, p, inst, uint64(i))
			if err != nil || cases == nil {
				probe.Outcome, probe.Why = versions.Mute, "a canary did not hold: the SDK cannot do one turn"
				return probe, err
			}
			runs = append(runs, cases)
		}
		if release == f.good || release == f.bad {
			ends[release] = runs[0]
		}
		at := between
		switch release {
		case f.good:
			at = goodEnd
		case f.bad:
			at = badEnd
		}
		probe.Outcome, probe.Why = judged(runs, ends[f.good], ends[f.bad], at)
		return probe, nil
	}
}

// playSilently plays the plan once and returns the cases by id; nil: a canary did not hold.
func (a *app) playSilently(ctx context.Context, p plan, inst *adapters.Installation, turn uint64) (map[string]eventlog.Case, error) {
	cfg := p.cfg
	cfg.Target = harness.Target{Name: inst.Name, Argv: inst.Argv, Env: variables(inst.Env)}
	cfg.Seed += turn
	out, err := a.play(ctx, cfg, harness.Discard{})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, faultf("%s@%s: %w", inst.Name, inst.Version, err)
	}
	if out.Canary != nil {
		return nil, nil
	}
	byID := map[string]eventlog.Case{}
	for _, c := range out.Cases {
		if c.Verdict == eventlog.Broken {
			return nil, faultf("%s@%s: %s: the harness or the adapter is at fault; run it alone", inst.Name, inst.Version, c.ID)
		}
		if c.ID != harness.LeftBehind {
			byID[c.ID] = c
		}
	}
	return byID, nil
}

// place is where a release stands in a search.
type place int

const (
	between place = iota
	goodEnd
	badEnd
)

// judged says what several runs of one release came to, given what the first run came to at the ends. The good release is good if anything
// passes there; from then on only that is looked at, and from the bad release on only what fails there.
func judged(runs []map[string]eventlog.Case, good, bad map[string]eventlog.Case, at place) (versions.Outcome, string) {
	var passed, failed, lacking []eventlog.Case
	if at == badEnd {
		bad = nil // what passes in one run there and fails in the other is flaky, not out of the search
	}
	for _, id := range slices.Sorted(maps.Keys(runs[0])) {
		c := runs[0][id]
		for _, other := range runs[1:] {
			if o := other[id]; o.Verdict != c.Verdict && wanted(id, good, bad) {
				return versions.Flaky, id + " is " + string(c.Verdict) + " in one run and " + string(o.Verdict) + " in another"
			}
		}
		switch {
		case at != goodEnd && !wanted(id, good, bad):
		case c.Verdict == eventlog.Pass:
			passed = append(passed, c)
		case c.Verdict == eventlog.Unsupported:
			lacking = append(lacking, c)
		default:
			failed = append(failed, c)
		}
	}
	switch {
	case len(failed) > 0 && (at != goodEnd || len(passed) == 0):
		return versions.Bad, failure(failed[0])
	case len(passed) > 0:
		return versions.Good, "pass"
	case len(lacking) > 0:
		return versions.Mute, "the release lacks " + strings.Join(lacking[0].Missing, ", ")
	}
	return versions.Mute, "nothing of what passes in the good release was played"
}

// wanted tells whether a case is one that is searched for: it passed in the good release and failed in the bad one, as far as they are known.
func wanted(id string, good, bad map[string]eventlog.Case) bool {
	if good != nil && good[id].Verdict != eventlog.Pass {
		return false
	}
	if bad == nil {
		return true
	}
	v := bad[id].Verdict
	return v == eventlog.Fail || v == eventlog.Differs
}

// failure says what failed in a case.
func failure(c eventlog.Case) string {
	if c.Failure == nil {
		return c.ID + ": " + string(c.Verdict)
	}
	return c.ID + ": " + c.Failure.Text
}
