package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"sync"
	"syscall"
)

// FrameWriter takes frames. [LineWriter] is the product's one.
type FrameWriter interface {
	// WriteFrame is as in [Transport].
	WriteFrame(ctx context.Context, frame []byte) error
	// Close ends the stream at once; a write that is blocked fails with ErrInputClosed. It is idempotent.
	Close() error
}

// WriteError is a frame that was not written, or not known to be.
type WriteError struct {
	// Err is ErrNotOneLine, ErrInputClosed, ErrPeerClosed, the context's error, or what the stream said,
	// or wraps one of them.
	Err error
	// Begun says that writing the line had begun, so that the peer may see it, or a part of it. After the
	// end of a context the rest of a begun line is still written, as soon as the peer reads.
	Begun bool
	// Size is the length of the frame in bytes.
	Size int
}

// Error says what happened to the frame.
func (e *WriteError) Error() string {
	state := "nothing of it was written"
	if e.Begun {
		state = "the CLI may see it, or a part of it"
	}
	return fmt.Sprintf("write of a frame of %d bytes to the CLI: %v; %s", e.Size, e.Err, state)
}

// Unwrap gives the reason.
func (e *WriteError) Unwrap() error { return e.Err }

// LineWriter writes frames as lines, one at a time. A stream that takes a whole line at once, as a pipe with room does, gets it on
// the caller's goroutine; what it does not take is written on a goroutine of its own, so that a stream that takes nothing holds up
// only those who wait for it, and they can leave. A line once begun is written to its end, also if its writer has left, so lines
// are never torn. Lines wait with their writers and not in a queue: first come, first served, and nothing is lost without an error.
//
// All methods may be called from any goroutine.
type LineWriter struct {
	w io.WriteCloser
	// try writes what w takes at once; nil if w can only wait.
	try     func(p []byte) (int, error)
	turn    chan struct{} // holds a token while nobody writes; who waits for it gets it in the order of waiting
	buf     []byte        // of who has the turn
	closing chan struct{}
	once    sync.Once
	err     error // of closing w
}

// NewLineWriter gives a LineWriter on w, which it owns. w's Close must end a Write that is blocked, as that of an os.Pipe or a
// net.Conn does.
func NewLineWriter(w io.WriteCloser) *LineWriter {
	l := &LineWriter{w: w, try: tryWriter(w), turn: make(chan struct{}, 1), closing: make(chan struct{})}
	l.turn <- struct{}{}
	return l
}

// WriteFrame writes one line: frame, which must be without one, and a line feed, in one write if the stream takes it. It may be
// reused afterwards.
func (l *LineWriter) WriteFrame(ctx context.Context, frame []byte) error {
	err := checkOneLine(frame)
	if err == nil {
		err = l.takeTurn(ctx)
	}
	if err != nil {
		return unwritten(err, false, len(frame))
	}
	text := l.line(frame)
	n := 0
	if l.try != nil {
		n, err = l.try(text)
		if n == len(text) || err != nil {
			err = l.reason(err)
			l.turn <- struct{}{}
			return unwritten(err, n > 0, len(frame))
		}
	}
	written := make(chan error, 1)
	go func() { // it has the turn, and Close waits for that
		_, err := l.w.Write(text[n:])
		err = l.reason(err)
		l.turn <- struct{}{}
		written <- err
	}()
	return unwritten(await(ctx, written), true, len(frame))
}

// takeTurn waits until nobody else writes.
func (l *LineWriter) takeTurn(ctx context.Context) error {
	select {
	case <-l.closing:
		return ErrInputClosed
	default:
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-l.turn:
	case <-ctx.Done():
		return ctx.Err()
	case <-l.closing:
		return ErrInputClosed
	}
	select {
	case <-l.closing: // meanwhile
		l.turn <- struct{}{}
		return ErrInputClosed
	default:
		return nil
	}
}

// keptLine is the longest line whose memory is kept for the next one, in bytes.
const keptLine = 64 << 10

// line is frame and a line feed, in memory that is good until the turn is given back.
func (l *LineWriter) line(frame []byte) []byte {
	text := append(l.buf[:0], frame...)
	text = append(text, '\n')
	if cap(text) <= keptLine {
		l.buf = text
	}
	return text
}

// unwritten is the error for a line; nil if it was written.
func unwritten(err error, begun bool, size int) error {
	if err == nil {
		return nil
	}
	return &WriteError{Err: err, Begun: begun, Size: size}
}

// await waits for what became of a line. What is known by then outweighs the end of ctx.
func await(ctx context.Context, written <-chan error) error {
	select {
	case err := <-written:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-written:
		return err
	default:
		return ctx.Err()
	}
}

// reason is a stream's error in this package's terms.
func (l *LineWriter) reason(err error) error {
	if err == nil {
		return nil
	}
	select {
	case <-l.closing:
		return ErrInputClosed
	default:
	}
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.ErrClosedPipe) ||
		errors.Is(err, fs.ErrClosed) || errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("%w: %w", ErrPeerClosed, err)
	}
	return err
}

// Close ends the stream. Lines that were written reach the peer; one that is being written is cut off, and its WriteFrame fails
// with ErrInputClosed. It is idempotent, and leaves no goroutine behind.
func (l *LineWriter) Close() error {
	l.once.Do(func() {
		close(l.closing)
		l.err = l.w.Close()
		<-l.turn // for good
	})
	return l.err
}

// checkOneLine refuses what would be more than one line, or none.
func checkOneLine(frame []byte) error {
	if i := bytes.IndexByte(frame, '\n'); i >= 0 {
		return fmt.Errorf("%w: line feed at byte %d; encode it as compact JSON", ErrNotOneLine, i)
	}
	if len(trimSpace(frame)) == 0 {
		return fmt.Errorf("%w: it is blank", ErrNotOneLine)
	}
	return nil
}
