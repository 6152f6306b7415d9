package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
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

// LineWriter writes frames as lines, one at a time, on a goroutine of its own: a stream that takes
// nothing holds up only those who wait for it. A line once begun is written to its end, also if its
// writer has left, so lines are never torn. Lines wait with their writers and not in a queue: first
// come, first served, and nothing is lost without an error.
//
// All methods may be called from any goroutine.
type LineWriter struct {
	w       io.WriteCloser
	lines   chan line
	closing chan struct{}
	ended   chan struct{}
	once    sync.Once
	err     error // of closing w
}

// line is what the writing goroutine is given; done has room for its answer.
type line struct {
	text []byte
	done chan error
}

// NewLineWriter gives a LineWriter on w, which it owns. Close must be called: it ends the goroutine.
// w's Close must end a Write that is blocked, as that of an os.Pipe or a net.Conn does.
func NewLineWriter(w io.WriteCloser) *LineWriter {
	l := &LineWriter{
		w: w, lines: make(chan line), closing: make(chan struct{}), ended: make(chan struct{}),
	}
	go l.run()
	return l
}

// WriteFrame writes one line: frame, which must be without one, and a line feed, in one write. It may be
// reused afterwards.
func (l *LineWriter) WriteFrame(ctx context.Context, frame []byte) error {
	if err := checkOneLine(frame); err != nil {
		return &WriteError{Err: err, Size: len(frame)}
	}
	if err := l.ready(ctx); err != nil {
		return &WriteError{Err: err, Size: len(frame)}
	}
	text := make([]byte, 0, len(frame)+1)
	job := line{text: append(append(text, frame...), '\n'), done: make(chan error, 1)}
	select {
	case l.lines <- job:
	case <-ctx.Done():
		return &WriteError{Err: ctx.Err(), Size: len(frame)}
	case <-l.closing:
		return &WriteError{Err: ErrInputClosed, Size: len(frame)}
	}
	if err := l.await(ctx, job); err != nil {
		return &WriteError{Err: err, Begun: true, Size: len(frame)}
	}
	return nil
}

// ready fails if there is no point in waiting.
func (l *LineWriter) ready(ctx context.Context) error {
	select {
	case <-l.closing:
		return ErrInputClosed
	default:
		return ctx.Err()
	}
}

// await waits for what became of a line. What is known by then outweighs why it stopped waiting.
func (l *LineWriter) await(ctx context.Context, job line) error {
	var left error
	select {
	case err := <-job.done:
		return err
	case <-ctx.Done():
		left = ctx.Err()
	case <-l.ended:
		left = ErrInputClosed
	}
	select {
	case err := <-job.done:
		return err
	default:
		return left
	}
}

// run writes line after line until Close.
func (l *LineWriter) run() {
	defer close(l.ended)
	for {
		select {
		case <-l.closing:
			return
		case job := <-l.lines:
			_, err := l.w.Write(job.text)
			job.done <- l.reason(err)
		}
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
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) || errors.Is(err, fs.ErrClosed) {
		return fmt.Errorf("%w: %w", ErrPeerClosed, err)
	}
	return err
}

// Close ends the stream and the goroutine. Lines that were written reach the peer; one that is being
// written is cut off, and its WriteFrame fails with ErrInputClosed. It is idempotent.
func (l *LineWriter) Close() error {
	l.once.Do(func() {
		close(l.closing)
		l.err = l.w.Close()
		<-l.ended
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
