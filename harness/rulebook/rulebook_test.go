package rulebook_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/harness/rulebook"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/scenarios"
)

// update, set to anything, writes the pages of docs anew that this package makes.
const update = "WIRETRIAL_UPDATE_DOCS"

// holds fails the test if a page of docs is not the text that it is made of.
func holds(t *testing.T, page, want string) {
	t.Helper()
	file := filepath.Join("..", "..", "docs", page)
	if os.Getenv(update) != "" {
		if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("docs/%s is not what its sources and the scenarios say; %s=1 go test ./harness/rulebook writes it anew (-want +got):\n%s", page, update, diff)
	}
}

func embedded(t *testing.T) *scenarios.Catalogue {
	t.Helper()
	c, err := scenarios.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheRulesOfTheDocsAreThoseOfTheCode(t *testing.T) {
	t.Parallel()
	holds(t, "rules.md", rulebook.Markdown(embedded(t)))
}

func TestEntriesHoldEveryRuleAndEveryScenario(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	named := map[string]int{}
	entries := rulebook.Entries(c)
	if len(entries) != len(protocol.Rules()) {
		t.Fatalf("%d entries, %d rules", len(entries), len(protocol.Rules()))
	}
	for i, r := range protocol.Rules() {
		if entries[i].Rule.ID != r.ID {
			t.Errorf("entry %d is %s, want %s", i, entries[i].Rule.ID, r.ID)
		}
		for _, id := range entries[i].IDs() {
			named[id]++
		}
	}
	for _, f := range c.Files {
		if named[f.ID] != len(f.Rules) {
			t.Errorf("%s names %v and stands under %d rules", f.ID, f.Rules, named[f.ID])
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	cases := map[string]bool{
		"CTL-21": true, "CTL": true, "CTL-2": true, "CTL-999": true, "ctl-21": false, "CTL-": false, "CTL-2x": false, "CTLX-21": false,
		"permissions/deny": false, "": false, "process": false, "*": false, "C-1": false,
	}
	for word, want := range cases {
		if got := rulebook.Names(word); got != want {
			t.Errorf("Names(%q) = %v", word, got)
		}
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	c := embedded(t)
	got, missing := rulebook.Select(c, []string{"CTL-21", "TRN"})
	if missing != "" || len(got) < 5 || got[0].Rule.ID != "CTL-21" || got[1].Rule.ID != "TRN-01" {
		t.Errorf("got %d entries, missing %q", len(got), missing)
	}
	if len(got[0].Files) == 0 {
		t.Error("CTL-21 is shown by nothing")
	}
	if got, missing := rulebook.Select(c, []string{"CTL-21", "XYZ-01"}); missing != "XYZ-01" || got != nil {
		t.Errorf("got %v, missing %q", got, missing)
	}
}
