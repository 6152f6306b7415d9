package report

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/verdict"
	"github.com/wiretrial/wiretrial/scenarios"
)

// run is how every log of these tests begins.
func run(trace bool) eventlog.Record {
	return eventlog.Record{T: "run", Run: &eventlog.Run{
		Schema: 1, Version: "1.2.3", Date: "2026-11-21T10:00:00Z", Seed: "7f3a", Platform: "linux/amd64", Adapter: "python 1", SDK: "claude-agent-sdk",
		Release: "0.2.186", Language: "python", Runtime: "CPython 3.11.7", Rerun: "-- python3 'my adapter.py'", Proven: true, Trace: trace,
	}}
}

func start(id string, slow bool) eventlog.Record {
	return eventlog.Record{T: "start", Start: &eventlog.Start{ID: id, Slow: slow}}
}

func closing(c eventlog.Case) eventlog.Record { return eventlog.Record{T: "case", Case: &c} }

// denial is the example of the design.
func denial() eventlog.Case {
	return eventlog.Case{
		ID: "permissions/deny[plain]@client", Title: "A denial is answered once, under its own id, with its message", Level: "must", Rules: []string{"CTL-21"},
		Verdict: eventlog.Fail, MS: 20, Where: "scenarios/permissions/deny.yaml",
		Failure: &eventlog.Failure{
			Step: 5, Check: "line.match", Class: "wire", Text: "response.response.message is not what it must be", Path: "response.response.message",
			Want: `"not here"`, Got: `absent: {"behavior":"deny"}`, Where: "scenarios/permissions/deny.yaml:13:3",
			Fault: "SDK: the fake wrote exactly the scripted bytes, and the canaries held",
		},
		Steps: []eventlog.Row{
			{N: 1, Side: "sdk", Text: "start(callbacks: can_use_tool, prompt: delete everything)", Status: "ok"},
			{N: 2, Side: "sdk", Text: "→ user", Status: "ok"},
			{N: 3, Side: "cli", Text: "← can_use_tool p1", Status: "ok"},
			{N: 4, Side: "sdk", Text: "asked can_use_tool, replied behavior: deny, message: not here", Status: "ok"},
			{N: 5, Side: "sdk", Text: "→ control_response p1", Status: "fail", Detail: "response.response.message"},
			{N: 6, Side: "cli", Text: "← result"},
			{N: 7, Side: "sdk", Text: "yields result"},
		},
		Notes: []string{"step 4: whether it came first was not checked: no barrier could be proven"},
	}
}

// long has more steps than are shown, and fails by a law.
func long(n, failed int) eventlog.Case {
	c := eventlog.Case{ID: fmt.Sprintf("turns/long-%d", failed), Title: "A long one", Level: "should", Verdict: eventlog.Fail, MS: 1234.5, Where: "scenarios/turns/long.yaml"}
	for i := 1; i <= n; i++ {
		row := eventlog.Row{N: i, Side: []string{"sdk", "cli", "both"}[i%3], Text: fmt.Sprintf("step %d", i)}
		if failed == 0 || i < failed {
			row.Status = "ok"
		} else if i == failed {
			row.Status, row.Detail = "fail", "deadline"
		}
		c.Steps = append(c.Steps, row)
	}
	c.Failure = &eventlog.Failure{Step: failed, Check: "deadline", Class: "hang", Text: "it never came: proven, nothing moves", Fault: "SDK"}
	if failed == 0 {
		c.Failure = &eventlog.Failure{Check: "delivery.missing", Class: "loss", Text: "an assistant message never arrived", Want: strings.Repeat(`{"type":"assistant"} `, 60), Fault: "SDK"}
	}
	return c
}

// hostile says things that a terminal would obey.
func hostile() eventlog.Case {
	evil := "\x1b]0;pwned\x07\x1b[2J\u202egnp.exe\u2066 \u200b\r\n\x00 日本語 \U000e0001"
	c := denial()
	c.ID, c.Title, c.Rules, c.Notes = "drift/hostile@client", evil, []string{evil}, []string{evil}
	c.Failure = &eventlog.Failure{Step: 1, Check: "match", Class: "wrong", Text: evil, Want: evil, Got: evil, Where: evil, Fault: evil, Kind: evil}
	c.Steps = []eventlog.Row{{N: 1, Side: "cli", Text: evil, Status: "fail", Detail: evil}}
	return c
}

// mixed is a log with every verdict.
func mixed(trace bool) []eventlog.Record {
	flaky := long(3, 2)
	flaky.ID, flaky.Verdict, flaky.Attempts = "turns/flaky", eventlog.Flaky, []string{"fail", "pass"}
	broken := eventlog.Case{
		ID: "turns/broken", Title: "Broken", Level: "must", Verdict: eventlog.Broken,
		Failure: &eventlog.Failure{Check: "error", Class: "error", Text: "the adapter ended in the middle", Fault: "harness or adapter: never the SDK's"},
	}
	differs := long(3, 2)
	differs.ID, differs.Level, differs.Verdict = "turns/differs", "may", eventlog.Differs
	known := denial()
	known.ID, known.Verdict, known.Deviation = "permissions/known", eventlog.Known, "it says so (client.py:deny)\nadapters/python/deviations.yaml:3-9"
	cases := []eventlog.Case{
		denial(), long(30, 20), long(30, 0), flaky, broken, hostile(), known, differs,
		{ID: "turns/fixed", Level: "must", Verdict: eventlog.UnexpectedPass, Deviation: "it passes now: delete adapters/python/deviations.yaml:3-4\n  - id: turns/fixed\n    check: match"},
		{ID: "turns/no", Level: "must", Verdict: eventlog.Unsupported, Missing: []string{"prompt.pull", "interrupt"}},
		{ID: "turns/no2", Level: "should", Verdict: eventlog.Unsupported, Missing: []string{"interrupt"}},
		{ID: "turns/ok", Title: "It works", Level: "must", Verdict: eventlog.Pass, MS: 3},
	}
	recs := []eventlog.Record{run(trace), {T: "plan", Plan: &eventlog.Plan{Cases: len(cases), Files: 9, SlowLeftOut: 2, Levels: map[string]int{"must": 6}}}}
	for _, c := range cases {
		recs = append(recs, start(c.ID, c.ID == "turns/long-20"))
		recs = append(recs, eventlog.Record{T: "trace", Trace: &eventlog.Trace{ID: c.ID, MS: 1.25, Channel: "cli", Text: `{"type":"user","message":"` + strings.Repeat("w ", 90) + `"}`}})
		recs = append(recs, closing(c))
	}
	recs = append(recs, start("turns/unfinished", false))
	recs = append(recs, eventlog.Record{T: "note", Note: &eventlog.Note{Kind: "stale", Text: `deviations.yaml:3:3: no scenario "x"` + "\nsecond line"}})
	end := verdict.Count(cases)
	end.Exit, end.Why, end.MS = 3, "1 verdict error: the harness's or the adapter's fault, never the SDK's", 18800
	return append(recs, eventlog.Record{T: "end", End: &end})
}

// allGreen is a log of a run that proves something.
func allGreen() []eventlog.Record {
	var cases []eventlog.Case
	recs := []eventlog.Record{run(false), {T: "plan", Plan: &eventlog.Plan{Cases: 24}}}
	for i := range 24 {
		c := eventlog.Case{ID: fmt.Sprintf("turns/t%02d", i), Level: "must", Verdict: eventlog.Pass, MS: 20}
		cases = append(cases, c)
		recs = append(recs, start(c.ID, false), closing(c))
	}
	end := verdict.Count(cases)
	end.Exit, end.Why = verdict.Exit(verdict.Outcome{Cases: cases})
	return append(recs, eventlog.Record{T: "end", End: &end})
}

func render(t testing.TB, recs []eventlog.Record, o Options) string {
	t.Helper()
	m := NewModel()
	for _, r := range recs {
		m.Add(r)
	}
	var b bytes.Buffer
	if err := Text(&b, m, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// golden compares a text with testdata/NAME; with UPDATE_GOLDEN set it writes the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (run with UPDATE_GOLDEN=1 to accept):\n%s", path, diff)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		recs []eventlog.Record
		o    Options
	}{
		"denial.txt":    {[]eventlog.Record{run(false), start("x", false), closing(denial())}, Options{}},
		"mixed.txt":     {mixed(false), Options{Width: 100}},
		"narrow.txt":    {mixed(false), Options{Width: 60}},
		"trace.txt":     {mixed(true), Options{Width: 100}},
		"color.txt":     {mixed(false), Options{Width: 100, Color: true}},
		"green.txt":     {allGreen(), Options{}},
		"nothing.txt":   {nil, Options{}},
		"not-linux.txt": {[]eventlog.Record{{T: "run", Run: &eventlog.Run{Platform: "darwin/arm64", Version: "1"}}}, Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, name, render(t, test.recs, test.o))
		})
	}
}

func TestTextOfACutLog(t *testing.T) {
	t.Parallel()
	m := NewModel()
	for _, r := range allGreen()[:10] {
		m.Add(r)
	}
	m.Cut = "line 11: the log ends in the middle of this line"
	var b strings.Builder
	if err := Text(&b, m, Options{}); err != nil || !strings.Contains(b.String(), "not whole: line 11") || !strings.Contains(b.String(), "turns/t03") {
		t.Errorf("%v:\n%s", err, b.String())
	}
}

// Nothing that an SDK says reaches the terminal but as text, and no line but the command to copy is too wide.
func TestTextIsSafeAndBounded(t *testing.T) {
	t.Parallel()
	for _, width := range []int{60, 79, 100, 160} {
		for _, trace := range []bool{false, true} {
			for line := range strings.Lines(render(t, mixed(trace), Options{Width: width})) {
				line = strings.TrimRight(line, "\n")
				if !utf8.ValidString(line) || strings.IndexFunc(line, hidden) >= 0 {
					t.Errorf("width %d: a character that cannot be seen: %q", width, line)
				}
				if columns(line) > width && !strings.HasPrefix(line, "   rerun") && !strings.HasPrefix(line, "✗") && !strings.HasPrefix(line, "!") {
					t.Errorf("%d columns of %d: %s", columns(line), width, line)
				}
			}
		}
	}
}

// The order in which lanes end is no part of the report.
func TestTextDoesNotDependOnTheOrderOfLanes(t *testing.T) {
	t.Parallel()
	a := allGreen()
	b := append([]eventlog.Record(nil), a...)
	for i, k := 2, len(b)-3; i < k; i, k = i+2, k-2 {
		b[i], b[i+1], b[k], b[k+1] = b[k], b[k+1], b[i], b[i+1]
	}
	if diff := cmp.Diff(render(t, a, Options{}), render(t, b, Options{})); diff != "" {
		t.Error(diff)
	}
}

func TestRerunIsACommandLine(t *testing.T) {
	t.Parallel()
	m := NewModel()
	m.Add(run(false))
	m.Add(start("a/b[row]@client", true))
	want := `wiretrial run 'a/b[row]@client' --seed 7f3a --slow --trace -- python3 'my adapter.py'`
	if got := m.Rerun(eventlog.Case{ID: "a/b[row]@client"}); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	many := mixed(false)
	for _, r := range allGreen() {
		if r.Start != nil || r.Case != nil {
			many = append(many, r)
		}
	}
	many[1].Plan.Cases += 24
	for name, terminal := range map[string]bool{"progress-lines.txt": false, "progress-terminal.txt": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			g := &Progress{To: &b, Terminal: terminal}
			for _, r := range many {
				g.Add(r)
			}
			golden(t, name, strings.ReplaceAll(b.String(), "\r", "\n\\r"))
		})
	}
}

const explained = `title: A thing that ${variant.x} does
level: must
rules: [CTL-21, FRM-01]
seen: [py:124]
slow: 7
variants:
  one: {x: one}
  two: {x: two}
steps:
- sdk.start: {prompt: "hi ${variant.x}", callbacks: [can_use_tool]}
- cli.reads: user
- cli.writes: can_use_tool
  as: p1
- sdk.asks: can_use_tool
  reply: {behavior: allow}
- either:
  - - cli.reads: control_response/p1
    - cli.writes: result
  - - cli.dismissed:
    - cli.exits: 1
- quiet: 500ms
- sdk.yields: result
`

func TestExplainAndList(t *testing.T) {
	t.Parallel()
	cat, err := scenarios.LoadFS(fstest.MapFS{"permissions/thing.yaml": {Data: []byte(strings.Replace(explained, "${variant.x} does", "it does", 1))}})
	if err != nil {
		t.Fatal(err)
	}
	cases, err := cat.Select(nil)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := Explain(&b, cases, Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "explain.txt", b.String())
	b.Reset()
	if err := List(&b, cases, Options{Width: 80}); err != nil {
		t.Fatal(err)
	}
	golden(t, "list.txt", b.String())
}
