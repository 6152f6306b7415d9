package client

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/wiretrial/wiretrial/protocol"
)

// ToolRequest is a request of the CLI to run a tool, which the user of a [Session] answers: one of its methods makes the answer, and
// [Session.SendControlResponse] sends it.
type ToolRequest struct {
	PermissionRequest
	// ID is the request's.
	ID protocol.ID
}

// ToolRequestOf gives the permission request that a message is, if it is one.
func ToolRequestOf(m Message) (r ToolRequest, ok bool) {
	if m.Type != protocol.TypeControlRequest || m.Subtype != protocol.SubCanUseTool {
		return ToolRequest{}, false
	}
	return ToolRequest{PermissionRequest: m.CanUseTool(), ID: m.ControlRequest().ID}, true
}

// ControlResponse is the answer to a request of the CLI.
type ControlResponse struct {
	// ID is that of the request, as it came.
	ID protocol.ID
	// Value is the answer; it must encode to a JSON object.
	Value any
	// Err, if not nil, refuses the request with its text. Value is then not used. A tool that was asked for does not run.
	Err error
}

// Answer makes the response of a decision, as a permission callback would give it. An allow without an input keeps the tool's own.
func (r ToolRequest) Answer(decision PermissionResult) ControlResponse {
	value, err := settled(r.PermissionRequest, decision)
	return ControlResponse{ID: r.ID, Value: value, Err: err}
}

// Allow lets the tool run with the input it asked for.
func (r ToolRequest) Allow() ControlResponse { return r.Answer(Allow()) }

// AllowWith lets the tool run with another input, a JSON object.
func (r ToolRequest) AllowWith(input json.RawMessage) ControlResponse {
	return r.Answer(PermissionResult{Behavior: protocol.Allow, UpdatedInput: input})
}

// AllowAndRemember lets the tool run and changes the permission rules, so that its like is not asked for again.
func (r ToolRequest) AllowAndRemember(updates ...protocol.PermissionUpdate) ControlResponse {
	return r.Answer(PermissionResult{Behavior: protocol.Allow, UpdatedPermissions: updates})
}

// AllowAsSuggested lets the tool run and takes the CLI's first suggestion for a rule, exactly as it came. Without a suggestion it is
// Allow.
func (r ToolRequest) AllowAsSuggested() ControlResponse {
	return r.AllowAndRemember(r.Suggestions[:min(1, len(r.Suggestions))]...)
}

// Deny refuses the tool, with a text for the model, which goes on.
func (r ToolRequest) Deny(message string) ControlResponse { return r.Answer(Deny(message)) }

// DenyAndStop refuses the tool and ends the turn. The model does not get to read the text.
func (r ToolRequest) DenyAndStop(message string) ControlResponse {
	decision := Deny(message)
	decision.Interrupt = true
	return r.Answer(decision)
}

// AnswerQuestions answers the tool AskUserQuestion: answers are the chosen labels by the text of their question; several of one
// question are joined by ", ". A question without an answer is left open. It fails for another tool, and for a question that was not
// asked: the CLI would take the answer for none.
func (r ToolRequest) AnswerQuestions(answers map[string]string) (ControlResponse, error) {
	if r.ToolName != askUserQuestion {
		return ControlResponse{}, fmt.Errorf("tool request %s: answers are for %s, and it asks for %s", r.ID, askUserQuestion, r.ToolName)
	}
	asked := map[string]bool{}
	for question := range protocol.Elements(protocol.Member(r.Input, "questions")) {
		var text string
		if json.Unmarshal(protocol.Member(question, "question"), &text) == nil {
			asked[text] = true
		}
	}
	for question := range answers {
		if !asked[question] {
			return ControlResponse{}, fmt.Errorf("tool request %s: question %q was not asked", r.ID, question)
		}
	}
	input, err := withMember(r.Input, "answers", answers)
	return r.AllowWith(input), err
}

// askUserQuestion is the tool by which the model asks the user something (rust-sdk: ToolPermissionRequest::answer_questions).
const askUserQuestion = "AskUserQuestion"

// withMember gives an object with one member set, its others as they came.
func withMember(object json.RawMessage, name string, value any) (json.RawMessage, error) {
	members := map[string]json.RawMessage{}
	for name, value := range protocol.Members(object) {
		members[name] = value
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	members[name] = raw
	return json.Marshal(members)
}

// EnableToolApproval makes the CLI's permission requests messages: they are received in their place among the others, see
// [ToolRequestOf], and the CLI waits until [Session.SendControlResponse] answers them. A request that the CLI withdraws is told by a
// message of type control_cancel_request with its id. No message is lost meanwhile, and the second call does nothing.
//
// The CLI only asks if it was told to when it started. A session that was started with [Options.PermissionPromptToolName] "stdio" was told,
// and has tool approval from its start; the call is for those of [NewSession] and of Options.Open. Before it, requests are refused. Where the
// CLI is known not to ask, and where Options.CanUseTool answers already, it fails with kind InvalidOption. A session of NewSession is
// initialized by it, and fails as [StartSession] does.
func (s *Session) EnableToolApproval(ctx context.Context) error {
	defer runtime.KeepAlive(s)
	return s.core.approveByHand(ctx)
}

// IsToolApprovalEnabled tells whether permission requests are messages.
func (s *Session) IsToolApprovalEnabled() bool {
	s.core.mu.Lock()
	defer s.core.mu.Unlock()
	return s.core.hand.approval
}

// SendControlResponse answers a request of the CLI that was received as a message. It returns when the answer is written. For one that
// is not open it fails with [ErrNotPending], and nothing is written: no request is answered twice, none after its withdrawal.
func (s *Session) SendControlResponse(ctx context.Context, response ControlResponse) error {
	defer runtime.KeepAlive(s)
	return s.core.answerByHand(ctx, response)
}
