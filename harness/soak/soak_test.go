package soak_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/soak"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

// player writes runs.
type player struct {
	t   *testing.T
	add func(soak.Record) error
	n   int
}

func (p *player) must(rec soak.Record) {
	p.t.Helper()
	if err := p.add(rec); err != nil {
		p.t.Fatal(err)
	}
}

func kind(sdk string, loaded bool) soak.Kind {
	return soak.Kind{Subject: soak.Subject{SDK: sdk, Release: "1"}, Loaded: loaded}
}

// run writes one run: outcomes by id, "pass" or "fail check".
func (p *player) run(k soak.Kind, whole bool, plays ...string) {
	p.t.Helper()
	p.n++
	p.must(soak.Record{T: "run", Run: &soak.Run{
		N: p.n, Kind: k, Conditions: soak.Conditions{Seed: fmt.Sprintf("%x", p.n), Cut: "random", CPUs: 2}, Date: "2026-11-21T00:00:00Z", Version: "devel", Cases: len(plays),
	}})
	for _, play := range plays {
		words := strings.Fields(play) // id text verdict [check]
		o := soak.Outcome{Verdict: eventlog.Verdict(words[2])}
		if len(words) > 3 {
			o.Check = words[3]
		}
		p.must(soak.Record{T: "play", Play: &soak.Play{Run: p.n, ID: words[0], Text: words[1], Level: "must", Outcome: o}})
	}
	if whole {
		p.must(soak.Record{T: "end", End: &soak.End{Run: p.n}})
	}
}

func TestChanged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plays []string
		want  bool
	}{
		"always the same":                        {[]string{"a x pass", "a x pass"}, false},
		"a pass and a failure":                   {[]string{"a x pass", "a x fail match"}, true},
		"a known failure and an unexpected pass": {[]string{"a x known match", "a x unexpected-pass"}, true},
		"a failure that was recorded since":      {[]string{"a x fail match", "a x known match"}, false},
		"a record that was struck since":         {[]string{"a x unexpected-pass", "a x pass"}, false},
		"two ways to fail":                       {[]string{"a x known fails", "a x known closed"}, false},
		"an error once":                          {[]string{"a x pass", "a x error error"}, true},
		"flaky within a run":                     {[]string{"a x flaky", "a x flaky"}, true},
		"the scenario became another":            {[]string{"a x fail match", "a y pass"}, false},
		"unsupported and passed":                 {[]string{"a x unsupported", "a x pass"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tally := soak.NewTally()
			p := &player{t: t, add: tally.Add}
			for _, play := range c.plays {
				p.run(kind("go", false), true, play)
			}
			if got := tally.Sums()[0].Changed(); got != c.want {
				t.Errorf("changed: %v", got)
			}
			if code := tally.Status().Code; c.want != (code == verdict.Failed) {
				t.Errorf("exit %d", code)
			}
		})
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plays []string
		code  int
	}{
		"nothing":            {nil, verdict.Unproven},
		"passes":             {[]string{"a x pass", "b x known match", "c x unsupported"}, verdict.OK},
		"a failure":          {[]string{"a x pass", "b x fail match"}, verdict.Failed},
		"an unexpected pass": {[]string{"a x unexpected-pass"}, verdict.Failed},
		"an error":           {[]string{"a x error error", "b x fail match"}, verdict.Fault},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tally := soak.NewTally()
			(&player{t: t, add: tally.Add}).run(kind("go", false), true, c.plays...)
			if got := tally.Status(); got.Code != c.code {
				t.Errorf("exit %d: %s", got.Code, got.Why)
			}
		})
	}
}

// Two SDKs, idle and loaded, a kill in the middle of a line and of a run, and a third invocation: nothing that was written is lost.
func TestARecordIsAddedToOverInvocations(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	first, err := soak.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, add: first.Add}
	p.run(kind("go", false), true, "a x pass", "b x pass")
	p.run(kind("go", true), true, "a x pass", "b x pass")
	p.run(kind("python", false), false, "a x pass")
	if _, err := soak.Open(dir); !errors.Is(err, soak.ErrBusy) {
		t.Errorf("opened twice: %v", err)
	}
	mustClose(t, first)
	path := filepath.Join(dir, soak.FileName)
	appendTo(t, path, `{"t":"play","play":{"run":3,"id":"b`)

	second, err := soak.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, second)
	run, played, ok := second.Tally.Unfinished(kind("python", false))
	if !ok || run.N != 3 || run.Seed != "3" || !played["a"] || played["b"] {
		t.Errorf("to be gone on with: %v, %v, %v", run, played, ok)
	}
	if err := errors.Join(
		second.Add(soak.Record{T: "play", Play: &soak.Play{Run: 3, ID: "b", Level: "must", Outcome: soak.Outcome{Verdict: eventlog.Pass}}}),
		second.Add(soak.Record{T: "end", End: &soak.End{Run: 3}}),
	); err != nil {
		t.Fatal(err)
	}
	for _, k := range []soak.Kind{kind("go", false), kind("go", true), kind("python", false)} {
		if n := second.Tally.Complete(k); n != 1 {
			t.Errorf("%d whole runs of %v", n, k)
		}
	}
	read, err := soak.Load(dir)
	if err != nil || cmp.Diff(read.Sums(), second.Tally.Sums()) != "" {
		t.Errorf("read again: %v\n%s", err, cmp.Diff(read.Sums(), second.Tally.Sums()))
	}
	fits(t, path)
}

// The size of a record is bounded by what is soaked, not by how often, and nothing counts less for that.
func TestARecordIsAddedUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := soak.OpenWithSlack(dir, 4000)
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, f)
	all := soak.NewTally()
	p := &player{t: t, add: func(rec soak.Record) error { return errors.Join(f.Add(rec), all.Add(rec)) }}
	for n := range 100 {
		outcome := "b x pass"
		if n == 40 {
			outcome = "b x fail match"
		}
		p.run(kind("go", n%2 == 1), true, "a x pass", outcome)
		if info, err := os.Stat(filepath.Join(dir, soak.FileName)); err != nil || info.Size() > 8000 {
			t.Fatalf("after %d runs: %d bytes, %v", n, info.Size(), err)
		}
	}
	fits(t, filepath.Join(dir, soak.FileName))
	read, err := soak.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(all.Sums(), read.Sums()) + cmp.Diff(all.Kinds(), read.Kinds()); diff != "" || read.Next() != all.Next() {
		t.Errorf("added up it is another record:\n%s", diff)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".soak-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestBadRecordsAreRefused(t *testing.T) {
	t.Parallel()
	const head = `{"t":"head","head":{"schema":1,"last":0}}` + "\n"
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":            {"hello\n", "line 1"},
		"no head":            {`{"t":"end","end":{"run":1}}` + "\n", "line 1: the first line is no head"},
		"another format":     {`{"t":"head","head":{"schema":2,"last":0}}` + "\n", "schema 2"},
		"a wrong name":       {head + `{"t":"run","end":{"run":1}}` + "\n", "line 2"},
		"an unknown key":     {head + `{"t":"end","end":{"run":1},"x":1}` + "\n", "line 2"},
		"a play of no run":   {head + `{"t":"play","play":{"run":7,"id":"a","level":"must","verdict":"pass"}}` + "\n", "run 7, which did not begin"},
		"a run twice":        {head + strings.Repeat(`{"t":"run","run":{"n":1,"sdk":"go"}}`+"\n", 2), "run 1 comes after run 1"},
		"a sum of nothing":   {head + `{"t":"sum","sum":{"sdk":"go","release":"1","id":"a","level":"must","latest":{"verdict":"pass"},"outcomes":[]}}` + "\n", "without outcomes"},
		"a line without end": {head + strings.Repeat("x", 2<<20) + "\n", "more than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			appendTo(t, filepath.Join(dir, soak.FileName), c.text)
			if _, err := soak.Open(dir); !errors.Is(err, soak.ErrRecord) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"t":"head","head":{"schema":1,"last":0}}` + "\n" + `{"t":"run","run":{"n":1,"sdk":"go"}}` + "\n" + `{"t":"end","end":{"run":1}}` + "\n"))
	f.Add([]byte(`{"t":"head","head":{"schema":1,"last":3}}` + "\n" + `{"t":"sum","sum":{"outcomes":[{"n":1}]}}` + "\n" + `{"t":`))
	f.Fuzz(func(t *testing.T, text []byte) {
		tally, whole, err := soak.Read(bytes.NewReader(text))
		if whole > int64(len(text)) {
			t.Fatalf("%d whole bytes of %d", whole, len(text))
		}
		if err == nil {
			if err := soak.Text(&bytes.Buffer{}, tally, soak.Options{Each: true}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestSchemaIsPublished(t *testing.T) {
	t.Parallel()
	published, err := os.ReadFile("../../docs/soak.schema.json")
	if err != nil || !bytes.Equal(published, soak.JSONSchema()) {
		t.Errorf("docs/soak.schema.json is not harness/soak/soak.schema.json; copy it (%v)", err)
	}
}

// fits holds every line of a record against the schema.
func fits(t *testing.T, path string) {
	t.Helper()
	doc := new(jsonschema.Schema)
	if err := json.Unmarshal(soak.JSONSchema(), doc); err != nil {
		t.Fatal(err)
	}
	schema, err := doc.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		var v map[string]any
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func mustClose(t *testing.T, f *soak.File) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
