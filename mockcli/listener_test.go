//go:build linux || darwin

package mockcli

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestListenWhereThePathIsLong(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("long/", 30))
	mustDo(t, os.MkdirAll(dir, 0o700))
	l, err := Listen(dir)
	mustDo(t, err)
	if len(l.Addr()) > maxAddr || strings.HasPrefix(l.Addr(), dir) {
		t.Errorf("address %s", l.Addr())
	}
	if st, err := os.Stat(filepath.Dir(l.Addr())); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("its directory: %v, %v", st.Mode(), err)
	}
	mustDo(t, l.Close())
	if _, err := os.Stat(filepath.Dir(l.Addr())); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its directory after close: %v", err)
	}
}

func TestListenFails(t *testing.T) {
	t.Parallel()
	if _, err := Listen(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("in a directory that is not there: %v", err)
	}
}

func TestAcceptEnds(t *testing.T) {
	t.Parallel()
	l, err := Listen(t.TempDir())
	mustDo(t, err)
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(why)
	if _, err := l.Accept(ctx); !errors.Is(err, why) {
		t.Errorf("cancelled: %v", err)
	}
	mustDo(t, l.Close())
	if _, err := l.Accept(context.Background()); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	mustDo(t, l.Close())
}

// A stranger on the socket is dropped and disturbs nobody; a mock that breaks the protocol later is reported.
func TestStrangers(t *testing.T) {
	t.Parallel()
	l, err := Listen(t.TempDir())
	mustDo(t, err)
	defer func() { mustDo(t, l.Close()) }()
	for _, text := range []string{"GET / HTTP/1.0\n", `{"ev":"line"}` + "\n", `{"ev":"hello"`} {
		c := connect(t, l, text)
		if text == `{"ev":"hello"` {
			mustDo(t, c.Close())
			continue
		}
		if rest, err := io.ReadAll(c); err == nil && len(rest) > 0 {
			t.Errorf("%q was answered: %q", text, rest)
		}
	}
	for text, want := range map[string]string{"nonsense\n": "header", `{"ev":"line","seq":5}` + "\n": "seq 5, want 2"} {
		connect(t, l, `{"ev":"hello","seq":1}`+"\n"+text)
		p, err := l.Accept(context.Background())
		mustDo(t, err)
		if e, ok := <-p.Events(); ok {
			t.Errorf("event %+v", e)
		}
		if err := p.Err(); !errors.Is(err, ErrProtocol) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
		mustDo(t, p.Close())
	}
}

func connect(t *testing.T, l *Listener, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("unix", l.Addr())
	mustDo(t, err)
	t.Cleanup(func() { _ = c.Close() })
	_, err = io.WriteString(c, text)
	mustDo(t, err)
	return c
}

// A mock never waits for a harness that does not take its events.
func TestEventsWaitForTheirReader(t *testing.T) {
	t.Parallel()
	r := rigOf(t)
	if _, err := r.peer.Send(Command{Op: OpRead, Mode: ModeLines}); err != nil {
		t.Fatal(err)
	}
	const lines = 20000
	r.say(strings.Repeat("a line that nobody has asked for yet, and that is reported all the same\n", lines))
	closeEnd(t, r.stdin)
	mustDo(t, r.cmd.Process.Signal(os.Interrupt)) // it lives, and reports this behind the lines
	for n := 0; n < lines; {
		if r.next().Ev == EvLine {
			n++
		}
	}
	r.await(EvEOF)
}

func TestInstall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	exe := filepath.Join(dir, "exe")
	mustDo(t, os.WriteFile(exe, []byte("program"), 0o700))
	link := filepath.Join(dir, "link")
	mustDo(t, os.Symlink(exe, link))
	for range 2 { // a second time replaces
		path, err := LinkClaude(filepath.Join(dir, "a", "b"), link)
		mustDo(t, err)
		a, err := os.Lstat(path)
		mustDo(t, err)
		b, err := os.Lstat(exe)
		mustDo(t, err)
		if !os.SameFile(a, b) || a.Mode()&os.ModeSymlink != 0 {
			t.Errorf("%s is no hard link to %s", path, exe)
		}
	}
	if _, err := LinkClaude(dir, filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no executable: %v", err)
	}
	if _, err := LinkClaude(exe, exe); err == nil {
		t.Error("a directory that is a file was accepted")
	}
}

func TestInstallAcrossDevices(t *testing.T) {
	t.Parallel()
	other, err := os.MkdirTemp("/dev/shm", "mockcli-")
	if err != nil {
		t.Skip("no second device: ", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(other) })
	exe := filepath.Join(t.TempDir(), "exe")
	mustDo(t, os.WriteFile(exe, []byte("program"), 0o700))
	if os.Link(exe, filepath.Join(other, "probe")) == nil {
		t.Skip("/dev/shm is no other device")
	}
	l, err := Listen(other)
	mustDo(t, err)
	defer func() { mustDo(t, l.Close()) }()
	var infos []os.FileInfo
	for _, client := range []string{"a", "b"} {
		path, err := l.Install(filepath.Join(other, client), exe)
		mustDo(t, err)
		st, err := os.Lstat(path)
		mustDo(t, err)
		if b, err := os.ReadFile(path); err != nil || string(b) != "program" || st.Mode().Perm()&0o100 == 0 {
			t.Errorf("copy %q, %v, %v", b, st.Mode(), err)
		}
		infos = append(infos, st)
	}
	if !os.SameFile(infos[0], infos[1]) {
		t.Error("the second client made another copy")
	}
}
