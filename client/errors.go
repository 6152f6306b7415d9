package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/transport"
)

// Kind is what an error of this package is about. Kinds are errors themselves, for errors.Is:
//
//	if errors.Is(err, client.ProcessExit) { ... }
type Kind string

// The kinds of errors.
const (
	CLINotFound   = Kind(parts.KindCLINotFound)   // there is no such executable
	Spawn         = Kind(parts.KindSpawn)         // it could not be started
	NotConnected  = Kind(parts.KindNotConnected)  // there is no session
	NotReady      = Kind(parts.KindNotReady)      // the CLI no longer reads its stdin
	ProcessExit   = Kind(parts.KindProcessExit)   // the CLI ended; Error has its exit code or signal
	Closed        = Kind(parts.KindClosed)        // the session is over
	Timeout       = Kind(parts.KindTimeout)       // a deadline passed
	Decode        = Kind(parts.KindDecode)        // what the CLI wrote could not be read
	ControlError  = Kind(parts.KindControlError)  // the CLI refused a request
	ResultError   = Kind(parts.KindResultError)   // the CLI failed, and its result says why
	NoResult      = Kind(parts.KindNoResult)      // the CLI ended in the middle of a turn
	PromptError   = Kind(parts.KindPromptError)   // the prompt stream failed
	InvalidOption = Kind(parts.KindInvalidOption) // an option that cannot be used; nothing was started
	Cancelled     = Kind(parts.KindCancelled)     // the context of the call ended
	Other         = Kind(parts.KindOther)         // none of these
)

// BacklogError says that the messages nobody read passed [Options.MaxUnread], which ended the session. It is the cause of an [Error] of
// kind Other, for errors.As. Everything that came before can still be read.
type BacklogError struct {
	// Messages and Bytes are what waited when one more came.
	Messages int
	Bytes    int64
	// Limit is the bound, in bytes.
	Limit int64
}

// Error names the bound.
func (b *BacklogError) Error() string { return (*parts.Backlog)(b).Error() }

// Error gives the kind's name.
func (k Kind) Error() string { return string(k) }

// Error is how a call or a session failed. All errors of this package are of this type; errors.Is takes a [Kind], and the
// cause where there is one (context.Canceled, a prompt stream's own error).
type Error struct {
	Kind Kind
	// Op is the call that failed: connect, query, new_server and so on, or a control request's subtype; empty for the session itself.
	Op string
	// Message says what happened, in a sentence.
	Message string
	// ExitCode is the CLI's, if the error is about its end and it was not ended by a signal.
	ExitCode *int
	// Signal is the name of the signal that ended the CLI, as in "SIGKILL"; empty if none did.
	Signal string
	// Stderr is the end of what the CLI wrote to stderr, if the error is about its end.
	Stderr string
	// Code is the error_code of a refused request; empty if it had none.
	Code string
	// Err is the cause; may be nil.
	Err error
}

// Error gives the operation and the message.
func (e *Error) Error() string {
	text := e.Message
	if text == "" {
		text = string(e.Kind)
	}
	if e.Op == "" {
		return text
	}
	return e.Op + ": " + text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is this error's kind.
func (e *Error) Is(target error) bool {
	kind, ok := target.(Kind)
	return ok && kind == e.Kind
}

// during gives e as an error of an operation. The error itself is shared between calls and is not changed.
func (e *Error) during(op string) *Error {
	if e.Op != "" {
		return e
	}
	named := *e
	named.Op = op
	return &named
}

func failed(f *parts.Failure) *Error {
	if f == nil {
		return nil
	}
	return &Error{Kind: Kind(f.Kind), Message: f.Message, ExitCode: f.ExitCode, Signal: f.Signal, Stderr: f.Stderr}
}

// asError gives any error as one of this package's.
func asError(op string, err error) *Error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.during(op)
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Kind: Timeout, Op: op, Message: "no answer in time", Err: err}
	case errors.Is(err, context.Canceled):
		return &Error{Kind: Cancelled, Op: op, Message: "cancelled by the caller", Err: err}
	case errors.Is(err, transport.ErrInputClosed):
		return &Error{Kind: Closed, Op: op, Message: "the session's input is closed", Err: err}
	case errors.Is(err, transport.ErrPeerClosed):
		return &Error{Kind: NotReady, Op: op, Message: "claude no longer reads its input", Err: err}
	}
	return &Error{Kind: Other, Op: op, Message: err.Error(), Err: err}
}

// startError tells why the CLI could not be started.
func startError(err error) *Error {
	kind := Spawn
	var known *Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return asError("connect", err)
	case errors.Is(err, transport.ErrNotFound):
		kind = CLINotFound
	}
	return &Error{Kind: kind, Op: "connect", Message: err.Error(), Err: err}
}

// invalid is the error for an option, or a value like one. Which call it was given to its caller says.
func invalid(format string, args ...any) *Error {
	return &Error{Kind: InvalidOption, Message: fmt.Sprintf(format, args...)}
}
