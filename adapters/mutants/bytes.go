package mutants

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/transport"
)

func bytesGroup() []Mutant {
	return []Mutant{
		{
			Name: "split-on-read", Group: Bytes, Fault: "parses every read as if no message went on into the next one",
			Kills: kills("framing/split-frame"),
			Parts: framedBy(func(r io.Reader) transport.FrameReader { return &pieces{r: r} }),
		}, {
			Name: "one-frame-per-read", Group: Bytes, Fault: "parses the first message that a read completes and drops the rest",
			Kills: kills("framing/many-in-one-write"),
			Parts: framedBy(func(r io.Reader) transport.FrameReader { return &firstOnly{r: r} }),
		}, {
			Name: "line-cap", Group: Bytes, Fault: "loses without an error a line above 1 MiB, and the lines of the 10th MiB of all output",
			Kills: kills("framing/raised-limit", "framing/over-one-mebibyte", "framing/cap-per-line"),
			Parts: framedBy(func(r io.Reader) transport.FrameReader {
				return &capped{FrameReader: transport.NewFramer(r, transport.FramerOptions{})}
			}),
		}, {
			Name: "strip-reads", Group: Bytes, Fault: "trims white space at both ends of every read",
			Kills: kills("framing/whitespace-at-a-cut"),
			Parts: framedBy(func(r io.Reader) transport.FrameReader { return &stripped{r: r} }),
		}, {
			Name: "decode-reads", Group: Bytes, Fault: "decodes UTF-8 read by read and ends its reading on what it cannot decode",
			Kills: kills("framing/rune-split", "framing/invalid-utf8"),
			Parts: readThrough(decodeRead),
		}, {
			Name: "unicode-lines", Group: Bytes, Fault: "ends a line at U+2028, U+2029, U+0085 and CR too",
			Kills: kills("framing/lone-carriage-return", "framing/line-separators"),
			Parts: readThrough(breakAtUnicode),
		}, {
			Name: "brace-ends", Group: Bytes, Fault: "takes a line for whole only if its last byte is a brace, and joins any other with the next",
			Kills: kills("framing/crlf"),
			Parts: framedBy(func(r io.Reader) transport.FrameReader {
				return &joined{lines: newLines(r), whole: func(b []byte) bool { return bytes.HasSuffix(b, []byte("}")) }}
			}),
		}, {
			Name: "noise-joins", Group: Bytes, Fault: "keeps what does not parse and joins the next line to it, without an error", Opposite: "noise-ends",
			Kills: kills("framing/byte-order-mark", "framing/noise-lines", "framing/glued-control-bytes", "framing/malformed-line"),
			Parts: framedBy(func(r io.Reader) transport.FrameReader { return &joined{lines: newLines(r), whole: json.Valid} }),
		}, {
			Name: "no-tail", Group: Bytes, Fault: "drops a last line that has no line feed", Opposite: "clean-exit-is-success",
			Kills: kills("framing/last-line-unterminated"),
			Parts: framedBy(func(r io.Reader) transport.FrameReader { return noTail{newLines(r)} }),
		},
	}
}

// framedBy gives the product with another cutting of its output into lines.
func framedBy(frames func(io.Reader) transport.FrameReader) func() *parts.Parts {
	return withTransport(func(o *transport.Options) { o.NewFramer = frames })
}

// readThrough gives the product with something done to every read.
func readThrough(change func(read []byte) ([]byte, error)) func() *parts.Parts {
	return framedBy(func(r io.Reader) transport.FrameReader {
		return transport.NewFramer(&changed{r: r, change: change}, transport.FramerOptions{})
	})
}

// readSize is what these readers ask for at once, in bytes.
const readSize = 64 << 10

// read gives what one read brings.
func read(r io.Reader) ([]byte, error) {
	chunk := make([]byte, readSize)
	n, err := r.Read(chunk)
	if n > 0 {
		err = nil
	}
	return chunk[:n], err
}

// pieces takes each piece between line feeds of one read for a message.
type pieces struct {
	r     io.Reader
	queue [][]byte
}

func (f *pieces) ReadFrame() ([]byte, error) {
	for len(f.queue) == 0 {
		chunk, err := read(f.r)
		if err != nil {
			return nil, err
		}
		for piece := range bytes.SplitSeq(chunk, []byte("\n")) {
			if len(piece) > 0 {
				f.queue = append(f.queue, piece)
			}
		}
	}
	frame := f.queue[0]
	f.queue = f.queue[1:]
	return frame, nil
}

// firstOnly forgets what a read brought after the line that it completed.
type firstOnly struct {
	r    io.Reader
	part []byte
}

func (f *firstOnly) ReadFrame() ([]byte, error) {
	for {
		chunk, err := read(f.r)
		if err != nil {
			return nil, err
		}
		line, _, whole := bytes.Cut(chunk, []byte("\n"))
		f.part = append(f.part, line...)
		if whole {
			frame := f.part
			f.part = nil
			return frame, nil
		}
	}
}

// capped loses long lines, and those of the tenth mebibyte.
type capped struct {
	transport.FrameReader
	total int
}

func (f *capped) ReadFrame() ([]byte, error) {
	const mebibyte = 1 << 20
	for {
		frame, err := f.FrameReader.ReadFrame()
		if err != nil {
			return nil, err
		}
		f.total += len(frame)
		if len(frame) <= mebibyte && f.total/mebibyte != 9 {
			return frame, nil
		}
	}
}

// stripped joins trimmed pieces until they parse.
type stripped struct {
	r     io.Reader
	part  []byte
	queue [][]byte
}

func (f *stripped) ReadFrame() ([]byte, error) {
	for {
		for len(f.queue) > 0 {
			f.part = append(f.part, bytes.TrimSpace(f.queue[0])...)
			f.queue = f.queue[1:]
			if json.Valid(f.part) {
				frame := f.part
				f.part = nil
				return frame, nil
			}
		}
		chunk, err := read(f.r)
		if err != nil {
			return nil, err
		}
		f.queue = bytes.Split(bytes.TrimSpace(chunk), []byte("\n"))
	}
}

// changed hands on each read after a change.
type changed struct {
	r      io.Reader
	change func([]byte) ([]byte, error)
	rest   []byte
}

func (c *changed) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		chunk, err := read(c.r)
		if err != nil {
			return 0, err
		}
		if c.rest, err = c.change(chunk); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

var errNotUTF8 = errors.New("read of the CLI's output is not UTF-8")

func decodeRead(b []byte) ([]byte, error) {
	if !utf8.Valid(b) {
		return nil, errNotUTF8
	}
	return b, nil
}

func breakAtUnicode(b []byte) ([]byte, error) {
	for _, end := range []string{"\u2028", "\u2029", "\u0085", "\r"} {
		b = bytes.ReplaceAll(b, []byte(end), []byte("\n"))
	}
	return b, nil
}

// lines cuts at line feeds and does nothing else.
type lines struct{ r *bufio.Reader }

func newLines(r io.Reader) lines { return lines{bufio.NewReaderSize(r, readSize)} }

// next gives a line without its line feed, and whether it had one.
func (l lines) next() (line []byte, fed bool, err error) {
	line, err = l.r.ReadBytes('\n')
	if err == nil {
		return line[:len(line)-1], true, nil
	}
	if len(line) > 0 {
		return line, false, nil
	}
	return nil, false, err
}

// joined joins lines until they are whole.
type joined struct {
	lines lines
	whole func([]byte) bool
	part  []byte
}

func (f *joined) ReadFrame() ([]byte, error) {
	for {
		line, _, err := f.lines.next()
		if err != nil {
			return nil, err
		}
		f.part = append(f.part, line...)
		if f.whole(f.part) {
			frame := f.part
			f.part = nil
			return frame, nil
		}
	}
}

// noTail takes the line feed for a part of every message.
type noTail struct{ lines lines }

func (f noTail) ReadFrame() ([]byte, error) {
	line, fed, err := f.lines.next()
	if err != nil {
		return nil, err
	}
	if !fed {
		return nil, io.EOF
	}
	return line, nil
}
