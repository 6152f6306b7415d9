package transporttest

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/transport"
)

type peer struct{ *transport.Peer }

func (p peer) ReadLine() (string, error) { frame, err := p.ReadFrame(); return string(frame), err }
func (p peer) CloseOutput() error        { p.Peer.CloseOutput(); return nil }
func (p peer) End(code int) error        { p.Peer.End(code, ""); return nil }

// The broken ones, each in one way.
type (
	sharesFrames struct {
		transport.Transport
		buf []byte
	}
	goesRound struct {
		transport.Transport
		ring []byte
		next int
	}
	takesTooMuch struct {
		transport.Transport
		before, last []byte
	}
	endsAtNoise   struct{ transport.Transport }
	ignoresCtx    struct{ transport.Transport }
	writesAnyLine struct{ transport.Transport }
	blamesPeer    struct{ transport.Transport }
	failsPlainly  struct{ transport.Transport }
	endsWithOut   struct {
		transport.Transport
		done chan struct{}
		end  func()
	}
	killsAtOnce  struct{ transport.Transport }
	neverClosing struct{ transport.Transport }
	neverHurries struct{ transport.Transport }
	forgetsCode  struct{ transport.Transport }
)

func (b *sharesFrames) ReadFrame() ([]byte, error) {
	frame, err := b.Transport.ReadFrame()
	b.buf = append(b.buf[:0], frame...)
	return b.buf, err
}

// ReadFrame hands out parts of a ring of 1 MiB.
func (b *goesRound) ReadFrame() ([]byte, error) {
	frame, err := b.Transport.ReadFrame()
	if len(frame) > len(b.ring) {
		return frame, err
	}
	if b.next+len(frame) > len(b.ring) {
		b.next = 0
	}
	mine := b.ring[b.next : b.next+len(frame) : b.next+len(frame)]
	b.next += copy(mine, frame)
	return mine, err
}

func (b *takesTooMuch) ReadFrame() ([]byte, error) {
	frame, err := b.Transport.ReadFrame()
	b.before, b.last = b.last, frame
	return frame, err
}

// Recycle takes the frame before, too.
func (b *takesTooMuch) Recycle([]byte) { clear(b.before) }

func (b endsAtNoise) ReadFrame() ([]byte, error) {
	frame, err := b.Transport.ReadFrame()
	var bad *transport.FrameError
	if errors.As(err, &bad) {
		err = io.ErrUnexpectedEOF
	}
	return frame, err
}

func (b ignoresCtx) WriteFrame(_ context.Context, frame []byte) error {
	return b.Transport.WriteFrame(context.Background(), frame)
}

func (b writesAnyLine) WriteFrame(ctx context.Context, frame []byte) error {
	frame = []byte(strings.ReplaceAll(string(frame), "\n", " ") + " ")
	if strings.TrimSpace(string(frame)) == "" {
		return nil
	}
	return b.Transport.WriteFrame(ctx, frame)
}

func (b blamesPeer) WriteFrame(ctx context.Context, frame []byte) error {
	err := b.Transport.WriteFrame(ctx, frame)
	var bad *transport.WriteError
	if errors.As(err, &bad) && bad.Err == transport.ErrInputClosed {
		bad.Err = transport.ErrPeerClosed
	}
	return err
}

func (b failsPlainly) WriteFrame(ctx context.Context, frame []byte) error {
	return errors.Unwrap(b.Transport.WriteFrame(ctx, frame))
}

func (b endsWithOut) ReadFrame() ([]byte, error) {
	frame, err := b.Transport.ReadFrame()
	if err == io.EOF && b.Exit().Err == transport.ErrRunning {
		b.end()
	}
	return frame, err
}

func newEndsWithOut(t transport.Transport) transport.Transport {
	done := make(chan struct{})
	b := endsWithOut{t, done, sync.OnceFunc(func() { close(done) })}
	go func() { <-t.Done(); b.end() }()
	return b
}

func (b endsWithOut) Done() <-chan struct{} { return b.done }

func (b killsAtOnce) Close(context.Context) error { return b.Transport.Close(ended()) }

func (b neverClosing) Exit() transport.Exit {
	e := b.Transport.Exit()
	e.Closing = false
	return e
}

func (b neverHurries) Close(context.Context) error { return b.Transport.Close(context.Background()) }

func (b forgetsCode) Exit() transport.Exit {
	e := b.Transport.Exit()
	e.Code = 0
	return e
}

// TestCheckFindsFaults: each broken transport fails the checks of its promise, and says so.
func TestCheckFindsFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		broken func(transport.Transport) transport.Transport
		says   string
		hangs  bool
	}{
		"shares frames":  {func(t transport.Transport) transport.Transport { return &sharesFrames{Transport: t} }, "a frame belongs to its reader", false},
		"takes too much": {func(t transport.Transport) transport.Transport { return &takesTooMuch{Transport: t} }, "a frame belongs to its reader", false},
		"goes round": {
			func(t transport.Transport) transport.Transport {
				return &goesRound{Transport: t, ring: make([]byte, 1<<20)}
			}, "a frame belongs to its reader", false,
		},
		"ends at noise":       {func(t transport.Transport) transport.Transport { return endsAtNoise{t} }, "a line that is no frame is one error", false},
		"ignores its context": {func(t transport.Transport) transport.Transport { return ignoresCtx{t} }, "a context that has ended", true},
		"writes any line":     {func(t transport.Transport) transport.Transport { return writesAnyLine{t} }, "what is not one line", false},
		"blames the peer":     {func(t transport.Transport) transport.Transport { return blamesPeer{t} }, "CloseInput is the end", false},
		"fails plainly":       {func(t transport.Transport) transport.Transport { return failsPlainly{t} }, "want a *WriteError", false},
		"ends with its output": {
			newEndsWithOut, "while the peer lives", false,
		},
		"kills at once":        {func(t transport.Transport) transport.Transport { return killsAtOnce{t} }, "Close lets the peer end", false},
		"does not say closing": {func(t transport.Transport) transport.Transport { return neverClosing{t} }, "exit after Close", false},
		"never hurries":        {func(t transport.Transport) transport.Transport { return neverHurries{t} }, "Close has not returned", true},
		"forgets the code":     {func(t transport.Transport) transport.Transport { return forgetsCode{t} }, "an exit code", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limits := Limits{}
			if tc.hangs {
				limits.patience = 50 * time.Millisecond
			}
			err := Check(func() (transport.Transport, Peer, error) {
				m, p := transport.PipeWith(transport.Options{Escalation: transport.Escalation{EOFGrace: 2 * time.Second, TermGrace: -1}})
				return tc.broken(m), peer{p}, nil
			}, limits)
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("want an error that says %q, got %v", tc.says, err)
			}
		})
	}
	if err := Check(func() (transport.Transport, Peer, error) { return nil, nil, io.ErrNoProgress }, Limits{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a transport that cannot be opened: %v", err)
	}
}
