package matrix

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

func stateKnown() Known {
	return Known{
		Mutants: map[string]string{"m": "1111111111111111"},
		Files:   []File{{ID: "a/b", Digest: "aaaaaaaaaaaaaaaa"}, {ID: "c/d", Digest: "cccccccccccccccc"}},
	}
}

func outcome(file string, v eventlog.Verdict, check string) Result {
	r := Result{Subject: "m", File: file, Case: eventlog.Case{ID: file + "@client", Verdict: v}}
	if check != "" {
		r.Case.Failure = &eventlog.Failure{Check: check, Text: "why"}
	}
	return r
}

// folder makes a state in which m was played two files.
func folder(t *testing.T, results ...Result) string {
	t.Helper()
	dir := t.TempDir()
	s := opened(t, dir, stateKnown())
	for _, r := range results {
		if err := s.keep("m", []string{r.File}, results); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func opened(t *testing.T, dir string, k Known) *State {
	t.Helper()
	s, err := OpenState(dir, k)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestStateKeepsWhatWasPlayed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(t *testing.T, dir string, k *Known)
		want   string
	}{
		{"as it was", nil, "a/b c/d"},
		{"a scenario changed", func(_ *testing.T, _ string, k *Known) { k.Files[0].Digest = "bbbbbbbbbbbbbbbb" }, "c/d"},
		{"the mutant changed", func(_ *testing.T, _ string, k *Known) { k.Mutants["m"] = "2222222222222222" }, ""},
		{"its last line was cut off", func(t *testing.T, dir string, _ *Known) {
			path := filepath.Join(dir, "m.ndjson")
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, text[:len(text)-9], 0o644); err != nil {
				t.Fatal(err)
			}
		}, "a/b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, outcome("a/b", eventlog.Fail, "match"), outcome("c/d", eventlog.Pass, ""))
			k := stateKnown()
			if c.change != nil {
				c.change(t, dir, &k)
			}
			s := opened(t, dir, k)
			kept, err := s.open("m")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range k.Files {
				if len(kept[f.ID]) > 0 {
					got = append(got, f.ID)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("kept %v, want %q", got, c.want)
			}
			if r := kept["a/b"]; len(r) > 0 && !Kills(r[0]) {
				t.Errorf("the kill did not come back: %+v", r)
			}
			if err := s.keep("m", []string{"c/d"}, []Result{outcome("c/d", eventlog.Pass, "")}); err != nil {
				t.Fatal(err)
			}
			if again, err := opened(t, dir, k).open("m"); err != nil || len(again["c/d"]) != 1 {
				t.Errorf("what is kept behind it cannot be read: %v %v", again, err)
			}
		})
	}
}

func TestAFaultOfTheHarnessIsPlayedAnew(t *testing.T) {
	t.Parallel()
	s := opened(t, folder(t, outcome("a/b", eventlog.Broken, "error")), stateKnown())
	if kept, err := s.open("m"); err != nil || len(kept) > 0 {
		t.Errorf("kept %v, %v", kept, err)
	}
}

func TestAStateThatIsNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "m.ndjson"), []byte("{}\nno JSON\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := opened(t, dir, stateKnown()).open("m"); err == nil || !strings.Contains(err.Error(), "m.ndjson, line 1") {
		t.Errorf("got %v", err)
	}
	if _, err := OpenState(filepath.Join(dir, "m.ndjson"), stateKnown()); err == nil {
		t.Error("a file was taken for a folder")
	}
}
