package deviations

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wiretrial/wiretrial/scenarios"
)

const leftBehind = "process/left-behind"

// catalogue has turns/hello with two entry points, and control/both with two rows.
func catalogue(t testing.TB) *scenarios.Catalogue {
	t.Helper()
	const turn = "title: A turn ends\nlevel: must\nrules: [FRM-01]\n%ssteps:\n- sdk.start: hi\n- cli.reads: user\n- cli.writes: result\n- sdk.yields: result\n"
	rows := "variants:\n  one: {x: 1}\n  two: {x: 2}\n"
	cat, err := scenarios.LoadFS(fstest.MapFS{
		"turns/hello.yaml":  {Data: fmt.Appendf(nil, turn, "")},
		"control/both.yaml": {Data: []byte(strings.Replace(fmt.Sprintf(turn, rows), "sdk.start: hi", "sdk.start: hi ${variant.x}", 1))},
	})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

const good = `# why
features: [prompt, interrupt]
known:
- id: turns/hello
  versions: ">=0.2 <0.3"
  check: deadline
  class: hang
  reason: |
    it waits
    for ever
  code: client.py:read

  issue: py#98
  expires: 2027-01-31

# the next one
- {id: 'control/both[one]*', versions: "*", check: fails.kind, kind: timeout, reason: r, unreported: too new}
- id: process/left-behind
  versions: 0.2.1
  check: process.left
  reason: r
  unreported: u
`

func load(t testing.TB, src string) (*Set, error) {
	t.Helper()
	return Load("adapters/x/deviations.yaml", []byte(src), catalogue(t), leftBehind)
}

func TestLoad(t *testing.T) {
	t.Parallel()
	set, err := load(t, good)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Known) != 3 || fmt.Sprint(set.Features) != "[prompt interrupt]" {
		t.Fatalf("got %+v", set)
	}
	var got []string
	for i := range set.Known {
		e := &set.Known[i]
		got = append(got, fmt.Sprintf("%s %s %d cases, stale %v", e.Place(), e.failure(), len(e.cases), e.Stale()))
	}
	want := []string{
		"adapters/x/deviations.yaml:4-14 deadline, hang 2 cases, stale false",
		"adapters/x/deviations.yaml:17 fails.kind, timeout 2 cases, stale false",
		"adapters/x/deviations.yaml:18-22 process.left 1 cases, stale false",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if e := set.Known[0]; e.Reason != "it waits\nfor ever" || e.Issue != "py#98" || e.Code != "client.py:read" || e.Expires.Format("2006-01-02") != "2027-01-31" {
		t.Errorf("got %+v", e)
	}
}

func TestLoadNothing(t *testing.T) {
	t.Parallel()
	for _, src := range []string{"", "# only a comment\n", "known: []\n", "~\n"} {
		if set, err := load(t, src); err != nil || len(set.Known) != 0 || set.Features != nil {
			t.Errorf("%q: %+v, %v", src, set, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	entry := func(change string) string {
		lines := "- id: turns/hello\n  versions: \"*\"\n  check: deadline\n  reason: r\n  unreported: u\n"
		key, _, _ := strings.Cut(strings.TrimSpace(change), ":")
		for line := range strings.Lines(lines) {
			if strings.Contains(line, key+":") {
				prefix := line[:strings.Index(line, key)]
				return "known:\n" + strings.Replace(lines, line, prefix+change+"\n", 1)
			}
		}
		return "known:\n" + lines + "  " + change + "\n"
	}
	for name, test := range map[string]struct{ src, want string }{
		"no YAML":               {"known: [\n", "deviations.yaml:"},
		"a list":                {"- a\n", "deviations.yaml:1:1: want a map"},
		"unknown key":           {"knwon: []\n", `1:1: unknown key "knwon"; did you mean known?`},
		"key twice":             {"known: []\nknown: []\n", "stands here twice"},
		"unknown key of entry":  {entry("expire: 2027-01-01"), `unknown key "expire"; did you mean expires?`},
		"unknown check":         {entry("check: dedline"), `4:10: unknown check "dedline"; did you mean deadline?`},
		"unknown class":         {entry("class: hank"), `unknown class "hank"; did you mean hang?`},
		"unknown kind":          {entry("kind: timeuot"), `unknown kind "timeuot"; did you mean timeout?`},
		"unknown feature":       {"features: [promt]\n", `1:12: unknown feature "promt"; did you mean prompt?`},
		"feature twice":         {"features: [prompt, prompt]\n", "stands here twice"},
		"bad range":             {entry("versions: latest"), "no range of versions"},
		"empty range":           {entry("versions: ''"), "want a text"},
		"bad date":              {entry("expires: soon"), "want a date"},
		"unreported is false":   {entry("unreported: false"), "says nothing"},
		"issue and unreported":  {entry("issue: x"), "either issue"},
		"no reason":             {"known:\n- {id: turns/hello, versions: '*', check: deadline, issue: x}\n", "2:3: the key reason is missing"},
		"neither of the two":    {"known:\n- {id: turns/hello, versions: '*', check: deadline, reason: x}\n", "either issue"},
		"an entry is no map":    {"known: [a]\n", "1:9: want a map"},
		"known is no list":      {"known: a\n", "want a list"},
		"a map for a text":      {entry("reason: {a: b}"), "want a text"},
		"an alias":              {"features: &x [prompt]\nknown: *x\n", "anchors"},
		"two documents":         {"known: []\n---\nknown: []\n", "one document"},
		"too large":             {"#" + strings.Repeat("x", MaxSource), "bytes"},
		"several, all reported": {"features: [promt]\nknwon: []\n", "2:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, err := load(t, test.src)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "adapters/x/deviations.yaml:") {
				t.Errorf("got %+v, %v; want an error with a place that says %q", set, err, test.want)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("known:\n- {id: a/b}\n"))
	cat := catalogue(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		set, err := Load("f.yaml", src, cat)
		if (set == nil) == (err == nil) {
			t.Fatalf("%v, %v", set, err)
		}
	})
}
