package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// approving gives a session with tool approval.
func approving(t *testing.T) (*client.Session, *fake) {
	t.Helper()
	s, f := started(t, func(o *client.Options) { o.PermissionPromptToolName = "stdio" })
	if err := s.EnableToolApproval(within(t)); err != nil || !s.IsToolApprovalEnabled() {
		t.Fatalf("enabled again: %v, %v", err, s.IsToolApprovalEnabled())
	}
	return s, f
}

const askWithRules = `{"subtype":"can_use_tool","tool_name":"Bash","input":{"n":1.0},"tool_use_id":"t1",` +
	`"permission_suggestions":[{"type":"addRules","rules":[{"toolName":"Bash","x":1}],"behavior":"allow","destination":"session"},{"type":"setMode"}]}`

func TestToolApproval(t *testing.T) {
	t.Parallel()
	rule := protocol.PermissionUpdate{Type: "setMode", Mode: "plan", Destination: "session"}
	for name, tt := range map[string]struct {
		answer func(r client.ToolRequest) client.ControlResponse
		want   string // of a success, or the text of an error after an exclamation mark
	}{
		"allow":      {client.ToolRequest.Allow, `{"behavior":"allow","updatedInput":{"n":1.0}}`},
		"allow with": {func(r client.ToolRequest) client.ControlResponse { return r.AllowWith(json.RawMessage(`{}`)) }, `{"behavior":"allow","updatedInput":{}}`},
		"remember": {func(r client.ToolRequest) client.ControlResponse { return r.AllowAndRemember(rule) },
			`{"behavior":"allow","updatedInput":{"n":1.0},"updatedPermissions":[{"type":"setMode","mode":"plan","destination":"session"}]}`},
		"as suggested": {client.ToolRequest.AllowAsSuggested, `{"behavior":"allow","updatedInput":{"n":1.0},"updatedPermissions":[` +
			`{"type":"addRules","rules":[{"toolName":"Bash","x":1}],"behavior":"allow","destination":"session"}]}`},
		"deny":          {func(r client.ToolRequest) client.ControlResponse { return r.Deny("no") }, `{"behavior":"deny","message":"no"}`},
		"deny and stop": {func(r client.ToolRequest) client.ControlResponse { return r.DenyAndStop("no") }, `{"behavior":"deny","message":"no","interrupt":true}`},
		"a failure": {func(r client.ToolRequest) client.ControlResponse {
			return client.ControlResponse{ID: r.ID, Err: errors.New("nobody home")}
		}, "!nobody home"},
		"no decision": {func(r client.ToolRequest) client.ControlResponse { return r.Answer(client.PermissionResult{}) }, `!permission callback answered "": expected allow or deny`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, f := approving(t)
			f.writes(assistant("before"), request("p1", askWithRules), assistant("after"))
			receives(t, s, "assistant")
			r, ok := client.ToolRequestOf(receives(t, s, "control_request/can_use_tool"))
			if !ok || r.ToolName != "Bash" || r.ID.String() != "p1" {
				t.Fatalf("got %#v", r)
			}
			if m := receives(t, s, "assistant"); m.Text() != "after" {
				t.Errorf("got %s", m.Raw)
			}
			answer := tt.answer(r)
			if err := s.SendControlResponse(within(t), answer); err != nil {
				t.Fatal(err)
			}
			response := f.answerOf("p1")
			got := string(response.Response)
			if response.Failed() {
				got = "!" + response.Error
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if err := s.SendControlResponse(within(t), answer); !errors.Is(err, client.ErrNotPending) {
				t.Errorf("a second answer: got %v", err)
			}
		})
	}
}

func TestAnswersToQuestions(t *testing.T) {
	t.Parallel()
	ask := func(tool, input string) client.ToolRequest {
		m, err := protocol.Decode([]byte(request("q", `{"subtype":"can_use_tool","tool_name":"`+tool+`","input":`+input+`}`)))
		if err != nil {
			t.Fatal(err)
		}
		r, _ := client.ToolRequestOf(m)
		return r
	}
	questions := `{"questions":[{"question":"Which?","options":[{"label":"A"}]},{"question":"How?"}],"extra":1.0}`
	r, err := ask("AskUserQuestion", questions).AnswerQuestions(map[string]string{"Which?": "A, B"})
	got, _ := json.Marshal(r.Value)
	want := `{"behavior":"allow","updatedInput":{"answers":{"Which?":"A, B"},"extra":1.0,"questions":[{"question":"Which?","options":[{"label":"A"}]},{"question":"How?"}]}}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if _, err := ask("AskUserQuestion", questions).AnswerQuestions(map[string]string{"Why?": "A"}); err == nil {
		t.Error("a question that was not asked was answered")
	}
	if _, err := ask("Bash", `{}`).AnswerQuestions(nil); err == nil {
		t.Error("a tool that asks nothing was answered")
	}
	if _, ok := client.ToolRequestOf(client.Message{}); ok {
		t.Error("no message is a request")
	}
}

func TestAWithdrawnToolRequestIsTold(t *testing.T) {
	t.Parallel()
	s, f := approving(t)
	f.writes(request("p1", askTool), `{"type":"control_cancel_request","request_id":"p1"}`,
		`{"type":"control_cancel_request","request_id":"p1"}`, `{"type":"control_cancel_request","request_id":"other"}`, result("done"))
	r, _ := client.ToolRequestOf(receives(t, s, "control_request/can_use_tool"))
	if m := receives(t, s, "control_cancel_request"); m.CancelledID().String() != "p1" {
		t.Errorf("got %s", m.Raw)
	}
	receives(t, s, "result/success")
	if err := s.SendControlResponse(within(t), r.Allow()); !errors.Is(err, client.ErrNotPending) {
		t.Errorf("got %v", err)
	}
	f.writes(request("x", `{"subtype":"x_new"}`))
	f.answerOf("x") // and not p1
}

func TestARepeatedToolRequestIsTheSame(t *testing.T) {
	t.Parallel()
	s, f := approving(t)
	f.writes(request("p", askTool), request("p", askTool), result("done"))
	r, _ := client.ToolRequestOf(receives(t, s, "control_request/can_use_tool"))
	receives(t, s, "result/success")
	if err := s.SendControlResponse(within(t), r.Deny("no")); err != nil {
		t.Error(err)
	}
	f.answerOf("p")
	if err := s.SendControlResponse(within(t), r.Deny("no")); !errors.Is(err, client.ErrNotPending) {
		t.Errorf("a second answer: got %v", err)
	}
	f.writes(request("p", askTool)) // a later one under the same id
	receives(t, s, "control_request/can_use_tool")
	if err := s.SendControlResponse(within(t), r.Deny("no")); err != nil {
		t.Error(err)
	}
	f.answerOf("p")
}

func TestWhatNobodyCanAnswerIsRefusedInASession(t *testing.T) {
	t.Parallel()
	s, f := started(t, nil)
	f.writes(request("early", askTool))
	if r := f.answerOf("early"); !r.Failed() {
		t.Errorf("before tool approval: got %s", r.Raw)
	}
	if err := s.EnableToolApproval(within(t)); err != nil {
		t.Fatal(err)
	}
	for id, body := range map[string]string{
		"a": `{"subtype":"hook_callback","callback_id":"nobody","input":{}}`,
		"b": `{"subtype":"x_new"}`,
	} {
		f.writes(request(id, body))
		if r := f.answerOf(id); !r.Failed() || r.Error == "" {
			t.Errorf("%s: got %s", body, r.Raw)
		}
	}
	if _, err := s.Query(within(t), "go"); !errors.Is(err, client.InvalidOption) {
		t.Errorf("a query that could not show requests: got %v", err)
	}
	if len(f.lines) > 0 {
		t.Errorf("it wrote %s", (<-f.lines).Raw)
	}
}

func TestApprovalLosesNoMessageOfASessionThatIsJoined(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, nil, mute)
	running, err := opts.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s := client.NewSession(within(t), running)
	enabled := make(chan error, 1)
	go func() { enabled <- s.EnableToolApproval(within(t)) }()
	initialize := f.reads("control_request/initialize")
	f.writes(assistant("before"), request("p1", askTool), `{"type":"control_response","response":{"subtype":"error","request_id":"other","error":"no"}}`)
	f.writes(`{"type":"control_response","response":{"subtype":"success","request_id":"` + initialize.ControlRequest().ID.String() + `","response":{},` +
		`"pending_permission_requests":[` + request("p1", askTool) + `,` + request("p0", askTool) + `]}}`) // p0 was asked before the session joined
	if err := <-enabled; err != nil {
		t.Fatal(err)
	}
	receives(t, s, "assistant")
	r, _ := client.ToolRequestOf(receives(t, s, "control_request/can_use_tool"))
	if earlier, _ := client.ToolRequestOf(receives(t, s, "control_request/can_use_tool")); r.ID.String() != "p1" || earlier.ID.String() != "p0" {
		t.Errorf("received %s, then %s", r.ID, earlier.ID)
	}
	if err := s.EnableToolApproval(within(t)); err != nil {
		t.Errorf("again: %v", err)
	}
	if err := s.SendControlResponse(within(t), r.Allow()); err != nil {
		t.Error(err)
	}
	f.answerOf("p1")
	f.peer.End(0, "")
	if err := s.Shutdown(within(t)); err != nil {
		t.Error(err)
	}
}

func TestApprovalIsThereFromTheStart(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, func(o *client.Options) { o.PermissionPromptToolName = "stdio" }, mute)
	go func() {
		initialize := f.reads("control_request/initialize")
		f.writes(`{"type":"control_response","response":{"subtype":"success","request_id":"` + initialize.ControlRequest().ID.String() +
			`","response":{},"pending_permission_requests":[` + request("p1", askTool) + `]}}`)
	}()
	s, err := client.StartSession(within(t), opts)
	if err != nil || !s.IsToolApprovalEnabled() {
		t.Fatalf("%v; enabled: %v", err, s.IsToolApprovalEnabled())
	}
	r, _ := client.ToolRequestOf(receives(t, s, "control_request/can_use_tool"))
	if err := s.SendControlResponse(within(t), r.Allow()); err != nil {
		t.Error(err)
	}
	f.answerOf("p1")
	f.peer.End(0, "")
	if err := s.Shutdown(within(t)); err != nil {
		t.Error(err)
	}
}

func TestApprovalThatFailsIsOff(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, nil, mute)
	running, err := opts.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s := client.NewSession(within(t), running)
	go func() { f.refuse(f.reads("control_request/initialize"), "not now") }()
	if err := s.EnableToolApproval(within(t)); !errors.Is(err, client.ControlError) || !strings.Contains(err.Error(), "not now") {
		t.Errorf("got %v", err)
	}
	if s.IsToolApprovalEnabled() {
		t.Error("it is enabled")
	}
	f.writes(request("p1", askTool))
	if r := f.answerOf("p1"); !r.Failed() {
		t.Errorf("got %s", r.Raw)
	}
	f.peer.End(0, "")
	if err := s.Shutdown(within(t)); err != nil {
		t.Error(err)
	}
}
