package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// DefaultMaxFrame is the longest line a Framer accepts unless told otherwise: 256 MiB.
const DefaultMaxFrame = 256 << 20

// FrameReader gives frames. [Framer] is the product's one.
type FrameReader interface {
	// ReadFrame is as in [Transport].
	ReadFrame() ([]byte, error)
}

// Recycler is what a FrameReader or a Transport can be besides: one that takes frames back. See
// [Framer.Recycle]. The client of this module gives no frame back, because its messages are for its user to keep.
type Recycler interface {
	// Recycle takes a frame that nobody uses any more, nor any part of it.
	Recycle(frame []byte)
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
	// AtEOF says that the stream ended inside the line. A line too long is refused before that is known.
	AtEOF bool
	// Excerpt is the start of the line.
	Excerpt string
}

// Unwrap gives the reason.
func (e *FrameError) Unwrap() error { return e.Err }

// Malformed is the error for a frame that its reader could not decode: cause says why. It is how a
// caller reports what the Framer's cheap check let pass.
func Malformed(frame []byte, cause error) *FrameError {
	err := ErrMalformed
	if cause != nil {
		err = fmt.Errorf("%w: %w", ErrMalformed, cause)
	}
	return &FrameError{Err: err, Size: int64(len(frame)), Excerpt: excerpt(frame)}
}

// Error says where the line is, what was expected and found, and what becomes of it.
func (e *FrameError) Error() string {
	var b strings.Builder
	b.WriteString("output of the CLI")
	if e.Line > 0 {
		fmt.Fprintf(&b, ", line %d at byte %d", e.Line, e.Offset)
	}
	if errors.Is(e.Err, ErrTooLong) {
		more := ""
		if e.AtLeast {
			more = "at least "
		}
		fmt.Fprintf(&b, ": want a line of at most %d bytes, got %s%d: %v; the line is lost, raise MaxFrame to accept it",
			e.Limit, more, e.Size, e.Err)
	} else {
		fmt.Fprintf(&b, ": want one JSON object, got %d bytes: %v", e.Size, e.Err)
	}
	if e.AtEOF {
		b.WriteString("; the output ended inside the line, so the CLI was probably cut off while writing it")
	}
	if e.Excerpt != "" {
		fmt.Fprintf(&b, "; it starts %q", e.Excerpt)
	}
	return b.String()
}

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

// The sizes a Framer works with, in bytes.
const (
	// windowSize is what a Framer holds while frames are small. Twice a pipe's capacity (64 KiB on
	// Linux): a full read fits beside half a frame.
	windowSize = 128 << 10
	// minRead is the least room a read is given, so that a nearly full window costs no tiny reads.
	minRead = 16 << 10
	// maxChunk bounds how far the pieces of a huge line grow, and with it what is allocated in vain.
	maxChunk = 4 << 20
	// excerptSize is how much of a line an error quotes.
	excerptSize = 120
	// recycleMin and recycleMax are the sizes worth recycling, recycleMost how many frames wait for it.
	recycleMin, recycleMax, recycleMost = 4 << 10, 1 << 20, 4
	// maxEmptyReads is how often a reader may give nothing and no error, as in bufio.
	maxEmptyReads = 100
)

// Framer cuts a stream into frames. Only a line feed ends a line (not CR, U+0085, U+2028); a last line
// without one counts. White space around a frame is removed, blank lines are passed over, and so are
// terminal control sequences before and after a frame (B101). What is left and starts like a JSON object
// (a brace, then a quote or the closing brace) and ends with a brace is a frame: the Framer decodes
// nothing, so a frame may still be broken inside, which its reader reports with [Malformed].
//
// No size of read is assumed. A small frame costs one allocation of its size. A line longer than the
// window is collected in pieces that grow with it and are joined once, so that work is linear and memory
// stays near twice the line; the pieces are let go with the line.
//
// A Framer is for one goroutine at a time.
type Framer struct {
	r    io.Reader
	opts FramerOptions

	win        []byte // what is read; win[start:end] is not used yet
	start, end int
	scanned    int      // win[start:scanned] holds no line feed
	pieces     [][]byte // the line so far, as far as it left the window
	pieced     int      // bytes in pieces

	spare    chan []byte // recycled frames
	skipping bool        // the rest of the line was refused already
	line     int64       // how many lines came before the current one
	offset   int64       // where the current one starts
	lastFeed int         // length of the last line's line feed: 0 if the stream ended instead
	err      error       // why reading ended
}

// NewFramer gives a Framer that reads from r.
func NewFramer(r io.Reader, opts FramerOptions) *Framer {
	if opts.MaxFrame <= 0 {
		opts.MaxFrame = DefaultMaxFrame
	}
	if opts.Noise == Default {
		opts.Noise = Skip
	}
	if opts.Malformed == Default {
		opts.Malformed = Report
	}
	return &Framer{r: r, opts: opts, spare: make(chan []byte, recycleMost)}
}

// ReadFrame gives the next frame, which belongs to the caller. At the end of the stream it returns
// io.EOF; a [*FrameError] is about one line only, and reading may go on; any other error is the reader's
// own, and final.
func (f *Framer) ReadFrame() ([]byte, error) {
	for {
		raw, owned, bad := f.nextLine()
		if bad != nil {
			return nil, bad
		}
		if raw == nil {
			return nil, f.err
		}
		frame, err := f.accept(raw)
		if err != nil {
			return nil, err
		}
		if frame == nil {
			continue
		}
		if !owned {
			frame = append(f.room(len(frame)), frame...) // where there is no room, append makes some and does not clear it first
		}
		return frame, nil
	}
}

// Recycle gives a frame back, whose memory a later frame may then use: fresh memory is what a frame of some
// size costs most. It is optional, and may be called from any goroutine; the frame must not be used any
// more, by anybody. Small and huge frames are left to the garbage collector.
func (f *Framer) Recycle(frame []byte) {
	if cap(frame) < recycleMin || cap(frame) > recycleMax {
		return
	}
	select {
	case f.spare <- frame[:0]:
	default:
	}
}

// room is the memory of a recycled frame for one of n bytes, unless it would be mostly empty; nil if there is none.
func (f *Framer) room(n int) []byte {
	if n >= recycleMin {
		select {
		case b := <-f.spare:
			if cap(b) >= n && cap(b)/2 <= n {
				return b
			}
		default:
		}
	}
	return nil
}

// nextLine gives the next line, without its line feed, and whether its memory is its own: if not, it
// is part of the window and valid until the next call. A nil line means that f.err holds; a line too
// long gives an error.
func (f *Framer) nextLine() (line []byte, owned bool, bad error) {
	for {
		if i := bytes.IndexByte(f.win[f.scanned:f.end], '\n'); i >= 0 {
			at := f.scanned + i
			if f.skipping {
				f.consume(at+1, f.offset+int64(at+1-f.start))
				f.skipping = false
				continue
			}
			return f.cut(at, at+1)
		}
		f.scanned = f.end
		if bad := f.checkPartial(); bad != nil {
			return nil, false, bad
		}
		if f.err != nil {
			if f.size() == 0 || f.skipping || f.err != io.EOF {
				return nil, false, nil
			}
			return f.cut(f.end, f.end)
		}
		f.fill()
	}
}

// size is how much of the current line is held.
func (f *Framer) size() int { return f.pieced + f.end - f.start }

// cut takes the line that ends at win[:at] and goes on behind it, at next.
func (f *Framer) cut(at, next int) (line []byte, owned bool, bad error) {
	line = f.win[f.start:at]
	size := int64(f.pieced + len(line))
	if size > f.opts.MaxFrame {
		long := f.fault(ErrTooLong, f.head(), size)
		long.AtEOF = next == at
		bad = long
	} else if len(f.pieces) > 0 {
		line, owned = joined(f.room(int(size)), int(size), append(f.pieces, line)), true
	}
	f.lastFeed = next - at
	f.consume(next, f.offset+size+int64(next-at))
	f.line++
	return line, owned, bad
}

// joined is the pieces as one, of a size.
func joined(room []byte, size int, pieces [][]byte) []byte {
	if room == nil {
		room = make([]byte, 0, size)
	}
	for _, p := range pieces {
		room = append(room, p...)
	}
	return room
}

// consume forgets the line up to win[:next]; the next one starts at offset in the stream.
func (f *Framer) consume(next int, offset int64) {
	f.pieces, f.pieced = nil, 0
	f.start, f.scanned = next, next
	f.offset = offset
}

// checkPartial keeps an unfinished line within the limit: it refuses the line as soon as it is too
// long, since its end may never come, and drops what comes of it later.
func (f *Framer) checkPartial() error {
	if f.skipping {
		f.consume(f.end, f.offset+int64(f.end-f.start))
		return nil
	}
	size := int64(f.size())
	if size <= f.opts.MaxFrame {
		return nil
	}
	bad := f.fault(ErrTooLong, f.head(), size)
	bad.AtLeast = f.err == nil
	bad.AtEOF = !bad.AtLeast
	f.line++
	f.skipping = true
	f.consume(f.end, f.offset+size)
	return bad
}

// head is the start of the current line.
func (f *Framer) head() []byte {
	if len(f.pieces) > 0 {
		return f.pieces[0]
	}
	return f.win[f.start:f.end]
}

// fill reads once, and notes the end.
func (f *Framer) fill() {
	f.makeRoom()
	for range maxEmptyReads {
		n, err := f.r.Read(f.win[f.end:])
		if n < 0 || n > len(f.win)-f.end {
			f.err = fmt.Errorf("read of the CLI's output: the reader claims %d bytes in a buffer of %d", n, len(f.win)-f.end)
			return
		}
		f.end += n
		f.err = err
		if n > 0 || err != nil {
			return
		}
	}
	f.err = io.ErrNoProgress
}

// makeRoom gives the next read room in the window: at its start if that is cheap, else in a new window,
// where the old one becomes a piece of the line.
func (f *Framer) makeRoom() {
	rest := f.end - f.start
	switch {
	case rest == 0 && f.pieced == 0 && len(f.win) == windowSize:
		f.start, f.end = 0, 0
	case rest == 0 && f.pieced == 0:
		f.win, f.start, f.end = make([]byte, windowSize), 0, 0
	case len(f.win)-f.end >= minRead:
	case f.pieced == 0 && rest <= windowSize/2:
		f.compact(rest)
	default:
		f.pieces = append(f.pieces, f.win[f.start:f.end])
		f.pieced += rest
		f.win, f.start, f.end = make([]byte, min(max(f.pieced/4, windowSize), maxChunk)), 0, 0
	}
	f.scanned = f.end
}

// compact moves what is left to the start of a window of the usual size. It is at most half of that, so
// each byte is moved at most once per half window read.
func (f *Framer) compact(rest int) {
	to := f.win
	if len(to) != windowSize {
		to = make([]byte, windowSize)
	}
	copy(to, f.win[f.start:f.end])
	f.win, f.start, f.end = to, 0, rest
}

// accept gives the frame in a line, or nil if the line is to be passed over, or what is wrong with it.
// The line is the one before the current.
func (f *Framer) accept(raw []byte) ([]byte, error) {
	frame, err := frameIn(raw)
	if err == nil {
		return frame, nil
	}
	action := f.opts.Malformed
	if err == ErrNoise {
		action = f.opts.Noise
	}
	if action == Deliver {
		return trimSpace(raw), nil
	}
	if action == Skip && f.opts.OnSkip == nil {
		return nil, nil
	}
	bad := f.fault(err, raw, int64(len(raw)))
	bad.Line--
	bad.Offset = f.offset - int64(len(raw)+f.lastFeed)
	bad.AtEOF = f.lastFeed == 0
	if action == Skip {
		f.opts.OnSkip(bad)
		return nil, nil
	}
	return nil, bad
}

// fault is the error about the current line.
func (f *Framer) fault(err error, head []byte, size int64) *FrameError {
	return &FrameError{
		Err: err, Line: f.line + 1, Offset: f.offset, Size: size, Limit: f.opts.MaxFrame, Excerpt: excerpt(head),
	}
}

// excerpt is the start of b.
func excerpt(b []byte) string { return string(b[:min(len(b), excerptSize)]) }
