package client_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

func TestAQueryIsWrittenAndItsTurnRead(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	if err := c.Query(within(t), client.Text("hello")); err != nil {
		t.Fatal(err)
	}
	if got := f.reads("user").Text(); got != "hello" {
		t.Errorf("prompt on the wire: got %q, want hello", got)
	}
	f.writes(assistant("hi"), result("done"))
	got, err := texts(c.Response(within(t)))
	if err != nil || joined(got) != "hi,done" {
		t.Errorf("turn: got %v, %v", got, err)
	}
}

func TestOneShotYieldsUntilTheCLIEnds(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, nil)
	var own sync.WaitGroup
	own.Go(func() {
		f.reads("user")
		f.writes(assistant("a"), result("first"))
		f.sawEOF()
		f.writes(assistant("b"), result("second"))
		f.peer.End(0, "")
	})
	got, err := texts(client.Query(within(t), client.Text("go"), opts))
	own.Wait()
	if err != nil || joined(got) != "a,first,b,second" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestCallsAreRefusedWithoutASession(t *testing.T) {
	t.Parallel()
	c := client.New(client.Options{})
	if err := c.Query(within(t), client.Text("x")); !errors.Is(err, client.NotConnected) {
		t.Errorf("query: got %v, want not_connected", err)
	}
	if _, err := c.Interrupt(within(t)); !errors.Is(err, client.NotConnected) {
		t.Errorf("interrupt: got %v, want not_connected", err)
	}
	if err := c.Disconnect(within(t)); err != nil {
		t.Errorf("disconnect without a session: %v", err)
	}
	if _, err := texts(c.Messages(within(t))); !errors.Is(err, client.NotConnected) {
		t.Errorf("receive: got %v, want not_connected", err)
	}
}

func TestAnswersGoToTheirOwnCallers(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	type outcome struct {
		value string
		err   error
	}
	ask := func(call func() (string, error)) chan outcome {
		done := make(chan outcome, 1)
		go func() {
			value, err := call()
			done <- outcome{value, err}
		}()
		return done
	}
	status := ask(func() (string, error) { v, err := c.MCPStatus(within(t)); return string(v.Raw), err })
	one := f.reads("control_request/mcp_status")
	usage := ask(func() (string, error) { v, err := c.GetContextUsage(within(t)); return string(v.Raw), err })
	two := f.reads("control_request/get_context_usage")
	model := ask(func() (string, error) { _, err := c.SetModel(within(t), "none"); return "", err })
	three := f.reads("control_request/set_model")
	f.writes(`{"type":"control_response"}`, `{"type":"control_response","response":null}`, `{"type":"control_response","response":[]}`)
	f.refuse(three, "no such model")
	f.answer(two, `{"n":12345678901234567890123}`)
	f.answer(one, `{"mcpServers":[]}`)
	f.refuse(one, "again")
	if got := <-status; got.err != nil || got.value != `{"mcpServers":[]}` {
		t.Errorf("mcp_status: %+v", got)
	}
	if got := <-usage; got.err != nil || got.value != `{"n":12345678901234567890123}` {
		t.Errorf("get_context_usage: %+v", got)
	}
	if got := <-model; !errors.Is(got.err, client.ControlError) || !strings.Contains(got.err.Error(), "no such model") {
		t.Errorf("set_model: %+v", got)
	}
}

func TestACancelledCallLeavesItsLateAnswerUnread(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	ctx, cancel := context.WithCancel(within(t))
	done := make(chan error, 1)
	go func() { _, err := c.MCPStatus(ctx); done <- err }()
	first := f.reads("control_request/mcp_status")
	cancel()
	if err := <-done; !errors.Is(err, client.Cancelled) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want cancelled", err)
	}
	go func() {
		v, err := c.MCPStatus(within(t))
		if err == nil && string(v.Raw) != `{"fresh":1}` {
			err = fmt.Errorf("got %s", v.Raw)
		}
		done <- err
	}()
	second := f.reads("control_request/mcp_status")
	f.answer(first, `{"stale":1}`)
	f.answer(second, `{"fresh":1}`)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestOpenRequestsFailWithTheReasonWhenTheCLIEnds(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	done := make(chan error, 1)
	go func() { _, err := c.Interrupt(within(t)); done <- err }()
	f.reads("control_request/interrupt")
	f.peer.End(7, "error: out of luck\n")
	var e *client.Error
	if err := <-done; !errors.As(err, &e) || e.Kind != client.ProcessExit || e.ExitCode == nil || *e.ExitCode != 7 ||
		!strings.Contains(e.Error(), "out of luck") {
		t.Errorf("got %#v", e)
	}
	if _, err := c.Interrupt(within(t)); !errors.Is(err, client.ProcessExit) {
		t.Errorf("after the end: got %v, want process_exit", err)
	}
}

func TestOpenRequestsFailWhenTheSessionIsClosed(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	done := make(chan error, 1)
	go func() { _, err := c.Interrupt(within(t)); done <- err }()
	f.reads("control_request/interrupt")
	closed := make(chan error, 1)
	go func() { closed <- c.Disconnect(within(t)) }()
	if err := <-done; !errors.Is(err, client.Closed) {
		t.Errorf("got %v, want closed", err)
	}
	f.sawEOF()
	f.peer.End(0, "")
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if got, err := texts(c.Messages(within(t))); err != nil || len(got) > 0 {
		t.Errorf("after a disconnect: got %v, %v", got, err)
	}
}

func TestARefusedInitializeFailsTheConnect(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, nil, mute)
	var own sync.WaitGroup
	own.Go(func() {
		f.refuse(f.reads("control_request/initialize"), "this build refuses hooks")
		f.sawEOF()
		f.peer.End(0, "")
	})
	err := client.New(opts).Connect(within(t), client.Text("x"))
	own.Wait()
	if !errors.Is(err, client.ControlError) || !strings.Contains(err.Error(), "this build refuses hooks") {
		t.Errorf("got %v", err)
	}
	if len(f.lines) > 0 {
		t.Errorf("a prompt was written: %s", (<-f.lines).Raw)
	}
}

func TestAnInitializeWithoutAnAnswerTimesOut(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, func(o *client.Options) { o.InitializeTimeout = 1 }, mute)
	go func() { f.sawEOF(); f.peer.End(0, "") }()
	if err := client.New(opts).Connect(within(t)); !errors.Is(err, client.Timeout) {
		t.Errorf("got %v, want timeout", err)
	}
}

func TestTheReasonOfAFailedStartIsTheResults(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, nil, mute)
	go func() {
		f.reads("control_request/initialize")
		f.writes(`{"type":"result","subtype":"error_during_execution","is_error":true,"errors":["No conversation found with session ID: 1"]}`)
		f.peer.End(1, "")
	}()
	err := client.New(opts).Connect(within(t))
	if !errors.Is(err, client.ResultError) || !strings.Contains(err.Error(), "No conversation found") {
		t.Errorf("got %v", err)
	}
}

func TestHowASessionEnds(t *testing.T) {
	t.Parallel()
	failedResult := `{"type":"result","subtype":"success","is_error":true,"result":"API Error: 429"}`
	for name, tt := range map[string]struct {
		writes []string
		raw    string
		code   int
		kind   error
	}{
		"a good result":            {writes: []string{result("x")}},
		"no result":                {writes: []string{assistant("x")}, kind: client.NoResult},
		"half a result":            {raw: result("x")[:40], kind: client.NoResult},
		"a result without newline": {raw: result("x")},
		"code 1 after a result":    {writes: []string{result("x")}, code: 1, kind: client.ProcessExit},
		"failed, code 0":           {writes: []string{failedResult}},
		"failed, code 1":           {writes: []string{failedResult}, code: 1, kind: client.ResultError},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts, f := pipe(t, nil)
			go func() {
				f.reads("user")
				f.writes(tt.writes...)
				if _, err := f.peer.Write([]byte(tt.raw)); err != nil {
					t.Error(err)
				}
				f.peer.End(tt.code, "")
			}()
			got, err := texts(client.Query(within(t), client.Text("go"), opts))
			want := len(tt.writes)
			if tt.raw == result("x") {
				want = 1
			}
			if len(got) != want {
				t.Errorf("got %d messages, want %d before the end", len(got), want)
			}
			if tt.kind == nil && err != nil || tt.kind != nil && !errors.Is(err, tt.kind) {
				t.Errorf("end: got %v, want %v", err, tt.kind)
			}
		})
	}
}

func TestServerInfoIsTheAnswerToInitialize(t *testing.T) {
	t.Parallel()
	c, _ := connected(t, nil)
	info, err := c.ServerInfo()
	if err != nil || string(info.Raw) != `{"commands":[]}` {
		t.Errorf("got %s, %v", info.Raw, err)
	}
}

func TestOperationsHaveTheirNamesOnTheWire(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	ctx := within(t)
	for want, call := range map[string]func() error{
		`{"subtype":"set_model","model":null}`:                      func() error { _, err := c.SetModel(ctx, ""); return err },
		`{"subtype":"set_permission_mode","mode":"plan"}`:           func() error { _, err := c.SetPermissionMode(ctx, "plan"); return err },
		`{"subtype":"stop_task","task_id":"t"}`:                     func() error { return c.StopTask(ctx, "t") },
		`{"subtype":"mcp_reconnect","serverName":"s"}`:              func() error { return c.MCPReconnect(ctx, "s") },
		`{"subtype":"mcp_toggle","serverName":"s","enabled":false}`: func() error { return c.MCPToggle(ctx, "s", false) },
		`{"subtype":"rewind_files","user_message_id":"u"}`:          func() error { _, err := c.RewindFiles(ctx, "u"); return err },
		`{"subtype":"x","a":1}`: func() error {
			_, err := c.Request(ctx, protocol.RawRequest{Name: "x", Fields: []byte(`{"a":1}`)})
			return err
		},
	} {
		done := make(chan error, 1)
		go func() { done <- call() }()
		m := <-f.lines
		if got := string(m.ControlRequest().Request); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		f.answer(m, `{}`)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
