package player

import (
	"fmt"
	"strings"

	"github.com/wiretrial/wiretrial/scenarios"
)

// turn is one step to play: with the i of its repetition, or, for a write, the first i of so many.
type turn struct {
	step  scenarios.Step
	i     int
	times int
}

// session is what one start of the fake plays.
type session struct {
	name  string
	turns []turn
}

// sessions splits the case's steps by the process that they are about: one for each sdk.start, in their order. Steps before
// the first start of a session belong to it.
func sessions(c *scenarios.Case) ([]session, error) {
	var all []session
	latest := map[string]int{} // session name -> index of its present process
	begun := map[string]bool{}
	for _, t := range expand(c.Steps) {
		name, err := scenarios.ResolveText(t.step.Session, scenarios.Env{I: t.i, HasI: true})
		if err != nil {
			return nil, fmt.Errorf("%s: session: %w", t.step.Pos, err)
		}
		starts := t.step.Key() == "sdk.start"
		at, known := latest[name]
		if !known || starts && begun[name] {
			at = len(all)
			all = append(all, session{name: name})
			latest[name] = at
		}
		begun[name] = begun[name] || starts
		all[at].turns = append(all[at].turns, t)
	}
	return all, nil
}

// expand repeats steps by their times. A write keeps its repetitions together: with cut they are one run of bytes.
func expand(steps []scenarios.Step) []turn {
	var out []turn
	for _, s := range steps {
		times, from := max(s.Times, 1), firstI(s)
		if s.Key() == "cli.writes" && !strings.Contains(s.Session, "${") {
			out = append(out, turn{s, from, times})
			continue
		}
		for i := range times {
			out = append(out, turn{s, from + i, 1})
		}
	}
	return out
}

// firstI is the first value of ${i}; the steps of a handshake do not say it.
func firstI(s scenarios.Step) int {
	if s.Times == 0 {
		return 1
	}
	return s.From
}
