//go:build unix

package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestSpawnErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	link := func(name, target string) string {
		path := filepath.Join(dir, name)
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	self, _ := os.Executable()
	for _, tc := range []struct {
		name string
		cmd  Command
		kind error
		says string
	}{
		{"no file", Command{Path: filepath.Join(dir, "none")}, ErrNotFound, "none"},
		{"no file in a file", Command{Path: filepath.Join(file("plain", "", 0o600), "x")}, ErrNotFound, "plain"},
		{"not in PATH", Command{Path: "no-such-claude-anywhere"}, ErrNotFound, "PATH"},
		{"link to nothing", Command{Path: link("broken", "gone/claude")}, ErrNotFound, `link to "gone/claude"`},
		{"link to itself", Command{Path: link("loop", "loop")}, ErrNotFound, "loop"},
		{"long name", Command{Path: filepath.Join(dir, strings.Repeat("x", 300))}, ErrNotFound, "too long"},
		{"empty path", Command{}, ErrIsDirectory, "directory"},
		{"mode", Command{Path: file("mode", "#!/bin/sh\n", 0o600)}, ErrNotExecutable, "-rw-------"},
		{"directory", Command{Path: dir}, ErrIsDirectory, "directory"},
		{"no program", Command{Path: file("garbage", "\x00\x01", 0o700)}, ErrNotExecutable, "#!"},
		{"interpreter", Command{Path: file("script", "#!/no/such/node -x\n", 0o700)}, ErrBadInterpreter, "/no/such/node"},
		{"interpreter is a directory", Command{Path: file("script-dir", "#!"+dir+"\n", 0o700)}, ErrBadInterpreter, dir},
		{"interpreter with a carriage return", Command{Path: file("script-cr", "#!/bin/sh\r\n", 0o700)}, ErrBadInterpreter, `"/bin/sh\r"`},
		{"no directory", Command{Path: self, Dir: filepath.Join(dir, "gone")}, ErrNoDir, "gone"},
		{"directory is a file", Command{Path: self, Dir: file("nodir", "", 0o600)}, ErrNoDir, "nodir"},
		{"directory's name is too long", Command{Path: self, Dir: strings.Repeat("x", 300)}, ErrNoDir, "xxx"},
		{"long argument", Command{Path: self, Args: []string{strings.Repeat("x", 4<<20)}}, ErrArgsTooLong, "4194304"},
		{"long environment", Command{Path: self, Env: []string{"A=" + strings.Repeat("x", 4<<20)}}, ErrArgsTooLong, "4194306"},
		{"zero byte", Command{Path: self, Args: []string{"a\x00b"}}, nil, "invalid argument"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			checkSpawn(t, t.Context(), tc.cmd, Options{}, tc.kind, tc.says)
		})
	}
}

// checkSpawn starts what cannot be started.
func checkSpawn(t *testing.T, ctx context.Context, cmd Command, opts Options, kind error, says string) {
	t.Helper()
	p, err := Start(ctx, cmd, opts)
	if err == nil {
		_ = p.Close(ended(t))
		t.Fatal("it started")
	}
	var bad *SpawnError
	if !errors.As(err, &bad) || bad.Kind != kind || kind != nil && !errors.Is(err, kind) {
		t.Errorf("want %v, got %v", kind, err)
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("error does not say %q: %v", says, err)
	}
}

// TestSpawnForeignLoader: a program whose loader is another libc's. The system says that the program is not there.
func TestSpawnForeignLoader(t *testing.T) {
	t.Parallel()
	program, err := os.ReadFile("/bin/sh")
	if err != nil {
		t.Skip(err)
	}
	for _, name := range []string{"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"} {
		other := append([]byte("/lib/ld-none"), make([]byte, len(name)-12)...)
		if !bytes.Contains(program, []byte(name)) {
			continue
		}
		path := filepath.Join(t.TempDir(), "claude")
		if err := os.WriteFile(path, bytes.ReplaceAll(program, []byte(name), other), 0o700); err != nil {
			t.Fatal(err)
		}
		checkSpawn(t, t.Context(), Command{Path: path}, Options{}, ErrBadInterpreter, `its loader is "/lib/ld-none"`)
		return
	}
	t.Skip("/bin/sh names no loader that is known here")
}

// TestSpawnBusy: a file that is being written is tried again for a moment.
func TestSpawnBusy(t *testing.T) {
	t.Parallel()
	busy := &os.PathError{Op: "fork/exec", Path: "x", Err: syscall.ETXTBSY}
	tries := 0
	refuse := func(times int) Options {
		return Options{StartProcess: func(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
			if tries++; tries <= times {
				return nil, busy
			}
			return os.StartProcess(path, argv, attr)
		}}
	}
	echoed(t, start(t, helper(t, "echo"), refuse(3)), "{}")
	tries = 0
	checkSpawn(t, t.Context(), helper(t, "echo"), refuse(1000), ErrBusy, "being written")
	if tries != busyTries+1 {
		t.Errorf("tried %d times", tries)
	}
	ctx, cancel := context.WithCancel(t.Context())
	opts := refuse(1000)
	opts.StartProcess = func(string, []string, *os.ProcAttr) (*os.Process, error) { cancel(); return nil, busy }
	checkSpawn(t, ctx, helper(t, "echo"), opts, ErrBusy, "being written")
}

// TestSpawnBusyFile is TestSpawnBusy with a real file, on systems that refuse to execute one.
func TestSpawnBusyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "claude")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o700)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("#!/bin/sh\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.StartProcess(path, []string{path}, &os.ProcAttr{}); !errors.Is(err, syscall.ETXTBSY) {
		t.Skipf("this system says %v", err)
	}
	checkSpawn(t, t.Context(), Command{Path: path}, Options{}, ErrBusy, "claude")
}

// TestSpawnShortOfProcesses: the words are the system's, who says them is not.
func TestSpawnShortOfProcesses(t *testing.T) {
	t.Parallel()
	for _, word := range []syscall.Errno{syscall.EAGAIN, syscall.ENOMEM} {
		opts := Options{StartProcess: func(path string, _ []string, _ *os.ProcAttr) (*os.Process, error) {
			return nil, &os.PathError{Op: "fork/exec", Path: path, Err: word}
		}}
		checkSpawn(t, t.Context(), helper(t, "echo"), opts, ErrTooManyProcesses, word.Error())
	}
}

// TestSpawnShortOfFiles: the part takes its own descriptors until it can start nothing any more.
func TestSpawnShortOfFiles(t *testing.T) {
	t.Parallel()
	p := start(t, helper(t, "no-files"), Options{})
	frame, err := p.ReadFrame()
	if want := `{"kinds":[true,true,true,true,true]}`; err != nil || string(frame) != want {
		t.Errorf("want %s, got %s, %v", want, frame, err)
	}
}

// startWithoutFiles lets a few descriptors be free, which is too few for the pipes or for the start itself, and tells whether each is told.
func startWithoutFiles() int {
	_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 64, Max: 64})
	var all []*os.File
	for {
		f, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		all = append(all, f)
	}
	var kinds []string
	for _, free := range []int{0, 1, 5, 6, 7} {
		closeAll(all[:free])
		_, err := Start(context.Background(), Command{Path: os.Args[0]}, Options{})
		var bad *SpawnError
		kinds = append(kinds, fmt.Sprint(errors.As(err, &bad) && errors.Is(err, ErrTooManyFiles)))
		for i := range free {
			all[i], _ = os.Open(os.DevNull)
		}
	}
	fmt.Printf("{\"kinds\":[%s]}\n", strings.Join(kinds, ","))
	return 0
}
