package matrix

import (
	"fmt"
	"slices"

	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/eventlog"
)

// Subject is a client with a known fault.
type Subject struct {
	Name     string `json:"name"`
	Group    string `json:"group"`
	Fault    string `json:"fault"`
	Opposite string `json:"opposite,omitempty"`
	// Kills are the ids of the files that must fail it. For a control these are all that it is held against, and a kill by it
	// says nothing for a scenario: anything may fail an SDK that does nothing.
	Kills   []string `json:"kills"`
	Control bool     `json:"control,omitempty"`
}

// Result is how one case ended for one subject.
type Result struct {
	Subject string // empty: the reference
	File    string // id of the case's file
	Repeats bool   // the case is about growth
	Case    eventlog.Case
}

// Kill is a subject caught by a scenario.
type Kill struct {
	Subject string `json:"subject"`
	File    string `json:"file"`
	Case    string `json:"case"`
	Check   string `json:"check"`
	Step    int    `json:"step"` // of the scenario; zero: a law
	Text    string `json:"text"`
	Why     string `json:"why"` // want and got, as far as there are
	// Chance says that the same case had let the subject pass before: the scenario meets the fault, but not each time.
	Chance bool `json:"chance,omitempty"`
}

// Survival is a subject that a scenario was to catch and did not.
type Survival struct {
	Subject string `json:"subject"`
	File    string `json:"file"`
	Why     string `json:"why"`
}

// Matrix is what a run came to.
type Matrix struct {
	Subjects  []Subject  `json:"subjects"`
	Kills     []Kill     `json:"kills"`
	Survivals []Survival `json:"survivals"` // each a failure of the gate
	Others    []Kill     `json:"others"`    // kills by scenarios that the subject does not name: recorded, and demanded of nobody
	Beside    int        `json:"beside"`    // pairs of a subject and a file that it does not name, as far as they were played
	Broken    []Survival `json:"broken"`    // cases that ended as an error: a subject is a faulty SDK, and never a fault of the harness
	Idle      []string   `json:"idle"`      // files that were held against no real fault, or kill none
	Reference []Survival `json:"reference"` // cases that the reference does not pass
	Left      []string   `json:"left"`      // files that were not played, with the reason
}

// OK tells whether every scenario caught what it must, the reference passed, and no fault was the harness's.
func (m Matrix) OK() bool { return len(m.Survivals)+len(m.Idle)+len(m.Reference)+len(m.Broken) == 0 }

// Judge decides from all results. files are the ids that the gate is about, in order; a file that is not among them is
// demanded of nobody.
func Judge(subjects []Subject, files []string, results []Result) Matrix {
	m := Matrix{Subjects: subjects}
	sound := m.reference(results)
	for _, s := range subjects {
		for _, file := range s.Kills {
			if slices.Contains(files, file) {
				m.judge(s, file, results, sound)
			}
		}
		m.beside(s, results, sound)
	}
	for _, file := range files {
		if !slices.ContainsFunc(m.Kills, func(k Kill) bool { return k.File == file && !m.control(k.Subject) }) {
			m.Idle = append(m.Idle, file)
		}
	}
	return m
}

func (m *Matrix) control(name string) bool {
	return slices.ContainsFunc(m.Subjects, func(s Subject) bool { return s.Name == name && s.Control })
}

// reference gives the cases that the reference passes.
func (m *Matrix) reference(results []Result) map[string]bool {
	sound := map[string]bool{}
	for _, r := range results {
		if r.Subject != "" {
			continue
		}
		if r.Case.Verdict == eventlog.Pass {
			sound[r.Case.ID] = true
			continue
		}
		m.Reference = append(m.Reference, Survival{File: r.Case.ID, Why: explain(r)})
	}
	return sound
}

// judge finds the first case of a file that kills a subject.
func (m *Matrix) judge(s Subject, file string, results []Result, sound map[string]bool) {
	why := "it was not played"
	passed := map[string]bool{}
	for _, r := range results {
		if r.Subject != s.Name || r.File != file {
			continue
		}
		if Kills(r) && sound[r.Case.ID] {
			k := kill(s, r)
			k.Chance = passed[r.Case.ID]
			m.Kills = append(m.Kills, k)
			return
		}
		passed[r.Case.ID] = true
		why = explain(r)
		if Kills(r) {
			why = "the reference does not pass this case either"
		}
	}
	m.Survivals = append(m.Survivals, Survival{Subject: s.Name, File: file, Why: why})
}

// beside notes what the files did to a subject that it does not name, and what ended as an error.
func (m *Matrix) beside(s Subject, results []Result, sound map[string]bool) {
	played, killed := map[string]bool{}, map[string]bool{}
	for _, r := range results {
		if r.Subject != s.Name {
			continue
		}
		if r.Case.Verdict == eventlog.Broken {
			m.Broken = append(m.Broken, Survival{Subject: s.Name, File: r.File, Why: explain(r)})
		}
		if slices.Contains(s.Kills, r.File) {
			continue
		}
		played[r.File] = true
		if Kills(r) && sound[r.Case.ID] && !killed[r.File] {
			killed[r.File] = true
			m.Others = append(m.Others, kill(s, r))
		}
	}
	m.Beside += len(played)
}

// Kills tells whether a result is a kill: a failure on a check of the scenario's own, never an error, a lack, or what the subject left
// lying about.
func Kills(r Result) bool {
	if r.Case.Failure == nil || r.Case.Verdict != eventlog.Fail && r.Case.Verdict != eventlog.Differs {
		return false
	}
	switch r.Case.Failure.Check {
	case engine.CheckProcess, engine.CheckFD, engine.CheckFile:
		return false
	case engine.CheckGrowth:
		return r.Repeats
	}
	return true
}

func kill(s Subject, r Result) Kill {
	f := r.Case.Failure
	k := Kill{Subject: s.Name, File: r.File, Case: r.Case.ID, Check: f.Check, Step: f.Step, Text: f.Text}
	if f.Path != "" {
		k.Why = fmt.Sprintf("%s: want %s, got %s", f.Path, f.Want, f.Got)
	}
	return k
}

func explain(r Result) string {
	text := r.Case.ID + ": " + string(r.Case.Verdict)
	if f := r.Case.Failure; f != nil {
		text += " (" + f.Check + "): " + f.Text
	}
	if len(r.Case.Missing) > 0 {
		text += fmt.Sprintf(" %v", r.Case.Missing)
	}
	return text
}
