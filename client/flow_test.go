package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

const (
	agentStarted = `{"type":"system","subtype":"task_started","task_id":"a","task_type":"local_agent"}`
	agentEnded   = `{"type":"system","subtype":"task_notification","task_id":"a","status":"completed"}`
	idle         = `{"type":"system","subtype":"session_state_changed","state":"idle","sdk_host_only":true}`
)

func TestATurnIsReadToItsOwnEnd(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		writes []string
		want   string
	}{
		"its result":                      {[]string{assistant("a"), result("r"), assistant("next")}, "a,r"},
		"a result with an agent at work":  {[]string{agentStarted, result("not yet"), agentEnded, result("done")}, ",not yet,,done"},
		"idle instead of a second result": {[]string{agentStarted, result("r"), idle, assistant("next")}, ",r"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, f := connected(t, nil)
			if err := c.Query(within(t), client.Text("go")); err != nil {
				t.Fatal(err)
			}
			f.reads("user")
			f.writes(tt.writes...)
			got, err := texts(c.Response(within(t)))
			if err != nil || joined(got) != tt.want {
				t.Errorf("got %q, %v, want %q", joined(got), err, tt.want)
			}
		})
	}
}

func TestTheResultOfAnInterruptedTurnIsNotTheNextOnes(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	ctx := within(t)
	if err := c.Query(ctx, client.Text("one")); err != nil {
		t.Fatal(err)
	}
	f.reads("user")
	done := make(chan error, 1)
	go func() {
		value, err := c.Interrupt(ctx)
		if string(value.Raw) != `{"still_queued":["q"]}` {
			err = fmt.Errorf("got %s, %w", value.Raw, err)
		}
		done <- err
	}()
	f.answer(f.reads("control_request/interrupt"), `{"still_queued":["q"]}`)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := c.Query(ctx, client.Text("two")); err != nil {
		t.Fatal(err)
	}
	f.reads("user")
	f.writes(interrupted, assistant("second"), result("second"))
	if got, err := texts(c.Response(ctx)); err != nil || joined(got) != ",second,second" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAnInterruptedTurnEndsWithItsOwnResult(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	ctx := within(t)
	if err := c.Query(ctx, client.Text("one")); err != nil {
		t.Fatal(err)
	}
	f.reads("user")
	done := make(chan error, 1)
	go func() { _, err := c.Interrupt(ctx); done <- err }()
	f.answer(f.reads("control_request/interrupt"), `{}`)
	f.writes(interrupted)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got, err := texts(c.Response(ctx)); err != nil || len(got) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestACancelledLoopTakesNothing(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	ctx, cancel := context.WithCancel(within(t))
	cancel()
	if _, err := texts(c.Messages(ctx)); !errors.Is(err, client.Cancelled) {
		t.Errorf("got %v, want cancelled", err)
	}
	f.writes(assistant("a"), assistant("b"))
	for _, want := range []string{"a", "b"} {
		for m, err := range c.Messages(within(t)) {
			if err != nil || m.Text() != want {
				t.Errorf("got %q, %v", m.Text(), err)
			}
			break
		}
	}
}

func TestUnreadMessagesHoldUpNoAnswer(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	const n = 5000
	done := make(chan error, 1)
	go func() { _, err := c.Interrupt(within(t)); done <- err }()
	m := f.reads("control_request/interrupt")
	for i := range n {
		f.writes(assistant(fmt.Sprint(i)))
	}
	f.answer(m, `{}`)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	f.peer.End(7, "")
	got, err := texts(c.Messages(within(t)))
	if len(got) != n || got[n-1] != fmt.Sprint(n-1) || !errors.Is(err, client.ProcessExit) {
		t.Errorf("got %d messages and %v, want all %d before the error", len(got), err, n)
	}
}

func TestABacklogBeyondItsBoundFailsTheSession(t *testing.T) {
	t.Parallel()
	c, f := connected(t, func(o *client.Options) { o.MaxUnread = 1000 })
	go func() { f.sawEOF(); f.peer.End(0, "") }()
	for range 20 {
		f.writes(assistant("x"))
	}
	got, err := texts(c.Messages(within(t)))
	if len(got) == 0 || len(got) == 20 || err == nil || !strings.Contains(err.Error(), "limit 1000 bytes") {
		t.Errorf("got %d messages, %v", len(got), err)
	}
}

func TestLinesThatAreNoMessages(t *testing.T) {
	t.Parallel()
	var skipped []error
	opts, f := pipe(t, func(o *client.Options) { o.OnSkip = func(err error) { skipped = append(skipped, err) } })
	go func() {
		f.reads("user")
		for _, raw := range []string{"banner\n", "\n", `{"type":"assistant","message":{"role` + "\n", `{"type":42}` + "\n", `{"type":"x_new"}` + "\n", result("r") + "\r\n"} {
			if _, err := f.peer.Write([]byte(raw)); err != nil {
				t.Error(err)
			}
		}
		f.sawEOF()
		f.peer.End(0, "")
	}()
	var kinds []string
	for m, err := range client.Query(within(t), client.Text("go"), opts) {
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, m.Kind())
	}
	if got := joined(kinds); got != "x_new,result/success" {
		t.Errorf("got %s", got)
	}
	if len(skipped) != 2 {
		t.Errorf("told of %d lines, want the broken one and the one without a type: %v", len(skipped), skipped)
	}
}

func TestALineAboveTheLimitEndsTheSession(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, func(o *client.Options) { o.MaxFrame = 1000 })
	go func() {
		f.reads("user")
		f.writes(assistant(strings.Repeat("x", 2000)))
		f.sawEOF()
		f.peer.End(0, "")
	}()
	_, err := texts(client.Query(within(t), client.Text("go"), opts))
	if !errors.Is(err, client.Decode) || !errors.Is(err, transport.ErrTooLong) || !strings.Contains(err.Error(), "1000") {
		t.Errorf("got %v", err)
	}
}

func TestAStreamedPromptIsADialogue(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, nil)
	answered := make(chan struct{})
	items := []string{`{"type":"user","message":{"role":"user","content":"one"},"big":12345678901234567890}`, "{\n\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"two\"}}"}
	p := client.Stream(func(ctx context.Context) (json.RawMessage, error) {
		if len(items) == 0 {
			return nil, io.EOF
		}
		if len(items) == 1 {
			<-answered
		}
		item := items[0]
		items = items[1:]
		return json.RawMessage(item), nil
	})
	go func() {
		if m := f.reads("user"); string(protocol.Member(m.Raw, "big")) != "12345678901234567890" {
			t.Errorf("the item was changed: %s", m.Raw)
		}
		f.writes(result("answer one"))
		f.reads("user")
		if !f.open() {
			t.Error("stdin was closed between two messages")
		}
		f.writes(result("answer two"))
		f.sawEOF()
		f.peer.End(0, "")
	}()
	var got []string
	for m, err := range client.Query(within(t), p, opts) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, m.Text()); len(got) == 1 {
			close(answered)
		}
	}
	if joined(got) != "answer one,answer two" {
		t.Errorf("got %v", got)
	}
}

func TestAFailingStreamFailsTheRun(t *testing.T) {
	t.Parallel()
	why := errors.New("disk gone")
	for name, next := range map[string]func(context.Context) (json.RawMessage, error){
		"its error":    func(context.Context) (json.RawMessage, error) { return nil, why },
		"no JSON":      func(context.Context) (json.RawMessage, error) { return json.RawMessage("x"), nil },
		"an empty one": func(context.Context) (json.RawMessage, error) { return nil, nil },
	} {
		opts, f := pipe(t, nil)
		go func() { f.sawEOF(); f.peer.End(0, "") }()
		_, err := texts(client.Query(within(t), client.Stream(next), opts))
		if !errors.Is(err, client.PromptError) || name == "its error" && !errors.Is(err, why) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestASecondConnectIsRefusedAndALaterOneIsNot(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	if err := c.Connect(within(t)); err == nil {
		t.Error("a second connect on a live client was taken")
	}
	f.peer.End(0, "")
	if _, err := texts(c.Messages(within(t))); err != nil {
		t.Error(err)
	}
	if err := c.Connect(within(t)); err == nil || strings.Contains(err.Error(), "connected already") {
		t.Errorf("after the end a connect is tried: got %v", err) // the pipe of this test leads to one fake only
	}
}

// TestStress has many goroutines use one client at once: prompts, requests both ways, readers that come and go.
func TestStress(t *testing.T) {
	t.Parallel()
	const rounds = 50
	c, f := connected(t, func(o *client.Options) {
		o.CanUseTool = func(_ context.Context, r client.PermissionRequest) (client.PermissionResult, error) {
			return client.Deny(r.ToolUseID), nil
		}
	})
	ctx := within(t)
	var cli, users sync.WaitGroup
	stop := make(chan struct{})
	cli.Go(func() {
		for {
			select {
			case m := <-f.lines:
				switch m.Type {
				case protocol.TypeControlRequest:
					f.answer(m, string(m.ControlRequest().Request))
				case protocol.TypeUser:
					f.writes(request(quote(m.Text()), askTool), assistant(m.Text()), result(m.Text()))
				}
			case <-stop:
				return
			}
		}
	})
	for w := range 8 {
		users.Go(func() {
			for i := range rounds {
				name := fmt.Sprint("w", w, "i", i)
				if err := c.Query(ctx, client.Text(name)); err != nil {
					t.Errorf("query: %v", err)
				}
				got, err := c.Request(ctx, protocol.RawRequest{Name: "x", Fields: json.RawMessage(`{"n":` + quote(name) + `}`)})
				if err != nil || string(protocol.Member(got, "n")) != quote(name) {
					t.Errorf("request %s: got %s, %v", name, got, err)
				}
			}
		})
	}
	var mu sync.Mutex
	seen := map[string]int{}
	for range 3 {
		users.Go(func() {
			for {
				mu.Lock()
				enough := len(seen) == 8*rounds*2
				mu.Unlock()
				if enough {
					return
				}
				short, cancel := context.WithTimeout(ctx, 5_000_000)
				for m, err := range c.Messages(short) {
					if err != nil {
						break
					}
					mu.Lock()
					seen[m.Type+m.Text()]++
					mu.Unlock()
				}
				cancel()
				if ctx.Err() != nil {
					t.Error("messages were lost")
					return
				}
			}
		})
	}
	users.Wait()
	close(stop)
	cli.Wait()
	for what, n := range seen {
		if n != 1 {
			t.Errorf("%s came %d times", what, n)
		}
	}
}
