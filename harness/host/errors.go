package host

import (
	"errors"
	"fmt"
	"strings"
)

// The errors that a caller decides on, by errors.Is.
var (
	// ErrSpawn: the adapter's process never ran: the command cannot be started, or the reaper cannot.
	ErrSpawn = errors.New("cannot start the adapter")
	// ErrHello: the process ran, and gave no proper answer to hello.
	ErrHello = errors.New("no hello from the adapter")
	// ErrGone: the adapter has exited, or its stdin is closed; nothing can be sent any more.
	ErrGone = errors.New("the adapter is gone")
	// ErrStuck: the adapter does not read; more than 64 MiB wait to be written to it.
	ErrStuck = errors.New("the adapter does not read its stdin")
	// ErrMessage: the message cannot be sent; the harness's own fault.
	ErrMessage = errors.New("the message cannot be sent")
	// ErrKilled: Close had to kill the adapter, because it did not exit at the end of its stdin.
	ErrKilled = errors.New("the adapter had to be killed")
	// ErrLeft: the adapter exited and left living processes behind, which were killed.
	ErrLeft = errors.New("the adapter left processes behind")
	// ErrUnkillable: descendants still live after they were killed (another user's, or stuck in the kernel).
	ErrUnkillable = errors.New("processes of the adapter survive")
	// ErrUnsupported: this platform cannot tell.
	ErrUnsupported = errors.New("not available on this platform")
)

// StartError is what Start fails with. Is matches its Kind: ErrSpawn or ErrHello.
type StartError struct {
	Kind   error  // ErrSpawn or ErrHello
	Name   string // Spec.Name
	What   string // what was expected and what happened
	Fault  string // whose fault it probably is, and what to do next
	Exited bool   // the process ended by itself; Status says how
	Status Status
	Stderr string // the tail of the adapter's stderr
	Err    error  // cause, may be nil
}

// Error says where, expected, got, whose fault and what next, on one line, and the tail of stderr below it.
func (e *StartError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "adapter %s: %v: %s", e.Name, e.Kind, e.What)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Fault != "" {
		fmt.Fprintf(&b, "; %s", e.Fault)
	}
	if tail := strings.TrimRight(e.Stderr, "\n"); tail != "" {
		fmt.Fprintf(&b, "; its stderr ends with:\n%s", tail)
	}
	return b.String()
}

// Unwrap returns the kind and the cause.
func (e *StartError) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// CloseError is what Close reports. Is matches ErrKilled if Killed, ErrLeft if Left is not empty.
type CloseError struct {
	Name   string
	Killed bool   // it did not exit within the grace
	Left   []Proc // living descendants at its exit
	Status Status
}

// Error says what was wrong with the end.
func (e *CloseError) Error() string {
	if e.Killed {
		return fmt.Sprintf("adapter %s: %v: it did not exit within %v of the end of its stdin; the adapter's fault: it should exit normally at EOF",
			e.Name, ErrKilled, exitGrace)
	}
	names := make([]string, len(e.Left))
	for i, p := range e.Left {
		names[i] = p.String()
	}
	return fmt.Sprintf("adapter %s: %v at its exit (%v): %s; the fault of whoever started them", e.Name, ErrLeft, e.Status, strings.Join(names, ", "))
}

// Unwrap returns ErrKilled, ErrLeft or both.
func (e *CloseError) Unwrap() []error {
	var kinds []error
	if e.Killed {
		kinds = append(kinds, ErrKilled)
	}
	if len(e.Left) > 0 {
		kinds = append(kinds, ErrLeft)
	}
	return kinds
}

// Status is how a process ended.
type Status struct {
	Code   int    // exit code, -1 if it ended by a signal or the status is unknown
	Signal string // SIGKILL, ..., or empty
}

// String says "exit 1", "SIGKILL" or "unknown".
func (s Status) String() string {
	switch {
	case s.Signal != "":
		return s.Signal
	case s.Code < 0:
		return "unknown"
	}
	return fmt.Sprintf("exit %d", s.Code)
}
