package matrix

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/scenarios"
)

// Files gives the ids of the files that have a case which fits, in the order of the cases.
func Files(cases []scenarios.Case, fits func(scenarios.Case) bool) []string {
	var files []string
	for _, c := range cases {
		if fits(c) && !slices.Contains(files, c.File.ID) {
			files = append(files, c.File.ID)
		}
	}
	return files
}

// Asks tells whether a case makes the SDK ask its user something, in a step that is not optional.
func Asks(c scenarios.Case) bool {
	return slices.ContainsFunc(c.Steps, func(s scenarios.Step) bool {
		return s.Actor == scenarios.SDK && s.Verb == "asks" && !s.Optional
	})
}

// Text is the matrix for a terminal.
func Text(m Matrix, took time.Duration) string {
	var b strings.Builder
	for _, s := range m.Subjects {
		if s.Control {
			fmt.Fprintf(&b, "%-22s caught by %s\n", s.Name, report.Plural(len(m.of(s.Name)), "scenario"))
			continue
		}
		for i, k := range m.of(s.Name) {
			name := s.Name
			if i > 0 {
				name = ""
			}
			fmt.Fprintf(&b, "%-22s %-42s %s\n", name, k.Case, k.Check)
		}
	}
	for _, k := range m.Kills {
		if k.Chance {
			fmt.Fprintf(&b, "CHANCE    %s at %s: it passed before it was caught\n", k.Subject, k.Case)
		}
	}
	for _, s := range m.Survivals {
		fmt.Fprintf(&b, "SURVIVES  %s at %s: %s\n", s.Subject, s.File, s.Why)
	}
	for _, s := range m.Broken {
		fmt.Fprintf(&b, "BROKEN    %s at %s: %s\n", s.Subject, s.File, s.Why)
	}
	for _, file := range m.Idle {
		fmt.Fprintf(&b, "IDLE      %s catches no fault\n", file)
	}
	for _, s := range m.Reference {
		fmt.Fprintf(&b, "REFERENCE %s\n", s.Why)
	}
	real, controls := m.counts()
	if m.Beside > 0 {
		fmt.Fprintf(&b, "beside these: %d of %d other scenarios caught their fault too\n", len(m.Others), m.Beside)
	}
	fmt.Fprintf(&b, "kills of faults %d, of controls %d; survivals %d, the harness's faults %d, idle scenarios %d, failures of the reference %d (%.0f s)\n",
		real, controls, len(m.Survivals), len(m.Broken), len(m.Idle), len(m.Reference), took.Seconds())
	return b.String()
}

// of gives the kills of one subject.
func (m Matrix) of(name string) []Kill {
	var kills []Kill
	for _, k := range m.Kills {
		if k.Subject == name {
			kills = append(kills, k)
		}
	}
	return kills
}

func (m Matrix) counts() (faults, controls int) {
	for _, k := range m.Kills {
		if m.control(k.Subject) {
			controls++
		} else {
			faults++
		}
	}
	return faults, controls
}
