package transport

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Transport carries frames between a client and a claude. [Process] is the one for a subprocess and
// [Pipe] makes one in memory; users may bring their own (a container, a socket).
//
// All methods but ReadFrame may be called from any goroutine at any time.
type Transport interface {
	// ReadFrame returns the next frame without its line feed. The slice belongs to the caller: its
	// memory is never written again, by no later read either, because messages and their strings are
	// parts of it and outlive the loop that read it. Only a caller who gives it back, to a [Recycler],
	// ends that. It returns io.EOF at the end of the peer's output, and a [*FrameError] for a line that is no frame:
	// reading may go on after that. Any other error is final. One goroutine may read at a time. After
	// CloseInput, and after Close, what the peer still wrote can be read.
	ReadFrame() ([]byte, error)
	// WriteFrame writes one frame and a line feed. Frames of several writers never mix. It waits while
	// the peer does not read; ctx ends that wait. The frame may be reused when it returns. Errors are
	// [*WriteError]s: ErrNotOneLine, ErrInputClosed, ErrPeerClosed or ctx.Err().
	WriteFrame(ctx context.Context, frame []byte) error
	// CloseInput ends the peer's stdin: it sees EOF after the frames already written. It is idempotent
	// and does not wait: a write that is blocked meanwhile fails with ErrInputClosed.
	CloseInput() error
	// Close ends the peer: gracefully first, by force at last, and returns when it has ended. It is
	// idempotent, and every caller waits for that end. The end of ctx does not give up but goes on at
	// once to the last resort.
	Close(ctx context.Context) error
	// Done is closed when the peer itself has ended, not when its output has.
	Done() <-chan struct{}
	// Exit says how the peer ended. Before Done is closed its Err is ErrRunning.
	Exit() Exit
}

// What an error of this package is about, for errors.Is.
var (
	// ErrRunning: the peer has not ended yet, so nothing can be said about its end.
	ErrRunning = errors.New("process is still running")
	// ErrInputClosed: the peer's stdin was closed on this side, by CloseInput or Close.
	ErrInputClosed = errors.New("input is closed")
	// ErrPeerClosed: the peer closed its stdin, or has ended.
	ErrPeerClosed = errors.New("peer no longer reads its input")
	// ErrNotOneLine: what was to be written is empty or contains a line feed, so it is not one frame.
	ErrNotOneLine = errors.New("frame is not one line")
)

// Exit is how a peer ended.
type Exit struct {
	// Code is the exit code, or -1 if it was ended by a signal or its end could not be learned.
	Code int
	// Signal is the name of the signal that ended it, as in "SIGKILL"; empty if none did.
	Signal string
	// Stderr is the tail of what it wrote to stderr, at most Options.StderrTail bytes.
	Stderr string
	// StderrDropped is how many bytes of stderr came before that tail.
	StderrDropped int64
	// CallbackErr is what Options.OnStderr did wrong: it panicked, or was too slow for some lines.
	CallbackErr error
	// Closing says that Close had begun when it ended.
	Closing bool
	// Err is nil for code 0, an [*ExitError] for any other code and for a signal, ErrRunning before the
	// end, and otherwise why the end could not be learned.
	Err error
}

// ExitError is the end of a peer that was not exit code 0.
type ExitError struct {
	// Code is the exit code, or -1 after a signal.
	Code int
	// Signal is the name of the signal, as in "SIGKILL"; empty if none.
	Signal string
	// Stderr is the tail of its stderr.
	Stderr string
}

// Error names the code or the signal, and the end of stderr.
func (e *ExitError) Error() string {
	how := fmt.Sprintf("exit code %d", e.Code)
	if e.Signal != "" {
		how = "signal " + e.Signal
	}
	if e.Stderr == "" {
		return "claude ended with " + how + " and wrote nothing to stderr"
	}
	return "claude ended with " + how + "; stderr ends: " + fmt.Sprintf("%q", lastOf(strings.TrimSpace(e.Stderr)))
}

// lastOf is the end of s that an error quotes.
func lastOf(s string) string { return s[max(0, len(s)-4*excerptSize):] }
