package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// osPipe is a real pipe; its read end is closed with the test.
func osPipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close(); _ = w.Close() })
	return r, w
}

func TestLineWriterNeverTearsLines(t *testing.T) {
	t.Parallel()
	r, w := osPipe(t)
	l := NewLineWriter(w)
	var writers sync.WaitGroup
	for i := range 8 {
		writers.Go(func() {
			for range 20 {
				if err := l.WriteFrame(t.Context(), []byte(`{"w":"`+strings.Repeat(fmt.Sprint(i), 30_000)+`"}`)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	go func() { writers.Wait(); _ = l.Close() }()
	frames := readAll(t, NewFramer(r, FramerOptions{Noise: Report}))
	if len(frames) != 160 {
		t.Errorf("want 160 frames, got %d", len(frames))
	}
	for _, f := range frames {
		if len(f) != 30_008 || strings.Count(f, f[6:7]) != 30_000 {
			t.Fatalf("torn line of %d bytes: %.40q", len(f), f)
		}
	}
}

func TestLineWriterRefusesWhatIsNotOneLine(t *testing.T) {
	t.Parallel()
	for name, frame := range map[string]string{"line feed inside": "{\n}", "line feed at the end": "{}\n", "empty": "", "blank": " \t"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, w := osPipe(t)
			l := NewLineWriter(w)
			defer l.Close()
			err := l.WriteFrame(t.Context(), []byte(frame))
			var bad *WriteError
			if !errors.Is(err, ErrNotOneLine) || !errors.As(err, &bad) || bad.Begun {
				t.Errorf("want ErrNotOneLine before anything was written, got %v", err)
			}
		})
	}
}

// blockedWrite starts a write that cannot end, since nobody reads, and returns when it has begun.
func blockedWrite(t *testing.T, l *LineWriter, r io.Reader, ctx context.Context) <-chan error {
	t.Helper()
	result := make(chan error, 1)
	go func() { result <- l.WriteFrame(ctx, []byte(object(4<<20))) }()
	if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return result
}

func TestLineWriterCloseEndsABlockedWrite(t *testing.T) {
	t.Parallel()
	r, w := osPipe(t)
	l := NewLineWriter(w)
	blocked := blockedWrite(t, l, r, t.Context())
	for range 2 {
		if err := l.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	var bad *WriteError
	if err := <-blocked; !errors.Is(err, ErrInputClosed) || !errors.As(err, &bad) || !bad.Begun {
		t.Errorf("blocked write: want ErrInputClosed and begun, got %v", err)
	}
	if err := l.WriteFrame(t.Context(), []byte("{}")); !errors.Is(err, ErrInputClosed) {
		t.Errorf("write after Close: want ErrInputClosed, got %v", err)
	}
}

// TestLineWriterContext: a writer that leaves tears no line, and one that waits its turn writes nothing.
func TestLineWriterContext(t *testing.T) {
	t.Parallel()
	r, w := osPipe(t)
	l := NewLineWriter(w)
	ctx, cancel := context.WithCancel(t.Context())
	blocked := blockedWrite(t, l, r, ctx)
	cancel()
	var bad *WriteError
	if err := <-blocked; !errors.Is(err, context.Canceled) || !errors.As(err, &bad) || !bad.Begun {
		t.Errorf("blocked write: want context.Canceled and begun, got %v", err)
	}
	waiting, stop := context.WithCancel(t.Context())
	queued := make(chan error, 1)
	go func() { queued <- l.WriteFrame(waiting, []byte(`{"never":1}`)) }()
	stop()
	if err := <-queued; !errors.Is(err, context.Canceled) || !errors.As(err, &bad) || bad.Begun {
		t.Errorf("queued write: want context.Canceled and not begun, got %v", err)
	}
	go func() { _ = l.WriteFrame(t.Context(), []byte(`{"last":1}`)); _ = l.Close() }()
	rest, err := io.ReadAll(r)
	if want := object(4 << 20)[1:] + "\n{\"last\":1}\n"; err != nil || string(rest) != want {
		t.Errorf("want the whole begun line and the last one, %d bytes; got %d, error %v", len(want), len(rest), err)
	}
}

func TestLineWriterPeerClosed(t *testing.T) {
	t.Parallel()
	r, w := osPipe(t)
	l := NewLineWriter(w)
	defer l.Close()
	// A process that another test is just starting holds a copy of r until it executes its program: no start may be under way.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	_ = r.Close()
	for range 2 {
		if err := l.WriteFrame(t.Context(), []byte("{}")); !errors.Is(err, ErrPeerClosed) {
			t.Errorf("want ErrPeerClosed, got %v", err)
		}
	}
}

func TestLineWriterDoesNotKeepTheFrame(t *testing.T) {
	t.Parallel()
	r, w := osPipe(t)
	l := NewLineWriter(w)
	frame := []byte(`{"a":1}`)
	if err := l.WriteFrame(t.Context(), frame); err != nil {
		t.Fatal(err)
	}
	copy(frame, "overwritten")
	_ = l.Close()
	if got, _ := io.ReadAll(r); string(got) != "{\"a\":1}\n" {
		t.Errorf("got %q", got)
	}
}
