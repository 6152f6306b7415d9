package matrix

import (
	"fmt"
	"slices"
)

// Stale says what a record does not know of today's mutants and scenarios, or knows otherwise, one sentence each. A record without any
// shows that every mutant is caught by each scenario that it names, and that every scenario catches a real one.
func (r Record) Stale(k Known) []string {
	var out []string
	for _, s := range k.Subjects {
		for _, file := range s.Kills {
			if why := r.unknown(k, s.Name, file); why != "" {
				out = append(out, why)
			}
		}
		if s.Opposite != "" && !k.mutual(s) {
			out = append(out, fmt.Sprintf("mutant %s: its opposite %s is missing, or does not name it", s.Name, s.Opposite))
		}
		if !slices.ContainsFunc(r.Rows, func(row Row) bool { return row.Mutant == s.Name && !row.Other }) {
			out = append(out, fmt.Sprintf("mutant %s: it survives, no scenario is recorded to catch it", s.Name))
		}
	}
	for _, f := range k.Files {
		if !slices.ContainsFunc(r.Rows, func(row Row) bool { return row.Scenario == f.ID && k.real(row.Mutant) && !row.Other }) {
			out = append(out, fmt.Sprintf("scenario %s: it is recorded to catch no real mutant", f.ID))
		}
	}
	for _, row := range r.Rows {
		if !row.Other && !k.demands(row.Mutant, row.Scenario) {
			out = append(out, fmt.Sprintf("mutant %s at scenario %s: there is no such pair any more", row.Mutant, row.Scenario))
		}
	}
	return out
}

// StalePairs leaves of each mutant's scenarios those that the record does not know as they are today, and of the mutants those that have any.
func (r Record) StalePairs(k Known) []Subject {
	var out []Subject
	for _, s := range k.Subjects {
		s.Kills = slices.DeleteFunc(slices.Clone(s.Kills), func(file string) bool { return r.unknown(k, s.Name, file) == "" })
		if len(s.Kills) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// unknown says why a pair is stale; empty: it is not.
func (r Record) unknown(k Known, mutant, file string) string {
	row, ok := r.row(mutant, file)
	f, known := k.file(file)
	pair := fmt.Sprintf("mutant %s at scenario %s: ", mutant, file)
	switch {
	case !known:
		return pair + "there is no such scenario"
	case !ok:
		return pair + "it is not recorded to be caught"
	case row.Digests.Mutant != k.Mutants[mutant]:
		return pair + "the mutant has changed since"
	case row.Digests.Scenario != f.Digest:
		return pair + "the scenario has changed since"
	}
	return ""
}

func (k Known) mutual(s Subject) bool {
	other, ok := k.subject(s.Opposite)
	return ok && other.Opposite == s.Name
}

// real tells whether a mutant is no control.
func (k Known) real(name string) bool {
	s, ok := k.subject(name)
	return ok && !s.Control
}
