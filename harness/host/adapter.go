package host

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

var errNotYet = errors.New("not built yet")

const exitGrace = 5 * time.Second

// Spec says how to start an adapter.
type Spec struct {
	Name      string    // for errors
	Argv      []string  // the command
	Dir       string    // its working directory; empty: the harness's
	Env       []string  // its complete environment, see EnvAllow; nil is empty
	Stderr    io.Writer // gets its stderr, at most 16 MiB of it; may be nil. Must not block for ever
	ReaperExe string    // the binary that runs ReaperMain; empty: os.Executable()
	ReaperArg string    // its first argument; empty: "__reaper"
	MaxLine   int       // longest line in bytes; 0: contract.MaxLine
}

// Adapter is a running adapter.
type Adapter struct{}

// Start is being written.
func Start(ctx context.Context, s Spec) (*Adapter, error) { return nil, errNotYet }

// Hello is the answer to hello.
func (a *Adapter) Hello() contract.Hello { return contract.Hello{} }

// Spec is what it was started with.
func (a *Adapter) Spec() Spec { return Spec{} }

// PID of the adapter itself; its process group has the same number.
func (a *Adapter) PID() int { return 0 }

// PGID of the adapter's process group.
func (a *Adapter) PGID() int { return 0 }

// ReaperPID of its reaper.
func (a *Adapter) ReaperPID() int { return 0 }

// Send queues a request.
func (a *Adapter) Send(method string, params any) (id int, err error) { return 0, errNotYet }

// Reply queues the answer to request id of the adapter.
func (a *Adapter) Reply(id string, result any, cerr *contract.Error) error { return errNotYet }

// Cancel queues $/cancelRequest for an unanswered id; nothing if it is answered.
func (a *Adapter) Cancel(id int) error { return errNotYet }

// Events in the order read.
func (a *Adapter) Events() <-chan Event { return nil }

// Exited is closed when the adapter's process has ended.
func (a *Adapter) Exited() <-chan struct{} { return nil }

// Status after Exited.
func (a *Adapter) Status() Status { return Status{} }

// StderrTail is the last 64 KiB of its stderr.
func (a *Adapter) StderrTail() string { return "" }

// CloseInput ends the adapter's stdin after what is queued.
func (a *Adapter) CloseInput() {}

// Close ends it.
func (a *Adapter) Close(ctx context.Context) error { return errNotYet }

// Kill ends it now, with all descendants.
func (a *Adapter) Kill() error { return errNotYet }

// Signal sends "TERM" or "SIGTERM", ... to the adapter, or its group.
func (a *Adapter) Signal(sig string, group bool) error { return errNotYet }

// Unread tells whether something of the adapter's is still to be taken from Events.
func (a *Adapter) Unread() bool { return false }

// Quiet looks once.
func (a *Adapter) Quiet(ctx context.Context, opt QuietOptions) (Quiet, error) {
	return Quiet{}, errNotYet
}

// AwaitQuiet looks until the adapter is idle, has something unread, or is gone, or ctx ends (then with the last look and ctx's error).
func (a *Adapter) AwaitQuiet(ctx context.Context, opt QuietOptions) (Quiet, error) {
	return Quiet{}, errNotYet
}

// Usage over an interval.
func (a *Adapter) Usage(ctx context.Context, over time.Duration, exclude func(pid int) bool) (Usage, error) {
	return Usage{}, errNotYet
}

// Descendants below the reaper, without the adapter itself.
func (a *Adapter) Descendants() ([]Proc, error) { return nil, errNotYet }

// FDs of the adapter with what they are.
func (a *Adapter) FDs() (map[int]string, error) { return nil, errNotYet }

// Baseline is a snapshot.
func (a *Adapter) Baseline() (Baseline, error) { return Baseline{}, errNotYet }

// EnvAllow makes an environment.
func EnvAllow(base []string, private, extra map[string]string) []string { return nil }

// ReaperMain is the reaper.
func ReaperMain(args []string) int { return 1 }
