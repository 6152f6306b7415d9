package scenarios

import (
	"os"
	"path/filepath"
	"testing"
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
		for _, c := range cases {
			t.Log(c.ID, c.Features)
		}
	}
}

func TestEverySketchIsClean(t *testing.T) {
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
		for _, p := range Lint(f) {
			t.Errorf("%s", p)
		}
	}
}
