package transport

import (
	"context"
	"time"
)

// The default graces of an Escalation.
const (
	// DefaultEOFGrace is how long a CLI may take to end after EOF: it flushes its transcript then (B029).
	DefaultEOFGrace = 5 * time.Second
	// DefaultTermGrace is how long it may take to end after SIGTERM.
	DefaultTermGrace = 5 * time.Second
	// DefaultKillGrace is how long the system may take to end a killed process.
	DefaultKillGrace = 5 * time.Second
)

// Target is what a ClosePolicy ends.
type Target interface {
	// CloseInput ends its stdin.
	CloseInput() error
	// Terminate asks it to end: SIGTERM to the process itself.
	Terminate() error
	// Kill ends it and its process group: SIGKILL.
	Kill() error
	// Done is closed when it has ended.
	Done() <-chan struct{}
}

// ClosePolicy ends a target and returns when it has ended, or with an error if it could not. It runs at
// most once per target. The end of ctx means: no more graces.
type ClosePolicy func(ctx context.Context, t Target) error

// Escalation is the product's ClosePolicy: EOF, grace, SIGTERM, grace, SIGKILL, reap.
type Escalation struct {
	// EOFGrace is the time between EOF and SIGTERM; 0 is DefaultEOFGrace, negative is none.
	EOFGrace time.Duration
	// TermGrace is the time between SIGTERM and SIGKILL; 0 is DefaultTermGrace, negative is none.
	TermGrace time.Duration
	// KillGrace is how long Run waits for the end of a killed target; 0 is DefaultKillGrace.
	KillGrace time.Duration
}

// Run ends t. It is a ClosePolicy.
func (e Escalation) Run(ctx context.Context, t Target) error { return nil }
