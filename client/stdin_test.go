package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

const (
	running      = `{"type":"system","subtype":"session_state_changed","state":"running","sdk_host_only":true}`
	asking       = `{"type":"system","subtype":"session_state_changed","state":"requires_action","sdk_host_only":true}`
	shellStarted = `{"type":"system","subtype":"task_started","task_id":"s","task_type":"local_bash"}`
	agentUpdated = `{"type":"system","subtype":"task_updated","task_id":"a","patch":{"status":"completed"}}`
	lastResult   = `{"type":"result","subtype":"success","is_error":false,"result":"r","queued_turn_count":0}`
)

// hold is one case of who closes stdin, and when. Its script is what the CLI does once it has read the first user line:
//
//	ask     a can_use_tool, which is answered at once unless the case is slow; then the answer is read
//	slow    a can_use_tool, whose answer is not read
//	user    it reads the next user line
//	10s     it waits so long
//	{...    a frame that it writes
//	open    stdin is open now
//	eof     stdin is closed now
type hold struct {
	seen    string // where it comes from
	lines   int    // user lines of the prompt; 0 is a text
	ceiling string // milliseconds, as the CLI's variable has it
	slow    time.Duration
	script  []string
}

func holds() map[string]hold {
	return map[string]hold{
		"text, callbacks, a result": {seen: "B001 B007 B008", script: []string{"90s", "ask", "90s", "ask", result("r"), "eof"}},
		"a stream that has ended":   {seen: "B002", lines: 1, script: []string{"5s", "open", "ask", "1h", "open", "ask", result("r"), "eof"}},
		"two lines, a request in the second turn": {seen: "B002 ts#348 F9", lines: 2,
			script: []string{"user", result("1"), "50ms", "open", "ask", result("2"), "eof"}},
		"an agent outlives its turn": {seen: "B003",
			script: []string{agentStarted, result("1"), "500s", "open", "ask", agentEnded, "9s", "open", "ask", result("2"), "eof"}},
		"an agent that is never heard of again": {seen: "B003",
			script: []string{agentStarted, result("1"), "599s", "open", "2s", "eof"}},
		"an agent settles before its result": {seen: "B004",
			script: []string{agentStarted, agentUpdated, agentEnded, result("1"), "9s", "open", "ask", "9s", result("2"), "eof"}},
		"and no other turn follows":       {seen: "B004", script: []string{agentStarted, agentEnded, result("1"), "9s", "open", "2s", "eof"}},
		"a shell in the background":       {seen: "B005", script: []string{shellStarted, result("1"), "eof"}},
		"a message that asks nothing":     {seen: "B006", lines: 2, script: []string{"user", result(""), "40s", "open", "ask", result("2"), "eof"}},
		"a callback at work":              {seen: "py:0.3", slow: time.Hour, script: []string{"slow", result("1"), "59m", "open", "61s", "eof"}},
		"a result and a request at once":  {seen: "B010", slow: time.Second, script: []string{"slow", result("1"), "500ms", "open", "1s", "eof"}},
		"state: running, result, idle":    {seen: "cli:15.1", script: []string{running, result("1"), "30s", "ask", result("2"), "1s", "open", idle, "eof"}},
		"state: idle before the result":   {seen: "py:0.3", script: []string{running, idle, "1s", "open", result("1"), "eof"}},
		"state: silence after the result": {seen: "py:0.3", ceiling: "1000", script: []string{running, result("1"), "900ms", "open", "200ms", "eof"}},
		"state: a turn that runs":         {seen: "py:0.3", ceiling: "1000", script: []string{running, result("1"), assistant("a"), "2500ms", "open", result("2"), "900ms", "open", "200ms", "eof"}},
		"state: running again":            {seen: "py:0.3", ceiling: "1000", script: []string{running, result("1"), "900ms", running, "900ms", "open", "200ms", "eof"}},
		"state: an agent, and its end": {seen: "py:0.3", ceiling: "1000",
			script: []string{running, agentStarted, result("1"), "900ms", agentEnded, "900ms", "open", "200ms", "eof"}},
		"state: task before its result": {seen: "B004 py:0.3",
			script: []string{running, agentStarted, agentEnded, result("1"), "20s", "open", asking, "ask", running, result("2"), idle, "eof"}},
		"state: a permission across a result": {seen: "py:0.3", slow: time.Second,
			script: []string{asking, "slow", result("1"), running, "500ms", "open", idle, "100ms", "open", "500ms", "eof"}},
		"state: two messages, a permission in the second turn": {seen: "py:0.3 F9", lines: 2,
			script: []string{running, "user", result("1"), "1s", "ask", result("2"), "1s", "open", idle, "eof"}},
		"state: two messages in one turn":    {seen: "cli:3", lines: 2, script: []string{running, "user", result("1"), "1s", "open", idle, "1s", "open", "2s", "eof"}},
		"no state: two messages in one turn": {seen: "cli:3", lines: 2, script: []string{"user", result("1"), "59s", "open", "2s", "eof"}},
		"no state, nothing waits in the CLI": {seen: "cli:3", lines: 2, script: []string{"user", lastResult, "9s", "open", "2s", "eof"}},
		"no ceiling":                         {seen: "py:0.3", ceiling: "0", script: []string{running, result("1"), "48h", "open", idle, "eof"}},
		"a ceiling that is no number":        {seen: "py:0.3", ceiling: "soon", script: []string{running, result("1"), "599s", "open", "2s", "eof"}},
		"a follow-up turn asks":              {seen: "B020 B021", script: []string{agentStarted, result("1"), agentEnded, "1s", assistant("b"), "700s", "open", "ask", result("2"), "eof"}},
	}
}

// TestStdinIsOpenAsLongAsTheCLIMayNeedAnAnswer holds the rules of stdin's end, on a clock of its own, in every case that an SDK was
// seen to get wrong.
func TestStdinIsOpenAsLongAsTheCLIMayNeedAnAnswer(t *testing.T) {
	t.Parallel()
	for name, tt := range holds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, tt.play)
		})
	}
}

func (h hold) play(t *testing.T) {
	opts, f := pipe(t, func(o *client.Options) {
		if h.ceiling != "" {
			o.Env = map[string]string{"CLAUDE_CODE_PRINT_BG_WAIT_CEILING_MS": h.ceiling}
		}
		o.Escalation = transport.Escalation{}
		o.CanUseTool = func(context.Context, client.PermissionRequest) (client.PermissionResult, error) {
			time.Sleep(h.slow)
			return client.Allow(), nil
		}
	}, patient)
	var cli sync.WaitGroup
	defer cli.Wait()
	cli.Go(func() {
		f.patiently("user")
		for i, word := range h.script {
			h.does(f, i, word)
		}
		f.peer.End(0, "")
	})
	if _, err := texts(client.Query(context.Background(), h.prompt(), opts)); err != nil {
		t.Errorf("%s: %v", h.seen, err)
	}
}

func (h hold) prompt() client.Prompt {
	if h.lines == 0 {
		return client.Text("go")
	}
	left := h.lines
	return client.Stream(func(context.Context) (json.RawMessage, error) {
		if left == 0 {
			return nil, io.EOF
		}
		left--
		return protocol.EncodeUser(protocol.Prompt{Text: "go"})
	})
}

func (h hold) does(f *fake, i int, word string) {
	synctest.Wait()
	wait, err := time.ParseDuration(word)
	switch {
	case err == nil:
		time.Sleep(wait)
	case strings.HasPrefix(word, "{"):
		f.writes(word)
	case word == "open" && !f.open():
		f.t.Errorf("%s: stdin was closed before step %d of %q", h.seen, i, h.script)
	case word == "eof" && f.open():
		f.t.Errorf("%s: stdin is open after step %d of %q", h.seen, i, h.script)
	case word == "user":
		f.patiently("user")
	case word == "slow":
		f.writes(request(fmt.Sprint("p", i), askTool))
	case word == "ask":
		f.writes(request(fmt.Sprint("p", i), askTool))
		f.patiently("control_response/success")
	}
}

// patiently reads the next line on the test's own clock; nothing if stdin was closed.
func (f *fake) patiently(kind string) {
	select {
	case m := <-f.lines:
		if m.Kind() != kind {
			f.t.Errorf("the client wrote %s, want %s", m.Kind(), kind)
		}
	case <-f.eof:
		f.t.Errorf("stdin was closed before %s was read", kind)
	}
}
