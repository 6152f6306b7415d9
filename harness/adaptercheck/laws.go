package adaptercheck

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/host"
)

// The checks that hold for everything that an adapter says, whatever it is asked.
const (
	lawNoise    = "channel.noise"
	lawMessages = "channel.messages"
	lawOrder    = "order.replies"
	lawResults  = "shape.results"
	lawErrors   = "shape.errors"
	lawYields   = "shape.messages"
)

// laws keeps what an adapter did against the contract on its channel, over all its processes. It is safe for concurrent use.
type laws struct {
	mu     sync.Mutex
	broken map[string][]string // law -> what was seen, at most a few each
	ops    map[int]*opening    // of the adapter that is watched
}

// opening is a request of the harness.
type opening struct {
	method, client string
	messages       int
	done           bool
}

func newLaws() *laws { return &laws{broken: map[string][]string{}} }

// begin forgets the requests of the adapter that was watched before.
func (l *laws) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ops = map[int]*opening{}
}

// found returns the first thing seen against a law, and how often.
func (l *laws) found(law string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	seen := l.broken[law]
	switch len(seen) {
	case 0:
		return nil
	case 1:
		return wrongf("%s", seen[0])
	}
	return wrongf("%s\nand %d more", seen[0], len(seen)-1)
}

// breaks notes a breach. mu is held.
func (l *laws) breaks(law, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(l.broken[law], text) {
		l.broken[law] = append(l.broken[law], text)
	}
}

// asked notes a request of the harness. mu is held.
func (l *laws) asked(id int, method string, params any) {
	text, _ := json.Marshal(params)
	l.ops[id] = &opening{method: method, client: gjson.GetBytes(text, "client").String()}
}

// see looks at an event and tells whether it is to be passed on.
func (l *laws) see(e host.Event) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e.Kind {
	case host.Noise:
		l.breaks(lawNoise, "the adapter's stdout, which is the channel, carries %q", clip(e.Text, 200))
		return false
	case host.Fault:
		l.breaks(lawMessages, "%s: %s", e.Text, clip(e.Line, 200))
		return false
	case host.Answer:
		l.answer(e)
	case host.Note:
		l.note(e)
	case host.Request:
		l.request(e)
	}
	return true
}

func (l *laws) answer(e host.Event) {
	o := l.ops[e.ID]
	if o == nil {
		return
	}
	o.done = true
	if e.Err != nil {
		l.failure(o, e.Err)
		return
	}
	if !gjson.ParseBytes(e.Result).IsObject() {
		l.breaks(lawResults, "%s was answered with %s, which is no object", o.method, clip(string(e.Result), 100))
		return
	}
	switch o.method {
	case "receive", "prompt":
		l.counted(o, e.Result)
	default:
		if contract.GivesValue(o.method) && !gjson.GetBytes(e.Result, "value").Exists() {
			l.breaks(lawResults, `%s was answered with %s, expected {"value": ...}: what the SDK returned, null if nothing`, o.method, clip(string(e.Result), 100))
		}
	}
}

// counted checks the answer to an operation that reads.
func (l *laws) counted(o *opening, result []byte) {
	got := gjson.GetManyBytes(result, "count", "end")
	if !got[0].Exists() && !got[1].Exists() && o.method == "prompt" {
		return // pull: builds the iterator only
	}
	if got[0].Type != gjson.Number || !slices.Contains([]string{"result", "eof", "count"}, got[1].String()) {
		l.breaks(lawResults, `%s was answered with %s, expected {"count": N, "end": "result", "eof" or "count"}`, o.method, clip(string(result), 100))
		return
	}
	if n := int(got[0].Int()); n != o.messages {
		l.breaks(lawOrder, "%s was answered with count %d after %d of its messages had been forwarded", o.method, n, o.messages)
	}
}

// failure checks the shape of an error.
func (l *laws) failure(o *opening, e *contract.Error) {
	switch e.Code {
	case contract.CodeUnknownMethod, contract.CodeAdapterFault:
	case contract.CodeInvalidParams:
		if !gjson.GetBytes(e.Data, "unsupported.0").Exists() {
			l.breaks(lawErrors, `%s was refused with %d and data %s, expected {"unsupported": [names]}`, o.method, e.Code, orNothing(e.Data))
		}
	case contract.CodeSDK:
		if kind := gjson.GetBytes(e.Data, "kind").String(); !slices.Contains(contract.Kinds(), kind) {
			l.breaks(lawErrors, `%s failed with %d and data %s, expected a "kind" of the closed set`, o.method, e.Code, orNothing(e.Data))
		}
	default:
		l.breaks(lawErrors, "%s failed with code %d, which the contract does not have: %s", o.method, e.Code, clip(e.Message, 200))
	}
}

func orNothing(data []byte) string {
	if len(data) == 0 {
		return "none"
	}
	return clip(string(data), 200)
}

func (l *laws) note(e host.Event) {
	switch e.Method {
	case contract.NoteMessage:
		l.message(e.Params)
	case contract.NoteStderr:
		if gjson.GetBytes(e.Params, "text").Type != gjson.String {
			l.breaks(lawMessages, "a stderr notification without a text: %s", orNothing(e.Params))
		}
	case contract.NoteFrameError:
		if kind := gjson.GetBytes(e.Params, "kind").String(); !slices.Contains(contract.Kinds(), kind) {
			l.breaks(lawMessages, "a frame_error of kind %q, which the contract does not have", kind)
		}
	default:
		l.breaks(lawMessages, "a notification %q, which the contract does not have", e.Method)
	}
}

// message checks that a message belongs to an operation that reads and is not over.
func (l *laws) message(params []byte) {
	var n contract.MessageNote
	if err := json.Unmarshal(params, &n); err != nil {
		l.breaks(lawMessages, "a message notification that cannot be read: %v", err)
		return
	}
	id, err := strconv.Atoi(string(n.Op))
	o := l.ops[id]
	switch {
	case err != nil || o == nil:
		l.breaks(lawOrder, "a message names the operation %s, which was never asked for: op is the id of the receive or prompt", orNothing(n.Op))
		return
	case o.method != "receive" && o.method != "prompt":
		l.breaks(lawOrder, "a message names the operation %s, which is %s: only receive and prompt have messages", n.Op, o.method)
	case o.done:
		l.breaks(lawOrder, "a message of %s (id %d) came after the reply to it", o.method, id)
	case n.Client != o.client:
		l.breaks(lawOrder, "a message of %s names the client %q, expected %q", o.method, n.Client, o.client)
	}
	o.messages++
	switch kind := gjson.GetBytes(n.Message, "type").String(); {
	case kind == "x-unmapped":
		l.breaks(lawYields, "a message could not be mapped: the SDK's type is %q", n.Native)
	case kind == "":
		l.breaks(lawYields, `a message without "type": %s`, clip(string(n.Message), 200))
	}
}

func (l *laws) request(e host.Event) {
	switch e.Method {
	case contract.MethodPromptNext:
		if gjson.GetBytes(e.Params, "stream").Type != gjson.String {
			l.breaks(lawMessages, "prompt.next without a stream: %s", orNothing(e.Params))
		}
	case contract.MethodCallback:
		name := gjson.GetBytes(e.Params, "name").String()
		if !slices.Contains([]string{"can_use_tool", "hook", "mcp_tool", "elicitation", "user_dialog", "session_store"}, name) {
			l.breaks(lawMessages, "a callback of the name %q, expected can_use_tool, hook, mcp_tool, elicitation, user_dialog or session_store", name)
		}
	default:
		l.breaks(lawMessages, "a request %q of the adapter, which the contract does not have", e.Method)
	}
}

// clip bounds a text that an adapter said.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "…"
}
