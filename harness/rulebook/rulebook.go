// Package rulebook joins the numbered rules with the scenarios that show them: the coverage table, for docs/rules.md and for
// wiretrial explain.
//
// It judges nothing and runs nothing: what a run came to is package report's matter, and whether every rule is shown or says why it
// is not is a test of package scenarios.
package rulebook

import (
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/scenarios"
)

// Entry is a rule and what shows it.
type Entry struct {
	Rule protocol.Rule
	// Files are the scenario files that name the rule, sorted by id; empty if none does, and then Rule.Excluded says why.
	Files []*scenarios.File
}

// IDs returns the ids of the scenario files.
func (e Entry) IDs() []string {
	ids := make([]string, len(e.Files))
	for i, f := range e.Files {
		ids[i] = f.ID
	}
	return ids
}

// Entries returns all rules in the order of protocol.Rules, each with the scenarios of a catalogue that show it.
func Entries(c *scenarios.Catalogue) []Entry {
	shown := map[string][]*scenarios.File{}
	for _, f := range c.Files {
		for _, id := range f.Rules {
			shown[id] = append(shown[id], f)
		}
	}
	var out []Entry
	for _, r := range protocol.Rules() {
		files := shown[r.ID]
		slices.SortFunc(files, func(a, b *scenarios.File) int { return strings.Compare(a.ID, b.ID) })
		out = append(out, Entry{Rule: r, Files: slices.Compact(files)})
	}
	return out
}

// Names reports whether a word has the form of a rule's id (CTL-21) or of an area (CTL): capitals, which no id of a scenario has.
func Names(word string) bool {
	area, number, numbered := strings.Cut(word, "-")
	if len(area) != 3 || strings.Trim(area, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return false
	}
	return !numbered || number != "" && strings.Trim(number, "0123456789") == ""
}

// Select returns the entries that words name, ids or areas, in the order of the words. missing is the first word that names none.
func Select(c *scenarios.Catalogue, words []string) (chosen []Entry, missing string) {
	all := Entries(c)
	for _, word := range words {
		before := len(chosen)
		for _, e := range all {
			if e.Rule.ID == word || e.Rule.Area() == word {
				chosen = append(chosen, e)
			}
		}
		if len(chosen) == before {
			return nil, word
		}
	}
	return chosen, ""
}
