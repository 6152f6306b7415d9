package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
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
	var bad *WriteError
	for range 2 {
		if err := l.WriteFrame(t.Context(), []byte("{}")); !errors.Is(err, ErrPeerClosed) || !errors.As(err, &bad) || bad.Begun {
			t.Errorf("want ErrPeerClosed and nothing written, got %v", err)
		}
	}
}

// TestLineWriterPeerClosesInALine: the line that was begun says so, and those that wait for their turn fail too.
func TestLineWriterPeerClosesInALine(t *testing.T) {
	t.Parallel()
	r, w := osPipe(t)
	l := NewLineWriter(w)
	defer l.Close()
	blocked := blockedWrite(t, l, r, t.Context())
	waiting := make(chan error, 2)
	for range cap(waiting) {
		go func() { waiting <- l.WriteFrame(t.Context(), []byte("{}")) }()
	}
	syscall.ForkLock.RLock()
	_ = r.Close()
	syscall.ForkLock.RUnlock()
	var bad *WriteError
	if err := <-blocked; !errors.Is(err, ErrPeerClosed) || !errors.As(err, &bad) || !bad.Begun {
		t.Errorf("want ErrPeerClosed in a begun line, got %v", err)
	}
	for range cap(waiting) {
		if err := <-waiting; !errors.Is(err, ErrPeerClosed) {
			t.Errorf("who waited: want ErrPeerClosed, got %v", err)
		}
	}
}

// TestLineWriterCloseEndsAllWhoWait: the one whose line was begun and those that wait for their turn, once each.
func TestLineWriterCloseEndsAllWhoWait(t *testing.T) {
	t.Parallel()
	r, w := osPipe(t)
	l := NewLineWriter(w)
	blocked := blockedWrite(t, l, r, t.Context())
	waiting := make(chan error, 10)
	for range cap(waiting) {
		go func() { waiting <- l.WriteFrame(t.Context(), []byte("{}")) }()
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := <-blocked; !errors.Is(err, ErrInputClosed) {
		t.Errorf("blocked write: %v", err)
	}
	var bad *WriteError
	for range cap(waiting) {
		if err := <-waiting; !errors.Is(err, ErrInputClosed) || !errors.As(err, &bad) || bad.Begun {
			t.Errorf("who waited: want ErrInputClosed and nothing written, got %v", err)
		}
	}
}

// slowStream takes a write when the test lets it.
type slowStream struct {
	let   chan struct{}
	lines []string
}

func (s *slowStream) Write(p []byte) (int, error) {
	<-s.let
	s.lines = append(s.lines, string(p))
	return len(p), nil
}

func (s *slowStream) Close() error { return nil }

// TestLineWriterIsFair: lines come in the order in which their writers came, and one that has left leaves no gap. A writer that is
// held up holds up nobody who has something else to do.
func TestLineWriterIsFair(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowStream{let: make(chan struct{})}
		l := NewLineWriter(s)
		ctx, leave := context.WithCancel(t.Context())
		for i := range 6 {
			mine := t.Context()
			if i == 0 || i == 3 {
				mine = ctx
			}
			go func() {
				err := l.WriteFrame(mine, fmt.Appendf(nil, "{%d}", i))
				var bad *WriteError
				if left := mine == ctx; left != errors.Is(err, context.Canceled) || left && errors.As(err, &bad) && bad.Begun != (i == 0) {
					t.Errorf("writer %d: %v", i, err)
				}
			}()
			synctest.Wait() // it waits now
		}
		leave()
		synctest.Wait()
		for range 5 {
			s.let <- struct{}{}
			synctest.Wait()
		}
		if want := []string{"{0}\n", "{1}\n", "{2}\n", "{4}\n", "{5}\n"}; !slices.Equal(s.lines, want) {
			t.Errorf("want %q, got %q", want, s.lines)
		}
		_ = l.Close()
	})
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
