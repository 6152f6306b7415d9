//go:build linux || darwin

package mockcli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func signalName(s syscall.Signal) string { return unix.SignalName(s) }

func TestHello(t *testing.T) {
	t.Parallel()
	r := rigOf(t, func(c *exec.Cmd) {
		c.Args = []string{c.Path, "--model", "x\xffy"}
		c.Env = append(os.Environ(), "TWICE=1", "TWICE=2", "BYTES=\xfe")
	})
	h := r.peer.Hello()
	if h.PID != r.cmd.Process.Pid || h.PPID != os.Getpid() || h.Seq != 1 || h.T == 0 {
		t.Errorf("hello %+v", h)
	}
	if got := string(bytes.Join(h.Argv[1:], []byte("|"))); got != "--model|x\xffy" {
		t.Errorf("argv %q", got)
	}
	if h.Via != "exe" || h.Dir != filepath.Dir(r.cmd.Path) || r.peer.Dir() != h.Dir || h.Exe != r.cmd.Path {
		t.Errorf("via %q dir %q exe %q, want %q", h.Via, h.Dir, h.Exe, r.cmd.Path)
	}
	if got := strings.Join(h.Stdio, " "); got != "pipe pipe pipe" {
		t.Errorf("stdio %s", got)
	}
	if want := observe(nil).FDs; len(h.FDs) != len(want) || runtime.GOOS == "linux" && !strings.HasPrefix(h.FDs["1"], "pipe:[") {
		t.Errorf("fds %v: want those that the parent passes on, %v", h.FDs, want)
	}
	env := "\n" + string(bytes.Join(h.Env, []byte("\n"))) + "\n"
	if !strings.Contains(env, "\nBYTES=\xfe\n") || !strings.Contains(env, "\nTWICE=2\n") {
		t.Errorf("env %q", env)
	}
}

func TestFindsHarnessByArgv0AndEnv(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	mustDo(t, err)
	for _, via := range []string{"argv0", "env"} {
		t.Run(via, func(t *testing.T) {
			t.Parallel()
			elsewhere, err := LinkClaude(filepath.Join(t.TempDir(), "other"), exe)
			mustDo(t, err)
			r := rigOf(t, func(c *exec.Cmd) {
				dir := filepath.Dir(c.Path)
				c.Path = elsewhere
				if via == "env" {
					addr, err := os.ReadFile(filepath.Join(dir, FileName))
					mustDo(t, err)
					c.Env = append(os.Environ(), SocketEnv+"="+strings.TrimSpace(string(addr)))
					c.Args = []string{"claude"}
				}
			})
			if h := r.peer.Hello(); h.Via != via || (via == "env") != (r.peer.Dir() == "") {
				t.Errorf("via %q dir %q", h.Via, r.peer.Dir())
			}
		})
	}
}

// R1, R3: nothing is read before the first read; lines are reported as they complete; the end of stdin is only reported.
func TestReadLines(t *testing.T) {
	t.Parallel()
	r := rigOf(t)
	r.say("a\nb")
	if e := r.ok(Command{Op: OpSync}); e.Seq != 2 || e.Left != 3 {
		t.Errorf("sync before the first read: seq %d, left %d: want nothing read and 3 bytes left", e.Seq, e.Left)
	}
	r.ok(Command{Op: OpRead, Mode: ModeLines})
	first := r.await(EvLine)
	r.say("c\n\nrest")
	more := []Event{r.await(EvLine), r.await(EvLine)}
	if got := texts(append([]Event{first}, more...)...); got != "a|bc|" || more[1].N != 3 {
		t.Errorf("lines %q, last number %d", got, more[1].N)
	}
	closeEnd(t, r.stdin)
	if e := r.await(EvEOF); string(e.Data) != "rest" {
		t.Errorf("eof with %q", e.Data)
	}
	r.ok(Command{Op: OpWrite, FD: 1, Data: []byte("alive")})
	r.hears("alive")
}

func TestReadOffAndOn(t *testing.T) {
	t.Parallel()
	r := rigOf(t)
	r.ok(Command{Op: OpRead, Mode: ModeLines})
	r.say("one\n")
	r.await(EvLine)
	r.ok(Command{Op: OpRead, Mode: ModeOff})
	r.say("two\n")
	if e := r.ok(Command{Op: OpSync}); e.Left != 4 || len(r.other) != 0 {
		t.Errorf("read while off: left %d, events %+v", e.Left, r.other)
	}
	r.ok(Command{Op: OpRead, Mode: ModeLines})
	if e := r.await(EvLine); string(e.Data) != "two" || e.N != 2 {
		t.Errorf("line %+v", e)
	}
}

// Counted reading never takes a byte too many, whatever lies there.
func TestReadBytesNeverOverReads(t *testing.T) {
	t.Parallel()
	r := rigOf(t)
	r.say("0123456789\nrest\n")
	r.ok(Command{Op: OpRead, Mode: ModeBytes, N: 4, Gulp: 3})
	got := texts(r.await(EvBytes), r.await(EvBytes))
	if e := r.ok(Command{Op: OpSync}); got != "012|3" || e.Left != 12 {
		t.Errorf("got %q and %d bytes left, want 012|3 and 12", got, e.Left)
	}
	r.ok(Command{Op: OpRead, Mode: ModeLines, Gulp: 1})
	if got := texts(r.await(EvLine), r.await(EvLine)); got != "456789|rest" {
		t.Errorf("then lines %q", got)
	}
}

// R5: after sync, everything that was in the pipe has been reported, in order, before sync's own end.
func TestSyncIsExact(t *testing.T) {
	t.Parallel()
	r := rigOf(t)
	r.ok(Command{Op: OpRead, Mode: ModeLines})
	last := uint64(0)
	for i := range 300 {
		r.say("x\n")
		id := r.send(Command{Op: OpSync})
		line := r.await(EvLine)
		done := r.doneOf(id)
		if line.N != i+1 || line.Seq >= done.Seq || line.Seq <= last || done.Left != 0 {
			t.Fatalf("round %d: line %d at %d, sync at %d, left %d", i, line.N, line.Seq, done.Seq, done.Left)
		}
		last = done.Seq
	}
	closeEnd(t, r.stdin)
	id := r.send(Command{Op: OpSync})
	if eof, done := r.await(EvEOF), r.doneOf(id); eof.Seq > done.Seq {
		t.Errorf("eof at %d after sync at %d", eof.Seq, done.Seq)
	}
}

// R1: close(0) while the reader waits closes the pipe itself.
func TestCloseStdinWhileReading(t *testing.T) {
	t.Parallel()
	r := rigOf(t)
	r.ok(Command{Op: OpRead, Mode: ModeLines})
	r.ok(Command{Op: OpClose, FD: 0})
	if _, err := r.stdin.Write([]byte("x")); err == nil {
		t.Error("stdin could still be written after close(0)")
	}
	r.ok(Command{Op: OpRead, Mode: ModeLines})
	if e := r.ok(Command{Op: OpSync}); e.Left != 0 || len(r.other) != 0 {
		t.Errorf("after close: %+v, %+v", e, r.other)
	}
}

// A stdin that cannot be read is reported once and ends the reading, and the mock stays.
func TestReadError(t *testing.T) {
	t.Parallel()
	dir, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := rigOf(t, func(c *exec.Cmd) { c.Stdin = dir })
	r.ok(Command{Op: OpRead, Mode: ModeLines})
	if e := r.await(EvReadError); e.Errno != "EISDIR" {
		t.Errorf("got %+v, want EISDIR", e)
	}
	r.ok(Command{Op: OpSync})
	if len(r.other) != 0 {
		t.Errorf("more events: %+v", r.other)
	}
}

func TestWritePieces(t *testing.T) {
	t.Parallel()
	data := []byte("0123456789")
	cases := map[string]struct {
		c    Command
		want []string
	}{
		"whole": {Command{}, []string{"0123456789"}},
		"cut":   {Command{Cut: 4}, []string{"0123", "4567", "89"}},
		"cuts":  {Command{Cuts: []int{1, 9}}, []string{"0", "12345678", "9"}},
		"both":  {Command{Cut: 6, Cuts: []int{2}}, []string{"01", "234567", "89"}},
		"silly": {Command{Cuts: []int{-1, 0, 99}}, []string{"0123456789"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rigOf(t)
			c := tc.c
			c.Op, c.FD, c.Data, c.Drain = OpWrite, 1, data, true
			id := r.send(c)
			buf := make([]byte, 64)
			for _, want := range tc.want { // drained pieces arrive one by one
				n, err := r.out.Read(buf)
				if err != nil || string(buf[:n]) != want {
					t.Fatalf("piece %q, %v, want %q", buf[:n], err, want)
				}
			}
			if e := r.doneOf(id); !e.OK || e.N != 10 || e.Pieces != len(tc.want) || e.Left != 0 {
				t.Errorf("done %+v", e)
			}
		})
	}
}

// TestPiecesGrow holds the sizes of a write's pieces as time goes by.
func TestPiecesGrow(t *testing.T) {
	t.Parallel()
	c := Command{Data: make([]byte, 1000), Cut: 3, GrowMS: 200}
	for took, want := range map[time.Duration]int{
		0: 3, 199 * time.Millisecond: 3, 200 * time.Millisecond: 6, 399 * time.Millisecond: 6, time.Second: 96, 10 * time.Second: 1536, time.Hour: 1536,
	} {
		if got := grown(c, took); got != want {
			t.Errorf("after %s: %d, want %d", took, got, want)
		}
	}
	r := rigOf(t)
	id := r.send(Command{Op: OpWrite, FD: 1, Data: c.Data, Cut: 1, GrowMS: 1, Drain: true})
	if _, err := io.ReadFull(slowly{r.out}, make([]byte, len(c.Data))); err != nil {
		t.Fatal(err)
	}
	if e := r.doneOf(id); !e.OK || e.N != len(c.Data) || e.Pieces >= 100 {
		t.Errorf("1,000 bytes, of which a reader takes some in two milliseconds: %+v", e)
	}
}

// slowly is a reader that takes its time.
type slowly struct{ io.Reader }

func (s slowly) Read(p []byte) (int, error) {
	time.Sleep(2 * time.Millisecond)
	return s.Reader.Read(p)
}

func TestWriteBlocks(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"pipe", "socket"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := rigWith(t, kind)
			data := bytes.Repeat([]byte("abcdefgh"), 512<<10) // 4 MiB
			id := r.send(Command{Op: OpWrite, FD: 1, Data: data})
			b := r.await(EvBlocked)
			if b.ID != id || b.N <= 0 || b.N >= len(data) {
				t.Fatalf("blocked %+v", b)
			}
			go func() { _, _ = io.Copy(io.Discard, io.LimitReader(r.out, int64(len(data)))) }()
			if e := r.doneOf(id); !e.OK || e.N != len(data) || e.Pieces != 1 {
				t.Errorf("done %+v", e)
			}
			for _, e := range r.other {
				if e.Ev == EvBlocked {
					t.Errorf("blocked reported twice: %+v", e)
				}
			}
		})
	}
}

// closeEnd closes our end of a pipe of the mock, so that it is gone. A process that another test is just starting holds a copy of it until it
// executes its program: no start may be under way.
func closeEnd(t *testing.T, end io.Closer) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	mustDo(t, end.Close())
}

// R2: a reader that is gone is an error of the write, not the end of the mock.
func TestWriteToClosedReader(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"pipe", "socket"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := rigWith(t, kind)
			closeEnd(t, r.out)
			if e := r.do(Command{Op: OpWrite, FD: 1, Data: []byte("x")}); e.OK || e.Err != "EPIPE" || e.N != 0 {
				t.Errorf("done %+v", e)
			}
			r.ok(Command{Op: OpSync})
		})
	}
}

func TestReaderGoneWhileBlocked(t *testing.T) {
	t.Parallel()
	r := rigOf(t)
	id := r.send(Command{Op: OpWrite, FD: 1, Data: make([]byte, 1<<20)})
	n := r.await(EvBlocked).N
	closeEnd(t, r.out)
	if e := r.doneOf(id); e.OK || e.Err != "EPIPE" || e.N != n {
		t.Errorf("done %+v, want EPIPE after %d", e, n)
	}
}

func TestCommandsBesideBlockedWrite(t *testing.T) {
	t.Parallel()
	r := rigOf(t)
	id := r.send(Command{Op: OpWrite, FD: 1, Data: make([]byte, 1<<20), BG: true})
	r.await(EvBlocked)
	r.ok(Command{Op: OpRead, Mode: ModeLines})
	r.say("heard\n")
	if e := r.await(EvLine); string(e.Data) != "heard" {
		t.Errorf("line %q", e.Data)
	}
	r.ok(Command{Op: OpWrite, FD: 2, Data: []byte("x")})
	r.ok(Command{Op: OpClose, FD: 1})
	if e := r.doneOf(id); e.OK || e.Err != "EBADF" {
		t.Errorf("write that close interrupted: %+v", e)
	}
	rest, err := io.ReadAll(r.out)
	if err != nil || len(rest) == 0 || len(rest) >= 1<<20 {
		t.Errorf("read %d bytes, %v: want what was in the pipe, then its end", len(rest), err)
	}
	if e := r.do(Command{Op: OpWrite, FD: 1, Data: []byte("x")}); e.Err != "EBADF" {
		t.Errorf("write after close: %+v", e)
	}
}

func TestPendingAndDrain(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"pipe", "socket"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := rigWith(t, kind)
			if e := r.ok(Command{Op: OpPending, FD: 1}); e.N != 0 {
				t.Errorf("pending at first: %+v", e)
			}
			r.ok(Command{Op: OpWrite, FD: 1, Data: []byte("12345")})
			if e := r.ok(Command{Op: OpPending, FD: 1}); e.N < 5 || kind == "pipe" && e.N != 5 {
				t.Errorf("pending: %+v", e)
			}
			if e := r.do(Command{Op: OpDrain, FD: 1, WithinMS: 1}); e.OK || e.Err != "ETIMEDOUT" || e.Left < 5 {
				t.Errorf("drain that nobody helps: %+v", e)
			}
			id := r.send(Command{Op: OpDrain, FD: 1})
			r.hears("12345")
			if e := r.doneOf(id); !e.OK || e.Left != 0 {
				t.Errorf("drain: %+v", e)
			}
		})
	}
}

// TestPiecesOfALateReaderAreAllWritten holds that no write leaves half a frame, before which the next one would be garbage.
func TestPiecesOfALateReaderAreAllWritten(t *testing.T) {
	t.Parallel()
	r := rigOf(t)
	if e := r.ok(Command{Op: OpWrite, FD: 1, Data: []byte("12345\n"), Cut: 2, Drain: true, WithinMS: 1}); e.N != 6 || e.Pieces != 3 {
		t.Errorf("a write in pieces that nobody took in time: %+v", e)
	}
	r.hears("12345\n")
}

func TestDrainEndsWithReader(t *testing.T) {
	t.Parallel()
	r := rigOf(t)
	r.ok(Command{Op: OpWrite, FD: 1, Data: []byte("12345")})
	id := r.send(Command{Op: OpDrain, FD: 1})
	closeEnd(t, r.out)
	if e := r.doneOf(id); e.OK || e.Err != "EPIPE" || e.Left != 5 {
		t.Errorf("drain: %+v", e)
	}
}

func TestSetbuf(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"pipe", "socket"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := rigWith(t, kind)
			if e := r.ok(Command{Op: OpSetbuf, FD: 1, N: 8192}); e.N < 8192 || e.N > 64<<10 || e.Kind != kind {
				t.Errorf("setbuf: %+v", e)
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		mustDo(t, err)
		r := rigOf(t, func(c *exec.Cmd) { c.Stdout = null })
		if e := r.do(Command{Op: OpSetbuf, FD: 1, N: 8192}); e.OK || e.Kind != "null" {
			t.Errorf("setbuf of a device: %+v", e)
		}
	})
}

// R4: with a harness, signals are reported and change nothing.
func TestSignals(t *testing.T) {
	t.Parallel()
	r := rigOf(t)
	for _, sig := range []syscall.Signal{unix.SIGTERM, unix.SIGINT, unix.SIGHUP, unix.SIGUSR1} {
		mustDo(t, r.cmd.Process.Signal(sig))
		if e := r.await(EvSignal); e.Signal != signalName(sig) || e.Action != ActionExit {
			t.Errorf("%v: %+v", sig, e)
		}
	}
	r.ok(Command{Op: OpIgnore, Sig: "SIGTERM"})
	mustDo(t, r.cmd.Process.Signal(unix.SIGTERM))
	if e := r.await(EvSignal); e.Action != ActionIgnored {
		t.Errorf("ignored: %+v", e)
	}
	r.ok(Command{Op: OpDefault, Sig: "SIGTERM"})
	mustDo(t, r.cmd.Process.Signal(unix.SIGTERM))
	if e := r.await(EvSignal); e.Action != ActionExit {
		t.Errorf("default again: %+v", e)
	}
	if e := r.do(Command{Op: OpIgnore, Sig: "SIGNONE"}); e.OK {
		t.Errorf("ignore of no signal: %+v", e)
	}
}

// R7: every end is seen, with what ended it.
func TestEnds(t *testing.T) {
	t.Parallel()
	cases := map[string]Command{
		"exit 0":  {Op: OpExit},
		"exit 7":  {Op: OpExit, Code: 7},
		"SIGTERM": {Op: OpDie, Sig: "SIGTERM"},
		"SIGKILL": {Op: OpDie, Sig: "SIGKILL"},
		"SIGSEGV": {Op: OpDie, Sig: "SIGSEGV"},
		"SIGUSR1": {Op: OpDie, Sig: "SIGUSR1"},
		"SIGPIPE": {Op: OpDie, Sig: "SIGPIPE"},
		"SIGABRT": {Op: OpDie, Sig: "SIGABRT"},
	}
	for want, c := range cases {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			r := rigOf(t)
			r.send(Command{Op: OpWrite, FD: 1, Data: []byte("last words")})
			r.ok(c)
			r.hears("last words")
			d := r.death()
			if got := r.status(); got != want {
				t.Errorf("ended by %s", got)
			}
			if runtime.GOOS == "linux" && (!d.Known || !d.Exact || describe(d) != want || d.T == 0) {
				t.Errorf("death %+v", d)
			}
			if reaped, ok := r.peer.Reaped(); !reaped || !ok {
				t.Errorf("reaped %v %v", reaped, ok)
			}
			if _, ok := <-r.peer.Events(); ok || r.peer.Err() != nil {
				t.Errorf("events after the end: %v, %v", ok, r.peer.Err())
			}
		})
	}
}

func (r *rig) death() Death {
	r.t.Helper()
	select {
	case d, ok := <-r.peer.Died():
		if !ok {
			r.t.Fatal("no death")
		}
		return d
	case <-time.After(patience):
		r.t.Fatal("not dead")
	}
	return Death{}
}

func describe(d Death) string {
	if d.Signal != "" {
		return d.Signal
	}
	return "exit " + strconv.Itoa(d.Code)
}

func TestZombieIsNotReaped(t *testing.T) {
	t.Parallel()
	r := rigOf(t)
	mustDo(t, r.cmd.Process.Kill())
	if d := r.death(); runtime.GOOS == "linux" && d.Signal != "SIGKILL" {
		t.Errorf("death %+v", d)
	}
	if reaped, ok := r.peer.Reaped(); ok && reaped {
		t.Error("reaped before its parent waited")
	}
}

func TestHarnessLost(t *testing.T) {
	t.Parallel()
	r := rigOf(t)
	r.send(Command{Op: OpWrite, FD: 1, Data: make([]byte, 1<<20)})
	r.await(EvBlocked) // it ends although a write waits
	mustDo(t, r.peer.Close())
	if got := r.status(); got != "exit 98" {
		t.Errorf("ended by %s", got)
	}
	if _, err := r.peer.Send(Command{Op: OpSync}); !errors.Is(err, ErrClosed) {
		t.Errorf("send after close: %v", err)
	}
}

func TestUnknownCommands(t *testing.T) {
	t.Parallel()
	r := rigOf(t)
	for name, c := range map[string]Command{
		"op":       {Op: "dance"},
		"fd":       {Op: OpWrite, FD: 7, Data: []byte("x")},
		"close":    {Op: OpClose, FD: 9},
		"mode":     {Op: OpRead, Mode: "words"},
		"negative": {Op: OpRead, Mode: ModeBytes, N: -1},
		"signal":   {Op: OpDie, Sig: "SIGNONE"},
		"probe":    {Op: OpProbe},
		"spawn":    {Op: OpSpawn, Argv: []string{"/does/not/exist"}},
		"inherit":  {Op: OpSpawn, Inherit: []int{-1}},
	} {
		if e := r.do(c); e.OK || e.Err == "" {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		c    Command
		out  string
		want string
	}{
		"told":    {Command{Op: OpProbe, Text: "1.9.9", Code: 3}, "1.9.9\n", "exit 3"},
		"version": {Command{Op: OpProbe, Text: DefaultVersion}, DefaultVersion + "\n", "exit 0"},
		"silent":  {Command{Op: OpProbe, Code: 1}, "", "exit 1"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rigOf(t, func(c *exec.Cmd) { c.Args = append(c.Args, "--version") })
			if !r.peer.Hello().Probe {
				t.Error("hello without probe")
			}
			r.send(tc.c)
			if out, err := io.ReadAll(r.out); err != nil || string(out) != tc.out {
				t.Errorf("printed %q, %v", out, err)
			}
			if got := r.status(); got != tc.want {
				t.Errorf("ended by %s", got)
			}
		})
	}
}

// A harness that is slow to answer changes nothing, and one that goes ends the probe.
func TestProbeWaitsForItsHarness(t *testing.T) {
	t.Parallel()
	r := rigOf(t, func(c *exec.Cmd) { c.Args = append(c.Args, "--version") })
	r.send(Command{Op: OpRead, Mode: ModeLines})
	r.peer.Close()
	if out, err := io.ReadAll(r.out); err != nil || len(out) > 0 {
		t.Errorf("printed %q, %v", out, err)
	}
	if got, want := r.status(), fmt.Sprintf("exit %d", ExitLost); got != want {
		t.Errorf("ended by %s, wanted %s", got, want)
	}
}

func TestProbeHangs(t *testing.T) {
	t.Parallel()
	r := rigOf(t, func(c *exec.Cmd) { c.Args = append(c.Args, "-v") })
	r.ok(Command{Op: OpProbe, Hang: true})
	r.ok(Command{Op: OpSync}) // a puppet, until it is told otherwise
	r.ok(Command{Op: OpExit, Code: 5})
	if got := r.status(); got != "exit 5" {
		t.Errorf("ended by %s", got)
	}
}

func TestGrandchildHoldsStdout(t *testing.T) {
	t.Parallel()
	for _, setsid := range []bool{false, true} {
		t.Run(fmt.Sprintf("setsid %v", setsid), func(t *testing.T) {
			t.Parallel()
			r := rigOf(t)
			child := r.ok(Command{Op: OpSpawn, Inherit: []int{1}, Setsid: setsid}).Child
			if sid, err := unix.Getsid(child); err != nil || (sid == child) != setsid {
				t.Errorf("session of the grandchild: %d, %v", sid, err)
			}
			r.ok(Command{Op: OpExit})
			if got := r.status(); got != "exit 0" {
				t.Errorf("ended by %s", got)
			}
			if hungUpRead(r.out) {
				t.Error("stdout ended although the grandchild holds it")
			}
			if setsid {
				mustDo(t, unix.Kill(child, unix.SIGTERM))
			} else {
				mustDo(t, r.l.Close())
			}
			if rest, err := io.ReadAll(r.out); err != nil || len(rest) != 0 {
				t.Errorf("stdout %q, %v", rest, err)
			}
		})
	}
}

// hungUpRead reports whether the writers of f are gone.
func hungUpRead(f *os.File) bool {
	up := false
	rc, _ := f.SyscallConn()
	_ = rc.Control(func(fd uintptr) { up = hungUp(int(fd)) })
	return up
}

func TestNoHarness(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	mustDo(t, err)
	path, err := LinkClaude(t.TempDir(), exe)
	mustDo(t, err)
	out, err := exec.Command(path).CombinedOutput()
	var ee *exec.ExitError
	if !errors.As(err, &ee) || ee.ExitCode() != ExitNoHarness || bytes.Count(out, []byte("\n")) != 1 {
		t.Errorf("%v, %q", err, out)
	}
	if out, err := exec.Command(path, "-v").Output(); err != nil || string(out) != DefaultVersion+"\n" {
		t.Errorf("-v: %q, %v", out, err)
	}
	mustDo(t, writeBeside(filepath.Dir(path), FileName, filepath.Join(t.TempDir(), "gone")))
	if err := exec.Command(path).Run(); !errors.As(err, &ee) || ee.ExitCode() != ExitLost {
		t.Errorf("a harness that is gone: %v", err)
	}
}

func rigWith(t *testing.T, kind string) *rig {
	t.Helper()
	if kind == "pipe" {
		return rigOf(t)
	}
	var near, far *os.File
	r := rigOf(t, func(c *exec.Cmd) {
		near, far = socketPair(t)
		c.Stdout = far
	})
	r.out = near
	return r
}

func socketPair(t *testing.T) (near, far *os.File) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	p, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	mustDo(t, err)
	unix.CloseOnExec(p[0])
	unix.CloseOnExec(p[1])
	return os.NewFile(uintptr(p[0]), "near"), os.NewFile(uintptr(p[1]), "far")
}
