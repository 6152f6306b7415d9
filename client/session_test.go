package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// started gives a session whose CLI is a fake.
func started(t *testing.T, set func(*client.Options), tune ...func(*fake)) (*client.Session, *fake) {
	t.Helper()
	opts, f := pipe(t, set, tune...)
	s, err := client.StartSession(within(t), opts)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() {
		f.peer.End(0, "")
		if err := s.Shutdown(context.Background()); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return s, f
}

// joins gives a session of a CLI that runs already.
func joins(t *testing.T) (*client.Session, *fake) {
	t.Helper()
	opts, f := pipe(t, nil)
	running, err := opts.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s := client.NewSession(within(t), running)
	t.Cleanup(func() {
		f.peer.End(0, "")
		if err := s.Shutdown(context.Background()); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return s, f
}

// receives gives the next message of a session, which must be of a kind.
func receives(t *testing.T, s *client.Session, kind string) client.Message {
	t.Helper()
	m, err := s.Receive(within(t))
	if err != nil || m.Kind() != kind {
		t.Fatalf("received %s, %v, want %s: %.300s", m.Kind(), err, kind, m.Raw)
	}
	return m
}

const started1 = `{"type":"system","subtype":"init","session_id":"s1"}`

func TestASessionAsksAndCollects(t *testing.T) {
	t.Parallel()
	s, f := started(t, nil)
	for _, id := range []string{"", "chosen"} {
		go func() {
			asked := f.reads("user")
			if got := asked.Header().SessionID; got != id {
				t.Errorf("session id of the user line: got %q, want %q", got, id)
			}
			f.writes(started1, assistant("hi"), result("done"), assistant("of the next turn"))
		}()
		all, err := s.QueryWithSession(within(t), "go", id)
		if err != nil || len(all) != 3 || all[2].Text() != "done" {
			t.Errorf("got %d messages, %v", len(all), err)
		}
		if m := receives(t, s, "assistant"); m.Text() != "of the next turn" {
			t.Errorf("left for the next reading: %s", m.Raw)
		}
	}
}

func TestASessionReadsOneTurnAtATime(t *testing.T) {
	t.Parallel()
	s, f := started(t, nil)
	f.writes(assistant("hi"), result("one done"))
	for m, err := range s.QueryStream(within(t), "one") {
		if err != nil || m.Text() != "hi" {
			t.Fatalf("got %s, %v", m.Raw, err)
		}
		if _, err := s.Query(within(t), "two"); !errors.Is(err, client.Other) {
			t.Errorf("a query inside another's loop: got %v", err)
		}
		break // what is left of the turn can be received
	}
	_ = receives(t, s, "result/success")
	f.reads("user")
	go func() {
		f.reads("user")
		f.writes(result("two done"))
	}()
	if all, err := s.Query(within(t), "two"); err != nil || len(all) != 1 {
		t.Errorf("after the loop was left: got %v, %v", all, err)
	}
}

func TestWhichIDASessionHas(t *testing.T) {
	t.Parallel()
	s, f := started(t, func(o *client.Options) { o.Resume = "earlier" })
	for _, step := range []struct{ frame, want string }{
		{"", "earlier"},
		{`{"type":"assistant","uuid":"u1","session_id":"ignored once an id is known","message":{}}`, "earlier"},
		{`{"type":"system","subtype":"init","uuid":"u2","session_id":"told"}`, "told"},
		{`{"type":"result","subtype":"success","uuid":"u3","session_id":"cleared"}`, "cleared"},
		{`{"type":"result","subtype":"success","uuid":"u4"}`, "cleared"},
	} {
		if step.frame != "" {
			f.writes(step.frame)
			if _, err := s.Receive(within(t)); err != nil {
				t.Fatal(err)
			}
		}
		if got := s.SessionID(); got != step.want {
			t.Errorf("after %s: got %q, want %q", step.frame, got, step.want)
		}
	}
	fresh, f := started(t, nil)
	if got := fresh.SessionID(); got != "" {
		t.Errorf("before the first message: got %q", got)
	}
	f.writes(`{"type":"assistant","uuid":"u1","session_id":"first told","message":{}}`)
	receives(t, fresh, "assistant")
	if got := fresh.SessionID(); got != "first told" {
		t.Errorf("after the first message: got %q", got)
	}
}

func TestASessionSendsAnyLine(t *testing.T) {
	t.Parallel()
	s, f := started(t, nil)
	for _, line := range []string{
		`{"type":"user","message":{"role":"user","content":"hello"}}`,
		"{\n  \"type\": \"control_request\", \"request_id\": 7, \"request\": {\"subtype\": \"x_new\"}\n}",
		`{"type":"control_response","response":{"subtype":"success","request_id":"nobody's"}}`,
		`{"type":"x_new"}`,
	} {
		if err := s.Send(within(t), json.RawMessage(line)); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if got := <-f.lines; strings.ContainsRune(string(got.Raw), '\n') || !strings.Contains(line, got.Type) {
			t.Errorf("%s: the CLI read %s", line, got.Raw)
		}
	}
	for _, line := range []string{"", "{", `[]`, `{"type":"a"}{"type":"b"}`} {
		if err := s.Send(within(t), json.RawMessage(line)); !errors.Is(err, client.PromptError) {
			t.Errorf("%q: got %v", line, err)
		}
	}
	f.writes(`{"type":"control_response","response":{"subtype":"success","request_id":8}}`,
		`{"type":"control_response","response":{"subtype":"success","request_id":7,"response":{"n":1}}}`,
		`{"type":"control_response","response":{"subtype":"success","request_id":7,"response":{"n":2}}}`,
		result("done"))
	if m := receives(t, s, "control_response/success"); !strings.Contains(string(m.Raw), `"n":1`) {
		t.Errorf("the answer to a request of one's own: got %s", m.Raw)
	}
	receives(t, s, "result/success")
}

func TestReceiveLosesNothing(t *testing.T) {
	t.Parallel()
	s, f := started(t, nil)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Receive(ended); !errors.Is(err, client.Cancelled) {
		t.Errorf("got %v", err)
	}
	f.writes(assistant("hi"))
	receives(t, s, "assistant")
	f.writes(assistant("last words"))
	f.peer.End(3, "why")
	receives(t, s, "assistant")
	for range 2 {
		var e *client.Error
		if _, err := s.Receive(within(t)); !errors.As(err, &e) || e.Kind != client.ProcessExit || *e.ExitCode != 3 {
			t.Errorf("after the end: got %v", err)
		}
	}
	if s.IsAlive() {
		t.Error("it is alive")
	}
}

func TestASessionEndsWell(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, s *client.Session, f *fake){
		"by a shutdown": func(t *testing.T, s *client.Session, f *fake) {
			go func() {
				f.sawEOF()
				f.writes(result("written at the end of stdin"))
				f.peer.End(0, "")
			}()
			if err := s.Shutdown(within(t)); err != nil {
				t.Error(err)
			}
			receives(t, s, "result/success")
		},
		"by itself": func(_ *testing.T, _ *client.Session, f *fake) { f.peer.End(0, "") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for kind, s := range map[string]func() (*client.Session, *fake){
				"started": func() (*client.Session, *fake) { return started(t, nil) },
				"joined":  func() (*client.Session, *fake) { return joins(t) },
			} {
				s, f := s()
				if !s.IsAlive() || s.PID() != 0 || s.TakeStderr() != nil {
					t.Errorf("%s: at first: alive %v, pid %d", kind, s.IsAlive(), s.PID())
				}
				end(t, s, f)
				if _, err := s.Receive(within(t)); !errors.Is(err, io.EOF) {
					t.Errorf("%s: got %v, want EOF", kind, err)
				}
				if err := s.Ping(within(t)); err == nil {
					t.Errorf("%s: it answers", kind)
				}
			}
		})
	}
}

func TestTheEndOfItsContextEndsASession(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	s, err := client.StartSession(ctx, opts)
	if err != nil {
		t.Fatal(err)
	}
	f.writes(assistant("hi"))
	cancel()
	f.sawEOF()
	f.peer.End(0, "")
	receives(t, s, "assistant")
	if _, err := s.Receive(within(t)); !errors.Is(err, client.Cancelled) {
		t.Errorf("got %v", err)
	}
	if _, err := client.StartSession(ctx, opts); !errors.Is(err, client.Cancelled) {
		t.Errorf("a start with it: got %v", err)
	}
	m, peer := transport.Pipe()
	s = client.NewSession(ctx, m)
	peer.End(0, "")
	if _, err := s.Receive(within(t)); !errors.Is(err, client.Cancelled) {
		t.Errorf("a session made with it: got %v", err)
	}
}

func TestPing(t *testing.T) {
	t.Parallel()
	s, f := started(t, nil)
	for name, answer := range map[string]func(protocol.Message){
		"a version": func(m protocol.Message) { f.answer(m, `{"version":"2.1.329"}`) },
		"a refusal": func(m protocol.Message) { f.refuse(m, "Unsupported control request subtype: get_binary_version") },
	} {
		go func() { answer(f.reads("control_request/get_binary_version")) }()
		if err := s.Ping(within(t)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Ping(ended); !errors.Is(err, client.Cancelled) {
		t.Errorf("not answered: got %v", err)
	}
}

func TestAFailedStartIsTold(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, nil, mute)
	go func() {
		f.refuse(f.reads("control_request/initialize"), "no")
		f.sawEOF()
		f.peer.End(0, "")
	}()
	if _, err := client.StartSession(within(t), opts); !errors.Is(err, client.ControlError) {
		t.Errorf("a refused initialize: got %v", err)
	}
	for name, start := range map[string]func(context.Context) (*client.Session, error){
		"an empty id": func(ctx context.Context) (*client.Session, error) { return client.ResumeSession(ctx, "") },
		"a NUL":       func(ctx context.Context) (*client.Session, error) { return client.StartSessionWithModel(ctx, "\x00") },
	} {
		if _, err := start(within(t)); !errors.Is(err, client.InvalidOption) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestASessionHasTheCallbacksOfItsOptions(t *testing.T) {
	t.Parallel()
	s, f := started(t, func(o *client.Options) {
		o.CanUseTool = func(context.Context, client.PermissionRequest) (client.PermissionResult, error) {
			return client.Deny("by the callback"), nil
		}
	})
	if err := s.EnableToolApproval(within(t)); !errors.Is(err, client.InvalidOption) {
		t.Errorf("both ways to decide: got %v", err)
	}
	f.writes(request("p1", askTool))
	if r := f.answerOf("p1"); !strings.Contains(string(r.Response), "by the callback") {
		t.Errorf("got %s", r.Raw)
	}
	names := func(list []client.Message) (kinds []string) {
		for _, m := range list {
			kinds = append(kinds, m.Kind())
		}
		return kinds
	}
	go func() { f.reads("user"); f.writes(result("done")) }()
	if all, err := s.Query(within(t), "go"); err != nil || !slices.Equal(names(all), []string{"result/success"}) {
		t.Errorf("got %v, %v", names(all), err)
	}
}

func TestASessionIsReadTurnByTurn(t *testing.T) {
	t.Parallel()
	s, f := started(t, nil)
	line, err := protocol.EncodeUser(protocol.Prompt{Text: "go"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(within(t), line); err != nil {
		t.Fatal(err)
	}
	f.writes(assistant("hi"), result("one"), assistant("again"), result("two"))
	for _, want := range []string{"hi,one", "again,two"} {
		if got, err := texts(s.Response(within(t))); err != nil || joined(got) != want {
			t.Errorf("a turn: got %v, %v, want %s", got, err, want)
		}
	}
	f.writes(assistant("bye"))
	f.peer.End(0, "")
	if got, err := texts(s.Messages(within(t))); err != nil || joined(got) != "bye" {
		t.Errorf("the rest: got %v, %v", got, err)
	}
}
