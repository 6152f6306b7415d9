//go:build linux || darwin

package player

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/wiretrial/wiretrial/mockcli"
)

func TestWrites(t *testing.T) {
	t.Parallel()
	const raw = "raw: {x: abcdefgh}\n"
	cases := map[string]struct{ head, steps, want string }{
		"raw has no newline": {raw, "- cli.writes: x", "abcdefgh"},
		"only":               {raw, "- cli.writes: x\n  only: 3", "abc"},
		"times":              {raw, "- cli.writes: x\n  times: 3", "abcdefghabcdefghabcdefgh"},
		"cut":                {raw, "- cli.writes: x\n  cut: 3", "abcdefgh"},
		"counted":            {"", "- cli.writes: '{\"n\":${i}}'\n  times: 2\n  from: 7", "{\"n\":7}\n{\"n\":8}\n"},
		"list":               {raw, "- cli.writes: [x, '{\"a\":1}', x]", "abcdefgh{\"a\":1}\nabcdefgh"},
		"own capture":        {"", "- cli.writes: '{\"type\":\"user\",\"x\":5}'\n  as: first\n- cli.writes: '{\"y\":${first.x}}'", "{\"type\":\"user\",\"x\":5}\n{\"y\":5}\n"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := start(t, installed(t, scriptOf(tc.head, tc.steps+"\n- cli.exits: 0\n"), ""))
			got, err := io.ReadAll(a.stdout)
			if err != nil || string(got) != tc.want {
				t.Errorf("stdout %q, %v, want %q", got, err, tc.want)
			}
			a.ends(0)
		})
	}
}

func TestAnswersAndServes(t *testing.T) {
	t.Parallel()
	a := start(t, installed(t, scriptOf("cli: {serves: []}\n", `- cli.reads: control_request/initialize
- cli.answers: initialize
  response: '{"commands":[],"marker":"${initialize.request_id}"}'
- cli.reads: control_request/set_model
  as: model
- cli.answers: set_model
  error: no model ${model.request.model}
- cli.serves: [interrupt]
`), ""))
	a.says(initLine)
	a.hears(`"marker":"r1"`)
	a.says(`{"type":"control_request","request_id":"early","request":{"subtype":"interrupt"}}`)
	a.says(`{"type":"control_request","request_id":"r2","request":{"subtype":"set_model","model":"m1"}}`)
	a.hears(`"r2"`, `"error"`, `no model m1`)
	a.hears(`"early"`, `"success"`)
	a.says(`{"type":"control_request","request_id":"late","request":{"subtype":"interrupt"}}`)
	a.hears(`"late"`, `"success"`)
	a.closes()
	a.ends(0)
}

func TestHookAndTool(t *testing.T) {
	t.Parallel()
	a := start(t, installed(t, scriptOf("", `- sdk.start: {prompt: hello, callbacks: [PreToolUse, calc/add]}
- cli.handshakes: calc
- cli.writes: hook_callback
  as: h1
- cli.reads: control_response/h1
- cli.exits: 0
`), ""))
	a.says(`{"type":"control_request","request_id":"r1","request":{"subtype":"initialize","hooks":{"PreToolUse":[{"matcher":null,"hookCallbackIds":["hook_7"]}]}}}`)
	a.says(userLine)
	answer := func(part, result string) {
		line := a.hears(part)
		id, _, _ := strings.Cut(line[strings.Index(line, `"request_id":"`)+len(`"request_id":"`):], `"`)
		a.says(`{"type":"control_response","response":{"subtype":"success","request_id":"` + id + `","response":` + result + `}}`)
	}
	a.hears(`"r1"`, `"success"`)
	answer(`"initialize"`, `{"mcp_response":{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"calc","version":"1"}}}}`)
	answer(`notifications/initialized`, `{"mcp_response":{"jsonrpc":"2.0","result":{}}}`)
	answer(`tools/list`, `{"mcp_response":{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"add","inputSchema":{"type":"object"}}]}}}`)
	answer(`"hook_7"`, `{"continue":true}`)
	a.ends(0)
}

func TestDescriptors(t *testing.T) {
	t.Parallel()
	a := start(t, installed(t, scriptOf("cli: {gulp: 1KiB, startup: 1ms, pipe: {stdout: 4KiB}}\n", `- cli.pauses: stdin
- cli.writes: init
- cli.drained:
- cli.resumes: stdin
- cli.reads: user
- cli.forks: {holds: stderr}
- cli.closes: stdout
- cli.exits: 0
`), ""))
	a.says(userLine)
	a.hears(`"init"`)
	if rest, err := io.ReadAll(a.stdout); err != nil || len(rest) > 0 {
		t.Errorf("stdout %q, %v", rest, err)
	}
	p, err := os.FindProcess(a.cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Wait(); err != nil { // not through cmd, which would wait for the grandchild's stderr
		t.Fatal(err)
	}
	killHolders(t, filepath.Dir(a.cmd.Path))
}

func TestStartedAsTheScriptSays(t *testing.T) {
	t.Parallel()
	path := installed(t, scriptOf("", "- cli.starts:\n  match: {flags.--model.0: opus, group: shared, argv: {contains: hello}}\n- cli.exits: 0\n"), "")
	start(t, path, "--model", "opus", "hello").ends(0)
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		head, out string
		code      int
	}{
		"default": {"", mockcli.DefaultVersion + "\n", 0},
		"text":    {"cli: {version: 1.9.9}\n", "1.9.9\n", 0},
		"exit":    {"cli: {version: exit 3}\n", "", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := installed(t, scriptOf(tc.head, "- cli.reads: user\n"), "")
			for _, flag := range []string{"-v", "--version"} {
				out, err := exec.Command(path, flag).Output()
				var ee *exec.ExitError
				if errors.As(err, &ee) != (tc.code != 0) || ee != nil && ee.ExitCode() != tc.code || string(out) != tc.out {
					t.Errorf("%s: %q, %v", flag, out, err)
				}
			}
		})
	}
}

// The n-th start plays the n-th session, and then begins again; starts at the same time take one each.
func TestSessions(t *testing.T) {
	t.Parallel()
	path := installed(t, scriptOf("", `- sdk.start: one
- cli.exits: 11
- sdk.start: two
- cli.exits: 12
- sdk.start: three
  session: b
- cli.exits: 13
  session: b
`), "")
	_ = exec.Command(path, "-v").Run() // a probe is no start
	for _, code := range []int{11, 12, 13, 11} {
		start(t, path).ends(code)
	}
	var wg sync.WaitGroup
	codes := make(chan int, 3)
	for range 3 {
		wg.Go(func() {
			cmd := exec.Command(path)
			_ = cmd.Run() // the code says it
			codes <- cmd.ProcessState.ExitCode()
		})
	}
	wg.Wait()
	if sum := <-codes + <-codes + <-codes; sum != 11+12+13 {
		t.Errorf("three starts at once: codes add up to %d", sum)
	}
}

func TestRowsAndRepeatedSessions(t *testing.T) {
	t.Parallel()
	text := scriptOf("variants:\n  a: {n: 1}\n  b: {n: 2}\n", `- sdk.start: hello
  session: s${i}
  times: 2
- cli.writes: '{"row":${variant.n},"i":${i}}'
  session: s${i}
  times: 2
`)
	path := installed(t, text, "#b")
	for _, want := range []string{`{"row":2,"i":1}`, `{"row":2,"i":2}`} {
		a := start(t, path)
		a.hears(want)
		a.closes()
		a.ends(0)
	}
}

func TestInstallRefuses(t *testing.T) {
	t.Parallel()
	rows := scriptOf("variants:\n  a: {n: 1}\n  b: {n: 2}\n", "- cli.writes: '{\"n\":${variant.n}}'\n")
	for name, tc := range map[string]struct{ text, row, want string }{
		"no row chosen": {rows, "", "has the rows a, b"},
		"unknown row":   {rows, "#c", `no row "c"; rows: a, b`},
		"bad step":      {scriptOf("", "- cli.dances: now\n"), "", "script.yaml:4:3"},
		"no yaml":       {"\t", "", "script.yaml:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "script.yaml")
			if err := os.WriteFile(file, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(t.TempDir(), "bin")
			if _, err := Install(dir, os.Args[0], file+tc.row); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %s", err, tc.want)
			}
			if _, err := os.Stat(dir); err == nil {
				t.Error("the folder was made all the same")
			}
		})
	}
	if _, err := Install(t.TempDir(), os.Args[0], "/does/not/exist.yaml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestScriptByEnvironment(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path, err := mockcli.LinkClaude(t.TempDir(), exe)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "a.yaml")
	text := scriptOf("variants:\n  a: {n: 1}\n  b: {n: 2}\n", "- cli.writes: '{\"n\":${variant.n}}'\n- cli.exits: 5\n")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for script, want := range map[string]string{file + "#b": "5 {\"n\":2}\n", "": "97 nothing to play", file: "97 has the rows", "/none.yaml": "97 no such file"} {
		cmd := exec.Command(path)
		cmd.Env = append(os.Environ(), ScriptEnv+"="+script)
		out, _ := cmd.CombinedOutput()
		code, part, _ := strings.Cut(want, " ")
		if got := cmd.ProcessState.String(); got != "exit status "+code || !strings.Contains(string(out), part) || bytes.Count(out, []byte("\n")) != 1 {
			t.Errorf("%q: %s, %q, want %s", script, got, out, want)
		}
	}
}

func TestCountOfStartsSpoilt(t *testing.T) {
	t.Parallel()
	s := script{bound: filepath.Join(t.TempDir(), "x.starts")}
	if err := os.WriteFile(s.bound, []byte("many\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.nextSession(2); err == nil || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("error %v", err)
	}
	if n, err := s.nextSession(1); n != 0 || err != nil {
		t.Errorf("one session needs no count: %d, %v", n, err)
	}
}
