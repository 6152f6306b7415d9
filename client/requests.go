package client

import (
	"context"
	"encoding/json"
	"runtime"

	"github.com/wiretrial/wiretrial/protocol"
)

// requests are the control requests of this side, which every face of a session has: a face embeds them. of gives the session
// that a call is for, or why there is none.
//
// All of them may be called from any goroutine, and at any time between the opening of the session and its end. Each waits for the
// CLI's own answer, which is matched by id and by nothing else; a slow one holds up no other. Errors are of type [*Error], by kind:
// ControlError if the CLI refused (Code has its error_code), Cancelled or Timeout if ctx ended first (the request was written all
// the same, and its late answer is dropped), NotReady if the CLI no longer reads its stdin, ProcessExit, Closed or what else ended
// the session, NotConnected if there is none.
type requests struct {
	of func(op string) (*core, error)
}

// session gives the session of a call.
func (r requests) session(op string) (*core, error) {
	if r.of == nil {
		return nil, notConnected(op)
	}
	return r.of(op)
}

// request sends a control request and gives the value of its answer as it came; nil if it had none.
func (r requests) request(ctx context.Context, request protocol.Request) (json.RawMessage, error) {
	defer runtime.KeepAlive(r.of) // a Session must not count as dropped while a call of it waits
	s, err := r.session(request.Subtype())
	if err != nil {
		return nil, err
	}
	answer, err := s.exchange(ctx, request)
	if err != nil {
		return nil, err
	}
	return answer.ControlResponse().Response, nil
}

// Interrupt stops the running turn. It returns the CLI's answer, {"still_queued": [...]}; the turn's result comes as a message, before
// or after.
func (r requests) Interrupt(ctx context.Context) (json.RawMessage, error) {
	return r.request(ctx, protocol.Interrupt{})
}

// SetModel changes the model; empty goes back to the default.
func (r requests) SetModel(ctx context.Context, model string) error {
	var request protocol.SetModel
	if model != "" {
		request.Model = &model
	}
	_, err := r.request(ctx, request)
	return err
}

// SetPermissionMode changes how permissions are decided.
func (r requests) SetPermissionMode(ctx context.Context, mode string) error {
	_, err := r.request(ctx, protocol.SetPermissionMode{Mode: mode})
	return err
}

// MCPStatus gives the state of all MCP servers: {"mcpServers": [...]}.
func (r requests) MCPStatus(ctx context.Context) (json.RawMessage, error) {
	return r.request(ctx, protocol.MCPStatus{})
}

// GetContextUsage tells how full the context window is. It may take seconds.
func (r requests) GetContextUsage(ctx context.Context) (json.RawMessage, error) {
	return r.request(ctx, protocol.GetContextUsage{})
}

// StopTask stops a background task.
func (r requests) StopTask(ctx context.Context, taskID string) error {
	_, err := r.request(ctx, protocol.StopTask{TaskID: taskID})
	return err
}

// MCPReconnect connects an MCP server again.
func (r requests) MCPReconnect(ctx context.Context, server string) error {
	_, err := r.request(ctx, protocol.MCPReconnect{ServerName: server})
	return err
}

// MCPToggle switches an MCP server on or off.
func (r requests) MCPToggle(ctx context.Context, server string, enabled bool) error {
	_, err := r.request(ctx, protocol.MCPToggle{ServerName: server, Enabled: enabled})
	return err
}

// RewindFiles puts files back to their state before a user message, and tells what it did.
func (r requests) RewindFiles(ctx context.Context, userMessageID string) (json.RawMessage, error) {
	return r.request(ctx, protocol.RewindFiles{UserMessageID: userMessageID})
}

// Request sends any other control request and gives the value of its answer.
func (r requests) Request(ctx context.Context, request protocol.Request) (json.RawMessage, error) {
	return r.request(ctx, request)
}

// ServerInfo gives what the CLI answered to initialize: its commands, models, version and so on.
func (r requests) ServerInfo() (json.RawMessage, error) {
	s, err := r.session("server_info")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.info.Response, nil
}
