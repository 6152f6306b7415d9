//go:build unix

package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	goadapter "github.com/wiretrial/wiretrial/adapters/go"
)

// badRole as the first argument turns the test binary into a bad adapter; the second names it, the third marks its processes.
const badRole = "__bad"

// exeVariable names the built command, for the tests; it is set once, before any of them runs.
const exeVariable = "WIRETRIAL_TEST_EXE"

func TestMain(m *testing.M) {
	if len(os.Args) > 3 && os.Args[1] == badRole {
		os.Exit(bad(os.Args[2], os.Args[3]))
	}
	os.Exit(build(m))
}

// build builds the command once for all tests.
func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "wt-build-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	exe := filepath.Join(dir, "wiretrial")
	cmd := exec.Command("go", "build", "-o", exe, "github.com/wiretrial/wiretrial/cmd/wiretrial")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the command:", err)
		return 1
	}
	if err := os.Setenv(exeVariable, exe); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// bad is an adapter that breaks the contract in one way.
func bad(kind, token string) int {
	switch kind {
	case "garbage":
		for range 50 {
			fmt.Println("Traceback (most recent call last): \x1b[31mnot JSON\x1b[0m")
		}
		return 0
	case "flood":
		for line := strings.Repeat("x", 4096); ; {
			if _, err := fmt.Println(line); err != nil {
				return 0
			}
		}
	case "endless-line":
		for {
			if _, err := fmt.Print(strings.Repeat("x", 1<<16)); err != nil {
				return 0
			}
		}
	case "fork": // a grandchild in a session of its own, and no hello
		grandchild(token)
		return 3
	case "sleep":
		return sleep()
	}
	return speak(kind, token)
}

func grandchild(token string) {
	cmd := exec.Command(os.Args[0], badRole, "sleep", token)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

func sleep() int {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	time.Sleep(1000 * time.Second)
	return 0
}

// speak is the adapter of the Go client with a fault in its channel.
func speak(kind, token string) int {
	in, out := io.Reader(os.Stdin), io.Writer(os.Stdout)
	switch kind {
	case "only-receive": // declares so little that no scenario can run
		out = &editor{to: os.Stdout, edit: func(n int, line []byte) []byte { return features(line, "prompt") }}
	case "wrong-id":
		out = &editor{to: os.Stdout, edit: func(n int, line []byte) []byte {
			if n > 0 {
				line = bytes.Replace(line, []byte(`"id":`), []byte(`"id":9`), 1)
			}
			return line
		}}
	case "dies":
		out = &editor{to: os.Stdout, edit: func(n int, line []byte) []byte {
			if n == 3 {
				fmt.Fprintln(os.Stderr, "out of cheese")
				os.Exit(7)
			}
			return line
		}}
	case "forgets": // from its second run on it loses what the CLI says, but for the nonces of canaries
		out = &editor{to: os.Stdout, edit: func(_ int, line []byte) []byte { return forget(token, line) }}
		defer func() { _ = os.WriteFile(token, nil, 0o600) }()
	case "stubborn": // says hello, then neither answers nor ends
		out = &editor{to: os.Stdout, edit: func(n int, line []byte) []byte {
			if n == 0 {
				return line
			}
			grandchild(token)
			os.Exit(sleep())
			return nil
		}}
	}
	if err := goadapter.Main(context.Background(), in, out, goadapter.Config{}); err != nil {
		return 1
	}
	return 0
}

// forget drops an assistant's message if the file exists.
func forget(memory string, line []byte) []byte {
	if _, err := os.Stat(memory); err != nil || !bytes.Contains(line, []byte(`"type":"assistant"`)) || nonce.Match(line) {
		return line
	}
	return nil
}

// nonce is what canaries look like.
var nonce = regexp.MustCompile(`"text":"[0-9a-f]{16}"`)

// features leaves only some features in the answer to hello.
func features(line []byte, only ...string) []byte {
	var msg map[string]any
	if json.Unmarshal(line, &msg) != nil {
		return line
	}
	hello, ok := msg["result"].(map[string]any)
	if !ok || hello["features"] == nil {
		return line
	}
	hello["features"] = only
	out, err := json.Marshal(msg)
	if err != nil {
		return line
	}
	return append(out, '\n')
}

// editor changes lines on their way; each Write is one line.
type editor struct {
	to   io.Writer
	n    int
	edit func(n int, line []byte) []byte
}

func (e *editor) Write(line []byte) (int, error) {
	edited := e.edit(e.n, line)
	e.n++
	if _, err := e.to.Write(edited); err != nil {
		return 0, err
	}
	return len(line), nil
}

// command is one run of the built command, with a private folder for its temporary files and a token that marks its processes.
type command struct {
	*exec.Cmd
	t          *testing.T
	tmp, token string // no token is the beginning of another
	out, err   bytes.Buffer
}

var tokens atomic.Int64

func newCommand(t *testing.T, args ...string) *command {
	t.Helper()
	tmp, err := os.MkdirTemp("/tmp", "wtt") // short: a socket's path has little room
	if err != nil {
		t.Fatal(err)
	}
	c := &command{t: t, tmp: tmp, token: fmt.Sprintf("token-%d-%d-", os.Getpid(), tokens.Add(1))}
	t.Cleanup(func() { _ = os.RemoveAll(tmp) })
	for i := range args {
		args[i] = strings.NewReplacer("{exe}", os.Args[0], "{token}", c.token, "{tmp}", tmp).Replace(args[i])
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	c.Cmd = exec.CommandContext(ctx, os.Getenv(exeVariable), args...)
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + tmp, "TMPDIR=" + tmp, "WIRETRIAL_CACHE=" + filepath.Join(tmp, "cache"), "LANG=C.UTF-8", "MY_API_KEY=" + secret}
	c.Stdout, c.Stderr = &c.out, &c.err
	return c
}

const secret = "sk-ant-api03-abcdefgh"

// code runs the command to its end.
func (c *command) code() int {
	c.t.Helper()
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.t.Fatal(err)
	}
	return c.ProcessState.ExitCode()
}

// all is everything that was printed, on one line, so that wrapping does not matter.
func (c *command) all() string {
	return strings.Join(strings.Fields(c.out.String()+"\n"+c.err.String()), " ")
}

// nothingLeft fails if a process with the command's token lives on, or a private folder does. What a reaper kills may need a moment.
func (c *command) nothingLeft() {
	c.t.Helper()
	var procs, files []string
	for limit := time.Now().Add(time.Minute); ; {
		procs = marked(c.token)
		files, _ = filepath.Glob(filepath.Join(c.tmp, "wiretrial-*"))
		if len(procs)+len(files) == 0 {
			return
		}
		if time.Now().After(limit) {
			break
		}
		time.Sleep(20 * time.Millisecond) // the kernel sends no event for "gone"
	}
	c.t.Errorf("left behind: processes %q, folders %q", procs, files)
}

// marked lists the command lines of living processes that contain the token.
func marked(token string) []string {
	var out []string
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, p := range paths {
		line, err := os.ReadFile(p)
		if err == nil && bytes.Contains(line, []byte(token)) {
			out = append(out, string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
		}
	}
	return out
}
