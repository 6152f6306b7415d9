package transport

import (
	"errors"
	"io"
)

// DefaultMaxFrame is the longest line a Framer accepts unless told otherwise: 256 MiB.
const DefaultMaxFrame = 256 << 20

// FrameReader gives frames. [Framer] is the product's one.
type FrameReader interface {
	// ReadFrame is as in [Transport].
	ReadFrame() ([]byte, error)
}

// Why a line is no frame, for errors.Is on a [*FrameError].
var (
	// ErrTooLong: the line is longer than the limit.
	ErrTooLong = errors.New("line is longer than the limit")
	// ErrNoise: the line does not start like a JSON object: a banner, a warning, a stray print.
	ErrNoise = errors.New("line is not a JSON object")
	// ErrMalformed: the line starts like a JSON object but is not a whole one.
	ErrMalformed = errors.New("line is not a whole JSON object")
)

// FrameError is a line that is no frame. The lines around it are whole: reading may go on.
type FrameError struct {
	// Err is ErrTooLong, ErrNoise, ErrMalformed, or wraps one of them.
	Err error
	// Line is the number of the line, from 1; 0 if unknown.
	Line int64
	// Offset is where the line starts in the stream, in bytes.
	Offset int64
	// Size is the length of the line in bytes, or if AtLeast how much of it was seen.
	Size    int64
	AtLeast bool
	// Limit is the limit that a line passed that is too long, in bytes.
	Limit int64
	// AtEOF says that the stream ended inside the line.
	AtEOF bool
	// Excerpt is the start of the line.
	Excerpt string
}

// Error says which line, what it is, and what it starts with.
func (e *FrameError) Error() string { return e.Err.Error() }

// Unwrap gives the reason.
func (e *FrameError) Unwrap() error { return e.Err }

// Malformed is the error for a frame that its reader could not decode: cause says why. It is how a
// caller reports what the Framer's cheap check let pass.
func Malformed(frame []byte, cause error) *FrameError { return &FrameError{Err: cause} }

// Action is what a Framer does with a line that is no frame.
type Action int

const (
	// Default is Skip for noise and Report for malformed lines.
	Default Action = iota
	// Skip passes over the line, after telling OnSkip.
	Skip
	// Report returns a *FrameError.
	Report
	// Deliver returns the line as if it were a frame.
	Deliver
)

// FramerOptions are the rules of a Framer. The zero value is the product's rules.
type FramerOptions struct {
	// MaxFrame is the longest line accepted, in bytes without its line feed; 0 is DefaultMaxFrame.
	MaxFrame int64
	// Noise is what is done with a line that does not start like a JSON object.
	Noise Action
	// Malformed is what is done with a line that starts like a JSON object and does not end like one.
	Malformed Action
	// OnSkip, if not nil, is told of each line passed over, on the reading goroutine.
	OnSkip func(*FrameError)
}

// Framer cuts a stream into frames.
type Framer struct{}

// NewFramer gives a Framer that reads from r.
func NewFramer(r io.Reader, opts FramerOptions) *Framer { return &Framer{} }

// ReadFrame gives the next frame.
func (f *Framer) ReadFrame() ([]byte, error) { return nil, io.EOF }

func excerpt(s string, end bool) string { return s }
