package scenarios

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sketches(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/sketches/*/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no sketches: %v", err)
	}
	return names
}

func TestLoadsEverySketch(t *testing.T) {
	t.Parallel()
	for _, name := range sketches(t) {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Load(name, src)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		cases, err := f.Cases()
		if err != nil || len(cases) == 0 {
			t.Errorf("%s: %d cases, %v", name, len(cases), err)
		}
	}
}

// TestEverySketchIsClean: no sketch breaks a rule of the lint. Two are warned of, rightly: an error that names a limit can be told by
// its words only, and tool_use_id is what that promise is about.
func TestEverySketchIsClean(t *testing.T) {
	t.Parallel()
	warned := map[Rule]int{}
	for _, name := range sketches(t) {
		for _, p := range judge(t, name) {
			if p.Severity == Error {
				t.Errorf("%s", p)
			}
			warned[p.Rule]++
		}
	}
	if diff := cmp.Diff(map[Rule]int{RuleProse: 1, RuleIdentity: 1}, warned); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}
