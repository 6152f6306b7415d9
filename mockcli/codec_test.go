package mockcli

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func reader(s string) *bufio.Reader { return bufio.NewReaderSize(strings.NewReader(s), 16) }

func TestEventRoundTrip(t *testing.T) {
	t.Parallel()
	cases := map[string]Event{
		"hello":   {Ev: EvHello, Seq: 1, T: 5, PID: 1, PPID: 2, PGID: 3, Argv: [][]byte{{0xff}}, Env: [][]byte{[]byte("A=b")}, Cwd: "/x y", Exe: "é", Via: "exe", Dir: "/d", Probe: true, Stdio: []string{"pipe"}, FDs: map[string]string{"0": "pipe:[1]"}},
		"line":    {Ev: EvLine, Seq: 2, N: 7, Data: []byte("a\nb\x00\xff")},
		"empty":   {Ev: EvLine, Seq: 2, N: 8},
		"signal":  {Ev: EvSignal, Seq: 3, Signal: "SIGTERM", Action: ActionExit},
		"done":    {Ev: EvDone, Seq: 4, ID: 9, OK: true, N: 1, Pieces: 2, Left: 3, Kind: "pipe", Child: 4},
		"failure": {Ev: EvDone, Seq: 5, ID: 10, Err: "say \"no\"\n"},
		"error":   {Ev: EvReadError, Seq: 6, Errno: "EIO"},
	}
	for name, want := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := appendEvent(nil, &want)
			if err != nil {
				t.Fatal(err)
			}
			r := bufio.NewReader(bytes.NewReader(append(b, b...)))
			for range 2 { // the second shows that the first took no byte of it
				got, err := readEvent(r)
				if err != nil || !cmp.Equal(got, want) {
					t.Errorf("%v %s", err, cmp.Diff(want, got))
				}
			}
			if _, err := readEvent(r); err != io.EOF {
				t.Errorf("end: %v", err)
			}
		})
	}
}

func TestCommandRoundTrip(t *testing.T) {
	t.Parallel()
	want := Command{ID: 1, Op: OpWrite, FD: 1, Data: bytes.Repeat([]byte("x\n"), 1<<20), Cut: 5, Cuts: []int{1, 2}, Drain: true, GrowMS: 3, WithinMS: 4}
	b, err := appendCommand(nil, want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := readCommand(bufio.NewReader(bytes.NewReader(append(b, want.Data...))))
	if err != nil || !bytes.Equal(got.Data, want.Data) {
		t.Fatalf("%v, %d bytes, want %d", err, len(got.Data), len(want.Data))
	}
	got.Data, want.Data = nil, nil // cmp takes its time over megabytes
	if !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
}

// A peer written by hand may put its data into the header, in base64.
func TestDataInTheHeader(t *testing.T) {
	t.Parallel()
	c, err := readCommand(reader(`{"id":1,"op":"write","fd":1,"b64":"aGk="}` + "\n"))
	if err != nil || string(c.Data) != "hi" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestBadMessages(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ in, want string }{
		"no json":      {"hello there\n", "header"},
		"no ev":        {"{}\n", "without ev"},
		"half header":  {`{"ev":"line"`, "within a header"},
		"half data":    {`{"ev":"line","raw":5}` + "\nab", "2 of 5 raw bytes"},
		"negative raw": {`{"ev":"line","raw":-1}` + "\n", "raw is -1"},
		"huge raw":     {`{"ev":"line","raw":999999999999}` + "\n", "raw is 999999999999"},
		"wrong type":   {`{"ev":7}` + "\n", "header"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readEvent(reader(tc.in))
			if !errors.Is(err, ErrProtocol) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %s", err, tc.want)
			}
		})
	}
	if _, err := readCommand(reader("{}\n")); !errors.Is(err, ErrProtocol) {
		t.Errorf("a command without op: %v", err)
	}
}

func FuzzReadEvent(f *testing.F) {
	for _, seed := range []string{"", "{}\n", `{"ev":"line","seq":2,"n":1,"raw":2}` + "\nab", `{"ev":"done","id":3,"err":"x"}` + "\n", `{"ev":"hello","argv":["/w=="]}` + "\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		e, err := readEvent(bufio.NewReaderSize(bytes.NewReader(in), 16))
		if err != nil {
			return
		}
		b, err := appendEvent(nil, &e)
		if err != nil {
			t.Fatal(err)
		}
		again, err := readEvent(bufio.NewReader(bytes.NewReader(b)))
		if err != nil || again.Ev != e.Ev || again.Seq != e.Seq || again.ID != e.ID || again.Err != e.Err || !bytes.Equal(again.Data, e.Data) {
			t.Fatalf("%+v became %+v, %v", e, again, err)
		}
	})
}

func FuzzReadCommand(f *testing.F) {
	for _, seed := range []string{"", "{}\n", `{"id":1,"op":"write","fd":1,"raw":2}` + "\nab", `{"op":"read","mode":"bytes","n":-1}` + "\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := readCommand(bufio.NewReaderSize(bytes.NewReader(in), 16))
		if err != nil {
			return
		}
		b, err := appendCommand(nil, c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := readCommand(bufio.NewReader(bytes.NewReader(append(b, c.Data...))))
		if err != nil || again.Op != c.Op || again.ID != c.ID || !bytes.Equal(again.Data, c.Data) {
			t.Fatalf("%+v became %+v, %v", c, again, err)
		}
	})
}
