//go:build linux || darwin

package mockcli

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// bareSource is the smallest Go program that an SDK could tell is there.
const bareSource = `package main

import "syscall"

func main() { syscall.Write(1, []byte("x")) }
`

// mockSource is a program that is nothing but the mock.
const mockSource = `package main

import (
	"os"

	"github.com/wiretrial/wiretrial/mockcli"
)

func main() { os.Exit(mockcli.Main(os.Args, mockcli.Env{})) }
`

// buildProgram builds source inside this module.
func buildProgram(tb testing.TB, source string) string {
	tb.Helper()
	dir := tb.TempDir()
	file := filepath.Join(dir, "main.go")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		tb.Fatal(err)
	}
	exe := filepath.Join(dir, "program")
	if out, err := exec.Command("go", "build", "-o", exe, file).CombinedOutput(); err != nil {
		tb.Fatalf("build: %v: %s", err, out)
	}
	return exe
}

// spawnBare is the time from the spawn of a bare program to its first byte.
func spawnBare(tb testing.TB, exe string) time.Duration {
	r, w := mustPipe(tb)
	defer r.Close()
	cmd := exec.Command(exe)
	cmd.Stdout = w
	start := time.Now()
	mustDo(tb, cmd.Start())
	mustDo(tb, w.Close())
	n, err := r.Read(make([]byte, 1))
	took := time.Since(start)
	if n != 1 || err != nil {
		tb.Fatalf("bare: %d bytes, %v", n, err)
	}
	mustDo(tb, cmd.Wait())
	return took
}

// spawnHello is the time from the spawn of a mock to its hello at the harness.
func spawnHello(tb testing.TB, l *Listener, path string) time.Duration {
	cmd := exec.Command(path)
	start := time.Now()
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	p, err := l.Accept(context.Background())
	took := time.Since(start)
	if err != nil {
		tb.Fatal(err)
	}
	_ = p.Close()
	_ = cmd.Wait()
	return took
}

// BenchmarkStart prints what a mock costs an SDK at the start, against a bare Go program. WIRETRIAL_EXE names another
// program to measure, for example the whole of wiretrial.
func BenchmarkStart(b *testing.B) {
	l, err := Listen(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	bare := buildProgram(b, bareSource)
	exe := os.Getenv("WIRETRIAL_EXE")
	if exe == "" {
		exe = buildProgram(b, mockSource)
	}
	path, err := l.Install(filepath.Join(b.TempDir(), "client"), exe)
	if err != nil {
		b.Fatal(err)
	}
	var bares, mocks []time.Duration
	for b.Loop() {
		bares = append(bares, spawnBare(b, bare))
		mocks = append(mocks, spawnHello(b, l, path))
	}
	bareP50, mockP50 := median(bares), median(mocks)
	b.ReportMetric(float64(bareP50.Microseconds()), "bare-µs")
	b.ReportMetric(float64(mockP50.Microseconds()), "mock-µs")
	b.ReportMetric(float64(mockP50)/float64(bareP50), "ratio")
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// BenchmarkBurst is 12,000 lines out and in: 12,000 writes, and their lines reported back by a second direction.
func BenchmarkBurst(b *testing.B) {
	r := rigOf(b)
	go func() { _, _ = r.stdin.ReadFrom(r.out) }() // an echo: what the mock writes, it reads
	r.ok(Command{Op: OpRead, Mode: ModeLines})
	line := []byte(`{"type":"assistant","message":{"content":[{"type":"text","text":"hello"}]}}` + "\n")
	for b.Loop() {
		for range 12000 {
			r.send(Command{Op: OpWrite, FD: 1, Data: line})
		}
		for lines, dones := 0, 0; lines < 12000 || dones < 12000; {
			switch r.next().Ev {
			case EvLine:
				lines++
			case EvDone:
				dones++
			}
		}
	}
	b.ReportMetric(12000*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkLarge is one write of 16 MiB, echoed as one line.
func BenchmarkLarge(b *testing.B) {
	r := rigOf(b)
	go func() { _, _ = r.stdin.ReadFrom(r.out) }()
	r.ok(Command{Op: OpRead, Mode: ModeLines})
	line := append(bytes.Repeat([]byte("x"), 16<<20), '\n')
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		r.send(Command{Op: OpWrite, FD: 1, Data: line})
		if e := r.await(EvLine); len(e.Data) != len(line)-1 {
			b.Fatalf("line of %d bytes", len(e.Data))
		}
	}
}

// BenchmarkCuts is one write in 1,000 pieces, each after the reader took the last.
func BenchmarkCuts(b *testing.B) {
	r := rigOf(b)
	go func() { _, _ = io.Copy(io.Discard, r.out) }()
	data := bytes.Repeat([]byte("x"), 1000)
	for b.Loop() {
		if e := r.ok(Command{Op: OpWrite, FD: 1, Data: data, Cut: 1, Drain: true}); e.Pieces != len(data) {
			b.Fatalf("done %+v", e)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(data)), "µs/piece")
}
