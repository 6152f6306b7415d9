package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// readAll reads to the end: frames, and what was wrong between them.
func readAll(t testing.TB, f FrameReader) (got []string) {
	t.Helper()
	for {
		frame, err := f.ReadFrame()
		var bad *FrameError
		switch {
		case err == nil:
			got = append(got, string(frame))
		case errors.As(err, &bad):
			got = append(got, fmt.Sprintf("!%v line %d at %d size %d eof %v", reason(bad), bad.Line, bad.Offset, bad.Size, bad.AtEOF))
		case err == io.EOF:
			return got
		default:
			t.Fatalf("ReadFrame: %v", err)
		}
	}
}

func reason(bad *FrameError) string {
	for name, err := range map[string]error{"long": ErrTooLong, "noise": ErrNoise, "malformed": ErrMalformed} {
		if errors.Is(bad, err) {
			return name
		}
	}
	return "?"
}

var framerCases = []struct {
	name string
	in   string
	opts FramerOptions
	want []string
}{
	{name: "nothing", in: ""},
	{name: "one", in: "{\"a\":1}\n", want: []string{`{"a":1}`}},
	{name: "empty object", in: "{}\n{ }\n", want: []string{`{}`, `{ }`}},
	{name: "many in one read", in: "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n", want: []string{`{"a":1}`, `{"b":2}`, `{"c":3}`}},
	{name: "last without line feed", in: "{\"a\":1}\n{\"b\":2}", want: []string{`{"a":1}`, `{"b":2}`}},
	{name: "crlf", in: "{\"a\":1}\r\n{\"b\":2}\r\n", want: []string{`{"a":1}`, `{"b":2}`}},
	{name: "blank lines", in: "\n  \t\n\r\n{\"a\":1}\n\n", want: []string{`{"a":1}`}},
	{name: "white space around", in: "  {\"a\":1}\t \n", want: []string{`{"a":1}`}},
	{name: "only a line feed ends a line", in: "{\"a\":\"x\u2028y\u2029z\u0085\"}\n{\"a\":\r1}\n", want: []string{"{\"a\":\"x\u2028y\u2029z\u0085\"}", "{\"a\":\r1}"}},
	{name: "bytes are kept", in: "{\"a\":\"\xff\xfe  \x00\"}\n", want: []string{"{\"a\":\"\xff\xfe  \x00\"}"}},
	{name: "noise is skipped", in: "[SandboxDebug] watching\nWARNING: {not json}\n{not json}\n{'a': 1}\n[1]\n{\"a\":1}\n12\n", want: []string{`{"a":1}`}},
	{name: "noise is reported", opts: FramerOptions{Noise: Report}, in: "banner\n{\"a\":1}\r\nx", want: []string{"!noise line 1 at 0 size 6 eof false", `{"a":1}`, "!noise line 3 at 16 size 1 eof true"}},
	{name: "noise is delivered", opts: FramerOptions{Noise: Deliver}, in: " banner \n{\"a\":1}\n", want: []string{"banner", `{"a":1}`}},
	{name: "malformed is reported", in: "{\"a\":{\"b\n{\"a\":1}\n", want: []string{"!malformed line 1 at 0 size 8 eof false", `{"a":1}`}},
	{name: "malformed is skipped", opts: FramerOptions{Malformed: Skip}, in: "{\"a\":{\"b\n{\"a\":1}\n", want: []string{`{"a":1}`}},
	{name: "malformed is delivered", opts: FramerOptions{Malformed: Deliver}, in: "{\"a\":{\"b\n{\"a\":1}\n", want: []string{`{"a":{"b`, `{"a":1}`}},
	{name: "cut off at the end", in: "{\"a\":1}\n{\"type\":\"res", want: []string{`{"a":1}`, "!malformed line 2 at 8 size 12 eof true"}},
	{name: "a brace alone", in: "{\n", want: []string{"!malformed line 1 at 0 size 1 eof false"}},
	{name: "title with bel", in: "\x1b]0;a {title}\a{\"a\":1}\n", want: []string{`{"a":1}`}},
	{name: "title with string terminator", in: "\x1b]0;title\x1b\\{\"a\":1}\n", want: []string{`{"a":1}`}},
	{name: "colours and modes", in: "\x1b[?25l\x1b[1;31m\x1b(B\x1bM\r\b{\"a\":1}\x1b[0m\n", want: []string{`{"a":1}`}},
	{name: "byte order mark", in: "\ufeff{\"a\":1}\n", want: []string{`{"a":1}`}},
	{name: "unfinished title", opts: FramerOptions{Noise: Report}, in: "\x1b]0;title{\"a\":1}\n{\"b\":2}\n", want: []string{"!noise line 1 at 0 size 16 eof false", `{"b":2}`}},
	{name: "text after the object", in: "{\"a\":1} done\n", want: []string{"!malformed line 1 at 0 size 12 eof false"}},
	{name: "limit kept", opts: FramerOptions{MaxFrame: 7}, in: "{\"a\":1}\n", want: []string{`{"a":1}`}},
	{name: "limit passed", opts: FramerOptions{MaxFrame: 6}, in: "{\"a\":1}\n{}\n", want: []string{"!long line 1 at 0 size 7 eof false", "{}"}},
	{name: "limit passed at the end", opts: FramerOptions{MaxFrame: 6}, in: "{}\n{\"a\":1}", want: []string{"{}", "!long line 2 at 3 size 7 eof false"}},
	{name: "limit is per line", opts: FramerOptions{MaxFrame: 7}, in: strings.Repeat("{\"a\":1}\n", 9), want: strings.Split(strings.Repeat("{\"a\":1} ", 8)+"{\"a\":1}", " ")},
}

func TestFramer(t *testing.T) {
	t.Parallel()
	for _, tc := range framerCases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := readAll(t, NewFramer(strings.NewReader(tc.in), tc.opts))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("frames (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFramerReadSizes reads each case byte by byte, and with the error together with the last data: how a
// stream is cut must not matter. A limit is left out, for how much of a line was seen depends on it.
func TestFramerReadSizes(t *testing.T) {
	t.Parallel()
	for _, tc := range framerCases {
		if tc.opts.MaxFrame > 0 {
			continue
		}
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"one byte": iotest.OneByteReader, "half": iotest.HalfReader, "error with data": iotest.DataErrReader,
		} {
			t.Run(tc.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				got := readAll(t, NewFramer(wrap(strings.NewReader(tc.in)), tc.opts))
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("frames (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// object is a frame of exactly n bytes.
func object(n int) string { return `{"a":"` + strings.Repeat("x", n-8) + `"}` }

func TestFramerSizesAroundTheWindow(t *testing.T) {
	t.Parallel()
	var in strings.Builder
	var want []string
	for _, n := range []int{8, windowSize - 1, windowSize, windowSize + 1, 9, 3*windowSize - 2, 20 << 20, 10, windowSize / 2, windowSize/2 + 1, maxChunk, 11} {
		want = append(want, object(n))
		in.WriteString(object(n) + "\n")
	}
	f := NewFramer(strings.NewReader(in.String()), FramerOptions{})
	for i, w := range want {
		got, err := f.ReadFrame()
		if err != nil || string(got) != w {
			t.Fatalf("frame %d: want %d bytes, got %d, error %v", i, len(w), len(got), err)
		}
	}
	if _, err := f.ReadFrame(); err != io.EOF {
		t.Fatalf("want io.EOF, got %v", err)
	}
}

func TestFramerFramesBelongToTheCaller(t *testing.T) {
	t.Parallel()
	f := NewFramer(strings.NewReader("{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n"), FramerOptions{})
	first, _ := f.ReadFrame()
	_ = append(first[:len(first):len(first)], "no room to grow into the next"...)
	clear(first)
	if got := readAll(t, f); !cmp.Equal(got, []string{`{"b":2}`, `{"c":3}`}) {
		t.Errorf("frames after the first was overwritten: %q", got)
	}
}

// TestFramerRecycle: recycled memory is used for a frame it fits, and for no other.
func TestFramerRecycle(t *testing.T) {
	t.Parallel()
	f := NewFramer(strings.NewReader(object(10_000)+"\n"+object(9_000)+"\n"+object(4_999)+"\n"+object(10_001)+"\n"), FramerOptions{})
	var last []byte
	for i, reused := range []bool{false, true, false, false} {
		frame, err := f.ReadFrame()
		if err != nil || string(frame) != object(len(frame)) {
			t.Fatalf("frame %d: %v", i, err)
		}
		if got := last != nil && &last[0] == &frame[0]; got != reused {
			t.Errorf("frame %d: reused %v", i, got)
		}
		f.Recycle(frame)
		last = frame
	}
}

// TestFramerRefusesBeforeTheEnd: a line that never ends is refused as soon as it is too long.
func TestFramerRefusesBeforeTheEnd(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, object(5000)[:4000])
		_, _ = io.WriteString(w, strings.Repeat("y", 300_000)+"\n{}\n")
		_ = w.Close()
	}()
	f := NewFramer(r, FramerOptions{MaxFrame: 1000})
	_, err := f.ReadFrame()
	var bad *FrameError
	if !errors.As(err, &bad) || !bad.AtLeast || bad.Limit != 1000 || bad.Size != 4000 {
		t.Fatalf("want a FrameError of at least 4000 bytes with limit 1000, got %#v", err)
	}
	if msg := err.Error(); !strings.Contains(msg, "1000") || !strings.Contains(msg, "4000") || !strings.Contains(msg, "limit") {
		t.Errorf("error names neither size nor limit: %s", msg)
	}
	if got := readAll(t, f); !cmp.Equal(got, []string{"{}"}) {
		t.Errorf("after the refused line: %q", got)
	}
}

func TestFramerOnSkip(t *testing.T) {
	t.Parallel()
	var seen []string
	opts := FramerOptions{OnSkip: func(e *FrameError) { seen = append(seen, fmt.Sprint(e.Line, " ", e.Offset, " ", e.Excerpt)) }}
	readAll(t, NewFramer(strings.NewReader("{}\nnoise\n{}\nmore\n"), opts))
	if want := []string{"2 3 noise", "4 12 more"}; !cmp.Equal(seen, want) {
		t.Errorf("want %q, got %q", want, seen)
	}
}

// brokenReader misbehaves.
type brokenReader struct {
	n   int
	err error
}

func (b brokenReader) Read([]byte) (int, error) { return b.n, b.err }

func TestFramerReaderErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New("cable cut")
	for name, tc := range map[string]struct {
		r    io.Reader
		want error
	}{
		"its error":      {io.MultiReader(strings.NewReader("{}\n{\"torn"), brokenReader{0, cause}), cause},
		"no progress":    {io.MultiReader(strings.NewReader("{}\n"), brokenReader{}), io.ErrNoProgress},
		"too many bytes": {io.MultiReader(strings.NewReader("{}\n"), brokenReader{1 << 30, nil}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := NewFramer(tc.r, FramerOptions{})
			if frame, err := f.ReadFrame(); string(frame) != "{}" {
				t.Fatalf("first frame: %q, %v", frame, err)
			}
			for range 2 {
				if _, err := f.ReadFrame(); err == nil || err == io.EOF || tc.want != nil && !errors.Is(err, tc.want) {
					t.Errorf("want %v, got %v", tc.want, err)
				}
			}
		})
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	cause := errors.New("unexpected end")
	err := Malformed([]byte(`{"a":}`), cause)
	if !errors.Is(err, ErrMalformed) || !errors.Is(err, cause) || !strings.Contains(err.Error(), `{\"a\":}`) {
		t.Errorf("want ErrMalformed, its cause and the line, got: %v", err)
	}
}

// pieceReader gives n bytes of one line, and then a line feed, without holding them.
type pieceReader struct{ n int }

func (p *pieceReader) Read(b []byte) (int, error) {
	if p.n == 0 {
		return 0, io.EOF
	}
	b = b[:min(len(b), p.n, 64<<10)]
	for i := range b {
		b[i] = 'x'
	}
	p.n -= len(b)
	return len(b), nil
}

// TestFramerMemory is not parallel: it counts what the whole process allocates. What is allocated at all
// bounds what is held at any time.
func TestFramerMemory(t *testing.T) {
	const size = 100 << 20
	r := io.MultiReader(strings.NewReader(`{"a":"`), &pieceReader{size - 8}, strings.NewReader("\"}\n{}\n"))
	f := NewFramer(r, FramerOptions{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	frame, err := f.ReadFrame()
	runtime.ReadMemStats(&after)
	if err != nil || len(frame) != size {
		t.Fatalf("want %d bytes, got %d, error %v", size, len(frame), err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > size*5/2 {
		t.Errorf("want at most %d bytes allocated, got %d", size*5/2, used)
	}
	if _, err := f.ReadFrame(); err != nil {
		t.Fatal(err)
	}
	_, _ = f.ReadFrame()
	if f.pieces != nil || len(f.win) > windowSize {
		t.Errorf("after the huge frame the window is %d bytes, with %d pieces", len(f.win), len(f.pieces))
	}
}

// cutReader gives a stream in pieces as told: each cut is the size of a read.
type cutReader struct{ data, cuts []byte }

func (c *cutReader) Read(b []byte) (int, error) {
	if len(c.data) == 0 {
		return 0, io.EOF
	}
	n := len(c.data)
	if len(c.cuts) > 0 {
		n, c.cuts = int(c.cuts[0])+1, c.cuts[1:]
	}
	n = copy(b, c.data[:min(n, len(c.data))])
	c.data = c.data[n:]
	return n, nil
}

// FuzzFramer: any cut of any stream gives the frames that cutting it at line feeds gives.
func FuzzFramer(f *testing.F) {
	for _, tc := range framerCases {
		f.Add([]byte(tc.in), []byte{0, 3, 1})
	}
	f.Fuzz(func(t *testing.T, in, cuts []byte) {
		opts := FramerOptions{Noise: Report}
		var want []string
		for _, l := range bytes.Split(in, []byte("\n")) {
			if frame, err := frameIn(l); err != nil {
				want = append(want, "!")
			} else if frame != nil {
				want = append(want, string(frame))
			}
		}
		got := readAll(t, NewFramer(&cutReader{in, cuts}, opts))
		for i, g := range got {
			if g[0] == '!' {
				got[i] = "!"
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("frames (-want +got):\n%s", diff)
		}
	})
}
