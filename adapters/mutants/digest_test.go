package mutants

import (
	"maps"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEveryMutantHasADigestOfItsOwn(t *testing.T) {
	t.Parallel()
	digests, err := Digests()
	if err != nil {
		t.Fatal(err)
	}
	owner := map[string]string{}
	for _, m := range All() {
		d := digests[m.Name]
		if len(d) != 16 || owner[d] != "" {
			t.Errorf("%s has the digest %q, as %q has", m.Name, d, owner[d])
		}
		owner[d] = m.Name
	}
}

// edited gives the digests of this package with a change in one of its files.
func edited(t *testing.T, file, from, to string) map[string]string {
	t.Helper()
	tree := fstest.MapFS{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() == file {
			if strings.Count(string(text), from) == 0 {
				t.Fatalf("%s has no %q", file, from)
			}
			text = []byte(strings.Replace(string(text), from, to, 1))
		}
		tree[e.Name()] = &fstest.MapFile{Data: text}
	}
	c, err := readCode(tree)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for name := range c.mutants {
		out[name] = c.digest(name)
	}
	return out
}

func TestDigestsFollowTheCode(t *testing.T) {
	t.Parallel()
	own := edited(t, "", "", "")
	for _, c := range []struct{ name, file, from, to, changes, keeps string }{
		{"a comment", "stdin.go", "// brittle is", "// It is", "", "write-after-end"},
		{"the wording", "stdin.go", "never closes stdin", "does not close stdin", "", "eof-never"},
		{"what it must fail", "stdin.go", `"stdin/background-shell"`, `"stdin/another"`, "", "eof-never"},
		{"its own line", "stdin.go", "CloseInput: s == parts.PromptEnded", "CloseInput: s != parts.PromptEnded", "eof-after-prompt", "eof-never"},
		{"a constant that it uses", "stdin.go", "60 * time.Second", "61 * time.Second", "eof-by-timer", "eof-never"},
		{"a method of a type that it uses", "stdin.go", "b.open += n", "b.open -= n", "write-after-end", "eof-never"},
		{"a function that many use", "mutant.go", "change(p)", "change(p); change(p)", "eof-never", "do-nothing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := edited(t, c.file, c.from, c.to)
			if c.changes == "" && !maps.Equal(got, own) {
				t.Error("the digests changed")
			}
			if c.changes != "" && got[c.changes] == own[c.changes] {
				t.Errorf("that of %s did not change", c.changes)
			}
			if got[c.keeps] != own[c.keeps] || own[c.keeps] == "" {
				t.Errorf("that of %s went from %q to %q", c.keeps, own[c.keeps], got[c.keeps])
			}
		})
	}
}
