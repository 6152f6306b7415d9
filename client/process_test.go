package client_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/mockcli/player"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// The variables by which the test binary is started as a CLI.
const (
	scriptVariable = "CLIENT_TEST_SCRIPT" // the part it plays
	pidVariable    = "CLIENT_TEST_PID"    // the file that gets its process id
)

func TestMain(m *testing.M) {
	if script := os.Getenv(scriptVariable); script != "" {
		tellPID()
		if play, ok := faultCLIs()[script]; ok {
			syscall.Exit(play(newCLI()))
		}
		syscall.Exit(playCLI(script)) // os.Exit would wait a second for races, and write about coverage to stderr
	}
	if mockcli.IsMock(os.Args) { // of the examples
		os.Exit(mockcli.Main(os.Args, mockcli.Env{Alone: player.Main}))
	}
	os.Exit(runAll(m))
}

// runAll runs the tests with a folder of their own for what they leave behind.
func runAll(m *testing.M) int {
	dir, err := os.MkdirTemp("", "client-test-*")
	if err == nil {
		defer os.RemoveAll(dir)
		// A fake that was built with the race detector would sleep for a second before it exits.
		err = errors.Join(os.Setenv("TMPDIR", dir), os.Setenv("GORACE", "atexit_sleep_ms=0"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// tellPID writes the process id where the test looks for it.
func tellPID() {
	path := os.Getenv(pidVariable)
	if path == "" {
		return
	}
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// playCLI is a claude of a few words.
func playCLI(script string) int {
	if script == "stubborn" {
		signal.Ignore(syscall.SIGTERM)
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		m, err := protocol.Decode(in.Bytes())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		switch m.Type {
		case protocol.TypeControlRequest:
			answer, _ := protocol.EncodeSuccess(m.ControlRequest().ID, nil)
			fmt.Printf("%s\n", answer)
		case protocol.TypeUser:
			if code := respond(script); code >= 0 {
				return code
			}
		}
	}
	if script == "stubborn" || script == "lingers" {
		select {}
	}
	if script == "noisy" {
		fmt.Println(result("last words"))
	}
	return 0
}

func respond(script string) (exit int) {
	switch script {
	case "dies":
		fmt.Println(assistant("last words"))
		fmt.Fprintln(os.Stderr, "error: out of luck")
		return 7
	case "killed":
		fmt.Println(assistant("last words"))
		p, _ := os.FindProcess(os.Getpid())
		_ = p.Kill()
		select {}
	case "tells":
		told, _ := json.Marshal(map[string]any{"args": os.Args[1:], "env": os.Environ()})
		fmt.Println(result(string(told)))
	case "stubborn":
		fmt.Println(assistant("never done"))
	case "noisy":
		for i := range 20_000 { // about 2 MB, many times what a pipe holds
			fmt.Fprintln(os.Stderr, i, strings.Repeat("x", 90))
		}
		fmt.Println(result("done"))
	default:
		fmt.Println(assistant("hi"))
		fmt.Println(result("done"))
	}
	return -1
}

// process gives options that start this test binary as a CLI, and the file that will hold its process id.
func process(t testing.TB, script string) (client.Options, string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	pid := filepath.Join(t.TempDir(), "pid")
	return client.Options{
		CLIPath: exe, Env: map[string]string{scriptVariable: script, pidVariable: pid},
		Escalation: transport.Escalation{EOFGrace: 50 * time.Millisecond, TermGrace: 50 * time.Millisecond},
	}, pid
}

// gone checks that the process whose id is in a file has ended and was reaped.
func gone(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := os.FindProcess(pid)
	if err == nil {
		err = p.Signal(syscall.Signal(0))
	}
	if err == nil {
		t.Errorf("process %d is still there", pid)
	}
}

func TestARealProcessFromStartToEnd(t *testing.T) {
	t.Parallel()
	opts, pid := process(t, "talks")
	got, err := texts(client.Query(within(t), client.Text("go"), opts))
	if err != nil || joined(got) != "hi,done" {
		t.Errorf("got %v, %v", got, err)
	}
	gone(t, pid)
}

func TestAConversationWithARealProcessMayBeRepeated(t *testing.T) {
	t.Parallel()
	opts, pid := process(t, "talks")
	c := client.New(opts)
	for range 2 {
		if err := c.Connect(within(t), client.Text("go")); err != nil {
			t.Fatal(err)
		}
		if got, err := texts(c.Response(within(t))); err != nil || joined(got) != "hi,done" {
			t.Errorf("got %v, %v", got, err)
		}
		if err := c.Disconnect(within(t)); err != nil {
			t.Error(err)
		}
		gone(t, pid)
	}
}

func TestTheConnectContextIsNotTheSessions(t *testing.T) {
	t.Parallel()
	opts, _ := process(t, "talks")
	c := client.New(opts)
	ctx, cancel := context.WithCancel(within(t))
	if err := c.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := c.Query(within(t), client.Text("go")); err != nil {
		t.Error(err)
	}
	if got, err := texts(c.Response(within(t))); err != nil || joined(got) != "hi,done" {
		t.Errorf("got %v, %v", got, err)
	}
	if err := c.Disconnect(within(t)); err != nil {
		t.Error(err)
	}
}

func TestHowAProcessDied(t *testing.T) {
	t.Parallel()
	for script, tt := range map[string]struct {
		signal, says string
		code         int
	}{
		"dies":   {code: 7, says: "out of luck"},
		"killed": {signal: "SIGKILL", says: "SIGKILL"},
	} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			opts, pid := process(t, script)
			got, err := texts(client.Query(within(t), client.Text("go"), opts))
			var e *client.Error
			if !errors.As(err, &e) || e.Kind != client.ProcessExit || e.Signal != tt.signal || !strings.Contains(e.Error(), tt.says) {
				t.Fatalf("got %#v", err)
			}
			if tt.signal == "" && (e.ExitCode == nil || *e.ExitCode != tt.code) {
				t.Errorf("exit code: got %v", e.ExitCode)
			}
			if joined(got) != "last words" {
				t.Errorf("before the error: got %v", got)
			}
			gone(t, pid)
		})
	}
}

func TestAStubbornProcessIsKilled(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(t *testing.T, opts client.Options){
		"by leaving the loop": func(t *testing.T, opts client.Options) {
			for _, err := range client.Query(within(t), client.Text("go"), opts) {
				if err != nil {
					t.Error(err)
				}
				break
			}
		},
		"by the end of the context": func(t *testing.T, opts client.Options) {
			ctx, cancel := context.WithCancel(within(t))
			defer cancel()
			var last error
			for _, err := range client.Query(ctx, client.Text("go"), opts) {
				cancel()
				last = err
			}
			if !errors.Is(last, client.Cancelled) {
				t.Errorf("got %v, want cancelled", last)
			}
		},
		"by a disconnect": func(t *testing.T, opts client.Options) {
			c := client.New(opts)
			if err := c.Connect(within(t)); err != nil {
				t.Fatal(err)
			}
			if err := c.Disconnect(within(t)); err != nil {
				t.Error(err)
			}
		},
		"by an abort": func(t *testing.T, opts client.Options) {
			opts.Escalation = transport.Escalation{}
			c := client.New(opts)
			if err := c.Connect(within(t)); err != nil {
				t.Fatal(err)
			}
			if err := c.Abort(); err != nil {
				t.Error(err)
			}
		},
		"by a panic in the loop": func(t *testing.T, opts client.Options) {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			for range client.Query(within(t), client.Text("go"), opts) {
				panic("ouch")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts, pid := process(t, "stubborn")
			leave(t, opts)
			gone(t, pid)
		})
	}
}

func TestWhatTheProcessIsStartedWith(t *testing.T) {
	t.Setenv("CLAUDECODE", "1")
	t.Setenv("KEEP_ME", "yes")
	opts, _ := process(t, "tells")
	opts.Resume, opts.Tools = "--version", []string{}
	opts.CanUseTool = func(context.Context, client.PermissionRequest) (client.PermissionResult, error) {
		return client.Allow(), nil
	}
	got, err := texts(client.Query(within(t), client.Text("secret prompt"), opts))
	if err != nil || len(got) != 1 {
		t.Fatalf("got %v, %v", got, err)
	}
	for _, want := range []string{`"--permission-prompt-tool=stdio"`, `"--resume=--version"`, `"--tools="`, `"KEEP_ME=yes"`, `"CLAUDE_CODE_ENTRYPOINT=sdk-go"`} {
		if !strings.Contains(got[0], want) {
			t.Errorf("the process got %s, want %s in it", got[0], want)
		}
	}
	for _, bad := range []string{`"CLAUDECODE=1"`, "secret prompt"} {
		if strings.Contains(got[0], bad) {
			t.Errorf("the process got %s", bad)
		}
	}
}

func TestWhatCannotBeStarted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, kind := range map[string]client.Kind{filepath.Join(dir, "nowhere", "claude"): client.CLINotFound, plain: client.Spawn} {
		err := client.New(client.Options{CLIPath: path}).Connect(within(t))
		if !errors.Is(err, kind) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want %s", path, err, kind)
		}
		if _, err := texts(client.Query(within(t), client.Text("x"), client.Options{CLIPath: path})); !errors.Is(err, kind) {
			t.Errorf("%s in one shot: got %v", path, err)
		}
	}
}

func TestACancelledContextStartsNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	opts, pid := process(t, "talks")
	if _, err := texts(client.Query(ctx, client.Text("x"), opts)); !errors.Is(err, client.Cancelled) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(pid); err == nil {
		t.Error("a process was started")
	}
}
