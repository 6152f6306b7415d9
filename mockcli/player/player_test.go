//go:build linux || darwin

package player

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/mockcli"
)

// TestMain lets the test binary be the fake: tests start it by a hard link of the name claude.
func TestMain(m *testing.M) {
	if mockcli.IsMock(os.Args) {
		os.Exit(mockcli.Main(os.Args, mockcli.Env{Alone: Main}))
	}
	os.Exit(m.Run())
}

const patience = 30 * time.Second // a bound for what must happen, never a wait

// app is the other side: what an SDK does with a fake that plays a script.
type app struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr *bytes.Buffer
}

// installed puts a script with these steps into a folder and returns the path of claude.
func installed(t *testing.T, text, row string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "My Script.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path, err := Install(filepath.Join(t.TempDir(), "bin"), exe, file+row)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// script makes a file out of steps.
func scriptOf(head, steps string) string {
	return "title: A script\nlevel: may\n" + head + "steps:\n" + steps
}

func start(t *testing.T, path string, args ...string) *app {
	t.Helper()
	a := &app{t: t, cmd: exec.Command(path, args...), stderr: &bytes.Buffer{}}
	a.cmd.Stderr = a.stderr
	var err error
	if a.stdin, err = a.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	a.stdout = bufio.NewReader(out)
	if err := a.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = a.cmd.Process.Kill()
		_ = a.cmd.Wait()
	})
	return a
}

func (a *app) says(line string) {
	a.t.Helper()
	if _, err := io.WriteString(a.stdin, line+"\n"); err != nil {
		a.t.Fatalf("write: %v; stderr: %s", err, a.stderr)
	}
}

// hears reads a line and checks that it holds all of parts.
func (a *app) hears(parts ...string) string {
	a.t.Helper()
	limit := time.AfterFunc(patience, func() { _ = a.cmd.Process.Kill() })
	defer limit.Stop()
	line, err := a.stdout.ReadString('\n')
	missing := ""
	for _, part := range parts {
		if !strings.Contains(line, part) {
			missing = part
		}
	}
	if err != nil || missing != "" {
		_ = a.cmd.Process.Kill()
		_ = a.cmd.Wait()
		a.t.Fatalf("read %q, %v, want %s; stderr: %s", line, err, missing, a.stderr)
	}
	return strings.TrimSuffix(line, "\n")
}

// ends waits for the exit code; stderr must hold parts, and nothing where there are none.
func (a *app) ends(code int, parts ...string) {
	a.t.Helper()
	limit := time.AfterFunc(patience, func() { _ = a.cmd.Process.Kill() })
	defer limit.Stop()
	rest, _ := io.ReadAll(a.stdout)
	err := a.cmd.Wait()
	var ee *exec.ExitError
	if err != nil && !errors.As(err, &ee) {
		a.t.Fatal(err)
	}
	if got := a.cmd.ProcessState.ExitCode(); got != code {
		a.t.Errorf("exit %d, want %d; stdout %q, stderr: %s", got, code, rest, a.stderr)
	}
	for _, part := range parts {
		if !strings.Contains(a.stderr.String(), part) {
			a.t.Errorf("stderr %q, want %q", a.stderr, part)
		}
	}
	if len(parts) == 0 && a.stderr.Len() > 0 {
		a.t.Errorf("stderr %q, want nothing", a.stderr)
	}
}

func (a *app) closes() {
	a.t.Helper()
	if err := a.stdin.Close(); err != nil {
		a.t.Fatal(err)
	}
}

const (
	initLine = `{"type":"control_request","request_id":"r1","request":{"subtype":"initialize","hooks":{}}}`
	userLine = `{"type":"user","message":{"role":"user","content":"hello"},"parent_tool_use_id":null,"session_id":"default"}`
)

func TestTurn(t *testing.T) {
	t.Parallel()
	a := start(t, installed(t, scriptOf("", `
- sdk.start: hello
- cli.reads: user
  match: {text: hello}
- cli.writes: [init, assistant]
- sdk.yields: assistant
- cli.writes: result
- sdk.returns: session
`), ""), "--output-format", "stream-json")
	a.says(initLine)
	a.hears(`"request_id":"r1"`, `"success"`)
	a.says(userLine)
	a.hears(`"subtype":"init"`)
	a.hears(`"type":"assistant"`)
	a.hears(`"type":"result"`)
	a.closes()
	a.ends(0)
}

func TestPermission(t *testing.T) {
	t.Parallel()
	text := scriptOf("", `
- sdk.start: {prompt: hello, callbacks: [can_use_tool]}
- cli.reads: user
- cli.writes: can_use_tool
  as: p1
- sdk.asks: can_use_tool
  reply: {behavior: deny, message: no}
- cli.reads: control_response/p1
  match: {response.response.behavior: deny}
- cli.writes: result
`)
	answer := func(behavior string) string {
		return `{"type":"control_response","response":{"subtype":"success","request_id":"p1","response":{"behavior":"` + behavior + `"}}}`
	}
	cases := map[string]struct {
		line string
		code int
		want []string
	}{
		"denied":  {answer("deny"), 0, nil},
		"allowed": {answer("allow"), ExitMismatch, []string{"claude.yaml:11:3: cli.reads: control_response/p1", `want "deny"`, `got  "allow"`}},
		"garbage": {"no json", ExitMismatch, []string{"line 3 of stdin is no JSON object", "no json"}},
		"nothing": {"", ExitUnmet, []string{"stdin ended before a line control_response/p1 came"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := start(t, installed(t, text, ""))
			a.says(initLine)
			a.hears(`"r1"`)
			a.says(userLine)
			a.hears(`"can_use_tool"`, `"request_id":"p1"`, `"tool_name":"Bash"`)
			if tc.line != "" {
				a.says(tc.line)
			}
			a.closes()
			a.ends(tc.code, tc.want...)
		})
	}
}

func TestEnds(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		head, steps string
		do          func(*app)
		code        int // -1: a signal
		want        []string
	}{
		"exit code":        {"", "- cli.exits: 3", nil, 3, nil},
		"death":            {"", "- cli.exits: SIGKILL", nil, -1, nil},
		"end of stdin":     {"", "- quiet: 1ms", (*app).closes, 0, nil},
		"unmet":            {"", "- cli.reads: user", (*app).closes, ExitUnmet, []string{"cli.reads: user"}},
		"unread lines":     {"cli: {serves: []}\n", "- cli.reads: user", func(a *app) { a.says(initLine); a.closes() }, ExitUnmet, []string{"line 1, which no step read", "initialize"}},
		"terminated":       {"", "- cli.reads: user", terminate, 143, nil},
		"signal awaited":   {"", "- cli.writes: init\n- cli.gets: SIGTERM\n- cli.exits: 7", terminate, 7, nil},
		"signal then end":  {"", "- cli.writes: init\n- cli.gets: SIGTERM", terminate, 143, nil},
		"signal ignored":   {"cli: {ignores: [SIGTERM]}\n", "- cli.writes: init\n- cli.reads: user\n- cli.exits: 8", func(a *app) { terminate(a); a.says(userLine) }, 8, nil},
		"dismissed":        {"", "- cli.dismissed:\n- cli.exits: 9", (*app).closes, 9, nil},
		"eof":              {"", "- cli.reads: eof\n- cli.exits: 4", (*app).closes, 4, nil},
		"half a line":      {"", "- cli.reads: user", func(a *app) { _, _ = io.WriteString(a.stdin, "{"); a.closes() }, ExitMismatch, []string{"stdin ended within line 1"}},
		"stderr":           {"raw: {oops: 'it broke'}\n", "- cli.writes: oops\n  to: stderr\n- cli.exits: 1", nil, 1, []string{"it broke"}},
		"start mismatch":   {"", "- cli.starts:\n  match: {flags.--model.0: opus}", nil, ExitMismatch, []string{`want "opus"`, "absent"}},
		"unknown capture":  {"", "- cli.writes: '{\"type\":\"user\",\"x\":\"${nobody.y}\"}'", nil, ExitMismatch, []string{"nobody"}},
		"optional passes":  {"", "- cli.reads: user\n  optional: true\n- cli.exits: 2", nil, 2, nil},
		"branch by event":  {"", "- either:\n  - - sdk.fails: session\n    - cli.exits: 1\n  - - cli.reads: user\n    - cli.exits: 2", func(a *app) { a.says(userLine) }, 2, nil},
		"branch blind":     {"", "- either:\n  - - sdk.fails: session\n    - cli.exits: 1\n  - - cli.reads: user\n    - cli.exits: 2", (*app).closes, 1, nil},
		"branch by signal": {"", "- cli.writes: init\n- either:\n  - - cli.gets: SIGTERM\n    - cli.exits: 5\n  - - cli.reads: eof\n    - cli.exits: 6", terminate, 5, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := start(t, installed(t, scriptOf(tc.head, tc.steps+"\n"), ""))
			if tc.do != nil {
				tc.do(a)
			}
			a.ends(tc.code, tc.want...)
		})
	}
}

// terminate signals a fake that is up. A script without a first write shows that by nothing but its answer.
func terminate(a *app) {
	a.t.Helper()
	a.says(`{"type":"control_request","request_id":"up","request":{"subtype":"initialize"}}`)
	for !strings.Contains(a.hears(), `"up"`) {
	}
	if err := a.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		a.t.Fatal(err)
	}
}
