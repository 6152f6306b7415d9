package client

import (
	"context"
	"encoding/json"
	"runtime"

	"github.com/wiretrial/wiretrial/protocol"
)

// requests are the control requests of this side, which every face of a session has: a face embeds them. of gives the session
// that a call is for, or why there is none.
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

// Request sends a control request, of this package's or of the caller's own ([protocol.RawRequest]), and gives the value of the CLI's answer
// as it came; nil if it had none. The methods that are named after requests do the same and give the answer a type; where that has
// a Raw, this is it.
//
// Requests may be made from any goroutine at any time between the opening of the session and its end. Each waits for its own answer,
// which is matched by id and by nothing else; a slow one holds up no other, and the end of ctx drops that answer and nothing else. Errors
// are of type [*Error], by kind: ControlError if the CLI refused (Message says why, Code has its error_code), Cancelled or Timeout if ctx
// ended first (the request may have been read all the same), NotReady if the CLI no longer reads its stdin, ProcessExit, Closed or what
// else ended the session, NotConnected if there is none.
func (r requests) Request(ctx context.Context, request protocol.Request) (json.RawMessage, error) {
	defer runtime.KeepAlive(r.of) // a Session must not count as dropped while a call of it waits
	if request == nil {
		return nil, &Error{Kind: Other, Op: "request", Message: "there is no request to send"}
	}
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

// ask is Request with a type for the answer.
func ask[Result any](ctx context.Context, r requests, request protocol.Request) (Result, error) {
	value, err := r.Request(ctx, request)
	if err != nil {
		var none Result
		return none, err
	}
	return protocol.View[Result](value), nil
}

// ServerInfo gives what the CLI answered to initialize: its commands, models, account, version and so on. Commands are those of the
// latest commands_changed message, if there was one; Raw stays as it was. Nothing is sent.
func (r requests) ServerInfo() (protocol.InitializeResult, error) {
	defer runtime.KeepAlive(r.of)
	s, err := r.session("server_info")
	if err != nil {
		return protocol.InitializeResult{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	info := protocol.View[protocol.InitializeResult](s.info.Response)
	if s.commands != nil {
		info.Commands = protocol.View[protocol.InitializeResult](s.commands).Commands
	}
	return info, nil
}

// Reinitialize sends the opening request once more, with the same hooks and options, as after a CLI that lost them. Questions that the answer
// lists as open come to the callbacks, unless they are being answered. Errors are those of Request, and those of options that the
// answer does not confirm (ts:reinitialize).
func (r requests) Reinitialize(ctx context.Context) (protocol.InitializeResult, error) {
	defer runtime.KeepAlive(r.of)
	s, err := r.session(protocol.SubInitialize)
	if err != nil {
		return protocol.InitializeResult{}, err
	}
	if err := s.handshake(ctx); err != nil {
		return protocol.InitializeResult{}, err
	}
	return r.ServerInfo()
}
