package wiretrial_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/cmd/wiretrial/cli"
	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
	"github.com/wiretrial/wiretrial/transport"
)

var figuresFlag = flag.Bool("figures", false, "measure the figures that the project promises, and print them")

// TestFigures measures what the project promises of its speed, each as a ratio to something measured in the same run:
//
//	go test -run TestFigures -figures -v .
//
// A figure that is missed is printed as missed and fails the test.
func TestFigures(t *testing.T) {
	if !*figuresFlag {
		t.Skip("measures only with -figures: a busy machine says nothing")
	}
	dir := t.TempDir()
	exe, fake := build(t, dir, "wiretrial", "./cmd/wiretrial"), build(t, dir, "mockclaude", "./cmd/mockclaude")
	bare := median(t, 60, func() time.Duration { return firstByte(t, bareProgram(t, dir)) })
	t.Logf("a bare Go program, spawn to first byte: %s", bare)

	mock := median(t, 60, func() time.Duration { return answered(t, dir, fake) })
	figure(t, "mock, spawn to initialize answered, in bare spawns", float64(mock)/float64(bare), 3)
	all := median(t, 60, func() time.Duration { return answered(t, dir, exe) })
	t.Logf("the same by the whole command, where no mockclaude lies beside it: %.2f", float64(all)/float64(bare))

	cases, whole := perCase(t, dir, exe, fake)
	figure(t, "one case without waits of its own, p50, in bare spawns", float64(cases)/float64(bare), 6)
	t.Logf("the whole catalogue one after the other, without the slow tier: %s", whole.Round(time.Millisecond))

	raw, framed := throughput(t)
	figure(t, "a raw pipe's throughput of 64 KiB frames, in the framer's", raw/framed, 2)
}

func figure(t *testing.T, name string, got, limit float64) {
	t.Helper()
	t.Logf("%s: %.2f (at most %.1f)", name, got, limit)
	if got > limit {
		t.Errorf("missed: %s is %.2f, more than %.1f", name, got, limit)
	}
}

func median(t *testing.T, n int, measure func() time.Duration) time.Duration {
	t.Helper()
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = measure()
	}
	slices.Sort(all)
	return all[n/2]
}

// build builds a program as a release is built: without C, so that it starts without a dynamic linker, and with its commit, by which a harness
// knows the fake beside it for one of its own.
func build(t *testing.T, dir, name, pkg string) string {
	t.Helper()
	out := filepath.Join(dir, name)
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=auto", "-o", out, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", pkg, err, text)
	}
	return out
}

func bareProgram(t *testing.T, dir string) string {
	t.Helper()
	out := filepath.Join(dir, "bare")
	if _, err := os.Stat(out); err == nil {
		return out
	}
	src := filepath.Join(dir, "bare.go")
	if err := os.WriteFile(src, []byte("package main\n\nimport \"os\"\n\nfunc main() { os.Stdout.WriteString(\"x\\n\") }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return build(t, dir, "bare", src)
}

func firstByte(t *testing.T, exe string) time.Duration {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), exe)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	_ = cmd.Wait()
	return took
}

// answered spawns the fake as an SDK does, and serves its initialize request.
func answered(t *testing.T, dir, exe string) time.Duration {
	t.Helper()
	listener, err := mockcli.Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client := filepath.Join(dir, "client")
	cli, err := listener.InstallReading(client, exe)
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(client)
	cmd := exec.CommandContext(t.Context(), cli, "--input-format", "stream-json")
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(in, `{"type":"control_request","request_id":"1","request":{"subtype":"initialize"}}`)
	go serveOnce(t.Context(), listener)
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	in.Close()
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return took
}

func serveOnce(ctx context.Context, listener *mockcli.Listener) {
	p, err := listener.Accept(ctx)
	if err != nil {
		return
	}
	defer p.Close()
	for ev := range p.Events() {
		if ev.Ev == mockcli.EvLine {
			_, _ = p.Send(mockcli.Command{Op: mockcli.OpWrite, FD: 1, Data: []byte(`{"type":"control_response","response":{"subtype":"success","request_id":"1","response":{}}}` + "\n")})
		}
	}
}

// onGo opens a session with the Go client, which ends with the test.
func onGo(t *testing.T, dir, exe, fake string) *harness.Session {
	t.Helper()
	run := filepath.Join(dir, "run")
	if err := os.MkdirAll(run, 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := harness.Open(t.Context(), harness.Config{
		Target: harness.Target{Name: "go", Argv: []string{exe, cli.RoleAdapter, "go"}}, Exe: exe, Fake: fake, Date: time.Now(), Seed: 1, Dir: run,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// perCase plays the catalogue case by case on the Go client and returns the median of those that wait for nothing by themselves.
func perCase(t *testing.T, dir, exe, fake string) (p50, whole time.Duration) {
	t.Helper()
	s := onGo(t, dir, exe, fake)
	var quick []time.Duration
	began := time.Now()
	for _, c := range selected() {
		rec := s.Play(t.Context(), &c)
		if rec.Verdict != eventlog.Pass {
			t.Errorf("%s: %s", rec.ID, rec.Verdict)
		}
		if !waits(c.Steps) {
			quick = append(quick, time.Duration(rec.MS*float64(time.Millisecond)))
		}
	}
	whole = time.Since(began)
	slices.Sort(quick)
	t.Logf("%d of the cases wait for nothing by themselves", len(quick))
	return quick[len(quick)/2], whole
}

// waits tells whether a case takes time by its own will.
func waits(steps []scenarios.Step) bool {
	for _, s := range steps {
		if s.Verb == scenarios.Quiet || s.Verb == "uses" || s.After > 0 || s.Times > 50 || slices.ContainsFunc(s.Branches, waits) {
			return true
		}
	}
	return false
}

// throughput compares reading a pipe with reading frames out of it.
func throughput(t *testing.T) (raw, framed float64) {
	t.Helper()
	const frames = 16384
	line := []byte(`{"text":"` + strings.Repeat("x", 64<<10-12) + "\"}\n")
	measure := func(read func(io.Reader) int) float64 {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer w.Close()
			for range frames {
				if _, err := w.Write(line); err != nil {
					return
				}
			}
		}()
		began := time.Now()
		n := read(r)
		took := time.Since(began)
		<-done
		r.Close()
		return float64(n) / took.Seconds()
	}
	runtime.GC()
	raw = measure(func(r io.Reader) int {
		buf, total := make([]byte, 64<<10), 0
		for {
			n, err := r.Read(buf)
			total += n
			if err != nil {
				return total
			}
		}
	})
	framed = measure(func(r io.Reader) int {
		f, total := transport.NewFramer(r, transport.FramerOptions{}), 0
		for {
			frame, err := f.ReadFrame()
			if err != nil {
				return total
			}
			total += len(frame) + 1
			f.Recycle(frame)
		}
	})
	t.Logf("raw pipe %.0f MB/s, framer %.0f MB/s", raw/1e6, framed/1e6)
	return raw, framed
}
