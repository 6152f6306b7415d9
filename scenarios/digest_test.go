package scenarios_test

import (
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/scenarios"
)

const digested = `# a comment
title: A turn
level: must
rules: [FRM-01]
seen: [B092]
entry: [client]
steps:
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
  set: {text: "1"}
- cli.writes: result
- sdk.yields: assistant
- sdk.yields: result
`

func digest(t *testing.T, name, text string) string {
	t.Helper()
	f, err := scenarios.Load(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.Digest()
	if err != nil || len(d) != 16 {
		t.Fatalf("got %q, %v", d, err)
	}
	return d
}

func TestDigestStandsForWhatIsPlayed(t *testing.T) {
	t.Parallel()
	whole := digest(t, "turns/one.yaml", digested)
	for name, c := range map[string]struct {
		from, to string
		changes  bool
	}{
		"nothing":        {"", "", false},
		"a comment":      {"# a comment\n", "# another\n\n", false},
		"its title":      {"title: A turn", "title: A turn that is told otherwise", false},
		"its level":      {"level: must", "level: should", false},
		"its rules":      {"rules: [FRM-01]", "rules: [FRM-02]", false},
		"its sources":    {"seen: [B092]", "seen: [B093, py#53]", false},
		"its layout":     {`set: {text: "1"}`, "set:\n    text: \"1\"", false},
		"a step's text":  {"go on", "go away", true},
		"a step's type":  {`text: "1"`, "text: 1", true},
		"a step less":    {"- sdk.yields: result\n", "", true},
		"steps' order":   {"- cli.writes: result\n- sdk.yields: assistant\n", "- sdk.yields: assistant\n- cli.writes: result\n", true},
		"a refinement":   {"- sdk.yields: result\n", "- sdk.yields: result\n  within: 2s\n", true},
		"an entry point": {"entry: [client]", "entry: [oneshot]", true},
		"a setting":      {"steps:\n", "cli: {startup: 20ms}\nsteps:\n", true},
		"a row":          {"steps:\n- sdk.start: go on\n", "variants: {a: {p: go on}, b: {p: go}}\nsteps:\n- sdk.start: ${variant.p}\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(digested, c.from, c.to, 1)
			if got := digest(t, "turns/one.yaml", text); (got != whole) != c.changes {
				t.Errorf("the digest changes: want %v, got %s after %s for\n%s", c.changes, got, whole, text)
			}
		})
	}
	if digest(t, "turns/other.yaml", digested) == whole {
		t.Error("a file of another id has the same digest")
	}
}

func TestDigestsOfTheCatalogueDiffer(t *testing.T) {
	t.Parallel()
	cat, err := scenarios.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, f := range cat.Files {
		d, err := f.Digest()
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[d]; ok {
			t.Errorf("%s and %s have the digest %s", other, f.ID, d)
		}
		seen[d] = f.ID
	}
}
