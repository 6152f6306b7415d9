//go:build unix

package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ended is a context that has ended: Close kills at once.
func ended(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// quick are graces for parts that will not end by themselves.
var quick = Escalation{EOFGrace: 50 * time.Millisecond, TermGrace: 50 * time.Millisecond}

// ready reads the frame by which a part says that it runs.
func ready(t *testing.T, p Transport) {
	t.Helper()
	if frame, err := p.ReadFrame(); err != nil || string(frame) != `{"ready":true}` {
		t.Fatalf("want ready, got %q, %v", frame, err)
	}
}

func TestProcessEcho(t *testing.T) {
	t.Parallel()
	p := start(t, helper(t, "echo"), Options{})
	if e := p.Exit(); e.Err != ErrRunning {
		t.Errorf("exit of a running process: %+v", e)
	}
	for _, f := range []string{`{"a":1}`, object(1 << 20)} {
		echoed(t, p, f)
	}
	for range 2 {
		if err := p.CloseInput(); err != nil {
			t.Errorf("CloseInput: %v", err)
		}
	}
	if err := p.WriteFrame(t.Context(), []byte("{}")); !errors.Is(err, ErrInputClosed) {
		t.Errorf("write after CloseInput: %v", err)
	}
	if _, err := p.ReadFrame(); err != io.EOF {
		t.Errorf("want io.EOF, got %v", err)
	}
	<-p.Done()
	if diff := cmp.Diff(Exit{}, p.Exit()); diff != "" {
		t.Errorf("exit (-want +got):\n%s", diff)
	}
}

func TestProcessExit(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]ExitError{
		"fail": {Code: 7, Stderr: "first line\r\ncannot go on\n"},
		"die":  {Code: -1, Signal: "SIGKILL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, helper(t, name), Options{})
			<-p.Done()
			var got *ExitError
			e := p.Exit()
			if !errors.As(e.Err, &got) || *got != want || e.Code != want.Code || e.Signal != want.Signal || e.Closing {
				t.Errorf("want %+v, got %+v", want, e)
			}
			if err := p.WriteFrame(t.Context(), []byte("{}")); !errors.Is(err, ErrPeerClosed) {
				t.Errorf("write to the dead: want ErrPeerClosed, got %v", err)
			}
			if err := p.Close(t.Context()); err != nil || p.Exit().Code != want.Code {
				t.Errorf("Close of the dead: %v, %+v", err, p.Exit())
			}
		})
	}
}

// TestProcessOutputOutlivesIt: what is in the pipe at the end is delivered, before and after Close.
func TestProcessOutputOutlivesIt(t *testing.T) {
	t.Parallel()
	for _, closed := range []bool{false, true} {
		p := start(t, helper(t, "burst"), Options{})
		<-p.Done()
		if closed {
			if err := p.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if n := len(readAll(t, p)); n != 61 {
			t.Errorf("closed %v: want 61 frames, got %d", closed, n)
		}
	}
}

func TestProcessStart(t *testing.T) {
	t.Parallel()
	cmd := helper(t, "environment", "A=1")
	cmd.Args = []string{"-x", "; echo $A", ""}
	cmd.Dir = t.TempDir()
	frame, err := start(t, cmd, Options{}).ReadFrame()
	dir, _ := filepath.EvalSymlinks(cmd.Dir)
	want := `{"args":["` + cmd.Path + `" "-x" "; echo $A" ""],"env":["A=1" "` + helperVar + `=environment"],"dir":"` +
		dir + `","blocking":true,"leads":true}`
	if err != nil || string(frame) != want {
		t.Errorf("want %s\ngot  %s, error %v", want, frame, err)
	}
}

func TestProcessContextIsForTheStart(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p, err := Start(ctx, helper(t, "echo"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := p.WriteFrame(t.Context(), []byte("{}")); err != nil {
		t.Error(err)
	}
	if frame, err := p.ReadFrame(); string(frame) != "{}" {
		t.Errorf("got %q, %v", frame, err)
	}
	if err := p.Close(t.Context()); err != nil || p.Exit().Code != 0 {
		t.Errorf("Close: %v, %+v", err, p.Exit())
	}
	if _, err := Start(ctx, helper(t, "echo"), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("start with a context that has ended: %v", err)
	}
}

// TestProcessClose: each part ends by the mildest means it heeds, and every caller waits for it.
func TestProcessClose(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, part string
		e          Escalation
		ctx        func(testing.TB) context.Context
		signal     string
	}{
		{"eof", "echo", Escalation{}, nil, ""},
		{"term", "deaf", Escalation{EOFGrace: 50 * time.Millisecond, TermGrace: time.Hour}, nil, "SIGTERM"},
		{"kill", "stubborn", quick, nil, "SIGKILL"},
		{"abort", "stubborn", Escalation{EOFGrace: time.Hour, TermGrace: time.Hour}, ended, "SIGKILL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := start(t, helper(t, tc.part), Options{Escalation: tc.e})
			if tc.part != "echo" {
				ready(t, p)
			}
			ctx := t.Context()
			if tc.ctx != nil {
				ctx = tc.ctx(t)
			}
			var callers sync.WaitGroup
			for range 3 {
				callers.Go(func() {
					if err := p.Close(ctx); err != nil {
						t.Errorf("Close: %v", err)
					}
					if e := p.Exit(); e.Signal != tc.signal || !e.Closing {
						t.Errorf("when Close returned: %+v", e)
					}
				})
			}
			callers.Wait()
			if _, err := p.ReadFrame(); err != io.EOF {
				t.Errorf("read after Close: want io.EOF, got %v", err)
			}
		})
	}
}

// TestProcessThatDoesNotRead: a full stdin holds up neither reading nor closing.
func TestProcessThatDoesNotRead(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*Process) error{
		"close input": (*Process).CloseInput,
		"close":       func(p *Process) error { return p.Close(context.Background()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, helper(t, "deaf"), Options{Escalation: quick})
			blocked := make(chan error, 1)
			go func() { blocked <- p.WriteFrame(t.Context(), []byte(object(4<<20))) }()
			ready(t, p)
			if err := end(p); err != nil {
				t.Errorf("end: %v", err)
			}
			if err := <-blocked; !errors.Is(err, ErrInputClosed) {
				t.Errorf("blocked write: want ErrInputClosed, got %v", err)
			}
		})
	}
}

func TestProcessThatClosesStdin(t *testing.T) {
	t.Parallel()
	p := start(t, helper(t, "closes-stdin"), Options{})
	ready(t, p)
	if err := p.WriteFrame(t.Context(), []byte("{}")); !errors.Is(err, ErrPeerClosed) {
		t.Errorf("want ErrPeerClosed, got %v", err)
	}
}

// TestProcessStderr: a flood of stderr holds nothing up, whatever the callback does.
func TestProcessStderr(t *testing.T) {
	t.Parallel()
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	for name, tc := range map[string]struct {
		onLine func(string)
		err    string
	}{
		"no callback": {},
		"panics":      {onLine: func(string) { panic("boom") }, err: "boom"},
		"blocks":      {onLine: func(string) { <-never }, err: "too slow"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, helper(t, "stderr"), Options{OnStderr: tc.onLine, StderrTail: 100})
			if frame, err := p.ReadFrame(); string(frame) != `{"flooded":true}` {
				t.Fatalf("got %q, %v", frame, err)
			}
			<-p.Done()
			e := p.Exit()
			if want := strings.Repeat("e", 92) + "\nthe end"; e.Stderr != want || e.StderrDropped != 8_000_007-100 {
				t.Errorf("want the tail %q after 7999907 bytes, got %q after %d", want, e.Stderr, e.StderrDropped)
			}
			if (e.CallbackErr != nil) != (tc.err != "") || e.CallbackErr != nil && !strings.Contains(e.CallbackErr.Error(), tc.err) {
				t.Errorf("callback error: want %q, got %v", tc.err, e.CallbackErr)
			}
		})
	}
}

// TestStderrForASlowCallback: what a CLI says in a hurry waits for a callback that takes its time, thousands of lines of it, and comes in order.
func TestStderrForASlowCallback(t *testing.T) {
	t.Parallel()
	const lines = 20_000
	read, write := io.Pipe()
	go func() {
		for i := range lines {
			_, _ = fmt.Fprintf(write, "line %d\n", i)
		}
		_ = write.Close()
	}()
	flooded, all := make(chan struct{}), make(chan struct{})
	var got []string
	tail := NewStderrTail(0, func(line string) {
		<-flooded
		if got = append(got, line); len(got) == lines {
			close(all)
		}
	})
	tail.Drain(notingEOF{read, flooded})
	if err := tail.Err(); err != nil {
		t.Fatal(err)
	}
	<-all
	for i, line := range got {
		if want := fmt.Sprintf("line %d", i); line != want {
			t.Fatalf("got %q, want %q", line, want)
		}
	}
}

// notingEOF says when it has been read to its end.
type notingEOF struct {
	io.Reader
	ended chan struct{}
}

func (n notingEOF) Read(p []byte) (int, error) {
	k, err := n.Reader.Read(p)
	if err != nil {
		close(n.ended)
	}
	return k, err
}

func TestProcessStderrLines(t *testing.T) {
	t.Parallel()
	var lines []string
	p := start(t, helper(t, "fail"), Options{OnStderr: func(l string) { lines = append(lines, l) }})
	<-p.Done()
	if want := []string{"first line", "cannot go on"}; !cmp.Equal(lines, want) {
		t.Errorf("want %q, got %q", want, lines)
	}
}

// parentOf starts a part whose grandchild lives, and tells it to go on.
func parentOf(t *testing.T, part string, opts Options) (*Process, *life) {
	t.Helper()
	l, env := newLife(t)
	p := start(t, helper(t, part, env), opts)
	l.await(t)
	if err := p.WriteFrame(t.Context(), []byte("{}")); err != nil {
		t.Fatal(err)
	}
	return p, l
}

// TestProcessGrandchildHoldsThePipes: the end is the process's own, silent or talking whoever holds its pipes.
func TestProcessGrandchildHoldsThePipes(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"parent", "chatty-parent"} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			p, l := parentOf(t, part, Options{})
			if frames := readAll(t, p); !cmp.Equal(frames, []string{`{"last":true}`}) {
				t.Errorf("frames: %q", frames)
			}
			<-p.Done()
			if e := p.Exit(); e.Code != 7 {
				t.Errorf("exit: %+v", e)
			}
			if err := p.Close(t.Context()); err != nil {
				t.Error(err)
			}
			// The group is spared after an end of its own: the grandchild still answers to us.
			_ = l.conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
			if _, err := l.conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the grandchild is gone: %v", err)
			}
		})
	}
}

// TestProcessGroup: the rest of the group goes with the process when that is asked for.
func TestProcessGroup(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		part string
		opts Options
	}{
		"close":             {part: "parent-at-eof"},
		"kill group option": {part: "parent", opts: Options{KillGroupOnExit: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, l := parentOf(t, tc.part, tc.opts)
			if !tc.opts.KillGroupOnExit {
				if err := p.Close(t.Context()); err != nil {
					t.Error(err)
				}
			}
			<-p.Done()
			if e := p.Exit(); e.Signal != "" {
				t.Errorf("the process itself ended by itself: %+v", e)
			}
			_ = l.conn.SetReadDeadline(time.Now().Add(time.Minute))
			if _, err := l.conn.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("the grandchild lives: %v", err)
			}
		})
	}
}

// TestProcessPipesAreItsOwn: a sibling started meanwhile does not hold a process's stdin open.
func TestProcessPipesAreItsOwn(t *testing.T) {
	t.Parallel()
	first := start(t, helper(t, "echo"), Options{})
	second := start(t, helper(t, "echo"), Options{})
	if err := first.CloseInput(); err != nil {
		t.Fatal(err)
	}
	<-first.Done()
	if err := second.WriteFrame(t.Context(), []byte("{}")); err != nil {
		t.Errorf("the sibling: %v", err)
	}
}

func TestProcessPieces(t *testing.T) {
	t.Parallel()
	var closed bool
	opts := Options{
		NewFramer: func(r io.Reader) FrameReader { return NewFramer(r, FramerOptions{MaxFrame: 10}) },
		NewWriter: func(w io.WriteCloser) FrameWriter { return NewLineWriter(w) },
		NewStderr: func() StderrReader { return NewStderrTail(4, nil) },
		Close: func(ctx context.Context, t Target) error {
			closed = true
			return Escalation{}.Run(ctx, t)
		},
	}
	p := start(t, helper(t, "fail"), opts)
	<-p.Done()
	if err := p.Close(t.Context()); err != nil || !closed {
		t.Errorf("own policy: ran %v, error %v", closed, err)
	}
	if e := p.Exit(); e.Stderr != " on\n" {
		t.Errorf("own stderr: %+v", e)
	}
}
