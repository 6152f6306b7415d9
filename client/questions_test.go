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

// TestWhatTheCLIMayAsk holds what becomes of each request of the CLI that is no permission, hook or MCP message.
func TestWhatTheCLIMayAsk(t *testing.T) {
	t.Parallel()
	const (
		elicitation = `{"subtype":"elicitation","mcp_server_name":"s","message":"who?"}`
		dialog      = `{"subtype":"request_user_dialog","dialog_kind":"k","payload":{"a":1}}`
		token       = `{"subtype":"oauth_token_refresh"}`
	)
	elicits := func(r client.ElicitationResult, err error) func(*client.Options) {
		return func(o *client.Options) {
			o.OnElicitation = func(_ context.Context, e client.Elicitation) (client.ElicitationResult, error) {
				if e.ServerName != "s" || e.Message != "who?" {
					t.Errorf("asked %+v", e)
				}
				return r, err
			}
		}
	}
	shows := func(kind string, r client.UserDialogResult, err error) func(*client.Options) {
		return func(o *client.Options) {
			o.SupportedDialogKinds = []string{kind}
			o.OnUserDialog = func(_ context.Context, d client.UserDialog) (client.UserDialogResult, error) {
				if string(d.Payload) != `{"a":1}` {
					t.Errorf("asked %+v", d)
				}
				return r, err
			}
		}
	}
	answers := func(value any, err error) func(*client.Options) {
		return func(o *client.Options) {
			o.OnRequest = func(context.Context, client.Message) (any, error) { return value, err }
		}
	}
	for name, tt := range map[string]struct {
		set  func(*client.Options)
		asks string
		want string // the value of a success, "!" and the text of an error, empty for silence
		code string
	}{
		"elicitation, nobody to ask":    {nil, elicitation, `{"action":"decline"}`, ""},
		"elicitation, accepted":         {elicits(protocol.AcceptElicitation(json.RawMessage(`{"n":12345678901234567890}`)), nil), elicitation, `{"action":"accept","content":{"n":12345678901234567890}}`, ""},
		"elicitation, cancelled":        {elicits(protocol.CancelElicitation(), nil), elicitation, `{"action":"cancel"}`, ""},
		"elicitation, failed":           {elicits(client.ElicitationResult{}, errors.New("no terminal")), elicitation, "!no terminal", ""},
		"elicitation, no action":        {elicits(client.ElicitationResult{}, nil), elicitation, `!elicitation callback answered "": expected accept, decline or cancel`, ""},
		"dialog, nobody to ask":         {nil, dialog, "", ""},
		"dialog, another kind":          {shows("other", protocol.CancelDialog(), nil), dialog, "", ""},
		"dialog, completed":             {shows("k", protocol.CompleteDialog(json.RawMessage(`[1]`)), nil), dialog, `{"behavior":"completed","result":[1]}`, ""},
		"dialog, cancelled":             {shows("k", protocol.CancelDialog(), nil), dialog, `{"behavior":"cancelled"}`, ""},
		"dialog, failed":                {shows("k", client.UserDialogResult{}, errors.New("no screen")), dialog, "!no screen", ""},
		"dialog, no behavior":           {shows("k", client.UserDialogResult{}, nil), dialog, `!dialog callback answered "": expected completed or cancelled`, ""},
		"a token, nobody to ask":        {nil, token, "!no callback is set for oauth_token_refresh", ""},
		"a token":                       {answers(protocol.OAuthToken{AccessToken: new("t")}, nil), token, `{"accessToken":"t"}`, ""},
		"a token, failed":               {answers(nil, errors.New("locked")), token, "!locked", ""},
		"a token, left to this package": {answers(nil, errors.ErrUnsupported), token, "!no callback is set for oauth_token_refresh", ""},
		"another machine's":             {nil, `{"subtype":"remote_tool_call"}`, "", ""},
		"unknown":                       {nil, `{"subtype":"x_new"}`, `!unsupported control request subtype: "x_new"`, "unsupported_request"},
		"unknown, answered":             {answers(map[string]int{"n": 1}, nil), `{"subtype":"x_new"}`, `{"n":1}`, ""},
		"unknown, no JSON":              {answers(make(chan int), nil), `{"subtype":"x_new"}`, "!response to q: json: unsupported type: chan int", ""},
		"ours":                          {nil, `{"subtype":"interrupt"}`, `!unsupported control request subtype: "interrupt"`, "unsupported_request"},
		"no body":                       {nil, `null`, `!unsupported control request subtype: ""`, "unsupported_request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, f := connected(t, tt.set)
			f.writes(request("q", tt.asks))
			if tt.want == "" {
				f.writes(`{"type":"control_cancel_request","request_id":"q"}`, request("q", `{"subtype":"x_new"}`))
				tt.want, tt.code = `!unsupported control request subtype: "x_new"`, "unsupported_request"
			}
			r := f.answerOf("q")
			got := string(r.Response)
			if r.Failed() {
				got = "!" + r.Error
			}
			if !strings.HasPrefix(got, tt.want) || r.ErrorCode != tt.code || !r.Failed() && got != tt.want {
				t.Errorf("got %s (code %q), want %s", got, r.ErrorCode, tt.want)
			}
		})
	}
}

func TestWhatIsForAnotherIsNotAnswered(t *testing.T) {
	t.Parallel()
	_, f := connected(t, nil)
	for _, subtype := range []string{"request_user_dialog", "remote_tool_call", "remote_plumbing_call", "remote_tools_probe", "remote_tools_reannounce"} {
		f.writes(request(subtype, `{"subtype":`+quote(subtype)+`}`))
	}
	f.writes(request("x", `{"subtype":"x_new"}`))
	f.answerOf("x") // the first line of all
}

func TestACallbackKnowsTheIDOfItsRequest(t *testing.T) {
	t.Parallel()
	_, f := connected(t, func(o *client.Options) {
		o.CanUseTool = func(ctx context.Context, _ client.PermissionRequest) (client.PermissionResult, error) {
			return client.Deny(client.RequestID(ctx).String()), nil
		}
	})
	f.writes(request("p7", askTool))
	if r := f.answerOf("p7"); !strings.Contains(string(r.Response), `"p7"`) {
		t.Errorf("got %s", r.Raw)
	}
	if id := client.RequestID(t.Context()); id != "" {
		t.Errorf("outside of a callback: %s", id)
	}
}

func TestHooksInTheTypesOfTheirEvents(t *testing.T) {
	t.Parallel()
	_, f := connected(t, func(o *client.Options) {
		o.Hooks = []client.Hook{
			client.HookFor(protocol.HookPreToolUse, func(_ context.Context, in *protocol.PreToolUseInput) (client.HookOutput, error) {
				return client.HookOutput{Specific: protocol.PreToolUseOutput{PermissionDecision: "deny", PermissionDecisionReason: in.ToolName}}, nil
			}),
			client.HookFor(protocol.HookStop, func(_ context.Context, in *protocol.HookBase) (client.HookOutput, error) {
				return client.HookOutput{Reason: in.SessionID}, nil
			}),
			client.HookFor("XNew", func(_ context.Context, in *protocol.HookBase) (client.HookOutput, error) {
				return client.HookOutput{Reason: string(in.Raw)}, nil
			}),
			client.HookFor(protocol.HookStop, func(context.Context, *protocol.PreToolUseInput) (client.HookOutput, error) {
				return client.HookOutput{}, nil
			}),
		}
	})
	for id, tt := range map[string]struct{ input, want string }{
		"hook_0": {`{"hook_event_name":"PreToolUse","tool_name":"Bash"}`,
			`{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"Bash"}}`},
		"hook_1": {`{"hook_event_name":"Stop","session_id":"s"}`, `{"reason":"s"}`},
		"hook_2": {`{"hook_event_name":"XNew","x":1}`, `{"reason":"{\"hook_event_name\":\"XNew\",\"x\":1}"}`},
		"hook_3": {`{"hook_event_name":"Stop"}`, "!"},
	} {
		f.writes(request(id, `{"subtype":"hook_callback","callback_id":"`+id+`","input":`+tt.input+`}`))
		r := f.answerOf(id)
		if got := string(r.Response); got != tt.want && !(tt.want == "!" && r.Failed()) {
			t.Errorf("%s: got %s, want %s", id, r.Raw, tt.want)
		}
	}
}

func TestARequestWithoutIDIsNotAnswered(t *testing.T) {
	t.Parallel()
	skipped := make(chan error, 1)
	_, f := connected(t, func(o *client.Options) { o.OnSkip = func(err error) { skipped <- err } })
	f.writes(`{"type":"control_request","request":{"subtype":"elicitation","mcp_server_name":"s","message":"who?"}}`, request("q", `{"subtype":"x_new"}`))
	if err := <-skipped; !strings.Contains(err.Error(), "without request_id") {
		t.Errorf("told %v", err)
	}
	if m := f.reads("control_response/error"); m.ControlResponse().ID != protocol.NewID("q") {
		t.Errorf("the first answer is %s", m.Raw)
	}
}
