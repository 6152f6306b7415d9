package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// polite ends its CLI at the end of stdin.
func (f *fake) polite() {
	go func() {
		<-f.eof
		f.peer.End(0, "")
	}()
}

func TestWithConnectsAndDisconnects(t *testing.T) {
	t.Parallel()
	why := errors.New("why")
	for name, use := range map[string]func(*client.Client) error{
		"it returns": func(*client.Client) error { return nil },
		"it fails":   func(*client.Client) error { return why },
		"it panics":  func(*client.Client) error { panic(why) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts, f := pipe(t, nil)
			f.polite()
			var used *client.Client
			err := func() (err error) {
				defer func() {
					if p := recover(); p != nil {
						err = p.(error)
					}
				}()
				return client.With(within(t), opts, func(c *client.Client) error { used = c; return use(c) })
			}()
			if want := name != "it returns"; errors.Is(err, why) != want {
				t.Errorf("got %v", err)
			}
			if err := used.Query(within(t), client.Text("x")); !errors.Is(err, client.NotConnected) {
				t.Errorf("after it: got %v", err)
			}
			f.sawEOF()
		})
	}
}

func TestDisconnectEndsAConnectUnderWay(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, nil, mute)
	f.polite()
	c := client.New(opts)
	connected := make(chan error, 1)
	go func() { connected <- c.Connect(within(t)) }()
	f.reads("control_request/initialize")
	if err := c.Disconnect(within(t)); err != nil {
		t.Error(err)
	}
	if err := <-connected; !errors.Is(err, client.Closed) {
		t.Errorf("connect: got %v", err)
	}
	if err := c.Disconnect(within(t)); err != nil {
		t.Error(err)
	}
}

func TestASessionOutlivesTheContextThatConnectedIt(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, nil)
	f.polite()
	c := client.New(opts)
	ctx, cancel := context.WithCancel(within(t))
	if err := c.Connect(ctx, client.Text("one")); err != nil {
		t.Fatal(err)
	}
	cancel()
	f.reads("user")
	f.writes(result("r"))
	if got, err := texts(c.Response(within(t))); err != nil || joined(got) != "r" {
		t.Errorf("got %v, %v", got, err)
	}
	if err := c.Disconnect(within(t)); err != nil {
		t.Error(err)
	}
}

func TestConnectFeedsAStreamInTheBackground(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, nil)
	f.polite()
	c := client.New(opts)
	answered := make(chan struct{})
	left := 2
	stream := client.Stream(func(context.Context) (json.RawMessage, error) {
		switch left--; left {
		case 1:
			return protocol.EncodeUser(protocol.Prompt{Text: "one"})
		case 0:
			<-answered
			return protocol.EncodeUser(protocol.Prompt{Text: "two"})
		}
		return nil, errors.New("disk gone")
	})
	if err := c.Connect(within(t), stream); err != nil {
		t.Fatal(err)
	}
	f.reads("user")
	f.writes(result("1"))
	if got, err := texts(c.Response(within(t))); err != nil || joined(got) != "1" {
		t.Errorf("got %v, %v", got, err)
	}
	close(answered)
	f.reads("user")
	if _, err := texts(c.Messages(within(t))); !errors.Is(err, client.PromptError) || !strings.Contains(err.Error(), "disk gone") {
		t.Errorf("got %v, want the stream's failure", err)
	}
}

func TestAReaderWhoseContextHasEndedTakesNothing(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	f.writes(assistant("a"), result("r"))
	ctx, cancel := context.WithCancel(within(t))
	defer cancel()
	for m, err := range c.Messages(ctx) { // both are there when the loop goes on
		if err != nil && !errors.Is(err, client.Cancelled) || err == nil && m.Text() != "a" {
			t.Errorf("got %q, %v", m.Text(), err)
		}
		cancel()
	}
	if got, err := texts(c.Response(within(t))); err != nil || joined(got) != "r" {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestACancelledQueryTearsNoLine has a CLI that does not read. One line fills the pipe, the second waits; both are given up.
func TestACancelledQueryTearsNoLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opts, f := pipe(t, nil, patient)
		c := client.New(opts)
		if err := c.Connect(t.Context()); err != nil {
			t.Fatal(err)
		}
		goOn := make(chan struct{})
		f.pause <- goOn // with the next line that it reads
		if err := c.Query(t.Context(), client.Text("first")); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		done := make(chan error, 3)
		for i := range 3 {
			go func() { done <- c.Query(ctx, client.Text(fmt.Sprint(i)+strings.Repeat("x", 200<<10))) }()
			synctest.Wait()
		}
		for range 3 {
			if err := <-done; !errors.Is(err, client.Timeout) {
				t.Errorf("got %v", err)
			}
		}
		close(goOn)
		if err := c.Query(t.Context(), client.Text("whole")); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		lines := 0
		for len(f.lines) > 0 { // the fake has refused what is no message
			m := <-f.lines
			lines++
			if last := len(f.lines) == 0; last != (m.Text() == "whole") {
				t.Errorf("line %d: %.80s", lines, m.Raw)
			}
		}
		if lines != 3 {
			t.Errorf("%d lines, want the first, the one that was begun and the last", lines)
		}
		f.writes(result("a"), result("b"))
		synctest.Wait()
		f.peer.End(0, "")
		if got, err := texts(c.Messages(t.Context())); err != nil || joined(got) != "a,b" {
			t.Errorf("the lines that were never written count as turns: %v, %v", got, err)
		}
	})
}

func TestACancelledRequestDropsItsOwnAnswerOnly(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	ctx, cancel := context.WithCancel(within(t))
	done := make(chan error, 1)
	go func() { _, err := c.GetContextUsage(ctx); done <- err }()
	first := f.reads("control_request/get_context_usage")
	cancel()
	if err := <-done; !errors.Is(err, client.Cancelled) {
		t.Errorf("got %v", err)
	}
	go func() { _, err := c.Request(within(t), protocol.RawRequest{Name: "x_second"}); done <- err }()
	second := f.reads("control_request/x_second")
	f.answer(first, `{"late":true}`)
	f.answer(second, `{}`)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestARequestThatComesTwiceIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	release := make(chan struct{})
	_, f := connected(t, func(o *client.Options) {
		o.CanUseTool = func(context.Context, client.PermissionRequest) (client.PermissionResult, error) {
			asked.Add(1)
			<-release
			return client.Deny("no"), nil
		}
	})
	f.writes(request("p1", askTool), request("p1", askTool), request("\\u0070", `{}`), request("x", `{"subtype":"x_new"}`))
	f.reads("control_response/error")
	f.reads("control_response/error")
	close(release)
	f.answerOf("p1")
	f.writes(request("p1", askTool)) // the id is free again
	f.answerOf("p1")
	if len(f.lines) > 0 || asked.Load() != 2 {
		t.Errorf("asked %d times, and there is more: %d", asked.Load(), len(f.lines))
	}
}

func TestQuestionsThatInitializeListsAreAnswered(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, func(o *client.Options) {
		o.CanUseTool = func(_ context.Context, r client.PermissionRequest) (client.PermissionResult, error) {
			return client.Deny(r.ToolUseID), nil
		}
	}, mute)
	f.polite()
	c := client.New(opts)
	done := make(chan error, 1)
	go func() { done <- c.Connect(within(t)) }()
	id := f.reads("control_request/initialize").ControlRequest().ID
	f.writes(`{"type":"control_response","response":{"subtype":"success","request_id":` + quote(id.String()) + `,"response":{},` +
		`"pending_permission_requests":[null,7,{"type":"user"},` + request("pp1", askTool) + `,` + request("pp1", askTool) + `],` +
		`"pending_user_dialog_requests":{},` +
		`"pending_elicitation_requests":[` + request("pe1", `{"subtype":"elicitation","mcp_server_name":"s","message":"who?"}`) + `]}}`)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{}
	for range 2 { // each callback has a goroutine of its own: any order
		r := f.reads("control_response/success").ControlResponse()
		answers[r.ID.String()] = string(r.Response)
	}
	if !strings.Contains(answers["pp1"], `"t1"`) || answers["pe1"] != `{"action":"decline"}` {
		t.Errorf("got %v", answers)
	}
	if err := c.Disconnect(within(t)); err != nil {
		t.Error(err)
	}
}

func TestNoCallbackRunsOnTheReadingGoroutine(t *testing.T) {
	t.Parallel()
	release, told := make(chan struct{}), make(chan string, 10)
	c, f := connected(t, func(o *client.Options) {
		o.OnSkip = func(err error) {
			<-release
			told <- err.Error()
			panic("ouch")
		}
	})
	for _, raw := range []string{`{"first"` + "\n", `{"second"` + "\n"} {
		if _, err := f.peer.Write([]byte(raw)); err != nil {
			t.Error(err)
		}
	}
	f.writes(assistant("a"))
	for m := range c.Messages(within(t)) {
		if m.Text() != "a" {
			t.Errorf("got %s", m.Raw)
		}
		break
	}
	close(release)
	for _, want := range []string{"first", "second"} {
		if got := <-told; !strings.Contains(got, want) {
			t.Errorf("got %q, want %s", got, want)
		}
	}
}

func TestAPromptOfOneMessageIsNotUsedUp(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	for _, tt := range []struct {
		prompt client.Prompt
		want   string // session_id
	}{
		{client.Text("x"), ""}, {client.Text("x").InSession("s"), "s"},
		{client.User(protocol.Prompt{Text: "x", SessionID: "own"}).InSession("s"), "own"},
	} {
		for range 2 {
			if err := c.Query(within(t), tt.prompt); err != nil {
				t.Fatal(err)
			}
			if m := f.reads("user"); m.Text() != "x" || m.Header().SessionID != tt.want {
				t.Errorf("want session %q: %s", tt.want, m.Raw)
			}
		}
	}
}

func TestASessionIDIsAddedToLinesWithoutOne(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	lines := []string{
		`{"type":"user"}`, `{ "type":"user", "x":1.0 } `, `{"type":"user","session_id":"own"}`, `{"type":"user","session_id":null}`,
	}
	wants := []string{
		`{"type":"user","session_id":"a\"b"}`, `{ "type":"user", "x":1.0 ,"session_id":"a\"b"}`, lines[2], lines[3],
	}
	i := -1
	stream := client.Stream(func(context.Context) (json.RawMessage, error) {
		if i++; i == len(lines) {
			return nil, io.EOF
		}
		return json.RawMessage(lines[i]), nil
	})
	if err := c.Query(within(t), stream.InSession(`a"b`)); err != nil {
		t.Fatal(err)
	}
	for _, want := range wants {
		if got := string(f.reads("user").Raw); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestAStreamThatPanicsHasFailed(t *testing.T) {
	t.Parallel()
	ouch := client.Stream(func(context.Context) (json.RawMessage, error) { panic("ouch") })
	c, f := connected(t, nil)
	if err := c.Query(within(t), ouch); !errors.Is(err, client.PromptError) || !strings.Contains(err.Error(), "ouch") {
		t.Errorf("client: got %v", err)
	}
	f.peer.End(0, "")
	opts, f := pipe(t, nil)
	f.polite()
	if _, err := texts(client.Query(within(t), ouch, opts)); !errors.Is(err, client.PromptError) {
		t.Errorf("one-shot: got %v", err)
	}
}
