// Package soak adds up what many runs came to: how often each scenario was played on each SDK, with which outcomes, and which scenario once
// told another than before. It owns the record that runs are added to, over invocations and after a kill.
//
// It is not the harness: it starts nothing and judges nothing. A scenario that changed its outcome is flaky, whatever it told most often.
package soak

import "github.com/wiretrial/wiretrial/harness/eventlog"

// Schema is the version of the record's format, in its first line.
const Schema = 1

// Record is one line of the record. Exactly one of the pointers is set, and T names it.
type Record struct {
	T    string `json:"t"` // head, run, play, end, runs, sum
	Head *Head  `json:"head,omitempty"`
	Run  *Run   `json:"run,omitempty"`
	Play *Play  `json:"play,omitempty"`
	End  *End   `json:"end,omitempty"`
	Runs *Runs  `json:"runs,omitempty"`
	Sum  *Sum   `json:"sum,omitempty"`
}

// Head opens the record.
type Head struct {
	Schema int `json:"schema"`
	Last   int `json:"last"` // highest number of a run that was added up into runs and sum lines; zero: none
}

// Subject is what is soaked: an SDK at one release.
type Subject struct {
	SDK     string `json:"sdk"`     // as --sdk names it, without the version
	Release string `json:"release"` // of the SDK
}

// String returns "python 0.2.187".
func (s Subject) String() string { return s.SDK + " " + s.Release }

// Kind is what runs must have in common to be counted together.
type Kind struct {
	Subject
	Plan   string `json:"plan"`   // which cases: patterns and flags that select, empty for the whole catalogue
	Loaded bool   `json:"loaded"` // other processes were kept busy beside it
}

// Run opens one run: under which conditions its plays stand.
type Run struct {
	N int `json:"n"` // from 1, unique in a record
	Kind
	Conditions
	Date    string `json:"date"`    // RFC 3339, UTC
	Version string `json:"version"` // of wiretrial
	Cases   int    `json:"cases"`   // planned
}

// Conditions are what may make one play differ from another; together with a case they are its rerun.
type Conditions struct {
	Seed string `json:"seed"`           // hexadecimal
	Cut  string `json:"cut,omitempty"`  // as --cut; empty: as written
	Load int    `json:"load,omitempty"` // processes kept busy beside the run
	CPUs int    `json:"cpus"`           // that it might use
}

// Play is one play of one case, in the run with that number.
type Play struct {
	Run   int    `json:"run"`
	ID    string `json:"id"`
	Text  string `json:"text,omitempty"` // digest of the scenario file: another one is another scenario; empty: a finding about the run
	Level string `json:"level"`
	Outcome
}

// Outcome is what a play came to.
type Outcome struct {
	Verdict eventlog.Verdict `json:"verdict"`
	Check   string           `json:"check,omitempty"` // of a failure, as in the event log, and so the others
	Kind    string           `json:"kind,omitempty"`
	Class   string           `json:"class,omitempty"`
}

// End closes a run that played its whole plan. One without was cut short, and may be gone on with.
type End struct {
	Run int `json:"run"`
}

// Runs counts whole runs that were added up.
type Runs struct {
	Kind
	Complete int `json:"complete"`
}

// Sum adds up plays of one case on one subject.
type Sum struct {
	Subject
	ID       string  `json:"id"`
	Text     string  `json:"text,omitempty"`
	Level    string  `json:"level"`
	Latest   Outcome `json:"latest"`
	Outcomes []Count `json:"outcomes"` // in the order in which they were first seen
}

// Count is how often one outcome was seen, and where first.
type Count struct {
	Outcome
	N     int        `json:"n"`
	First Conditions `json:"first"`
}

// OutcomeOf is the outcome of a case in the words of the record.
func OutcomeOf(c eventlog.Case) Outcome {
	o := Outcome{Verdict: c.Verdict}
	if c.Failure != nil && c.Verdict != eventlog.Pass {
		o.Check, o.Kind, o.Class = c.Failure.Check, c.Failure.Kind, c.Failure.Class
	}
	return o
}

// Plain is the verdict without what is recorded about the SDK: a deviation that is added or struck changes no scenario.
func (o Outcome) Plain() eventlog.Verdict {
	switch o.Verdict {
	case eventlog.Known:
		return eventlog.Fail
	case eventlog.UnexpectedPass:
		return eventlog.Pass
	}
	return o.Verdict
}
