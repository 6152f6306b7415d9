package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"

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
// ends when the CLI withdraws the question and when the session ends; the answer is then not sent. An error, a panic and an answer that
// neither allows nor denies, or has an UpdatedInput that is no JSON object, refuse the tool. An allow without UpdatedInput keeps the tool's
// input. [RequestID] gives the question's id.
type CanUseTool func(ctx context.Context, r PermissionRequest) (PermissionResult, error)

// handle answers the CLI's requests with the callbacks of the session's options.
func (s *core) handle(ctx context.Context, r parts.Request) (any, error) {
	if err := ctx.Err(); err != nil && s.ctx.Err() != nil {
		return nil, err // the session is told to end: nobody is asked any more
	}
	switch r.Message.Subtype {
	case protocol.SubCanUseTool:
		return s.permission(ctx, r.Message.CanUseTool())
	case protocol.SubHookCallback:
		return s.hook(ctx, r.Message.HookCallback())
	case protocol.SubMCPMessage:
		return s.mcp.handle(ctx, r.Message.MCPMessage())
	case protocol.SubElicitation:
		return s.elicitation(ctx, r.Message.Elicitation())
	case protocol.SubRequestUserDialog:
		return s.userDialog(ctx, r.Message.RequestUserDialog())
	}
	return s.other(ctx, r.Message)
}

// other answers what no callback of its own is for.
func (s *core) other(ctx context.Context, m Message) (any, error) {
	if s.opts.OnRequest != nil {
		value, err := s.opts.OnRequest(ctx, m)
		if !errors.Is(err, errors.ErrUnsupported) {
			return value, err
		}
	}
	switch m.Subtype {
	case protocol.SubOAuthTokenRefresh, protocol.SubHostAuthTokenRefresh, protocol.SubRemoteControlWorkSecret:
		return nil, fmt.Errorf("no callback is set for %s", m.Subtype)
	}
	if protocol.IsForAnother(m.Subtype) {
		return nil, parts.ErrForAnother
	}
	return nil, &parts.Unsupported{Subtype: m.Subtype}
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
		input := bytes.TrimLeft(result.UpdatedInput, " \t\r\n")
		switch {
		case len(result.UpdatedInput) == 0: // some CLIs take a missing input for an empty one
			result.UpdatedInput = r.Input
		case len(input) == 0 || input[0] != '{': // the CLI would tell the model so, and not the program
			return nil, fmt.Errorf("permission callback changed the input to what is no JSON object: %.100q", result.UpdatedInput)
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

type requestIDKey struct{}

// RequestID gives the id of the CLI's request that a callback is called for, from the callback's context; empty for any other context,
// and for a request that has none.
func RequestID(ctx context.Context) protocol.ID {
	id, _ := ctx.Value(requestIDKey{}).(protocol.ID)
	return id
}
