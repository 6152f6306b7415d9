package scenarios

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// shelf is a small catalogue.
func shelf(t testing.TB) *Catalogue {
	t.Helper()
	const steps = "steps:\n- sdk.start: ${variant.p}\n- cli.reads: user\n- each_order:\n  - cli.writes: init\n  - cli.writes: state\n"
	c, err := LoadFS(fstest.MapFS{
		"framing/split-frame.yaml": {Data: []byte(head + "variants: {at-64k: {p: a}, odd: {p: b}}\n" + steps)},
		"framing/one.yaml":         {Data: []byte(head + "formerly: [old/first]\nsteps:\n- sdk.start: go\n")},
		"stdin/held.yaml":          {Data: []byte(head + "entry: [oneshot]\nsteps:\n- sdk.start: go\n")},
		"testdata/broken.yaml":     {Data: []byte("no scenario")},
		"readme.yaml":              {Data: []byte("not in an area")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSelect(t *testing.T) {
	t.Parallel()
	c := shelf(t)
	one := []string{"framing/one@oneshot", "framing/one@client"}
	odd := []string{"framing/split-frame[odd,o12]@oneshot", "framing/split-frame[odd,o12]@client",
		"framing/split-frame[odd,o21]@oneshot", "framing/split-frame[odd,o21]@client"}
	for _, tt := range []struct {
		patterns string
		want     []string
	}{
		{"framing/one@client", one[1:]},
		{"framing/one", one},
		{"old/first", one},
		{"old/first@oneshot", one[:1]},
		{"stdin", []string{"stdin/held"}},
		{"st*", []string{"stdin/held"}},
		{"*held", []string{"stdin/held"}},
		{"framing/split-frame[odd]", odd},
		{"framing/split-frame[odd,o21]", odd[2:]},
		{"framing/split-frame[odd]@client", []string{odd[1], odd[3]}},
		{"*[odd*]@oneshot", []string{odd[0], odd[2]}},
		{"stdin/held framing/one", append(append([]string{}, one...), "stdin/held")},
	} {
		t.Run(tt.patterns, func(t *testing.T) {
			t.Parallel()
			cases, err := c.Select(strings.Fields(tt.patterns))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, ids(cases)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	all, err := c.Select(nil)
	if err != nil || len(all) != 2+8+1 {
		t.Errorf("no pattern: want all 11 cases, got %d, %v", len(all), err)
	}
}

func TestSelectUnknown(t *testing.T) {
	t.Parallel()
	c := shelf(t)
	for pattern, near := range map[string]string{
		"framing/onee": "framing/one", "stdn": "stdin", "framing/split-frame[old]": "framing/split-frame", "zzz*": "", "framing/[a-z]*": "", "": "",
	} {
		_, err := c.Select([]string{"stdin", pattern})
		var unknown *UnknownError
		if !errors.As(err, &unknown) || unknown.Pattern != pattern {
			t.Errorf("%q: want an UnknownError, got %v", pattern, err)
			continue
		}
		if text := unknown.Error(); !strings.Contains(text, "no scenario") || !strings.Contains(text, pattern) {
			t.Errorf("%q: the message does not say what is unknown: %s", pattern, text)
		}
		if got := strings.Join(unknown.Near, " "); near != "" && !strings.Contains(got, near) {
			t.Errorf("%q: want %s among the nearest, got %q", pattern, near, got)
		}
	}
}

func TestLoadFSRefusesOneIDTwice(t *testing.T) {
	t.Parallel()
	_, err := LoadFS(fstest.MapFS{
		"a/one.yaml": {Data: []byte(head + "steps:\n- sdk.start: go\n")},
		"a/two.yaml": {Data: []byte(head + "formerly: [a/one]\nsteps:\n- sdk.start: go\n")},
	})
	var found Problems
	if !errors.As(err, &found) || found[0].Rule != RuleFileID {
		t.Errorf("want a problem of %s, got %v", RuleFileID, err)
	}
}

func TestIDComesFromThePath(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"framing/one.yaml": "framing/one", "/a/b/framing/one.yaml": "framing/one", `C:\x\framing\one.yaml`: "framing/one",
		"claude.yaml": "local/claude", "./claude.yaml": "local/claude", "/tmp/Run_1/claude.yaml": "local/claude",
		"One.yaml": "", "one.yml": "", "a/.yaml": "", "": "", "..": "",
	} {
		f, err := Load(name, []byte(head+"steps:\n- sdk.start: go\n"))
		switch {
		case want == "" && err == nil:
			t.Errorf("%q: want an error, got the id %s", name, f.ID)
		case want != "" && (err != nil || f.ID != want):
			t.Errorf("%q: want the id %s, got %v", name, want, err)
		}
	}
	_, err := LoadFS(fstest.MapFS{"Framing/one.yaml": {Data: []byte(head + "steps:\n- sdk.start: go\n")}})
	if err == nil {
		t.Error("a folder that is no area: want an error")
	}
}

func TestEmbeddedCatalogueIsClean(t *testing.T) {
	t.Parallel()
	c, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Files) == 0 {
		t.Fatal("the catalogue is empty")
	}
	for _, f := range c.Files {
		for _, p := range Problems(Lint(f)).Errors() {
			t.Errorf("%s", p)
		}
	}
}
