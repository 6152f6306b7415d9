package client

import (
	"context"
	"fmt"
	"time"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
)

// Message is one message of the CLI: its type, its bytes and typed views of them.
type Message = protocol.Message

// PermissionRequest is the question whether a tool may run.
type PermissionRequest = protocol.CanUseTool

// PermissionResult is the answer to a PermissionRequest.
type PermissionResult = protocol.PermissionResult

// Allow lets a tool run with the input it asked for.
func Allow() PermissionResult { return PermissionResult{Behavior: protocol.Allow} }

// Deny refuses a tool with a text for the model.
func Deny(message string) PermissionResult { return protocol.DenyTool(message) }

// CanUseTool decides whether a tool may run. It is called in a goroutine of its own, perhaps several times at once. ctx
// ends when the CLI withdraws the question and when the session ends; the answer is then not sent. An error refuses the tool.
// An allow without UpdatedInput keeps the tool's input.
type CanUseTool func(ctx context.Context, r PermissionRequest) (PermissionResult, error)

// HookInput is the CLI's call of a hook: Input is the event's own object.
type HookInput = protocol.HookCallback

// HookOutput is a hook's answer in the wire's names; what is unset is not sent.
type HookOutput struct {
	Continue       *bool  `json:"continue,omitempty"`
	StopReason     string `json:"stopReason,omitempty"`
	SuppressOutput *bool  `json:"suppressOutput,omitempty"`
	Decision       string `json:"decision,omitempty"` // block
	Reason         string `json:"reason,omitempty"`
	SystemMessage  string `json:"systemMessage,omitempty"`
	Async          bool   `json:"async,omitempty"`
	// Specific is the event's own output object, which names its event as hookEventName.
	Specific any `json:"hookSpecificOutput,omitempty"`
}

// Hook runs at an event of the CLI.
type Hook struct {
	// Event is the event's name, PreToolUse or any other that the CLI knows.
	Event string
	// Matcher names the tools it is for; empty is all.
	Matcher string
	// Timeout is how long the CLI waits for the answer; 0 leaves it to the CLI.
	Timeout time.Duration
	// OnFailure is what becomes of the action if the hook fails or is not answered; empty leaves it to the CLI.
	OnFailure OnFailure
	// Run answers with an object: a HookOutput, a json.RawMessage, or anything that encodes to one; nil passes. It is called
	// as CanUseTool is.
	Run func(ctx context.Context, in HookInput) (any, error)
}

// handle answers the CLI's requests with the callbacks of the session's options.
func (s *core) handle(ctx context.Context, r parts.Request) (any, error) {
	switch r.Message.Subtype {
	case protocol.SubCanUseTool:
		return s.permission(ctx, r.Message.CanUseTool())
	case protocol.SubHookCallback:
		return s.hook(ctx, r.Message.HookCallback())
	case protocol.SubMCPMessage:
		return s.mcp.handle(ctx, r.Message.MCPMessage())
	}
	return nil, fmt.Errorf("unsupported control request subtype: %q", r.Message.Subtype)
}

func (s *core) permission(ctx context.Context, r PermissionRequest) (any, error) {
	if s.opts.CanUseTool == nil {
		return nil, fmt.Errorf("no permission callback is set: cannot decide on tool %q", r.ToolName)
	}
	result, err := s.opts.CanUseTool(ctx, r)
	if err != nil {
		return nil, err
	}
	return settled(r, result)
}

// settled gives a decision in the form in which every CLI understands it.
func settled(r PermissionRequest, result PermissionResult) (any, error) {
	switch result.Behavior {
	case protocol.Allow:
		if result.UpdatedInput == nil { // some CLIs take a missing input for an empty one
			result.UpdatedInput = r.Input
		}
	case protocol.Deny:
		if result.Message == nil { // a denial without a message is not valid
			result.Message = new("denied")
		}
	default:
		return nil, fmt.Errorf("permission callback answered %q: expected allow or deny", result.Behavior)
	}
	return result, nil
}

func (s *core) hook(ctx context.Context, in HookInput) (any, error) {
	for i, h := range s.opts.Hooks {
		if hookID(i) != in.CallbackID {
			continue
		}
		out, err := h.Run(ctx, in)
		if out == nil && err == nil {
			out = struct{}{}
		}
		return out, err
	}
	return nil, fmt.Errorf("no hook is registered as %q", in.CallbackID)
}
