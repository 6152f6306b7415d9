package rulebook_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/harness/rulebook"
	"github.com/wiretrial/wiretrial/protocol"
)

func bugs(t *testing.T) []rulebook.BugGroup {
	t.Helper()
	groups, err := rulebook.Bugs(embedded(t))
	if err != nil {
		t.Fatal(err)
	}
	return groups
}

func TestTheBugsOfTheDocsAreThoseOfTheCatalogue(t *testing.T) {
	t.Parallel()
	holds(t, "bugs.md", rulebook.BugsMarkdown(bugs(t)))
}

// Each bug that a rule or a scenario may name stands in the catalogue once, and is shown by a scenario or says why none shows it.
func TestEveryBugIsAccountedFor(t *testing.T) {
	t.Parallel()
	n := 0
	for _, g := range bugs(t) {
		for _, b := range g.Bugs {
			n++
			if want := fmt.Sprintf("B%03d", n); b.ID != want {
				t.Fatalf("bug %d is %s, want %s: ids are consecutive", n, b.ID, want)
			}
			account(t, b)
		}
	}
	if next := fmt.Sprintf("B%03d", n+1); !protocol.KnownSource(fmt.Sprintf("B%03d", n)) || protocol.KnownSource(next) {
		t.Errorf("the catalogue ends at B%03d, the sources that package protocol knows do not", n)
	}
}

func account(t *testing.T, b rulebook.Bug) {
	t.Helper()
	switch {
	case len(b.Files) == 0 && b.Excluded == "":
		t.Errorf("%s (%s) is named by no scenario's seen, and bugs.yaml does not say why none shows it", b.ID, b.Title)
	case len(b.Files) > 0 && b.Excluded != "":
		t.Errorf("%s is shown by %s: delete its excluded line", b.ID, b.Files[0].ID)
	}
	if b.Title == "" || !strings.Contains("S1 S2 S3", b.Severity) || len(b.Reports)+len(b.Also) == 0 {
		t.Errorf("%s says too little: %+v", b.ID, b)
	}
	for _, r := range b.Reports {
		if protocol.KindOf(r) != protocol.Upstream {
			t.Errorf("%s: report %s is no upstream issue", b.ID, r)
		}
	}
}
