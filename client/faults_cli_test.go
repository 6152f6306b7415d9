package client_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"

	"github.com/wiretrial/wiretrial/protocol"
)

// wrong is the exit code of a CLI that was spoken to as no CLI would stand; its stderr says why, and with it the test's error.
const wrong = 90

// cli is the hand of a scripted CLI, in a process of its own.
type cli struct{ in *bufio.Reader }

func newCLI() *cli { return &cli{in: bufio.NewReaderSize(os.Stdin, 1<<20)} }

// fail ends the process.
func (c *cli) fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	syscall.Exit(wrong)
}

// next reads a line.
func (c *cli) next() (m protocol.Message, ok bool) {
	line, err := c.in.ReadBytes('\n')
	if errors.Is(err, io.EOF) && len(line) == 0 {
		return m, false
	}
	m, err = protocol.Decode(line[:max(len(line)-1, 0)])
	if err != nil {
		c.fail("the client wrote a line that is no message: %v", err)
	}
	return m, true
}

// reads reads the line that must come next.
func (c *cli) reads(kind string) protocol.Message {
	m, ok := c.next()
	if !ok || m.Kind() != kind {
		c.fail("the client wrote %q, want %q: %.300s", m.Kind(), kind, m.Raw)
	}
	return m
}

func (c *cli) says(lines ...string) {
	if _, err := fmt.Println(strings.Join(lines, "\n")); err != nil {
		c.fail("writing: %v", err)
	}
}

// answers answers a request of the client.
func (c *cli) answers(m protocol.Message, value string) {
	line, err := protocol.EncodeSuccess(m.ControlRequest().ID, json.RawMessage(value))
	if err != nil {
		c.fail("answer: %v", err)
	}
	c.says(string(line))
}

// initialized answers initialize.
func (c *cli) initialized() { c.answers(c.reads("control_request/initialize"), `{"commands":[]}`) }

// prompted answers initialize and takes the prompt.
func (c *cli) prompted() { c.initialized(); c.reads("user") }

// asks writes a request and reads its answer.
func (c *cli) asks(id, body string) protocol.ControlResponse {
	c.says(request(id, body))
	m, ok := c.next()
	if answer := m.ControlResponse(); ok && m.Type == protocol.TypeControlResponse && answer.ID.Key() == protocol.NewID(id).Key() {
		return answer
	}
	c.fail("want the answer to %s, got %.300s", id, m.Raw)
	return protocol.ControlResponse{}
}

// want compares JSON texts, byte by byte.
func (c *cli) want(what, want string, got []byte) {
	if want != string(got) {
		c.fail("%s: want %s, got %s", what, want, got)
	}
}

// done reads to the end of stdin, in which nothing may come.
func (c *cli) done() int {
	if m, ok := c.next(); ok {
		c.fail("want the end of stdin, got %.300s", m.Raw)
	}
	return 0
}

// finishes ends the turn.
func (c *cli) finishes() int { c.says(result("done")); return c.done() }

// serves answers all requests and prompts until the end of stdin.
func (c *cli) serves(answer func(m protocol.Message)) int {
	for {
		m, ok := c.next()
		switch {
		case !ok:
			return 0
		case m.Type == protocol.TypeControlRequest:
			answer(m)
		case m.Type == protocol.TypeUser:
			c.says(result("done"))
		}
	}
}

// echoes answers requests with what they ask.
func (c *cli) echoes(m protocol.Message) { c.answers(m, string(protocol.Member(m.Raw, "request"))) }

const toolInput = `{"n":12345678901234567890123,"price":1.10,"e":1e3,"text":"<&>\u2028","deep":{"z":1,"a":[2,1]}}`

const suggestions = `[{"type":"addRules","rules":[{"toolName":"Bash","ruleContent":"git log:*"}],"behavior":"allow","destination":"session","new":{"n":1.0}},` +
	`{"type":"setMode","mode":"acceptEdits","destination":"session"},{"type":"addDirectories","directories":["/x"],"destination":"localSettings"},{"type":"holo","x":1}]`

func asksTool(extra string) string {
	return `{"subtype":"can_use_tool","tool_name":"Bash","tool_use_id":"t1","input":` + toolInput + extra + `}`
}

// decision is the value of a successful answer.
func (c *cli) decision(answer protocol.ControlResponse) json.RawMessage {
	if answer.Failed() {
		c.fail("the answer is an error: %s", answer.Error)
	}
	return answer.Response
}

// asksAndCancels withdraws a question, asks another, and takes the answer to that alone.
func (c *cli) asksAndCancels() int {
	c.prompted()
	c.says(request("p1", asksTool("")), `{"type":"control_cancel_request","request_id":"p1"}`,
		`{"type":"control_cancel_request","request_id":"never asked"}`)
	if !c.asks("p2", `{"subtype":"holo_request"}`).Failed() {
		c.fail("an unknown request was answered with success")
	}
	return c.finishes()
}

// hooked calls the hook of each registered event.
func (c *cli) hooked() int {
	m := c.reads("control_request/initialize")
	var registered map[string][]struct {
		IDs []string `json:"hookCallbackIds"`
	}
	if err := json.Unmarshal(protocol.Member(protocol.Member(m.Raw, "request"), "hooks"), &registered); err != nil || len(registered) == 0 {
		c.fail("hooks: %v in %s", err, m.Raw)
	}
	c.answers(m, `{}`)
	c.reads("user")
	for event, matchers := range registered {
		answer := c.asks("h-"+event, fmt.Sprintf(`{"subtype":"hook_callback","callback_id":%q,"input":{"hook_event_name":%q,"new":1}}`, matchers[0].IDs[0], event))
		c.want(event, `{"decision":"block","reason":`+quote(event)+`}`, c.decision(answer))
	}
	return c.finishes()
}

// worksOn has an agent at work after its first result.
func (c *cli) worksOn() int {
	m := c.reads("control_request/initialize")
	c.answers(m, `{}`)
	c.reads("user")
	c.says(`{"type":"system","subtype":"task_started","task_id":"a1","task_type":"local_agent","is_backgrounded":true}`, result("started"))
	answer := c.asks("h1", `{"subtype":"hook_callback","callback_id":"hook_0","input":{"hook_event_name":"PreToolUse"}}`)
	c.want("hook", `{}`, c.decision(answer))
	c.says(`{"type":"system","subtype":"task_notification","task_id":"a1","status":"completed"}`, assistant("more"))
	return c.finishes()
}

// leavesChild ends while a child of it holds its stdout.
func (c *cli) leavesChild() int {
	c.prompted()
	child := exec.Command(os.Args[0])
	child.Env = []string{scriptVariable + "=holder", lifeVariable + "=" + os.Getenv(lifeVariable)}
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	if err := child.Start(); err != nil {
		c.fail("child: %v", err)
	}
	c.says(result("done"))
	return 0
}

// lifeVariable is the socket by which the child of a CLI lives and is seen to live.
const lifeVariable = "CLIENT_TEST_LIFE"

// holder lives until the test ends it.
func (c *cli) holder() int {
	life, err := net.Dial("unix", os.Getenv(lifeVariable))
	if err == nil {
		_, _ = io.Copy(io.Discard, life)
	}
	return 0
}

// floods writes without an end, and reads nothing.
func (c *cli) floods() int {
	c.prompted()
	for {
		c.says(assistant(strings.Repeat("x", 1000)))
	}
}

// checksFlags refuses what it does not know, as the CLI does.
func (c *cli) checksFlags() int {
	known := strings.Fields(`--output-format --verbose --input-format --model --fallback-model --permission-mode --permission-prompt-tool --resume --continue
		--fork-session --max-turns --max-budget-usd --tools --allowedTools --disallowedTools --setting-sources --include-partial-messages --add-dir
		--agent --betas --effort --mcp-config --strict-mcp-config --settings --system-prompt --session-id --include-hook-events --json-schema
		--thinking --plugin-dir --no-session-persistence`)
	for i, arg := range os.Args[1:] {
		name, _, _ := strings.Cut(arg, "=")
		if strings.HasPrefix(arg, "-") && !slices.Contains(known, name) {
			fmt.Fprintf(os.Stderr, "error: unknown option '%s'\n", arg)
			return 1
		}
		if !strings.HasPrefix(arg, "-") && (i == 0 || !strings.HasPrefix(os.Args[i], "-")) {
			c.fail("argument %q belongs to no flag", arg)
		}
	}
	c.prompted()
	return c.finishes()
}
