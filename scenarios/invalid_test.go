package scenarios

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the expected messages of testdata/invalid anew")

// corpus lists the invalid files. The name of each begins with the rule that it breaks, - for the dot.
func corpus(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/invalid/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no corpus of invalid files: %v", err)
	}
	return names
}

// judge loads and lints one file and returns all that is wrong with it.
func judge(t testing.TB, name string) Problems {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Load(filepath.ToSlash(name), src)
	if err == nil {
		return Lint(f)
	}
	var found Problems
	if !errors.As(err, &found) {
		t.Fatalf("%s: want Problems, got %T", name, err)
	}
	return found
}

// promised returns the rule in the name of a corpus file.
func promised(name string) Rule {
	base := strings.TrimSuffix(filepath.Base(name), ".yaml")
	var best Rule
	for _, rule := range everyRule() {
		word := strings.ReplaceAll(string(rule), ".", "-")
		if strings.HasPrefix(base, word) && len(word) > len(best) {
			best = rule
		}
	}
	return best
}

func everyRule() []Rule {
	rules := LoadRules()
	for rule := range LintRules() {
		rules = append(rules, rule)
	}
	return rules
}

func TestInvalidFiles(t *testing.T) {
	t.Parallel()
	for _, name := range corpus(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			found := judge(t, name)
			if rule := promised(name); !slices.ContainsFunc(found, func(p Problem) bool { return p.Rule == rule }) {
				t.Errorf("want the rule %q broken, got:\n%v", rule, found)
			}
			want := strings.TrimSuffix(name, ".yaml") + ".want"
			got := strings.ReplaceAll(found.Error(), filepath.ToSlash(name)+":", "") + "\n"
			if *update {
				if err := os.WriteFile(want, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			text, err := os.ReadFile(want)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(text), got); diff != "" {
				t.Errorf("messages differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryRuleHasAnInvalidFile(t *testing.T) {
	t.Parallel()
	shown := map[Rule]bool{RuleSize: true} // a mebibyte is made by TestLoadBounds instead
	for _, name := range corpus(t) {
		shown[promised(name)] = true
	}
	for _, rule := range everyRule() {
		if !shown[rule] {
			t.Errorf("no file in testdata/invalid breaks %s", rule)
		}
	}
}

func TestEveryProblemHasAPlaceAndAKnownRule(t *testing.T) {
	t.Parallel()
	known := LintRules()
	for _, rule := range LoadRules() {
		known[rule] = Error
	}
	for _, name := range corpus(t) {
		for _, p := range judge(t, name) {
			if p.Pos.Line < 1 || p.Pos.Col < 1 || p.Pos.File == "" {
				t.Errorf("no place: %s", p)
			}
			if severity, ok := known[p.Rule]; !ok || severity != p.Severity {
				t.Errorf("rule %s with severity %s is not in the table: %s", p.Rule, p.Severity, p)
			}
		}
	}
}
