package mutants

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// closingFaults are the faults in opening a client again, in closing it, and in what a closed one still holds.
func closingFaults() []Mutant { return slices.Concat(reopened(), heldUp(), atTheClose()) }

// reopened are the faults of a client that is connected more than once.
func reopened() []Mutant {
	return []Mutant{
		{
			Name: "starts-anyway", Group: Process, Fault: "starts its CLI whatever became of the scope that it is called in",
			Kills: kills("process/start-in-an-ended-scope"),
			Parts: with(func(p *parts.Parts) { p.Scope = context.WithoutCancel }),
		}, {
			Name: "connects-twice", Group: Process, Fault: "connects an open client once more and forgets the CLI that it had", Opposite: "connects-once",
			Kills: kills("process/connected-twice"),
			Parts: with(func(p *parts.Parts) { p.Admit = func(bool) bool { return true } }),
		}, {
			Name: "connects-once", Group: Process, Fault: "connects a client once and never again, whatever became of that", Opposite: "connects-twice",
			Kills: kills("process/connected-again", "process/start-tried-again"),
			Parts: with(func(p *parts.Parts) {
				var used atomic.Bool
				p.Admit = func(bool) bool { return !used.Swap(true) }
			}),
		},
	}
}

// heldUp are the faults of an end that waits for the wrong thing, or works while there is nothing to do.
func heldUp() []Mutant {
	var turn sync.Mutex
	return []Mutant{
		{
			Name: "waits-for-exit", Group: Process, Fault: "notices the end of stdout only at the exit", Opposite: "waits-for-pipe",
			Kills: kills("process/stdout-closed-alive"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport { return untilExit{t} }
			}),
		}, {
			Name: "both-halves", Group: Process, Fault: "closes the CLI's stdout with its stdin",
			Kills: kills("process/speaks-after-eof"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport { return &bothHalves{Transport: t} }
			}),
		}, {
			Name: "waits-for-stderr", Group: Process, Fault: "notices an exit only at the end of stderr",
			Kills: kills("process/grandchild-holds-stderr"),
			Parts: waitsForStderr,
		}, {
			Name: "closes-in-turn", Group: Process, Fault: "closes one session after the other",
			Kills: kills("process/closed-together"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport { return inTurn{t, &turn} }
			}),
		}, {
			Name: "waits-for-agents", Group: Process, Fault: "closes nothing while an agent is at work",
			Kills: kills("process/agent-at-work-at-the-break"),
			Parts: waitsForAgents,
		}, {
			Name: "spins", Group: Process, Fault: "asks again and again whether its CLI has anything to say",
			Kills: kills("process/at-rest"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport {
					go spin(t)
					return t
				}
			}),
		},
	}
}

// atTheClose are the faults in what a close does with what it finds.
func atTheClose() []Mutant {
	join := startInOneGroup()
	return []Mutant{
		{
			Name: "unread-dropped", Group: Flow, Fault: "forgets what nobody has read when its session ends",
			Kills: kills("process/read-after-the-close"),
			Parts: with(func(p *parts.Parts) {
				p.Queue = func(limit int64) parts.Queue { return &dropsUnread{Queue: parts.NewQueue(limit)} }
			}),
		}, {
			Name: "deaf-to-last-words", Group: Flow, Fault: "hands out no line of stderr after it closed stdin",
			Kills: kills("process/last-words"),
			Parts: deafToLastWords,
		}, {
			Name: "signals-the-dead", Group: Process, Fault: "takes a CLI that ended before its signal for one that cannot be ended",
			Kills: kills("process/exit-meets-the-close"),
			Parts: closedBy(func(_ context.Context, t transport.Target) error {
				_ = t.CloseInput()
				<-t.Done()
				return fmt.Errorf("%w: %w", transport.ErrNotEnded, os.ErrProcessDone)
			}),
		}, {
			Name: "signals-its-host", Group: Process, Fault: "sends its own process the signal that is for its CLI",
			Kills: kills("process/aborted"),
			Parts: closedBy(func(_ context.Context, t transport.Target) error {
				host, err := os.FindProcess(os.Getpid())
				if err == nil {
					err = host.Signal(syscall.SIGTERM)
				}
				<-t.Done()
				return err
			}),
		}, {
			Name: "one-group", Group: Process, Fault: "puts all its CLIs into one process group, which it kills with the first",
			Kills: kills("process/sibling-outlives-the-kill"),
			Parts: withTransport(func(o *transport.Options) { o.StartProcess = join }),
		}, {
			Name: "no-group", Group: Process, Fault: "kills its CLI and not what that started",
			Kills: kills("process/forks-end-with-it"),
			Parts: withTransport(func(o *transport.Options) {
				o.StartProcess = func(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
					attr.Sys = nil
					return os.StartProcess(path, argv, attr)
				}
			}),
		},
	}
}

// untilExit reads on until the CLI is gone.
type untilExit struct{ transport.Transport }

func (u untilExit) ReadFrame() ([]byte, error) {
	frame, err := u.Transport.ReadFrame()
	if err == io.EOF {
		<-u.Done()
	}
	return frame, err
}

// bothHalves reads nothing after it closed stdin.
type bothHalves struct {
	transport.Transport
	closed atomic.Bool
}

func (b *bothHalves) CloseInput() error {
	b.closed.Store(true)
	return b.Transport.CloseInput()
}

func (b *bothHalves) ReadFrame() ([]byte, error) {
	frame, err := b.Transport.ReadFrame()
	if b.closed.Load() {
		return nil, io.EOF
	}
	return frame, err
}

// waitsForStderr has each CLI write its stderr into a pipe of its own, and waits for the end of that.
func waitsForStderr() *parts.Parts {
	var read sync.WaitGroup // over all CLIs that this client has started: it may start again
	p := withTransport(func(o *transport.Options) {
		o.StartProcess = func(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
			ours, theirs, err := os.Pipe()
			if err != nil {
				return nil, err
			}
			defer func() { _ = theirs.Close() }()
			attr.Files[2] = theirs
			read.Go(func() { _, _ = io.Copy(io.Discard, ours) })
			return os.StartProcess(path, argv, attr)
		}
	})()
	p.Wrap = func(t transport.Transport) transport.Transport { return endsWith{t, read.Wait} }
	return p
}

// endsWith gives the end of the output only after another one.
type endsWith struct {
	transport.Transport
	other func()
}

func (e endsWith) ReadFrame() ([]byte, error) {
	frame, err := e.Transport.ReadFrame()
	if err == io.EOF {
		e.other()
	}
	return frame, err
}

// inTurn closes when the sessions before it are closed.
type inTurn struct {
	transport.Transport
	turn *sync.Mutex
}

func (i inTurn) Close(ctx context.Context) error {
	i.turn.Lock()
	defer i.turn.Unlock()
	return i.Transport.Close(ctx)
}

// waitsForAgents counts the agents that were started and closes when none is left.
func waitsForAgents() *parts.Parts {
	var atWork atomic.Int64
	settled := make(chan struct{}, 1)
	p := parts.Default()
	p.Inbound = seeing(func(m protocol.Message) {
		switch {
		case m.Kind() == "system/task_started":
			atWork.Add(1)
		case m.Type == protocol.TypeSystem && m.System().EndsTask() && atWork.Add(-1) == 0:
			settled <- struct{}{}
		}
	})
	p.Wrap = func(t transport.Transport) transport.Transport { return busy{t, &atWork, settled} }
	return p
}

// busy cannot be closed while agents are at work.
type busy struct {
	transport.Transport
	atWork  *atomic.Int64
	settled <-chan struct{}
}

func (b busy) CloseInput() error {
	b.await()
	return b.Transport.CloseInput()
}

func (b busy) Close(ctx context.Context) error {
	b.await()
	return b.Transport.Close(ctx)
}

func (b busy) await() {
	if b.atWork.Load() > 0 {
		select {
		case <-b.settled:
		case <-b.Done():
		}
	}
}

// spin takes all the time of a processor until the CLI is gone.
func spin(t transport.Transport) {
	for {
		select {
		case <-t.Done():
			return
		default:
			runtime.Gosched()
		}
	}
}

// dropsUnread is empty once it is closed.
type dropsUnread struct {
	parts.Queue
	closed atomic.Bool
	end    error
}

func (q *dropsUnread) Close(err error) {
	q.end = io.EOF
	if err != nil {
		q.end = err
	}
	q.closed.Store(true)
	q.Queue.Close(err)
}

func (q *dropsUnread) Pop(ctx context.Context) (parts.Item, error) {
	it, err := q.Queue.Pop(ctx)
	if q.closed.Load() {
		return parts.Item{}, q.end
	}
	return it, err
}

// deafToLastWords stops listening to stderr with the closing of stdin.
func deafToLastWords() *parts.Parts {
	var closed atomic.Bool
	p := withTransport(func(o *transport.Options) {
		if hear := o.OnStderr; hear != nil {
			o.OnStderr = func(line string) {
				if !closed.Load() {
					hear(line)
				}
			}
		}
		o.NewWriter = func(w io.WriteCloser) transport.FrameWriter { return transport.NewLineWriter(noted{w, &closed}) }
	})()
	return p
}

// noted notes that it was closed.
type noted struct {
	io.WriteCloser
	closed *atomic.Bool
}

func (n noted) Close() error {
	n.closed.Store(true)
	return n.WriteCloser.Close()
}
