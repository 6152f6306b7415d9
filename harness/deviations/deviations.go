// Package deviations holds what is recorded about an SDK: which scenarios it is known to fail, how, why and until when, and which features it
// had. It judges the outcome of a case against that record.
//
// It forgives nothing by itself: a case that fails otherwise than recorded stays a failure, and one that passes must be struck from the
// record. It runs nothing and prints nothing.
package deviations

import (
	"fmt"
	"strings"
	"time"

	"github.com/wiretrial/wiretrial/scenarios"
)

// Set is one file of recorded deviations. The zero Set records nothing.
type Set struct {
	File     string
	Features []string // the recorded features; nil: not recorded
	Known    []Entry
	Digest   string // of the file's text; tells one record from another
}

// Entry is one recorded deviation.
type Entry struct {
	Pos        scenarios.Pos
	LastLine   int       // of the entry in its file
	ID         string    // an id, or a pattern as in wiretrial run
	Versions   Range     // of the SDK, in which it holds
	Check      string    // the check that fails
	Kind       string    // of the SDK's error; empty: any
	Class      string    // what it costs the SDK's users; empty: any
	Reason     string    // why the SDK does that, as read in its code
	Code       string    // file:func of the SDK
	Issue      string    // where it was reported
	Unreported string    // why it was not; one of the two is set
	Expires    time.Time // the first day on which it must be looked at again; zero: never

	source []string        // its lines in the file
	near   []string        // of an id that the catalogue does not have
	cases  map[string]bool // the ids of the cases that it names
}

// Stale tells whether the catalogue has nothing that the entry names.
func (e *Entry) Stale() bool { return len(e.cases) == 0 }

// Place says where the entry stands: FILE:LINE, or FILE:LINE-LINE.
func (e *Entry) Place() string {
	if e.LastLine <= e.Pos.Line {
		return fmt.Sprintf("%s:%d", e.Pos.File, e.Pos.Line)
	}
	return fmt.Sprintf("%s:%d-%d", e.Pos.File, e.Pos.Line, e.LastLine)
}

// failure says how the entry's scenario is recorded to fail.
func (e *Entry) failure() string {
	parts := []string{e.Check}
	for _, s := range []string{e.Kind, e.Class} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// Lost returns the recorded features that are not declared any more, and the declared ones that are not recorded yet. Where no features
// are recorded, both are empty.
func (s *Set) Lost(declared []string) (lost, gained []string) {
	if s.Features == nil {
		return nil, nil
	}
	return without(s.Features, declared), without(declared, s.Features)
}

func without(all, some []string) []string {
	has := map[string]bool{}
	for _, s := range some {
		has[s] = true
	}
	var out []string
	for _, s := range all {
		if !has[s] {
			out = append(out, s)
		}
	}
	return out
}

// Problem is one fault of a file of deviations.
type Problem struct {
	Pos     scenarios.Pos
	Message string
}

// Problems are the faults of one file, in the order of their places. As an error they are what Load returns.
type Problems []Problem

// Error lists the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = fmt.Sprintf("%s: %s", p.Pos, p.Message)
	}
	return strings.Join(lines, "\n")
}
