package client_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/client"
)

// eventually collects garbage until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for late := within(t); !holds(); {
		runtime.GC()
		select {
		case <-late.Done():
			t.Fatalf("never: %s", what)
		case <-time.After(5 * time.Millisecond): // the cleanup runs in a goroutine of the runtime's, and the CLI needs a moment
		}
	}
}

// runs tells whether the process whose id is in a file is there.
func runs(file string) bool {
	text, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		return false
	}
	p, err := os.FindProcess(pid)
	return err == nil && p.Signal(syscall.Signal(0)) == nil
}

func TestADroppedSessionLeavesNoProcess(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(t *testing.T, s *client.Session){
		"unused": func(*testing.T, *client.Session) {},
		"in the middle of a turn": func(t *testing.T, s *client.Session) {
			for m, err := range s.QueryStream(within(t), "go") {
				if err != nil || m.Text() != "never done" {
					t.Errorf("got %s, %v", m.Raw, err)
				}
				break
			}
		},
		"with a reader of its stderr": func(_ *testing.T, s *client.Session) { go func() { _, _ = io.Copy(io.Discard, s.TakeStderr()) }() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts, pid := process(t, "stubborn")
			func() {
				s, err := client.StartSession(context.Background(), opts)
				if err != nil {
					t.Fatal(err)
				}
				use(t, s)
				if !runs(pid) {
					t.Error("it does not run while it is used")
				}
				runtime.KeepAlive(s)
			}()
			eventually(t, "the CLI of a dropped session is ended", func() bool { return !runs(pid) })
		})
	}
}

// TestASessionInUseIsNotDropped holds that a call keeps its session alive, also when nothing else refers to it any more.
func TestASessionInUseIsNotDropped(t *testing.T) {
	t.Parallel()
	received, pinged := make(chan error, 1), make(chan error, 1)
	receives := func() *fake {
		opts, f := pipe(t, nil)
		s, err := client.StartSession(context.Background(), opts)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			_, err := s.Receive(within(t))
			received <- err
		}()
		return f
	}()
	pings := func() *fake {
		opts, f := pipe(t, nil)
		s, err := client.StartSession(context.Background(), opts)
		if err != nil {
			t.Fatal(err)
		}
		go func() { pinged <- s.Ping(within(t)) }()
		return f
	}()
	asked := pings.reads("control_request/get_binary_version")
	dropped := func() *fake {
		opts, f := pipe(t, nil)
		if _, err := client.StartSession(context.Background(), opts); err != nil {
			t.Fatal(err)
		}
		return f
	}()
	eventually(t, "a dropped session ends its input", func() bool { return !dropped.open() })
	if !receives.open() || !pings.open() {
		t.Fatal("a session in use was dropped")
	}
	receives.writes(assistant("hi"))
	pings.answer(asked, `{}`)
	if err := errors.Join(<-received, <-pinged); err != nil {
		t.Error(err)
	}
	for _, f := range []*fake{dropped, receives, pings} {
		f.peer.End(0, "")
	}
}

func TestASessionOfARealProcess(t *testing.T) {
	t.Parallel()
	opts, pid := process(t, "noisy")
	opts.Escalation.EOFGrace = patience
	asked := make(chan struct{})
	opts.OnStderr = func(string) { <-asked } // far too slow for all lines
	s, err := client.StartSession(within(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(pid); err != nil || string(text) != strconv.Itoa(s.PID()) || !s.IsAlive() {
		t.Errorf("pid: got %d, want %s; alive: %v", s.PID(), text, s.IsAlive())
	}
	all, err := s.Query(within(t), "go") // nobody reads its stderr
	close(asked)
	if err != nil || len(all) != 1 || all[0].Text() != "done" {
		t.Errorf("got %v, %v", all, err)
	}
	stderr := s.TakeStderr()
	if stderr == nil || s.TakeStderr() != nil {
		t.Error("stderr can be taken, and once")
	}
	if err := s.Shutdown(within(t)); err != nil {
		t.Error(err)
	}
	gone(t, pid)
	if m, err := s.Receive(within(t)); err != nil || m.Text() != "last words" {
		t.Errorf("what it wrote at the end of its stdin: got %s, %v", m.Raw, err)
	}
	if s.IsAlive() {
		t.Error("it is alive")
	}
	text, err := io.ReadAll(stderr)
	if err != nil || len(text) > 1<<20 || !bytes.HasSuffix(text, []byte("xx\n")) || !strings.HasPrefix(lastLine(text), "19999 ") {
		t.Errorf("stderr: got %d bytes that end with %.100q, %v", len(text), lastLine(text), err)
	}
}

func lastLine(text []byte) (last string) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		last = lines.Text()
	}
	return last
}

func TestTheConstructorsOfASession(t *testing.T) {
	t.Setenv(scriptVariable, "tells")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(exe, dir+"/claude"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	for name, tt := range map[string]struct {
		start func(context.Context) (*client.Session, error)
		want  []string // arguments
		id    string
	}{
		"default": {start: client.StartDefaultSession},
		"model":   {start: func(ctx context.Context) (*client.Session, error) { return client.StartSessionWithModel(ctx, "m") }, want: []string{`"--model=m"`}},
		"resume":  {start: func(ctx context.Context) (*client.Session, error) { return client.ResumeSession(ctx, "-p") }, want: []string{`"--resume=-p"`}, id: "-p"},
		"resume with model": {start: func(ctx context.Context) (*client.Session, error) {
			return client.ResumeSessionWithModel(ctx, "i", "m")
		}, want: []string{`"--resume=i"`, `"--model=m"`}, id: "i"},
	} {
		ctx, cancel := context.WithCancel(within(t))
		s, err := tt.start(ctx)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := s.SessionID(); got != tt.id {
			t.Errorf("%s: id %q", name, got)
		}
		if err := s.EnableToolApproval(ctx); !errors.Is(err, client.InvalidOption) {
			t.Errorf("%s: tool approval of a CLI that does not ask: got %v", name, err)
		}
		all, err := s.Query(ctx, "go")
		if err != nil || len(all) != 1 {
			t.Fatalf("%s: got %v, %v", name, all, err)
		}
		for _, want := range tt.want {
			if !strings.Contains(all[0].Text(), want) {
				t.Errorf("%s: started with %s, want %s", name, all[0].Text(), want)
			}
		}
		cancel()
		if _, err := s.Receive(within(t)); !errors.Is(err, client.Cancelled) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
