package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// TestAnInterruptThatNobodyWaitsForMarksItsTurn holds that the result of an interrupted turn is not the next one's, also if the caller of
// the interrupt has left before its answer came.
func TestAnInterruptThatNobodyWaitsForMarksItsTurn(t *testing.T) {
	t.Parallel()
	c, f := connected(t, nil)
	if err := c.Query(within(t), client.Text("one")); err != nil {
		t.Fatal(err)
	}
	f.reads("user")
	ctx, leave := context.WithCancel(within(t))
	left := make(chan error, 1)
	go func() {
		_, err := c.Interrupt(ctx)
		left <- err
	}()
	asked := f.reads("control_request/interrupt")
	leave()
	if err := <-left; !errors.Is(err, client.Cancelled) {
		t.Fatalf("interrupt: got %v", err)
	}
	f.answer(asked, `{}`)
	go func() { f.answer(f.reads("control_request/get_binary_version"), `{}`) }()
	if _, err := c.Request(within(t), protocol.GetBinaryVersion{}); err != nil { // what came before its answer was read
		t.Fatal(err)
	}
	if err := c.Query(within(t), client.Text("two")); err != nil {
		t.Fatal(err)
	}
	f.writes(interrupted, assistant("second"), result("done"))
	if got, err := texts(c.Response(within(t))); err != nil || joined(got) != ",second,done" {
		t.Errorf("got %q, %v", joined(got), err)
	}
}

// TestAnAnswerThatWasNotWrittenMayBeGivenAgain holds that a request is answered once and not never: the CLI sees nothing of an answer whose
// context has ended while another line blocked the CLI's stdin.
func TestAnAnswerThatWasNotWrittenMayBeGivenAgain(t *testing.T) {
	t.Parallel()
	for name, withdraw := range map[string]bool{"open": false, "withdrawn meanwhile": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { answersTwice(t, withdraw) })
		})
	}
}

func answersTwice(t *testing.T, withdraw bool) {
	s, f := approving(t)
	f.writes(request("p1", askTool))
	r, _ := client.ToolRequestOf(receives(t, s, "control_request/can_use_tool"))
	goOn := make(chan struct{})
	f.pause <- goOn
	big, err := protocol.EncodeUser(protocol.Prompt{Text: strings.Repeat("x", 1<<20)})
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 2)
	for range 2 { // the CLI does not read on after the first
		go func() { sent <- s.Send(context.Background(), big) }()
	}
	synctest.Wait()
	short, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if withdraw {
		time.AfterFunc(time.Millisecond, func() { f.writes(`{"type":"control_cancel_request","request_id":"p1"}`) })
	}
	if err := s.SendControlResponse(short, r.Allow()); !errors.Is(err, client.Timeout) {
		t.Errorf("got %v", err)
	}
	close(goOn)
	if err := errors.Join(<-sent, <-sent); err != nil {
		t.Fatal(err)
	}
	if withdraw {
		receives(t, s, "control_cancel_request")
	} else if err := s.SendControlResponse(within(t), r.Deny("no")); err != nil {
		t.Errorf("again: %v", err)
	}
	if err := s.SendControlResponse(within(t), r.Allow()); !errors.Is(err, client.ErrNotPending) {
		t.Errorf("at last: got %v", err)
	}
}

// TestApprovalIsEnabledOnce holds that of two who enable tool approval at once one opens the session, and that who gives up does not switch
// it off for the other.
func TestApprovalIsEnabledOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opts, f := pipe(t, nil, mute)
		running, err := opts.Open(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		s := client.NewSession(context.Background(), running)
		ctx, giveUp := context.WithCancel(context.Background())
		enabled := make(chan error, 2)
		go func() { enabled <- s.EnableToolApproval(context.Background()) }()
		asked := f.reads("control_request/initialize")
		go func() { enabled <- s.EnableToolApproval(ctx) }()
		synctest.Wait()
		giveUp()
		if err := <-enabled; !errors.Is(err, client.Cancelled) {
			t.Errorf("who gave up: got %v", err)
		}
		f.answer(asked, `{}`)
		if err := <-enabled; err != nil || !s.IsToolApprovalEnabled() || len(f.lines) > 0 {
			t.Errorf("the other: got %v, enabled %v, %d further lines", err, s.IsToolApprovalEnabled(), len(f.lines))
		}
		f.peer.End(0, "")
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// TestAbortIsNotHeldUpByAStart holds that a Disconnect without graces has none either if the CLI starts at that moment.
func TestAbortIsNotHeldUpByAStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opts, _ := pipe(t, nil, mute)
		begun, goOn, start := make(chan struct{}), make(chan struct{}), opts.Open
		opts.Open = func(ctx context.Context) (transport.Transport, error) {
			close(begun)
			<-goOn
			return start(ctx)
		}
		c := client.New(opts)
		connected, aborted := make(chan error, 1), make(chan error, 1)
		go func() { connected <- c.Connect(context.Background()) }()
		<-begun
		before := time.Now()
		go func() { aborted <- c.Abort() }()
		synctest.Wait()
		close(goOn)
		if err := <-aborted; err != nil || time.Since(before) > 0 {
			t.Errorf("abort: %v after %v", err, time.Since(before))
		}
		if err := <-connected; !errors.Is(err, client.Closed) {
			t.Errorf("connect: got %v", err)
		}
	})
}

// TestDisconnectDoesNotWaitForItsOwnCaller holds that what starts the CLI may disconnect, as any other callback.
func TestDisconnectDoesNotWaitForItsOwnCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opts, f := pipe(t, nil, mute)
		start := opts.Open
		var c *client.Client
		opts.Open = func(ctx context.Context) (transport.Transport, error) {
			if err := c.Disconnect(context.Background()); !errors.Is(err, client.Timeout) {
				t.Errorf("disconnect: got %v", err)
			}
			return start(ctx)
		}
		c = client.New(opts)
		if err := c.Connect(context.Background()); !errors.Is(err, client.Closed) {
			t.Errorf("connect: got %v", err)
		}
		f.sawEOF()
	})
}

// TestAFloodOfRequestsEndsTheSession holds that a CLI cannot make the client hold requests without end.
func TestAFloodOfRequestsEndsTheSession(t *testing.T) {
	t.Parallel()
	s, f := approving(t)
	var flood strings.Builder
	for i := range 10_001 {
		flood.WriteString(request(fmt.Sprint("p", i), askTool) + "\n")
	}
	f.polite()
	go func() { _, _ = f.peer.Write([]byte(flood.String())) }()
	n := 0
	for m, err := range s.Messages(within(t)) {
		if err == nil && m.Subtype == protocol.SubCanUseTool {
			n++
		} else if !errors.Is(err, client.Other) || !strings.Contains(err.Error(), "10000 requests open") {
			t.Errorf("got %s, %v", m.Raw, err)
		}
	}
	if n != 10_000 {
		t.Errorf("%d requests came before the end", n)
	}
}

// TestAPromptThatWasNotWrittenWasNotAsked holds that the end of an interrupted turn ends its Response, also after prompts of which the CLI
// saw nothing.
func TestAPromptThatWasNotWrittenWasNotAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, f := connected(t, nil)
		if err := c.Query(context.Background(), client.Text("one")); err != nil {
			t.Fatal(err)
		}
		f.reads("user")
		goOn := make(chan struct{})
		f.pause <- goOn
		big := protocol.RawRequest{Name: "x", Fields: json.RawMessage(`{"x":` + quote(strings.Repeat("x", 1<<20)) + `}`)}
		ctx, leave := context.WithCancel(context.Background())
		for range 2 { // the CLI does not read on after the first
			go func() { _, _ = c.Request(ctx, big) }()
		}
		synctest.Wait()
		for range 2 {
			short, cancel := context.WithTimeout(context.Background(), time.Second)
			if err := c.Query(short, client.Text("never")); !errors.Is(err, client.Timeout) {
				t.Errorf("query: got %v", err)
			}
			cancel()
		}
		close(goOn)
		leave()
		f.reads("control_request/x")
		f.reads("control_request/x")
		go func() { f.answer(f.reads("control_request/interrupt"), `{}`) }()
		if _, err := c.Interrupt(context.Background()); err != nil {
			t.Fatal(err)
		}
		f.writes(interrupted)
		if got, err := texts(c.Response(within(t))); err != nil || len(got) != 1 {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

// unending is a transport that cannot end its CLI.
type unending struct{ transport.Transport }

func (u unending) Close(ctx context.Context) error {
	return errors.Join(u.Transport.Close(ctx), transport.ErrNotEnded)
}

// TestACLIThatCannotBeEndedIsTold holds that both faces say so, and only while the session is not over.
func TestACLIThatCannotBeEndedIsTold(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(opts client.Options) (end func(context.Context) error, err error){
		"client": func(opts client.Options) (func(context.Context) error, error) {
			c := client.New(opts)
			return c.Disconnect, c.Connect(within(t))
		},
		"session": func(opts client.Options) (func(context.Context) error, error) {
			s, err := client.StartSession(within(t), opts)
			return s.Shutdown, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts, f := pipe(t, nil)
			f.polite()
			inner := opts.Open
			opts.Open = func(ctx context.Context) (transport.Transport, error) {
				m, err := inner(ctx)
				return unending{m}, err
			}
			end, err := start(opts)
			if err != nil {
				t.Fatal(err)
			}
			if err := end(within(t)); !errors.Is(err, client.Other) || !errors.Is(err, transport.ErrNotEnded) {
				t.Errorf("got %v", err)
			}
			if err := end(within(t)); err != nil {
				t.Errorf("again: got %v", err)
			}
		})
	}
}

// TestNothingIsNoCrash holds that what a caller leaves out fails the call and not the program.
func TestNothingIsNoCrash(t *testing.T) {
	t.Parallel()
	none := client.New(client.Options{Open: func(context.Context) (transport.Transport, error) { return nil, nil }})
	if err := none.Connect(within(t)); !errors.Is(err, client.Spawn) {
		t.Errorf("no transport: got %v", err)
	}
	spawned := client.New(client.Options{
		CLIPath: os.Args[0], Spawn: func(context.Context, transport.Command) (transport.Transport, error) { return nil, nil },
	})
	if err := spawned.Connect(within(t)); !errors.Is(err, client.Spawn) {
		t.Errorf("no process: got %v", err)
	}
	if _, err := none.Request(within(t), nil); !errors.Is(err, client.Other) {
		t.Errorf("no request: got %v", err)
	}
}

// TestNobodyIsAskedAfterTheClose holds that a CLI that asks on after the end of its stdin reaches neither a callback nor a reader.
func TestNobodyIsAskedAfterTheClose(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(opts client.Options) (end func(context.Context) error, left func(context.Context) iter.Seq2[client.Message, error], err error){
		"callback": func(opts client.Options) (func(context.Context) error, func(context.Context) iter.Seq2[client.Message, error], error) {
			opts.CanUseTool = func(context.Context, client.PermissionRequest) (client.PermissionResult, error) {
				t.Error("the callback was called")
				return client.Allow(), nil
			}
			c := client.New(opts)
			return c.Disconnect, c.Messages, c.Connect(context.Background())
		},
		"tool approval": func(opts client.Options) (func(context.Context) error, func(context.Context) iter.Seq2[client.Message, error], error) {
			opts.PermissionPromptToolName = "stdio"
			s, err := client.StartSession(context.Background(), opts)
			return s.Shutdown, s.Messages, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				opts, f := pipe(t, nil)
				end, left, err := start(opts)
				if err != nil {
					t.Fatal(err)
				}
				ended := make(chan error, 1)
				go func() { ended <- end(context.Background()) }()
				f.sawEOF()
				f.writes(request("p1", askTool), assistant("last words"))
				synctest.Wait()
				f.peer.End(0, "")
				if err := <-ended; err != nil {
					t.Error(err)
				}
				if got, err := texts(left(within(t))); err != nil || joined(got) != "last words" {
					t.Errorf("left to read: %q, %v", got, err)
				}
			})
		})
	}
}
