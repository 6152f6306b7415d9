package goadapter_test

import (
	"strings"
	"testing"

	goadapter "github.com/wiretrial/wiretrial/adapters/go"
)

// wired starts an adapter that drives a Session.
func wired(t *testing.T) *harness {
	t.Helper()
	return start(t, goadapter.Config{Session: true})
}

func TestASessionIsDriven(t *testing.T) {
	t.Parallel()
	h := wired(t)
	h.open("c", "echo", "")
	if _, f := h.fails(h.send("ping", `{"client":"c"}`)); f.Kind != "not_connected" {
		t.Errorf("before the start: got %+v", f)
	}
	for range 2 { // a session has one CLI; connect makes another session
		h.call("connect", `{"client":"c"}`)
		h.call("query", `{"client":"c","prompt":"hello"}`)
		if got := h.call("receive", `{"client":"c","until":"result"}`); got != `{"count":2,"end":"result"}` {
			t.Errorf("got %s", got)
		}
		if got := h.call("ping", `{"client":"c"}`); got != `{"value":null}` {
			t.Errorf("ping: got %s", got)
		}
		h.call("interrupt", `{"client":"c"}`)
		h.call("disconnect", `{"client":"c"}`)
		if got := h.call("receive", `{"client":"c","until":"end"}`); got != `{"count":0,"end":"eof"}` {
			t.Errorf("after the end: got %s", got)
		}
	}
}

func TestASessionsPermissionRequestIsPutToTheUser(t *testing.T) {
	t.Parallel()
	h := wired(t)
	h.open("c", "ask", `"callbacks":["can_use_tool"]`)
	h.call("connect", `{"client":"c"}`)
	h.call("query", `{"client":"c","prompt":"go"}`)
	reading := h.send("receive", `{"client":"c","until":"result"}`)
	ask := h.next("callback")
	if !strings.Contains(string(ask.Params), `"n":12345678901234567890123`) {
		t.Errorf("asked %s", ask.Params)
	}
	h.line(`{"jsonrpc":"2.0","id":` + string(ask.ID) + `,"result":{"behavior":"deny","message":"no"}}`)
	said := h.next("message")
	if !strings.Contains(string(said.Params), `\"message\":\"no\"`) {
		t.Errorf("the CLI was answered %s", said.Params)
	}
	if m := h.reply(reading); m.Error != nil {
		t.Error(m.Error)
	}
	h.call("abort", `{"client":"c"}`)
}

func TestWhatASessionLacksIsRefused(t *testing.T) {
	t.Parallel()
	h := wired(t)
	h.open("c", "echo", "")
	for call, code := range map[[2]string]int{
		{"prompt", `{"client":"c","prompt":"go"}`}:               -32601,
		{"connect", `{"client":"c","prompt":"go"}`}:              -32602,
		{"query", `{"client":"c","prompt":{"stream":"s"}}`}:      -32602,
		{"set_model", `{"client":"c","model":"m"}`}:              -32000,
		{"get_usage", `{"client":"c"}`}:                          -32000,
		{"server_info", `{"client":"c"}`}:                        -32000,
		{"receive", `{"client":"c","until":"end"}`}:              -32000,
		{"send", `{"client":"c","frame":{"type":"keep_alive"}}`}: -32000,
	} {
		if err, _ := h.fails(h.send(call[0], call[1])); err.Code != code {
			t.Errorf("%s: got %d %s, want %d", call[0], err.Code, err.Message, code)
		}
	}
}
