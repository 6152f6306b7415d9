package scenarios

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// FuzzLoad: whatever the text, Load ends, does not panic, and returns a file whose cases and lint hold, or problems with places.
func FuzzLoad(f *testing.F) {
	for _, name := range append(sketches(f), corpus(f)...) {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file, err := Load("area/name.yaml", src)
		if err != nil {
			var found Problems
			if !errors.As(err, &found) || len(found) == 0 {
				t.Fatalf("want Problems, got %v", err)
			}
			for _, p := range found {
				if p.Pos.Line < 1 || p.Message == "" || p.Rule == "" {
					t.Errorf("a problem without place, rule or message: %+v", p)
				}
			}
			return
		}
		cases, err := file.Cases()
		if err != nil || len(cases) == 0 {
			t.Fatalf("a loaded file has cases, got %d, %v", len(cases), err)
		}
		seen := map[string]bool{}
		for _, c := range cases {
			if seen[c.ID] {
				t.Errorf("the id %s twice", c.ID)
			}
			seen[c.ID] = true
		}
		if len(src) < 4<<10 && !strings.Contains(string(src), "fill:") && !strings.Contains(string(src), "words:") {
			Lint(file)
		}
	})
}

func TestLoadBounds(t *testing.T) {
	t.Parallel()
	rows := func(n, width int) string {
		var b strings.Builder
		b.WriteString(head + "variants:\n")
		for i := range n {
			fmt.Fprintf(&b, "  r-%d: {c: %s}\n", i, strings.Repeat("x", width))
		}
		return b.String()
	}
	long := "steps:\n- sdk.start: " + strings.Repeat("${variant.c}", 2000) + "\n"
	for _, tt := range []struct {
		name, text string
		rule       Rule
	}{
		{"a long file", head + "# " + strings.Repeat("x", MaxSource), RuleSize},
		{"many values", head + "needs: [" + strings.Repeat("a,", maxNodes) + "]\n", RuleLimit},
		{"deep values", head + "needs: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "\n", RuleLimit},
		{"many rows", rows(MaxCases+1, 1) + "steps:\n- sdk.start: ${variant.c}\n", RuleFileCases},
		{"rows that grow", rows(900, 900) + long, RuleFileCases},
		{"many steps", head + "steps:\n- sdk.start: go\n" + strings.Repeat("- cli.starts:\n", maxSteps), RuleFileCases},
		{"many ways", rows(300, 1) + "steps:\n- sdk.start: ${variant.c}\n" + strings.Repeat("- cli.starts:\n", 200), RuleFileCases},
		{"many problems", head + "steps:\n- sdk.start: go\n" + strings.Repeat("- cli.stars:\n", 1000), RuleStepVerb},
		{"deep without end", head + "needs: " + strings.Repeat("[", 200_000), RuleSyntax},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			_, err := Load("area/name.yaml", []byte(tt.text))
			var found Problems
			if !errors.As(err, &found) {
				t.Fatalf("want Problems, got %v", err)
			}
			if found[0].Rule != tt.rule && found[len(found)-1].Rule != tt.rule {
				t.Errorf("want %s, got %s", tt.rule, clip(err.Error()))
			}
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}
