package host

import (
	"strings"
	"testing"
)

func benchmarked(b *testing.B) *Adapter {
	b.Helper()
	a, err := Start(bg(), role("echo"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = a.Kill() })
	return a
}

func BenchmarkStartKill(b *testing.B) {
	for b.Loop() {
		a, err := Start(bg(), role("echo"))
		if err != nil {
			b.Fatal(err)
		}
		if err := a.Kill(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRoundTrip(b *testing.B) {
	a := benchmarked(b)
	for b.Loop() {
		if _, err := call(a, "echo", nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAwaitQuiet(b *testing.B) {
	a := benchmarked(b)
	for b.Loop() {
		if q, err := a.AwaitQuiet(bg(), QuietOptions{}); err != nil || !q.Idle {
			b.Fatal(q, err)
		}
	}
}

// BenchmarkEvents reads the notes of an adapter that writes as fast as it can.
func BenchmarkEvents(b *testing.B) {
	a := benchmarked(b)
	if _, err := a.Send("flood", nil); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(1000)
	for b.Loop() {
		<-a.Events()
	}
}

func BenchmarkDecodeLine(b *testing.B) {
	line := []byte(`{"jsonrpc":"2.0","method":"message","params":{"pad":"` + strings.Repeat("x", 1000) + `"}}`)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if ev := decodeLine(line); ev.Kind != Note {
			b.Fatal(ev)
		}
	}
}
