// Package versions finds the release of an SDK in which a verdict changed: by binary search over an ordered list of releases.
//
// It is pure: it asks a judge for each probe, and neither knows how releases are installed nor plays a scenario.
package versions

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Outcome is what a probe of one release came to.
type Outcome string

// The outcomes. Mute and Gone say nothing, so that the search goes around them; Flaky ends it.
const (
	Good  Outcome = "good"
	Bad   Outcome = "bad"
	Mute  Outcome = "mute"  // the release cannot be judged: it lacks what the scenario needs, or its adapter cannot drive it
	Gone  Outcome = "gone"  // the release cannot be had
	Flaky Outcome = "flaky" // two runs came to different verdicts
)

// Probe is a release with what it came to.
type Probe struct {
	Release string
	Outcome Outcome
	Why     string // one sentence: the failure, or why there is no verdict
}

// Judge probes a release. Its error ends the search and is returned as it is.
type Judge func(ctx context.Context, release string) (Probe, error)

// Found is the end of a search.
type Found struct {
	Good, Bad Probe   // neighbours, but for those between them that have no verdict
	Between   []Probe // those, in order
	Fixed     bool    // the bad release is the older one
	Probes    []Probe // all that were asked for, in the order of asking
}

// What Search fails with; test with errors.Is.
var (
	ErrNotListed = errors.New("not in the list of releases")
	ErrSame      = errors.New("good and bad are the same release")
	ErrNotGood   = errors.New("the good release is not good")
	ErrNotBad    = errors.New("the bad release is not bad")
	ErrFlaky     = errors.New("the verdict is flaky")
)

// EndError says that an end of the search is not what it was said to be, or that a probe was flaky: what came of it instead. It is the
// sentinel in Err.
type EndError struct {
	Err   error
	Probe Probe
}

// Error says which release, and what came of it.
func (e *EndError) Error() string {
	return fmt.Sprintf("%v: %s is %s: %s", e.Err, e.Probe.Release, e.Probe.Outcome, e.Probe.Why)
}

// Unwrap returns the sentinel.
func (e *EndError) Unwrap() error { return e.Err }

// Search finds two neighbours in the list, which is oldest first, of which one is good and one is bad. Either may be the older one. The ends
// are judged first, so that the search is about something. It asks at most once for each release, in all about the logarithm of
// their number and one more for each that has no verdict.
func Search(ctx context.Context, releases []string, good, bad string, judge Judge) (Found, error) {
	s := &search{releases: releases, judge: judge, known: map[int]Probe{}}
	g, b := slices.Index(releases, good), slices.Index(releases, bad)
	switch {
	case g < 0:
		return Found{}, fmt.Errorf("%s: %w", good, ErrNotListed)
	case b < 0:
		return Found{}, fmt.Errorf("%s: %w", bad, ErrNotListed)
	case g == b:
		return Found{}, fmt.Errorf("%s: %w", good, ErrSame)
	}
	if err := s.end(ctx, g, Good, ErrNotGood); err != nil {
		return Found{}, err
	}
	if err := s.end(ctx, b, Bad, ErrNotBad); err != nil {
		return Found{}, err
	}
	if err := s.narrow(ctx, &g, &b); err != nil {
		return Found{Probes: s.asked}, err
	}
	return s.found(g, b), nil
}

// search is one search under way.
type search struct {
	releases []string
	judge    Judge
	known    map[int]Probe // by place in the list
	asked    []Probe
}

// ask probes one release.
func (s *search) ask(ctx context.Context, at int) (Probe, error) {
	p, err := s.judge(ctx, s.releases[at])
	if err != nil {
		return p, err
	}
	s.known[at] = p
	s.asked = append(s.asked, p)
	if p.Outcome == Flaky {
		return p, &EndError{Err: ErrFlaky, Probe: p}
	}
	return p, nil
}

func (s *search) end(ctx context.Context, at int, want Outcome, otherwise error) error {
	p, err := s.ask(ctx, at)
	if err == nil && p.Outcome != want {
		err = &EndError{Err: otherwise, Probe: p}
	}
	return err
}

// narrow moves the ends together until nothing between them can be asked for.
func (s *search) narrow(ctx context.Context, good, bad *int) error {
	for {
		at, ok := s.middle(min(*good, *bad), max(*good, *bad))
		if !ok {
			return nil
		}
		p, err := s.ask(ctx, at)
		if err != nil {
			return err
		}
		switch p.Outcome {
		case Good:
			*good = at
		case Bad:
			*bad = at
		case Mute, Gone, Flaky: // asked for once, so that the middle moves on
		}
	}
}

// middle is the place nearest to the middle between two that was not asked for yet.
func (s *search) middle(low, high int) (at int, ok bool) {
	mid := (low + high) / 2
	for far := range high - low {
		for _, at := range []int{mid - far, mid + far} {
			if _, asked := s.known[at]; at > low && at < high && !asked {
				return at, true
			}
		}
	}
	return 0, false
}

func (s *search) found(good, bad int) Found {
	f := Found{Good: s.known[good], Bad: s.known[bad], Fixed: bad < good, Probes: s.asked}
	for at := min(good, bad) + 1; at < max(good, bad); at++ {
		f.Between = append(f.Between, s.known[at])
	}
	return f
}
