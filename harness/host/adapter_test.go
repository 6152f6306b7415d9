//go:build linux || darwin

package host

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

func TestSendAndAnswer(t *testing.T) {
	t.Parallel()
	a := start(t, role("echo"))
	got := mustCall(t, a, "echo", map[string]string{"text": "aé😀\u2028"})
	if want := `{"text":"a\u00e9\ud83d\ude00\u2028"}`; string(got) != want {
		t.Errorf("got %s, want %s: the line to the adapter is not ASCII-only", got, want)
	}
	if err := a.Close(bg()); err != nil {
		t.Errorf("close: %v", err)
	}
	mustNext(t, a, Exit)
	if st := a.Status(); st.Code != 0 || st.Signal != "" {
		t.Errorf("got %v, want exit 0", st)
	}
	if _, err := a.Send("echo", nil); !errors.Is(err, ErrGone) {
		t.Errorf("send after close: %v, want ErrGone", err)
	}
}

// TestLinesBecomeEvents: what an adapter may print, and what becomes of it.
func TestLinesBecomeEvents(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		line string
		want EventKind
		text string
	}{
		"note":                {`{"jsonrpc":"2.0","method":"message","params":{"a":1}}`, Note, ""},
		"request":             {`{"jsonrpc":"2.0","id":"p1","method":"callback","params":{}}`, Request, ""},
		"cancel":              {`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"p1"}}`, Cancelled, ""},
		"plain text":          {`Loading...`, Noise, "Loading..."},
		"a log line in JSON":  {`{"level":"info","msg":"hi"}`, Noise, ""},
		"a list":              {`[1,2,3]`, Noise, ""},
		"not UTF-8":           {"caf\xe9", Noise, "caf\uFFFD"},
		"broken message":      {`{"jsonrpc":"2.0","id":1,"resul`, Fault, "malformed message: at byte"},
		"two on one line":     {`{"jsonrpc":"2.0","method":"a"}{"jsonrpc":"2.0","method":"b"}`, Fault, "malformed"},
		"batch":               {`[{"jsonrpc":"2.0","method":"a"}]`, Fault, "batch"},
		"version":             {`{"jsonrpc":"1.0","method":"a"}`, Fault, `"jsonrpc" is "1.0"`},
		"no version":          {`{"id":1,"result":{}}`, Fault, `"jsonrpc" is ""`},
		"method of a number":  {`{"jsonrpc":"2.0","method":1}`, Fault, `"method" must not be a number`},
		"integer request":     {`{"jsonrpc":"2.0","id":4,"method":"callback"}`, Fault, "its ids are strings"},
		"unknown answer":      {`{"jsonrpc":"2.0","id":99,"result":{}}`, Fault, "id 99, which is not open"},
		"string answer":       {`{"jsonrpc":"2.0","id":"99","result":{}}`, Fault, "the harness's ids are integers"},
		"fractional answer":   {`{"jsonrpc":"2.0","id":1.5,"result":{}}`, Fault, "integers"},
		"null answer":         {`{"jsonrpc":"2.0","id":null,"result":{}}`, Fault, "integers"},
		"no outcome":          {`{"jsonrpc":"2.0","id":1}`, Fault, "neither result nor error"},
		"two outcomes":        {`{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}`, Fault, "both"},
		"nothing":             {`{"jsonrpc":"2.0"}`, Fault, "neither method nor id"},
		"list of params":      {`{"jsonrpc":"2.0","method":"a","params":[1]}`, Fault, "params must be an object"},
		"cancel of a number":  {`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":3}}`, Fault, "only its own requests"},
		"cancel of nothing":   {`{"jsonrpc":"2.0","method":"$/cancelRequest"}`, Fault, "without params"},
		"message not UTF-8":   {"{\"jsonrpc\":\"2.0\",\"method\":\"a\xe9\"}", Fault, "not UTF-8"},
		"carriage return end": {"{\"jsonrpc\":\"2.0\",\"method\":\"a\"}\r", Note, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLedger()
			ev := l.enter(decodeLine([]byte(tt.line)), []byte(tt.line))
			if ev.Kind != tt.want || !strings.Contains(ev.Text, tt.text) {
				t.Errorf("got %v %q, want %v %q", ev.Kind, ev.Text, tt.want, tt.text)
			}
			if ev.Kind == Fault && ev.Line == "" {
				t.Error("a fault without its line")
			}
		})
	}
}

func TestIDsAreChecked(t *testing.T) {
	t.Parallel()
	a := start(t, role("echo"))
	raw := func(text string) {
		t.Helper()
		if _, err := a.Send("raw", map[string]string{"text": text}); err != nil {
			t.Fatal(err)
		}
	}
	raw(`{"jsonrpc":"2.0","id":"q","method":"callback","params":{}}` + "\n" + `{"jsonrpc":"2.0","id":"q","method":"callback"}` + "\n")
	if ev := mustNext(t, a, Request); ev.ReqID != "q" || ev.Method != "callback" {
		t.Errorf("got %+v", ev)
	}
	if ev := mustNext(t, a, Fault); !strings.Contains(ev.Text, `"q", which is open already`) {
		t.Errorf("got %+v", ev)
	}
	if err := a.Reply("other", nil, nil); !errors.Is(err, ErrMessage) {
		t.Errorf("reply to an unknown id: %v, want ErrMessage", err)
	}
	raw(`{"jsonrpc":"2.0","id":3,"result":1}` + "\n" + `{"jsonrpc":"2.0","id":3,"result":2}` + "\n")
	if ev := mustNext(t, a, Answer); ev.ID != 3 || ev.Method != "raw" || string(ev.Result) != "1" {
		t.Errorf("got %+v", ev)
	}
	if ev := mustNext(t, a, Fault); !strings.Contains(ev.Text, "answered before") {
		t.Errorf("got %+v", ev)
	}
}

func TestReplyAndCancel(t *testing.T) {
	t.Parallel()
	a := start(t, role("echo"))
	line := func() string {
		t.Helper()
		ev := mustNext(t, a, Note)
		var p struct{ Line json.RawMessage }
		if err := json.Unmarshal(ev.Params, &p); err != nil {
			t.Fatal(err)
		}
		return string(p.Line)
	}
	for i, reply := range []struct {
		result any
		err    *contract.Error
		want   string
	}{
		{map[string]any{"a": nil}, nil, `{"jsonrpc":"2.0","id":"r0","result":{"a":null}}`},
		{nil, nil, `{"jsonrpc":"2.0","id":"r1","result":null}`},
		{nil, &contract.Error{Code: contract.CodeCallbackFails, Message: "é"}, `{"jsonrpc":"2.0","id":"r2","error":{"code":-32050,"message":"\u00e9"}}`},
	} {
		id := fmt.Sprintf("r%d", i)
		if _, err := a.Send("raw", map[string]string{"text": `{"jsonrpc":"2.0","id":"` + id + `","method":"callback"}` + "\n"}); err != nil {
			t.Fatal(err)
		}
		mustNext(t, a, Request)
		if err := a.Reply(id, reply.result, reply.err); err != nil {
			t.Fatal(err)
		}
		if got := line(); got != reply.want {
			t.Errorf("got %s, want %s", got, reply.want)
		}
		if err := a.Reply(id, nil, nil); !errors.Is(err, ErrMessage) {
			t.Errorf("second reply: %v, want ErrMessage", err)
		}
	}
	mustCall(t, a, "echo", nil)
	if err := a.Cancel(2); err != nil {
		t.Errorf("cancel of an open request: %v", err)
	}
	if err := a.Cancel(12345); err != nil {
		t.Errorf("cancel of a settled request: %v", err)
	}
}

func TestSendErrors(t *testing.T) {
	t.Parallel()
	s := role("echo")
	s.MaxLine = 10_000
	a := start(t, s)
	for name, params := range map[string]any{
		"not JSON":  json.RawMessage(`{`),
		"not UTF-8": json.RawMessage("\"\xff\""),
		"too long":  strings.Repeat("x", 10_000),
		"a channel": make(chan int),
	} {
		if _, err := a.Send("echo", params); !errors.Is(err, ErrMessage) {
			t.Errorf("%s: %v, want ErrMessage", name, err)
		}
	}
	if got := mustCall(t, a, "echo", nil); string(got) != "null" {
		t.Errorf("got %s", got)
	}
}

// TestStuckAdapter: one that does not read makes Send fail, not block, and can be killed.
func TestStuckAdapter(t *testing.T) {
	t.Parallel()
	a := start(t, role("echo"))
	if _, err := a.Send("block", map[string]int{"ms": 3_600_000}); err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("x", 16<<20)
	var err error
	for range 10 {
		if _, err = a.Send("echo", big); err != nil {
			break
		}
	}
	if !errors.Is(err, ErrStuck) {
		t.Fatalf("got %v, want ErrStuck after 64 MiB", err)
	}
	if err := a.Kill(); err != nil {
		t.Fatal(err)
	}
	if ev := mustNext(t, a, Exit); ev.Signal != "SIGKILL" {
		t.Errorf("got %+v", ev)
	}
}

// TestFlood: an adapter that writes faster than events are taken waits, and what it writes arrives in order; then it can be killed.
func TestFlood(t *testing.T) {
	t.Parallel()
	a := start(t, role("echo"))
	if _, err := a.Send("flood", nil); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if ev := mustNext(t, a, Note); len(ev.Params) < 1000 {
			t.Fatalf("got %+v", ev)
		}
	}
	for end := time.Now().Add(patience); !a.Unread(); { // what it writes next may still be in its own hands
		if time.Now().After(end) {
			t.Fatal("unread is false in a flood")
		}
	}
	if err := a.Kill(); err != nil {
		t.Fatal(err)
	}
	if ev := mustNext(t, a, Exit); ev.Signal != "SIGKILL" || ev.Code != -1 {
		t.Errorf("got %+v", ev)
	}
	if _, ok := <-a.Events(); ok {
		t.Error("something comes after exit")
	}
}

func TestLineTooLong(t *testing.T) {
	t.Parallel()
	s := role("echo")
	s.MaxLine = 1 << 20
	a := start(t, s)
	if _, err := a.Send("long", map[string]int{"ms": 3 << 20}); err != nil {
		t.Fatal(err)
	}
	if ev := mustNext(t, a, Fault); !strings.Contains(ev.Text, "longer than 1048576 bytes") || len(ev.Line) > 2*maxFaultBit {
		t.Errorf("got %+v", ev)
	}
	if ev := mustNext(t, a, Exit); ev.Signal != "SIGKILL" {
		t.Errorf("got %+v", ev)
	}
}

// TestLongLine: a line of the longest allowed length arrives whole.
func TestLongLine(t *testing.T) {
	t.Parallel()
	s := role("echo")
	s.MaxLine = 4 << 20
	a := start(t, s)
	text := strings.Repeat("z", 4<<20-100)
	if got := mustCall(t, a, "echo", map[string]string{"t": text}); len(got) != len(text)+len(`{"t":""}`) {
		t.Errorf("got %d bytes back, sent %d", len(got), len(text))
	}
	mustCall(t, a, "echo", nil)
}

func TestDeathInTheMiddle(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method string
		want   Event
	}{
		"killed": {"die", Event{Kind: Exit, Code: -1, Signal: "SIGKILL"}},
		"exits":  {"exit", Event{Kind: Exit, Code: 7}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := start(t, role("echo"))
			if _, err := a.Send("raw", map[string]string{"text": `{"jsonrpc":"2.0","method":"last"}` + "\n" + `{"jsonrpc":"2.0","id":3,`}); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Send(tt.method, nil); err != nil {
				t.Fatal(err)
			}
			if ev := mustNext(t, a, Note); ev.Method != "last" {
				t.Errorf("got %+v", ev)
			}
			if ev := mustNext(t, a, Noise); !strings.HasPrefix(ev.Text, `{"jsonrpc"`) {
				t.Errorf("got %+v", ev)
			}
			ev := mustNext(t, a, Exit)
			if ev.Code != tt.want.Code || ev.Signal != tt.want.Signal {
				t.Errorf("got %+v, want %+v", ev, tt.want)
			}
			<-a.Exited()
			if err := a.Close(bg()); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
}

func TestClosePolitely(t *testing.T) {
	t.Parallel()
	a := start(t, role("echo"))
	for range 100 {
		if _, err := a.Send("echo", map[string]string{"x": "y"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(bg()); err != nil { // nobody takes the events
		t.Fatalf("close: %v", err)
	}
	if ev := mustNext(t, a, Exit); ev.Code != 0 || ev.Signal != "" {
		t.Errorf("got %+v", ev)
	}
	if err := errors.Join(a.Close(bg()), a.Kill()); err != nil {
		t.Errorf("again: %v", err)
	}
}

func TestCloseKillsTheStubborn(t *testing.T) {
	t.Parallel()
	a := start(t, role("stubborn"))
	ctx, cancel := context.WithCancel(bg())
	cancel() // no grace
	err := a.Close(ctx)
	var end *CloseError
	if !errors.As(err, &end) || !errors.Is(err, ErrKilled) || errors.Is(err, ErrLeft) {
		t.Fatalf("got %v, want ErrKilled", err)
	}
	if end.Status.Signal != "SIGKILL" {
		t.Errorf("got %v", end.Status)
	}
}

func TestStderr(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	s := role("echo")
	s.Stderr = &got
	a := start(t, s)
	mustCall(t, a, "stderr", nil)
	if err := a.Close(bg()); err != nil {
		t.Fatal(err)
	}
	if got.String() != "something went wrong\n" || a.StderrTail() != got.String() {
		t.Errorf("got %q, tail %q", got.String(), a.StderrTail())
	}
}

func TestSignal(t *testing.T) {
	t.Parallel()
	for name, group := range map[string]bool{"process": false, "group": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := start(t, role("echo"))
			if err := a.Signal("nonsense", group); err == nil {
				t.Error("SIGNONSENSE was sent")
			}
			if err := a.Signal("TERM", group); err != nil {
				t.Fatal(err)
			}
			if ev := mustNext(t, a, Exit); ev.Signal != "SIGTERM" {
				t.Errorf("got %+v", ev)
			}
			if err := a.Signal("TERM", group); !errors.Is(err, ErrGone) {
				t.Errorf("second signal: %v, want ErrGone", err)
			}
		})
	}
}
