package rulebook

import (
	"bytes"
	_ "embed" // the bug catalogue
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/scenarios"
)

//go:embed bugs.yaml
var bugsFile []byte

// Bug is an entry of the bug catalogue, and what shows it.
type Bug struct {
	// ID is B001 and up; a source of rules and scenarios (protocol.KnownSource).
	ID string `yaml:"id"`
	// Title is the wrong behaviour, in a few words.
	Title string `yaml:"title"`
	// Severity is S1 (hang, loss, endless leak, fail-open security), S2 (a visible wrong answer, a session that dies) or S3 (noise).
	Severity string `yaml:"severity"`
	// Reports are upstream issues and pull requests, in the form of protocol.KnownSource; not all there are.
	Reports []string `yaml:"reports"`
	// Also says where else the bug was met.
	Also []string `yaml:"also"`
	// Excluded says why no scenario shows the bug; empty exactly where Files is not.
	Excluded string `yaml:"excluded"`
	// Files are the scenario files that name the bug, sorted by id.
	Files []*scenarios.File `yaml:"-"`
}

// BugGroup is a part of the bug catalogue.
type BugGroup struct {
	Title string `yaml:"group"`
	Bugs  []Bug  `yaml:"bugs"`
}

// Bugs returns the bug catalogue, each bug with the scenarios of a catalogue that show it. Its error is one of the catalogue's own file, with
// the line. Whether each bug is shown or excluded is a test of this package.
func Bugs(c *scenarios.Catalogue) ([]BugGroup, error) {
	dec := yaml.NewDecoder(bytes.NewReader(bugsFile))
	dec.KnownFields(true)
	var groups []BugGroup
	if err := dec.Decode(&groups); err != nil {
		return nil, fmt.Errorf("bugs.yaml: %w", err)
	}
	shown := filesOf(c)
	for _, g := range groups {
		for i := range g.Bugs {
			g.Bugs[i].Files = shown[g.Bugs[i].ID]
		}
	}
	return groups, nil
}

// filesOf returns the scenario files by the bugs that they name.
func filesOf(c *scenarios.Catalogue) map[string][]*scenarios.File {
	shown := map[string][]*scenarios.File{}
	for _, f := range c.Files {
		for _, source := range f.Seen {
			if protocol.KindOf(source) == protocol.Collected {
				shown[source] = append(shown[source], f)
			}
		}
	}
	for id, files := range shown {
		slices.SortFunc(files, func(a, b *scenarios.File) int { return strings.Compare(a.ID, b.ID) })
		shown[id] = slices.Compact(files)
	}
	return shown
}

// bugsIntro opens docs/bugs.md. The numbers are those of bugs, bugs that scenarios show, and bugs that none can.
const bugsIntro = "# Bugs\n\n" + `What went wrong between SDKs and the ` + "`claude`" + ` command line, as users and authors reported it and as it was measured, and which
scenarios play it. Written by ` + "`WIRETRIAL_UPDATE_DOCS=1 go test ./harness/rulebook`" + ` from ` + "`harness/rulebook/bugs.yaml`" + ` and from what the scenarios
name under ` + "`seen`" + `; a test keeps it so, and complete. A title is the wrong behaviour; it says nothing about today's releases:
` + "`adapters/NAME/deviations.yaml`" + ` does, and ` + "`wiretrial run`" + ` shows it.

%d bugs: %d are shown by scenarios, %d cannot be shown at the boundary of a process or in time, and say why.

| severity | what it costs |
|---|---|
| S1 | a hang, lost data, a leak without end, security that fails open |
| S2 | a wrong answer that is seen, a session that dies |
| S3 | noise, and failures that are hard to understand |
`

// BugsMarkdown returns docs/bugs.md.
func BugsMarkdown(groups []BugGroup) string {
	var b strings.Builder
	all, shown := 0, 0
	for _, g := range groups {
		all += len(g.Bugs)
		for _, bug := range g.Bugs {
			shown += min(len(bug.Files), 1)
		}
	}
	fmt.Fprintf(&b, bugsIntro, all, shown, all-shown)
	for _, g := range groups {
		fmt.Fprintf(&b, "\n## %s\n\n| id | severity | bug | reported | shown by |\n|---|---|---|---|---|\n", g.Title)
		for _, bug := range g.Bugs {
			reported := strings.Join(slices.DeleteFunc([]string{links(bug.Reports), strings.Join(bug.Also, ", ")}, empty), ", ")
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", bug.ID, bug.Severity, cell(bug.Title), reported, proof(bug.Files, bug.Excluded))
		}
	}
	return b.String()
}

func empty(s string) bool { return s == "" }
