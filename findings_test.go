package wiretrial_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/adapters"
	"github.com/wiretrial/wiretrial/harness/deviations"
	"github.com/wiretrial/wiretrial/scenarios"
)

const findingsDir = "docs/findings"

// finding is a page of docs/findings: what an SDK does wrong that nobody has reported, and the shortest program that shows it.
type finding struct {
	name, title, sdk, language string
	scenarios                  []string // ids, or patterns of them
	script, program, prints    string
}

// languages are the SDKs that findings are about, and the languages of their programs.
func languages() map[string]string {
	return map[string]string{"python": "python", "typescript": "javascript", "rust": "rust"}
}

func findings(t *testing.T) []finding {
	t.Helper()
	files, err := filepath.Glob(findingsDir + "/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []finding
	for _, file := range files {
		if filepath.Base(file) == "README.md" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parseFinding(strings.TrimSuffix(filepath.Base(file), ".md"), string(text))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		out = append(out, f)
	}
	return out
}

var (
	headline = regexp.MustCompile(`(?m)\A# (.+)$`)
	about    = regexp.MustCompile("(?m)^Scenarios: (.+)$")
	quoted   = regexp.MustCompile("`([^`]+)`")
	fenced   = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")
)

func parseFinding(name, text string) (finding, error) {
	f := finding{name: name, sdk: strings.SplitN(name, "-", 2)[0]}
	f.language = languages()[f.sdk]
	if f.language == "" {
		return f, fmt.Errorf("the name begins with no SDK: want python-, typescript- or rust-")
	}
	title, list := headline.FindStringSubmatch(text), about.FindStringSubmatch(text)
	if title == nil || list == nil {
		return f, fmt.Errorf("want a headline and a line `Scenarios: `")
	}
	f.title = title[1]
	for _, m := range quoted.FindAllStringSubmatch(list[1], -1) {
		f.scenarios = append(f.scenarios, m[1])
	}
	parts := map[string]*string{"yaml": &f.script, f.language: &f.program, "text": &f.prints}
	for _, m := range fenced.FindAllStringSubmatch(text, -1) {
		if part := parts[m[1]]; part != nil && *part == "" {
			*part = m[2]
		} else {
			return f, fmt.Errorf("a second or unknown block of %s: want one yaml, one %s and one text", m[1], f.language)
		}
	}
	if f.script == "" || f.program == "" || f.prints == "" || len(f.scenarios) == 0 {
		return f, fmt.Errorf("want the scenarios, and a block each of yaml, %s and text", f.language)
	}
	return f, nil
}

// A failure that nobody has reported has a page that shows it without the harness, and each page is about failures that are recorded.
func TestEveryUnreportedDeviationHasItsFinding(t *testing.T) {
	t.Parallel()
	pages := map[string]finding{}
	for _, f := range findings(t) {
		pages[f.name] = f
	}
	for sdk := range languages() {
		recorded := unreported(t, sdk)
		for id, why := range recorded {
			name := regexp.MustCompile(`docs/findings/([a-z0-9-]+)\.md`).FindStringSubmatch(why)
			if name == nil {
				t.Errorf("%s: %s is unreported and names no page docs/findings/NAME.md: %q", sdk, id, why)
			} else if f, ok := pages[name[1]]; !ok || f.sdk != sdk || !slices.ContainsFunc(f.scenarios, covers(id)) {
				t.Errorf("%s: %s names docs/findings/%s.md, which is no page of %s about it", sdk, id, name[1], sdk)
			}
		}
		for _, f := range pages {
			for _, pattern := range f.scenarios {
				if f.sdk == sdk && !covered(pattern, recorded) {
					t.Errorf("docs/findings/%s.md is about %s, which is no unreported deviation of %s", f.name, pattern, sdk)
				}
			}
		}
	}
}

// covers tells whether a scenario that a page names is the one of an id, or all rows and entries of its file.
func covers(id string) func(string) bool {
	return func(pattern string) bool {
		return id == pattern || strings.HasPrefix(id, pattern+"[") || strings.HasPrefix(id, pattern+"@")
	}
}

func covered(pattern string, recorded map[string]string) bool {
	for id := range recorded {
		if covers(id)(pattern) {
			return true
		}
	}
	return false
}

// unreported returns the known deviations of an SDK that were not reported, by id, with what the record says of it.
func unreported(t *testing.T, sdk string) map[string]string {
	t.Helper()
	src, err := adapters.Deviations(sdk)
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := scenarios.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	set, err := deviations.Load(sdk+"/deviations.yaml", src, catalogue, "process/left-behind")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range set.Known {
		if e.Unreported != "" {
			out[e.ID] = e.Unreported
		}
	}
	return out
}

// The script of every finding is one that mockclaude plays, and the index names every page.
func TestFindingsAreWellFormed(t *testing.T) {
	t.Parallel()
	index, err := os.ReadFile(findingsDir + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings(t) {
		if _, err := scenarios.Load(f.name+"/script.yaml", []byte(f.script)); err != nil {
			t.Errorf("%s: the script: %v", f.name, err)
		}
		if !strings.Contains(string(index), "["+f.title+"]("+f.name+".md)") {
			t.Errorf("docs/findings/README.md has no line [%s](%s.md)", f.title, f.name)
		}
	}
}
