package eventlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"
)

// sample is a log with one record of each kind.
func sample() []Record {
	return []Record{
		{T: "run", Run: &Run{Schema: Schema, Version: "1.2.3", Date: "2026-11-21T10:00:00Z", Seed: "7f3a", Platform: "linux/amd64", Features: []string{"prompt"}, Proven: true}},
		{T: "plan", Plan: &Plan{Cases: 1, Files: 1, SlowLeftOut: 2, Levels: map[string]int{"must": 1}}},
		{T: "start", Start: &Start{ID: "a/b@client", Slow: true}},
		{T: "trace", Trace: &Trace{ID: "a/b@client", MS: 0.5, Channel: "cli", Session: "b", Text: `{"type":"user"}`}},
		{T: "case", Case: &Case{
			ID: "a/b@client", Title: "It works", Level: "must", Rules: []string{"FRM-01"}, Verdict: Fail, MS: 12.5,
			Failure: &Failure{Step: 2, Check: "match", Class: "wrong", Text: "it is not", Path: "type", Want: "1", Got: "2", Where: "a/b.yaml:3:1", Fault: "SDK"},
			Steps:   []Row{{N: 1, Side: "sdk", Text: "start(hi)", Status: "ok"}, {N: 2, Side: "cli", Text: "← result", Status: "fail", Detail: "type"}},
			Notes:   []string{"a note"},
		}},
		{T: "note", Note: &Note{Kind: "stale", Text: "an entry"}},
		{T: "end", End: &Ending{
			Counts: map[Verdict]int{Fail: 1}, Levels: map[string]map[Verdict]int{"must": {Fail: 1}}, Classes: map[string]int{"wrong": 1}, MS: 20, Exit: 1, Why: "1 failed",
		}},
	}
}

func written(t testing.TB, recs []Record) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(NewCleaner(nil), []Output{{"buffer", &b}})
	for _, r := range recs {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestReadReturnsWhatWasWritten(t *testing.T) {
	t.Parallel()
	got, err := Read(iotest.OneByteReader(bytes.NewReader(written(t, sample()))))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), got); diff != "" {
		t.Error(diff)
	}
}

// A log may end at any byte: all whole lines are returned, and the error names the line that is not.
func TestReadALogCutAnywhere(t *testing.T) {
	t.Parallel()
	log := written(t, sample())
	for n := range log {
		whole := bytes.Count(log[:n], []byte("\n"))
		atLine := n == 0 || log[n-1] == '\n'
		recs, err := Read(bytes.NewReader(log[:n]))
		var fault *LineError
		switch {
		case atLine && (err != nil || len(recs) != whole):
			t.Fatalf("cut at %d, between lines: %d records, %v", n, len(recs), err)
		case atLine:
		case log[n] == '\n': // only the newline is missing: the record is there
			if err != nil || len(recs) != whole+1 {
				t.Fatalf("cut at %d, before a newline: %d records, %v", n, len(recs), err)
			}
		case !errors.As(err, &fault) || fault.Kind != ErrCut || fault.Line != whole+1 || len(recs) != whole:
			t.Fatalf("cut at %d: %d records, %v; want %d and ErrCut in line %d", n, len(recs), err, whole, whole+1)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	good := `{"t":"note","note":{"kind":"a","text":"b"}}` + "\n"
	for name, test := range map[string]struct {
		in   string
		kind error
		line int
		say  string
	}{
		"not JSON":              {good + "hello\n" + good, ErrLine, 2, "invalid character"},
		"an empty line":         {good + "\n" + good, ErrLine, 2, "unexpected end"},
		"another object":        {good + `{"type":"user"}` + "\n", ErrLine, 2, `t is ""`},
		"t names another thing": {`{"t":"end","note":{"kind":"a","text":"b"}}` + "\n", ErrLine, 1, `t is "end"`},
		"two things":            {`{"t":"note","note":{},"plan":{}}` + "\n", ErrLine, 1, "does not name"},
		"a later format":        {`{"t":"run","run":{"schema":99}}` + "\n", ErrSchema, 1, "schema 99"},
		"a wrong type":          {`{"t":"plan","plan":{"cases":"many"}}` + "\n", ErrLine, 1, "cases"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			recs, err := Read(strings.NewReader(test.in))
			var fault *LineError
			if !errors.As(err, &fault) || !errors.Is(err, test.kind) || fault.Line != test.line || !strings.Contains(err.Error(), test.say) {
				t.Errorf("got %v, want %v in line %d that says %q", err, test.kind, test.line, test.say)
			}
			if len(recs) != test.line-1 {
				t.Errorf("%d records before line %d", len(recs), test.line)
			}
		})
	}
}

func TestReadPassesOnTheReadersError(t *testing.T) {
	t.Parallel()
	_, err := Read(io.MultiReader(strings.NewReader(`{"t":"no`), iotest.ErrReader(os.ErrDeadlineExceeded)))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestReadBoundsALine(t *testing.T) {
	t.Parallel()
	_, err := Read(io.LimitReader(endless{}, MaxLine+1<<20))
	if !errors.Is(err, ErrLine) || !strings.Contains(err.Error(), "more than") {
		t.Errorf("got %v, want the line refused for its length", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func compiled(t testing.TB) *jsonschema.Resolved {
	t.Helper()
	doc := new(jsonschema.Schema)
	if err := json.Unmarshal(JSONSchema(), doc); err != nil {
		t.Fatal(err)
	}
	s, err := doc.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemaIsPublished(t *testing.T) {
	t.Parallel()
	published, err := os.ReadFile("../../docs/log.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(published, JSONSchema()) {
		t.Error("docs/log.schema.json is not harness/eventlog/log.schema.json; copy it")
	}
}

func TestSchemaHoldsForRecordsAndOnlyForThem(t *testing.T) {
	t.Parallel()
	s := compiled(t)
	for line := range bytes.Lines(written(t, sample())) {
		var v any
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		m, _ := v.(map[string]any)
		kind, _ := m["t"].(string)
		inner, _ := m[kind].(map[string]any)
		if date, dated := inner["date"].(string); dated { // a format that the validator leaves to its caller
			if _, err := time.Parse(time.RFC3339, date); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
		inner["surprise"] = true
		if err := s.Validate(v); err == nil {
			t.Errorf("a %s with an unknown key is accepted", kind)
		}
	}
	for _, bad := range []string{`{}`, `{"t":"end"}`, `{"t":"note","note":{"kind":"a"}}`, `{"t":"note","note":{"kind":"a","text":"b"},"x":1}`, `[]`} {
		var v any
		if err := json.Unmarshal([]byte(bad), &v); err != nil {
			t.Fatal(err)
		}
		if s.Validate(v) == nil {
			t.Errorf("the schema accepts %s", bad)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(written(f, sample()))
	f.Add([]byte("{\"t\":\"run\"}\n\n{"))
	f.Fuzz(func(t *testing.T, src []byte) {
		recs, err := Read(bytes.NewReader(src))
		if lines := bytes.Count(src, []byte("\n")) + 1; len(recs) > lines {
			t.Fatalf("%d records of %d lines", len(recs), lines)
		}
		var fault *LineError
		if err != nil && !errors.As(err, &fault) {
			t.Fatalf("an untyped error: %v", err)
		}
		again, err := Read(bytes.NewReader(written(t, recs)))
		if err != nil || len(again) != len(recs) {
			t.Fatalf("what was read does not read again: %d of %d records, %v", len(again), len(recs), err)
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	rec := sample()[3]
	rec.Trace.Text = strings.Repeat(`{"type":"assistant","text":"words and words"}`, 40)
	w := NewWriter(NewCleaner(os.Environ()), []Output{{"discard", io.Discard}})
	raw, _ := json.Marshal(rec)
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if err := w.Write(rec); err != nil {
			b.Fatal(err)
		}
	}
}
