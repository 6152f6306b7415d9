package adaptercheck_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/adaptercheck"
)

const guide = "../../docs/adapters.md"

// updateGuide, set to anything, writes what the commands of the guide print today into it.
const updateGuide = "WIRETRIAL_UPDATE_DOCS"

// TestTheGuideShowsWhatReallyHappens writes the files that the guide shows and runs its commands, one after the other.
func TestTheGuideShowsWhatReallyHappens(t *testing.T) {
	t.Parallel()
	needsDescriptors(t)
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("the guide's adapters need python3")
	}
	text := readGuide(t)
	dir := t.TempDir()
	for _, m := range regexp.MustCompile("(?s)```python file=(\\S+)\n(.*?)```").FindAllStringSubmatch(text, -1) {
		if err := os.WriteFile(filepath.Join(dir, m[1]), []byte(m[2]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	console := regexp.MustCompile("(?s)```console\n\\$ wiretrial adapter check -- ([^\n]*)\n(.*?)```")
	blocks := console.FindAllStringSubmatch(text, -1)
	if len(blocks) < 4 {
		t.Fatalf("the guide has %d commands, want at least 4", len(blocks))
	}
	for _, m := range blocks {
		got := guideCommand(t, dir, python, m[1])
		if os.Getenv(updateGuide) != "" {
			text = strings.Replace(text, m[0], strings.TrimSuffix(m[0], m[2]+"```")+got+"```", 1)
			continue
		}
		if diff := cmp.Diff(m[2], got); diff != "" {
			t.Errorf("the output of %q has changed (-guide +run); %s=1 go test -run Guide writes it anew:\n%s", m[1], updateGuide, diff)
		}
	}
	if os.Getenv(updateGuide) != "" {
		if err := os.WriteFile(guide, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func readGuide(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// guideCommand is what the command of the guide prints, of which a filter may leave out the lines of checks that hold.
func guideCommand(t *testing.T, dir, python, command string) string {
	t.Helper()
	command, filter, filtered := strings.Cut(command, " | ")
	if filtered && filter != "grep -v ✓" {
		t.Fatalf("the guide filters by %q, which this test does not know", filter)
	}
	argv := strings.Fields(command)
	name := argv[0]
	if name == "python3" {
		argv = []string{python, filepath.Join(dir, argv[1])}
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	r, err := adaptercheck.Run(ctx, adaptercheck.Config{Name: name, Argv: argv, Exe: exe, Dir: t.TempDir(), Env: quickEnd()}, nil)
	if err != nil {
		return "wiretrial: " + err.Error() + "\n"
	}
	var out strings.Builder
	for _, c := range r.Checks {
		if !filtered || c.Status != adaptercheck.Holds {
			out.WriteString(adaptercheck.Text(c))
		}
	}
	out.WriteString(adaptercheck.Header(r.Hello) + adaptercheck.Summary(r))
	text := regexp.MustCompile(`pipe:\[\d+\]`).ReplaceAllString(out.String(), "pipe:[4711]")
	return regexp.MustCompile(`check_[0-9a-f]{16}`).ReplaceAllString(text, "check_5eed5eed5eed5eed")
}

// TestTheGuideExplainsEveryCheckAndOperation keeps the references that failed checks print alive, and the table of operations complete.
func TestTheGuideExplainsEveryCheckAndOperation(t *testing.T) {
	t.Parallel()
	text := readGuide(t)
	for _, c := range adaptercheck.Catalogue() {
		_, anchor, ok := strings.Cut(c.Ref, "docs/adapters.md#")
		if !ok || !strings.Contains(text, "# "+anchor+"\n") && !strings.Contains(text, "# "+strings.ToUpper(anchor[:1])+anchor[1:]+"\n") {
			t.Errorf("%s refers to %q, which is no heading of the guide", c.ID, c.Ref)
		}
		if c.Feature() == "" && !strings.Contains(text, "`"+c.ID+"`") && c.ID != "shape.results" {
			t.Errorf("the guide does not name the check %s", c.ID)
		}
		if c.Promise == "" || c.Advice == "" {
			t.Errorf("%s has no promise or no advice", c.ID)
		}
	}
	for _, op := range contract.Operations() {
		if !strings.Contains(text, "| `"+op+"` |") {
			t.Errorf("the guide's table has no row for %s", op)
		}
	}
}

// TestEveryCheckHasABadAdapter keeps the list of faults complete: all checks but those of features, which have a few.
func TestEveryCheckHasABadAdapter(t *testing.T) {
	t.Parallel()
	bad := faults()
	var ids []string
	for _, c := range adaptercheck.Catalogue() {
		ids = append(ids, c.ID)
		if _, ok := bad[c.ID]; !ok && c.Feature() == "" {
			t.Errorf("no bad adapter fails %s", c.ID)
		}
	}
	for id := range bad {
		if !slices.Contains(ids, id) {
			t.Errorf("the bad adapter %s fails no check", id)
		}
	}
}

// TestTheContractNamesItsClosedSets keeps the contract's text and its types together.
func TestTheContractNamesItsClosedSets(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/adapter-contract.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Concat(contract.Features()[len(contract.Operations()):], contract.OptionNames(), contract.Kinds()) {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("the contract's text does not name %s", name)
		}
	}
}
