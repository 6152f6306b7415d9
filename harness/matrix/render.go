package matrix

import (
	"fmt"
	"slices"
	"strings"
	"time"

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
			fmt.Fprintf(&b, "%-22s caught by %d scenarios\n", s.Name, len(m.of(s.Name)))
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
	for _, file := range m.Idle {
		fmt.Fprintf(&b, "IDLE      %s catches no fault\n", file)
	}
	for _, s := range m.Reference {
		fmt.Fprintf(&b, "REFERENCE %s\n", s.Why)
	}
	real, controls := m.counts()
	fmt.Fprintf(&b, "%d kills of faults, %d of controls; %d survive, %d scenarios are idle, %d of the reference fail (%.0f s)\n",
		real, controls, len(m.Survivals), len(m.Idle), len(m.Reference), took.Seconds())
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

// Markdown is the matrix as a page.
func Markdown(m Matrix) string {
	var b strings.Builder
	b.WriteString("# Kill matrix\n\nWritten by `wiretrial mutants --write`. Each row is a client with one fault, and a scenario that fails it, with the check that decided.\n")
	group := ""
	for _, s := range m.Subjects {
		if s.Control {
			continue
		}
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n## %s\n\n| mutant | fault | caught by | check |\n|---|---|---|---|\n", group)
		}
		for i, k := range m.of(s.Name) {
			name, fault := "`"+s.Name+"`", s.Fault
			if i > 0 {
				name, fault = "", ""
			} else if s.Opposite != "" {
				fault += " (opposite: `" + s.Opposite + "`)"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", name, fault, k.Case, k.Check)
		}
	}
	b.WriteString("\n## Controls\n\n| control | what it does | caught by |\n|---|---|---|\n")
	for _, s := range m.Subjects {
		if s.Control {
			fmt.Fprintf(&b, "| `%s` | %s | %d of %d scenarios |\n", s.Name, s.Fault, len(m.of(s.Name)), len(s.Kills))
		}
	}
	if len(m.Survivals)+len(m.Idle) > 0 {
		b.WriteString("\n## Not caught\n\n")
		for _, s := range m.Survivals {
			fmt.Fprintf(&b, "* `%s` at %s\n", s.Subject, s.File)
		}
		for _, file := range m.Idle {
			fmt.Fprintf(&b, "* %s catches no fault\n", file)
		}
	}
	return b.String()
}
