package matrix

import (
	"fmt"
	"strings"
)

// Markdown is a record as a page: each mutant with what catches it, and what nothing catches.
func Markdown(r Record, k Known) string {
	var b strings.Builder
	b.WriteString("# Kill matrix\n\nWritten by `wiretrial mutants --write`; `kill-matrix.json` is the same as data. Each row is a client with one fault, and a " +
		"scenario that fails it, with the check that decided.\n")
	group := ""
	for _, s := range k.Subjects {
		if s.Control {
			continue
		}
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n## %s\n\n| mutant | fault | caught by | check |\n|---|---|---|---|\n", group)
		}
		r.pageRows(&b, s)
	}
	b.WriteString("\n## Controls\n\n| control | what it does | caught by |\n|---|---|---|\n")
	for _, s := range k.Subjects {
		if s.Control {
			fmt.Fprintf(&b, "| `%s` | %s | %d of %d scenarios |\n", s.Name, s.Fault, len(r.of(s.Name, false)), len(s.Kills))
		}
	}
	if stale := r.Stale(k); len(stale) > 0 {
		b.WriteString("\n## Not shown\n\n")
		for _, why := range stale {
			fmt.Fprintf(&b, "* %s\n", why)
		}
	}
	return b.String()
}

// pageRows writes the rows of one mutant.
func (r Record) pageRows(b *strings.Builder, s Subject) {
	name, fault := "`"+s.Name+"`", s.Fault
	if s.Opposite != "" {
		fault += " (opposite: `" + s.Opposite + "`)"
	}
	for _, row := range r.of(s.Name, false) {
		check := row.Check
		if row.Chance {
			check += " (by chance)"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", name, fault, row.Case, check)
		name, fault = "", ""
	}
	if others := r.of(s.Name, true); len(others) > 0 {
		fmt.Fprintf(b, "| %s | %s | and %d that it does not name | |\n", name, fault, len(others))
	}
}

// of gives the rows of a mutant: by scenarios that it names, or by others.
func (r Record) of(mutant string, others bool) []Row {
	var rows []Row
	for _, row := range r.Rows {
		if row.Mutant == mutant && row.Other == others {
			rows = append(rows, row)
		}
	}
	return rows
}
