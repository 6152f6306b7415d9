package bench_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/adapters"
)

var ratios = flag.Bool("ratios", false, "compare the Go client with the official SDKs and print the ratios")

// program is the reading program of one language.
type program struct {
	name string
	argv []string // before the CLI's path and the number of requests
	env  []string
}

// figures are what a program prints.
type figures struct {
	Messages int     `json:"messages"`
	Bytes    int     `json:"bytes"`
	Seconds  float64 `json:"seconds"`
	PeakKiB  int64   `json:"peak_kib"`
	Requests float64 `json:"requests_seconds"`
}

// load is what the CLI writes in its turn, and how many requests come before.
type load struct {
	messages, text, requests int
	typ                      string // of the messages; empty is assistant
}

func TestTheGoProgramReadsWhatTheCLIWrites(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cli := build(t, dir, "claude")
	got := run(t, program{name: "go", argv: []string{build(t, dir, "gosdk")}}, cli, load{messages: 1000, text: 50, requests: 10})
	if got.Messages != 1000 || got.Bytes != 50_000 {
		t.Errorf("read %d messages with %d bytes of text, want 1000 with 50000", got.Messages, got.Bytes)
	}
}

// TestRatios compares the three in one run; each is run five times in turn, and the best of each counts, because a machine only ever
// makes a program slower:
//
//	go test ./internal/bench -run TestRatios -ratios -v
//
// A ratio that is missed is printed as missed and fails the test.
func TestRatios(t *testing.T) {
	if !*ratios {
		t.Skip("compares only with -ratios: it installs the SDKs, and a busy machine says nothing")
	}
	dir := t.TempDir()
	cli := build(t, dir, "claude")
	all := []program{{name: "go", argv: []string{build(t, dir, "gosdk")}}, python(t), typescript(t)}

	small := compare(t, all, cli, load{messages: 100_000, text: 50}, seconds)
	atMost(t, "100,000 small messages, of TypeScript's time", small["go"]/small["typescript"], 1.0/5)
	atMost(t, "100,000 small messages, of Python's time", small["go"]/small["python"], 1.0/20)

	deltas := compare(t, all, cli, load{messages: 100_000, text: 5, typ: "stream_event"}, seconds)
	t.Logf("100,000 pieces of text as they are streamed: %.3f of TypeScript's time, %.3f of Python's", deltas["go"]/deltas["typescript"], deltas["go"]/deltas["python"])

	const line = 10 << 20
	huge := compare(t, all, cli, load{messages: 1, text: line}, seconds)
	atMost(t, "a line of 10 MB, of TypeScript's time", huge["go"]/huge["typescript"], 1.0/3)
	memory := compare(t, all[:1], cli, load{messages: 1, text: line}, func(f figures) float64 { return float64(f.PeakKiB) * 1024 / line })
	atMost(t, "a line of 10 MB, growth of the resident memory in its size", memory["go"], 2.5)

	const requests = 2000
	asked := compare(t, all, cli, load{messages: 1, text: 1, requests: requests}, func(f figures) float64 { return f.Requests / requests })
	raw := best(5, func() float64 { return rawRoundTrip(t, cli, requests) })
	t.Logf("a request and its answer: a raw pipe %.1f µs, go %.1f µs, typescript %.1f µs, python %.1f µs",
		raw*1e6, asked["go"]*1e6, asked["typescript"]*1e6, asked["python"]*1e6)
	atMost(t, "a request and its answer, in round trips of a raw pipe", asked["go"]/raw, 3)
}

func seconds(f figures) float64 { return f.Seconds }

// compare runs all programs in turn and gives the best of each.
func compare(t *testing.T, all []program, cli string, l load, value func(figures) float64) map[string]float64 {
	t.Helper()
	got := map[string][]float64{}
	for range 5 {
		for _, p := range all {
			f := run(t, p, cli, l)
			if f.Messages != l.messages || f.Bytes != l.messages*l.text {
				t.Fatalf("%s read %d messages with %d bytes of text, want %d with %d", p.name, f.Messages, f.Bytes, l.messages, l.messages*l.text)
			}
			got[p.name] = append(got[p.name], value(f))
		}
	}
	least := map[string]float64{}
	for name, values := range got {
		least[name] = slices.Min(values)
		t.Logf("%d messages %s of %d bytes of text, %d requests: %s %.4g", l.messages, l.typ, l.text, l.requests, name, values)
	}
	return least
}

func best(n int, measure func() float64) float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = measure()
	}
	return slices.Min(all)
}

func atMost(t *testing.T, name string, got, limit float64) {
	t.Helper()
	t.Logf("%s: %.3f (at most %.3f)", name, got, limit)
	if got > limit {
		t.Errorf("missed: %s is %.3f, more than %.3f", name, got, limit)
	}
}

func run(t *testing.T, p program, cli string, l load) figures {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), p.argv[0], append(slices.Clone(p.argv[1:]), cli, fmt.Sprint(l.requests))...)
	cmd.Env = append(os.Environ(), append(p.env, fmt.Sprintf("BENCH_MESSAGES=%d", l.messages), fmt.Sprintf("BENCH_TEXT=%d", l.text), "BENCH_TYPE="+l.typ)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var f figures
	if err == nil {
		err = json.Unmarshal(out, &f)
	}
	if err != nil {
		t.Fatalf("%s: %v: %s\n%s", p.name, err, out, stderr.String())
	}
	return f
}

// rawRoundTrip writes a request to the CLI and reads its answer with nothing between, and gives the seconds of one.
func rawRoundTrip(t *testing.T, cli string, n int) float64 {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), cli)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(out)
	began := time.Now()
	for range n {
		if _, err := io.WriteString(in, `{"type":"control_request","request_id":"1","request":{"subtype":"set_model","model":"m"}}`+"\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := answers.ReadSlice('\n'); err != nil {
			t.Fatal(err)
		}
	}
	took := time.Since(began)
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return took.Seconds() / float64(n)
}

func build(t *testing.T, dir, name string) string {
	t.Helper()
	out := filepath.Join(dir, name)
	if text, err := exec.CommandContext(t.Context(), "go", "build", "-o", out, "./"+name).CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", name, err, text)
	}
	return out
}

func python(t *testing.T) program {
	t.Helper()
	i := install(t, "python")
	return program{name: "python", argv: []string{i.Argv[0], "python.py"}, env: i.Env}
}

func typescript(t *testing.T) program {
	t.Helper()
	i := install(t, "typescript")
	return program{name: "typescript", argv: []string{i.Argv[0], "node.mjs", i.Dir}, env: i.Env}
}

func install(t *testing.T, name string) *adapters.Installation {
	t.Helper()
	i, err := adapters.Provision(t.Context(), name, "", func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	return i
}
