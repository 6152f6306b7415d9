package transport

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Command is what to start. Nothing in it goes through a shell.
type Command struct {
	// Path is the executable: a path, or a name without a separator, looked up in PATH of this process.
	// A relative path is relative to this process's directory, not to Dir.
	Path string
	// Args are the arguments after argv[0].
	Args []string
	// Env is the whole environment as KEY=VALUE; nothing is inherited, so nil is an empty one.
	Env []string
	// Dir is the working directory; empty is this process's.
	Dir string
	// User is the name or the number of the user that the process runs as; empty is this process's. Unix only.
	User string
}

// The defaults of Options.
const (
	// DefaultStderrTail is how much of the end of stderr is kept, in bytes: 64 KiB.
	DefaultStderrTail = 64 << 10
	// DefaultDrainGrace is how long output is awaited after the process ended while something else holds
	// its pipe open: 250 ms.
	DefaultDrainGrace = 250 * time.Millisecond
)

// Options are how a Process behaves. The zero value is the product's behaviour.
type Options struct {
	// Framing are the rules of the Framer.
	Framing FramerOptions
	// Escalation are the graces of Close.
	Escalation Escalation
	// StderrTail is how much of the end of stderr is kept, in bytes; 0 is DefaultStderrTail.
	StderrTail int
	// OnStderr, if not nil, is called with each line of stderr; see StderrTail for what it may do.
	OnStderr func(line string)
	// DrainGrace is the silence after the process's end that ends its output too, if another process
	// holds the pipe (B066); 0 is DefaultDrainGrace, negative waits for the pipe's end. What the process
	// itself wrote is delivered in any case. One that goes on talking is cut off two seconds after the end.
	// On Windows output always ends with its pipe, or with Close.
	DrainGrace time.Duration
	// KillGroupOnExit also kills what is left of the process group when the process ends by itself. By
	// default only Close does that: a CLI that ended by itself has decided what outlives it, and servers
	// it was told to start are its user's.
	KillGroupOnExit bool

	// NewFramer replaces the Framer; it is given the process's output.
	NewFramer func(io.Reader) FrameReader
	// NewWriter replaces the LineWriter; it is given the process's input.
	NewWriter func(io.WriteCloser) FrameWriter
	// NewStderr replaces the StderrTail. The process counts as ended only when its Drain has returned.
	NewStderr func() StderrReader
	// Close replaces the Escalation.
	Close ClosePolicy
	// StartProcess replaces os.StartProcess.
	StartProcess func(path string, argv []string, attr *os.ProcAttr) (*os.Process, error)
}

// Process is a claude as a subprocess. It is a [Transport].
//
// It has pipes of its own, which no other child inherits, and on Unix a process group of its own, so a
// Ctrl-C in the host's terminal does not reach it. Its stderr is always read. Its end is seen when it
// ends, whoever holds its pipes by then. Close kills what is left of the group before the process is
// reaped, while the group's id is surely still its own; after the process ended by itself the group is
// left alone, unless Options.KillGroupOnExit.
//
// A Process holds nothing any more when its output was read to the end and it has ended, or when Close
// has returned.
type Process struct {
	*conn
	proc           *os.Process
	stdout, stderr *outPipe
	tail           StderrReader
	killGroup      bool

	reap   sync.Mutex // between signals to the group and the end of its id
	reaped bool
}

var _ Transport = (*Process)(nil)

// Start starts a process. ctx is for the start only: its end later changes nothing. Failures of the
// system are [*SpawnError]s.
func Start(ctx context.Context, cmd Command, opts Options) (*Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start of %s: %w", cmd.Path, err)
	}
	path, err := resolve(cmd)
	if err != nil {
		return nil, err
	}
	sys := ownGroup()
	if err := asUser(sys, cmd.User); err != nil {
		return nil, &SpawnError{Path: cmd.Path, Dir: cmd.Dir, Detail: "as user " + cmd.User, Err: err}
	}
	pipes, err := openPipes()
	if err != nil {
		return nil, diagnose(cmd, path, err)
	}
	proc, err := startUnlessBusy(ctx, opts, path, append([]string{cmd.Path}, cmd.Args...), &os.ProcAttr{
		Dir: cmd.Dir, Env: append([]string{}, cmd.Env...), Files: pipes.theirs[:], Sys: sys,
	})
	closeAll(pipes.theirs[:])
	if err != nil {
		closeAll(pipes.ours[:])
		return nil, diagnose(cmd, path, err)
	}
	p := newProcess(proc, pipes.ours, opts)
	if err := ctx.Err(); err != nil {
		_ = p.Close(ctx) // ctx has ended, so this kills at once
		return nil, fmt.Errorf("start of %s: %w", cmd.Path, err)
	}
	return p, nil
}

// busyTries is how often the start of a file that is being written is tried again, after 1, 2, 4, ... ms: 127 ms in all. A process
// that was started elsewhere in this program a moment ago may hold the descriptor with which somebody has just written the file.
const busyTries = 7

// startUnlessBusy starts a process, and tries again while its file is being written.
func startUnlessBusy(ctx context.Context, opts Options, path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
	start := os.StartProcess
	if opts.StartProcess != nil {
		start = opts.StartProcess
	}
	for wait, tries := time.Millisecond, 0; ; wait, tries = 2*wait, tries+1 {
		proc, err := start(path, argv, attr)
		if err == nil || tries == busyTries || systemKind(err) != ErrBusy {
			return proc, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// newProcess puts a running process together and starts its goroutines: one that waits for its end, and
// for the one that reads stderr.
func newProcess(proc *os.Process, ours [3]*os.File, opts Options) *Process {
	grace := opts.DrainGrace
	if grace == 0 {
		grace = DefaultDrainGrace
	}
	p := &Process{
		proc: proc, killGroup: opts.KillGroupOnExit,
		stdout: newOutPipe(ours[1], grace, drainLimit),
		stderr: newOutPipe(ours[2], stderrGrace(grace), DefaultDrainGrace),
	}
	p.conn = newConn(p.stdout, ours[0], opts)
	p.target = processTarget{p}
	p.release = func() { p.stdout.detach(); p.stderr.detach() }
	if opts.NewStderr != nil {
		p.tail = opts.NewStderr()
	} else {
		p.tail = NewStderrTail(opts.StderrTail, opts.OnStderr)
	}
	drained := make(chan struct{})
	go func() { defer close(drained); p.tail.Drain(p.stderr) }()
	go p.await(drained)
	return p
}

// stderrGrace is the DrainGrace for stderr, whose end the end of the process waits for: the usual one is the longest.
func stderrGrace(grace time.Duration) time.Duration {
	if grace < 0 {
		return DefaultDrainGrace
	}
	return min(grace, DefaultDrainGrace)
}

// await sees the process's end and tells everybody.
func (p *Process) await(stderrRead <-chan struct{}) {
	state, err := p.wait()
	closing := p.closing.Load()
	p.stdout.end()
	p.stderr.end()
	_ = p.input.Close() // a grandchild may hold the other end: nothing else would end a blocked write
	<-stderrRead
	p.exit = p.exitOf(state, err)
	p.exit.Closing = closing
	close(p.done)
}

// wait waits until the process can be reaped, kills its group if that is asked for, and reaps it. In
// this order: after the reaping the group's id may be another's.
func (p *Process) wait() (*os.ProcessState, error) {
	if !awaitZombie(p.proc.Pid) {
		state, err := p.proc.Wait()
		p.reap.Lock()
		defer p.reap.Unlock()
		p.reaped = true
		return state, err
	}
	p.reap.Lock()
	defer p.reap.Unlock()
	if p.closing.Load() || p.killGroup {
		_ = killGroup(p.proc.Pid) // an empty group is no error
	}
	p.reaped = true
	return p.proc.Wait()
}

// exitOf is the Exit for what Wait said.
func (p *Process) exitOf(state *os.ProcessState, err error) Exit {
	e := Exit{Code: -1}
	e.Stderr, e.StderrDropped = p.tail.Tail()
	if t, ok := p.tail.(interface{ Err() error }); ok {
		e.CallbackErr = t.Err()
	}
	if err != nil {
		e.Err = fmt.Errorf("wait for process %d: %w", p.proc.Pid, err)
		return e
	}
	e.Code, e.Signal = state.ExitCode(), signalOf(state)
	if e.Code != 0 {
		e.Err = &ExitError{Code: e.Code, Signal: e.Signal, Stderr: e.Stderr}
	}
	return e
}

// PID is the process's id, which on Unix is also its group's.
func (p *Process) PID() int { return p.proc.Pid }

// ReadFrame is as in [Transport]. The output ends with its pipe, or after the process's end when whoever
// else holds the pipe has been silent for Options.DrainGrace.
func (p *Process) ReadFrame() ([]byte, error) { return p.frames.ReadFrame() }

// Recycle is as in [Framer.Recycle].
func (p *Process) Recycle(frame []byte) { p.recycle(frame) }

// WriteFrame is as in [Transport].
func (p *Process) WriteFrame(ctx context.Context, frame []byte) error { return p.write(ctx, frame) }

// CloseInput is as in [Transport].
func (p *Process) CloseInput() error { return p.closeInput() }

// Close is as in [Transport]. It leaves nothing of the process group behind if the process had not ended
// before. Somebody should go on reading: a CLI that cannot write does not end by itself. What is in the
// pipe at the end can still be read.
func (p *Process) Close(ctx context.Context) error { return p.close(ctx) }

// Done is as in [Transport]: closed when the process has been reaped and its stderr read.
func (p *Process) Done() <-chan struct{} { return p.done }

// Exit is as in [Transport].
func (p *Process) Exit() Exit { return p.ended() }

// processTarget is what a ClosePolicy sees of a Process.
type processTarget struct{ p *Process }

func (t processTarget) CloseInput() error     { return t.p.CloseInput() }
func (t processTarget) Done() <-chan struct{} { return t.p.Done() }

func (t processTarget) Terminate() error { return ignoreDone(terminate(t.p.proc)) }

// Kill kills the group while its id is surely its own, and the process itself, which may have left it.
func (t processTarget) Kill() error {
	t.p.reap.Lock()
	defer t.p.reap.Unlock()
	if t.p.reaped {
		return nil
	}
	_ = killGroup(t.p.proc.Pid)
	return ignoreDone(t.p.proc.Kill())
}
