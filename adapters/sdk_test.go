package adapters_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/adapters"
	"github.com/wiretrial/wiretrial/adapters/contract"
)

// The SDK tier installs the real SDKs and starts their adapters. It needs their toolchains and, the first time, the network.
const tierVariable = "WIRETRIAL_SDKS"

// releases are the SDKs that the tier drives: the pinned ones, and the oldest that an adapter claims to drive.
func releases() []struct{ sdk, version string } {
	return []struct{ sdk, version string }{
		{"python", ""}, {"python", "0.1.44"}, {"python", "0.0.20"}, {"typescript", ""}, {"typescript", "0.1.0"}, {"rust", ""},
	}
}

func TestSDKs(t *testing.T) {
	t.Parallel()
	if os.Getenv(tierVariable) == "" {
		t.Skipf("the SDK tier installs real SDKs: set %s=1", tierVariable)
	}
	for _, release := range releases() {
		t.Run(strings.TrimSuffix(release.sdk+"@"+release.version, "@"), func(t *testing.T) {
			t.Parallel()
			got, err := adapters.Provision(t.Context(), release.sdk, release.version, func(line string) { t.Log(line) })
			if err != nil {
				t.Fatal(err)
			}
			t.Run("greets", func(t *testing.T) { t.Parallel(); greets(t, got) })
			t.Run("opens without a process", func(t *testing.T) { t.Parallel(); opens(t, got) })
			t.Run("refuses what it has not", func(t *testing.T) { t.Parallel(); refuses(t, got) })
			t.Run("reports a missing CLI", func(t *testing.T) { t.Parallel(); misses(t, got) })
			t.Run("closes what is in flight", func(t *testing.T) { t.Parallel(); closes(t, got) })
		})
	}
}

func greets(t *testing.T, from *adapters.Installation) {
	a := start(t, from)
	reply := a.call(contract.MethodHello, map[string]any{"protocol": contract.Version})
	var hello contract.Hello
	if err := json.Unmarshal(reply.Result, &hello); err != nil {
		t.Fatalf("hello answered %s: %v", reply.Result, err)
	}
	if hello.Protocol != contract.Version || hello.SDK.Version != from.Version || hello.SDK.Name != from.Package || hello.Idiom == "" {
		t.Errorf("hello is %+v, installed is %s %s", hello, from.Package, from.Version)
	}
	for _, feature := range hello.Features {
		if !slices.Contains(contract.Features(), feature) {
			t.Errorf("it declares %q, which is no feature", feature)
		}
	}
	for _, needed := range []string{"connect", "query", "receive", "prompt", "interrupt", "disconnect"} {
		if !slices.Contains(hello.Features, needed) {
			t.Errorf("it does not declare %s", needed)
		}
	}
	if reply := a.call(contract.MethodAlive, nil); reply.Error != nil {
		t.Errorf("alive answered %v", reply.Error)
	}
	a.leaves()
}

func opens(t *testing.T, from *adapters.Installation) {
	a := start(t, from)
	dir := t.TempDir()
	started := filepath.Join(dir, "started")
	cli := script(t, dir, "echo yes > '"+started+"'\n")
	a.must(contract.MethodOpen, map[string]any{"client": "a", "cli_path": cli, "cwd": dir, "options": map[string]any{"model": "m"}})
	a.must(contract.MethodClose, map[string]any{"client": "a"})
	a.leaves()
	if _, err := os.Stat(started); err == nil {
		t.Error("open started the CLI")
	}
}

func refuses(t *testing.T, from *adapters.Installation) {
	a := start(t, from)
	cases := map[string]struct {
		method string
		params map[string]any
		code   int
	}{
		"an unknown operation": {"no_such_thing_7c1f", map[string]any{"client": "a"}, contract.CodeUnknownMethod},
		"an unknown option":    {contract.MethodOpen, map[string]any{"client": "a", "options": map[string]any{"no_such_option": 1}}, contract.CodeInvalidParams},
		"a client not opened":  {"query", map[string]any{"client": "b", "prompt": "x"}, contract.CodeAdapterFault},
	}
	for name, c := range cases {
		if reply := a.call(c.method, c.params); reply.Error == nil || reply.Error.Code != c.code {
			t.Errorf("%s: answered %s %v, want code %d", name, reply.Result, reply.Error, c.code)
		}
	}
	a.leaves()
}

func misses(t *testing.T, from *adapters.Installation) {
	a := start(t, from)
	dir := t.TempDir()
	a.must(contract.MethodOpen, map[string]any{"client": "a", "cli_path": filepath.Join(dir, "nowhere", "claude"), "cwd": dir, "options": map[string]any{}})
	reply := a.call("prompt", map[string]any{"client": "a", "prompt": "hello"})
	var failure contract.Failure
	if reply.Error == nil || reply.Error.Code != contract.CodeSDK || json.Unmarshal(reply.Error.Data, &failure) != nil || failure.Kind != "cli_not_found" {
		t.Errorf("answered %s %v, want the kind cli_not_found", reply.Result, reply.Error)
	}
	a.leaves()
}

func closes(t *testing.T, from *adapters.Installation) {
	a := start(t, from)
	dir := t.TempDir()
	cli := script(t, dir, "exec sleep 30\n")
	a.must(contract.MethodOpen, map[string]any{"client": "a", "cli_path": cli, "cwd": dir, "options": map[string]any{}})
	prompt := a.send("prompt", map[string]any{"client": "a", "prompt": "hello"})
	begin := time.Now()
	closing := a.send(contract.MethodClose, map[string]any{"client": "a"})
	if reply := a.read(); string(reply.ID) != prompt || reply.Error == nil {
		t.Errorf("answered %s %s first, want the error of the prompt, %s", reply.ID, reply.Result, prompt)
	}
	if reply := a.read(); string(reply.ID) != closing || reply.Error != nil {
		t.Errorf("answered %s %v, want the answer to close, %s", reply.ID, reply.Error, closing)
	}
	if took := time.Since(begin); took > 20*time.Second { // the CLI ends by itself after 30; that 3 are enough is for adapter check
		t.Errorf("close took %v", took)
	}
	a.leaves()
}

// script writes a CLI for an SDK to start. No process may be started meanwhile: a child that had it open for writing would keep the SDK from
// executing it.
func script(t *testing.T, dir, text string) string {
	t.Helper()
	path := filepath.Join(dir, "claude")
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// process is a started adapter.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Reader
	count int
}

func start(t *testing.T, from *adapters.Installation) *process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), from.Argv[0], from.Argv[1:]...)
	cmd.Env = append(os.Environ(), from.Env...)
	cmd.WaitDelay = 10 * time.Second
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &process{t: t, cmd: cmd, stdin: stdin, lines: bufio.NewReader(stdout)}
}

func (p *process) send(method string, params any) (id string) {
	p.t.Helper()
	p.count++
	request := map[string]any{"jsonrpc": "2.0", "id": p.count, "method": method, "params": params}
	if err := json.NewEncoder(p.stdin).Encode(request); err != nil {
		p.t.Fatal(err)
	}
	number, err := json.Marshal(p.count)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(number)
}

func (p *process) read() contract.Message {
	p.t.Helper()
	line, err := p.lines.ReadBytes('\n')
	if err != nil {
		p.t.Fatalf("the adapter's channel ended: %v", err)
	}
	var message contract.Message
	if err := json.Unmarshal(line, &message); err != nil {
		p.t.Fatalf("noise on the channel: %q", line)
	}
	return message
}

func (p *process) call(method string, params any) contract.Message {
	p.t.Helper()
	id := p.send(method, params)
	reply := p.read()
	if string(reply.ID) != id {
		p.t.Fatalf("%s: got %s %s, want the answer to %s", method, reply.Method, reply.ID, id)
	}
	return reply
}

func (p *process) must(method string, params any) {
	p.t.Helper()
	if reply := p.call(method, params); reply.Error != nil {
		p.t.Fatalf("%s: %v %s", method, reply.Error, reply.Error.Data)
	}
}

// leaves closes the channel: the adapter exits normally. That it does so within 5 s is for adapter check, on a machine that does nothing else.
func (p *process) leaves() {
	p.t.Helper()
	begin := time.Now()
	err := errors.Join(p.stdin.Close(), p.cmd.Wait())
	if took := time.Since(begin); err != nil || took > 30*time.Second {
		p.t.Errorf("after the channel's end it left with %v in %v, want a normal exit", err, took)
	}
}
