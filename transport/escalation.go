package transport

import (
	"context"
	"errors"
	"fmt"
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

// ErrNotEnded: a process did not end although it was killed.
var ErrNotEnded = errors.New("process did not end")

// Target is what a ClosePolicy ends. Its methods do not wait, and are harmless after its end.
type Target interface {
	// CloseInput ends its stdin.
	CloseInput() error
	// Terminate asks it to end: SIGTERM to the process itself, which can then end its own children in order.
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
	// KillGrace is how long Run waits for the end of a killed target; 0 is DefaultKillGrace, negative is none.
	KillGrace time.Duration
}

// Run ends t, and takes at most the sum of the graces. It is a [ClosePolicy]. It fails with ErrNotEnded if
// t is still there after SIGKILL and KillGrace: stuck in the kernel, or no longer ours to kill.
func (e Escalation) Run(ctx context.Context, t Target) error {
	inputErr := t.CloseInput()
	if ends(ctx, t, grace(e.EOFGrace, DefaultEOFGrace)) {
		return nil
	}
	termErr := t.Terminate()
	if ends(ctx, t, grace(e.TermGrace, DefaultTermGrace)) {
		return nil
	}
	killErr := t.Kill()
	wait := grace(e.KillGrace, DefaultKillGrace)
	if ends(context.WithoutCancel(ctx), t, wait) {
		return nil
	}
	err := fmt.Errorf("close: %w within %v of SIGKILL", ErrNotEnded, wait)
	return errors.Join(err, inputErr, termErr, killErr)
}

// grace is a duration of the options as one to wait.
func grace(d, standard time.Duration) time.Duration {
	if d == 0 {
		return standard
	}
	return max(d, 0)
}

// ends waits for t's end for as long as d and ctx allow.
func ends(ctx context.Context, t Target, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-t.Done():
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	select {
	case <-t.Done():
		return true
	default:
		return false
	}
}
