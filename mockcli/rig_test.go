//go:build linux || darwin

package mockcli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const patience = 30 * time.Second // a bound for what must happen, never a wait

// rig is a mock under test: a real process on real pipes, its harness, and its parent, which is the test.
type rig struct {
	t     testing.TB
	l     *Listener
	cmd   *exec.Cmd
	peer  *Peer
	stdin *os.File // the parent's ends
	out   *os.File
	err   *os.File
	dones map[int]Event
	other []Event // events that no await took
}

type option func(*exec.Cmd)

// rigOf starts a mock as claude and waits for its hello.
func rigOf(t testing.TB, opts ...option) *rig {
	t.Helper()
	l, err := Listen(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustDo(t, l.Close()) })
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path, err := l.Install(filepath.Join(t.TempDir(), "client"), exe)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, l: l, cmd: exec.Command(path), dones: map[int]Event{}}
	for _, o := range opts {
		o(r.cmd)
	}
	r.pipes()
	mustDo(t, r.cmd.Start())
	for _, f := range []any{r.cmd.Stdin, r.cmd.Stdout, r.cmd.Stderr} {
		mustDo(t, f.(*os.File).Close())
	}
	t.Cleanup(r.stop)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if r.peer, err = l.Accept(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustDo(t, r.peer.Close()) })
	return r
}

// pipes gives the mock what the options left open.
func (r *rig) pipes() {
	if r.cmd.Stdin == nil {
		rd, wr := mustPipe(r.t)
		r.cmd.Stdin, r.stdin = rd, wr
	}
	if r.cmd.Stdout == nil {
		rd, wr := mustPipe(r.t)
		r.cmd.Stdout, r.out = wr, rd
	}
	if r.cmd.Stderr == nil {
		rd, wr := mustPipe(r.t)
		r.cmd.Stderr, r.err = wr, rd
	}
}

func (r *rig) stop() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
	for _, f := range []*os.File{r.stdin, r.out, r.err} {
		if f != nil {
			_ = f.Close()
		}
	}
}

func mustDo(t testing.TB, err error) {
	t.Helper()
	if err != nil && !errors.Is(err, os.ErrClosed) {
		t.Fatal(err)
	}
}

func mustPipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	mustDo(t, err)
	return r, w
}

// next returns the next event.
func (r *rig) next() Event {
	r.t.Helper()
	select {
	case e, ok := <-r.peer.Events():
		if !ok {
			r.t.Fatalf("events ended: %v", r.peer.Err())
		}
		return e
	case <-time.After(patience):
		r.t.Fatal("no event")
	}
	return Event{}
}

// await returns the next event of kind ev that no await took; the others wait.
func (r *rig) await(ev string) Event {
	r.t.Helper()
	for i, e := range r.other {
		if e.Ev == ev {
			r.other = append(r.other[:i:i], r.other[i+1:]...)
			return e
		}
	}
	for {
		e := r.next()
		if e.Ev == ev {
			return e
		}
		r.other = append(r.other, e)
	}
}

// send sends and returns the id.
func (r *rig) send(c Command) int {
	r.t.Helper()
	id, err := r.peer.Send(c)
	mustDo(r.t, err)
	return id
}

// do sends and waits for the end of the command.
func (r *rig) do(c Command) Event {
	r.t.Helper()
	return r.doneOf(r.send(c))
}

func (r *rig) doneOf(id int) Event {
	r.t.Helper()
	for {
		if e, ok := r.dones[id]; ok {
			delete(r.dones, id)
			return e
		}
		e := r.await(EvDone)
		r.dones[e.ID] = e
	}
}

// ok is do for a command that must succeed.
func (r *rig) ok(c Command) Event {
	r.t.Helper()
	e := r.do(c)
	if !e.OK {
		r.t.Fatalf("%s: %s", c.Op, e.Err)
	}
	return e
}

func (r *rig) say(text string) {
	r.t.Helper()
	_, err := io.WriteString(r.stdin, text)
	mustDo(r.t, err)
}

// hears reads exactly len(want) bytes of stdout and compares.
func (r *rig) hears(want string) {
	r.t.Helper()
	b := make([]byte, len(want))
	if n, err := io.ReadFull(r.out, b); err != nil || string(b) != want {
		r.t.Fatalf("stdout: got %.80q, %v, want %.80q", b[:n], err, want)
	}
}

// status waits for the end of the process: "exit 3", "SIGKILL".
func (r *rig) status() string {
	_ = r.cmd.Wait()
	ws := r.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ws.Signaled() {
		return signalName(ws.Signal())
	}
	return fmt.Sprintf("exit %d", ws.ExitStatus())
}

func texts(events ...Event) string {
	var s []string
	for _, e := range events {
		s = append(s, string(e.Data))
	}
	return strings.Join(s, "|")
}
