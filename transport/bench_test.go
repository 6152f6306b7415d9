package transport

import (
	"context"
	"io"
	"strings"
	"testing"
)

// frame64K is what the throughput is measured with.
const frame64K = 64 << 10

// feed writes n frames into w on its own goroutine.
func feed(w io.WriteCloser, n int) {
	text := []byte(object(frame64K-1) + "\n")
	go func() {
		for range n {
			if _, err := w.Write(text); err != nil {
				return
			}
		}
		_ = w.Close()
	}()
}

// BenchmarkRawPipe is what a pipe gives without any framing: the measure for BenchmarkFramer.
func BenchmarkRawPipe(b *testing.B) {
	r, w := osPipe(b)
	b.SetBytes(frame64K)
	feed(w, b.N)
	buf := make([]byte, windowSize)
	for {
		if _, err := r.Read(buf); err != nil {
			return
		}
	}
}

// BenchmarkRawPipeKept reads into fresh memory each time, as whoever keeps what he reads must: the measure for BenchmarkFramerKept.
func BenchmarkRawPipeKept(b *testing.B) {
	r, w := osPipe(b)
	b.SetBytes(frame64K)
	b.ReportAllocs()
	feed(w, b.N)
	for {
		if _, err := io.ReadFull(r, make([]byte, frame64K)); err != nil {
			return
		}
	}
}

// BenchmarkFramer reads frames of 64 KiB from a pipe and recycles them; at least half of BenchmarkRawPipe is wanted.
func BenchmarkFramer(b *testing.B) { benchFramer(b, true) }

// BenchmarkFramerKept lets the garbage collector have them: fresh memory costs more than the framing.
func BenchmarkFramerKept(b *testing.B) { benchFramer(b, false) }

func benchFramer(b *testing.B, recycle bool) {
	r, w := osPipe(b)
	b.SetBytes(frame64K)
	b.ReportAllocs()
	feed(w, b.N)
	f := NewFramer(r, FramerOptions{})
	for range b.N {
		frame, err := f.ReadFrame()
		if err != nil {
			b.Fatal(err)
		}
		if recycle {
			f.Recycle(frame)
		}
	}
}

// BenchmarkFramerSmall reads frames of 200 bytes from memory.
func BenchmarkFramerSmall(b *testing.B) {
	text := strings.Repeat(object(199)+"\n", 1000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		f := NewFramer(strings.NewReader(text), FramerOptions{})
		for {
			if _, err := f.ReadFrame(); err != nil {
				break
			}
		}
	}
}

// BenchmarkFramerHuge reads one frame of 100 MB from memory.
func BenchmarkFramerHuge(b *testing.B) {
	text := object(100<<20) + "\n"
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewFramer(strings.NewReader(text), FramerOptions{}).ReadFrame(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLineWriter writes frames of 64 KiB into a pipe that is read.
func BenchmarkLineWriter(b *testing.B) { benchWriter(b, frame64K-1) }

// BenchmarkLineWriterSmall writes frames of 200 bytes, as most are.
func BenchmarkLineWriterSmall(b *testing.B) { benchWriter(b, 199) }

func benchWriter(b *testing.B, size int) {
	r, w := osPipe(b)
	b.SetBytes(int64(size + 1))
	b.ReportAllocs()
	go func() { _, _ = io.Copy(io.Discard, r) }()
	l := NewLineWriter(w)
	defer l.Close()
	frame := []byte(object(size))
	for b.Loop() {
		if err := l.WriteFrame(context.Background(), frame); err != nil {
			b.Fatal(err)
		}
	}
}
