package client

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

const (
	// outputGrace is how long the CLI may live on after it closed its stdout.
	outputGrace = 5 * time.Second
	// callbackGrace is how long the end of a session waits for callbacks whose context has ended.
	callbackGrace = time.Second
	// reasonGrace is how long a failed write waits for the exit that explains it.
	reasonGrace = 500 * time.Millisecond
)

// core is one CLI from its start to its end. Its reading goroutine is started by open, ends with the CLI's output, and closes
// done; everything else is called from any goroutine.
type core struct {
	opts   Options
	launch *launch
	parts  *parts.Parts
	t      transport.Transport
	mcp    *mcpBridge
	input  *inputDriver // of a one-shot session; nil otherwise

	pending parts.Pending
	queue   parts.Queue
	handler parts.Handler
	skipped *notifier // of OnSkip
	mirror  *mirror   // to the user's session store; nil if there is none

	ctx  context.Context // of callbacks: ends when the session is over or told to end
	stop context.CancelFunc
	done chan struct{}  // closed when the CLI is gone and the end is known
	own  sync.WaitGroup // callbacks and helpers

	handling atomic.Int64 // requests of the CLI whose callbacks run, or whose answers are not written

	mu          sync.Mutex
	turns       parts.Turns
	ids         int
	calls       map[string][]*call // requests of the CLI that are being handled
	hand        byHand             // what the user of a Session answers himself
	cause       *Error             // why this side ended the CLI, if not because it was told to
	dismissed   bool
	settling    bool // the helpers are waited for, and no more are taken
	initialized bool
	asked       int              // number of the last user line
	unsaid      map[int]bool     // numbers of user lines that were taken back
	lines       map[int]struct{} // user lines since the last result, by the numbers of their turns
	last        *protocol.Result
	cutOff      *transport.FrameError
	info        protocol.ControlResponse
	commands    json.RawMessage // the latest commands_changed message; nil if there was none
	gone        error           // what calls get after the end; valid once done is closed
}

// open starts a CLI and the reading of its output. ctx is for the start only.
func open(ctx context.Context, opts Options, p *parts.Parts) (*core, error) {
	if err := ctx.Err(); err != nil {
		return nil, asError("connect", err)
	}
	launch, err := opts.prepare(ctx, p)
	if err != nil {
		return nil, asError("connect", err)
	}
	skipped := &notifier{call: opts.OnSkip}
	t, err := openTransport(ctx, launch, p, skipped)
	if err != nil {
		launch.clean()
		return nil, err
	}
	return newCore(opts, launch, p, t, skipped), nil
}

// newCore puts a session over a transport. Nothing is read before its read is called.
func newCore(opts Options, launch *launch, p *parts.Parts, t transport.Transport, skipped *notifier) *core {
	s := &core{
		opts: opts, launch: launch, parts: p, t: p.Wrap(t),
		pending: p.Pending(), queue: p.Queue(opts.maxUnread()), turns: p.Turns(),
		calls: map[string][]*call{}, lines: map[int]struct{}{}, unsaid: map[int]bool{}, done: make(chan struct{}),
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.hand.enabling = make(chan struct{}, 1)
	s.mcp = newMCPBridge(s)
	s.skipped, skipped.s = skipped, s
	s.handler = p.Handler(s.handle)
	s.mirror = newMirror(s)
	return s
}

func openTransport(ctx context.Context, l *launch, p *parts.Parts, skipped *notifier) (t transport.Transport, err error) {
	opts := l.opts
	if opts.Open != nil {
		t, err = opts.Open(ctx)
	} else {
		t, err = startCLI(ctx, l, p, skipped)
	}
	if err == nil && t == nil {
		err = errors.New("options Open and Spawn have to give a transport or an error, and gave neither")
	}
	if err != nil {
		return nil, startError(err)
	}
	return t, nil
}

// startCLI starts the CLI of a launch.
func startCLI(ctx context.Context, l *launch, p *parts.Parts, skipped *notifier) (transport.Transport, error) {
	command, err := l.command(p)
	if err != nil {
		return nil, err
	}
	if l.opts.Spawn != nil {
		return l.opts.Spawn(ctx, command)
	}
	return p.Open(ctx, command, l.opts.transportOptions(skipped))
}

// handshake sends initialize and waits for its answer.
func (s *core) handshake(ctx context.Context) error {
	if limit := s.opts.initializeTimeout(); limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	answer, err := s.parts.Initialize(ctx, func(ctx context.Context) (protocol.Message, error) {
		return s.exchange(ctx, s.launch.request)
	})
	if err != nil {
		return asError("connect", err)
	}
	info := answer.ControlResponse()
	s.mu.Lock()
	s.info = info
	s.mu.Unlock()
	return s.launch.confirmed(info.Response)
}

// over tells whether the session has ended.
func (s *core) over() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// reason gives what a call gets after the end of the session. It may be called once done is closed.
func (s *core) reason() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone
}

// fail ends the session because of err, unless it has ended already or is told to end.
func (s *core) fail(err *Error) {
	s.mu.Lock()
	if s.cause == nil && !s.dismissed {
		s.cause = err
	}
	s.mu.Unlock()
	s.dismiss()
}

// dismiss tells the session to end and does not wait for that: callbacks are stopped, open requests fail, the CLI is ended.
func (s *core) dismiss() {
	s.mu.Lock()
	if s.dismissed {
		s.mu.Unlock()
		return
	}
	s.dismissed = true
	cause := s.cause
	s.mu.Unlock()
	s.stop()
	if cause == nil {
		cause = &Error{Kind: Closed, Message: "the session was closed"}
	}
	s.pending.Close(cause)
	go func() { _ = s.t.Close(context.Background()) }() // returns when the CLI is gone; finish waits for the same
}

// close ends the session and waits until its CLI is gone. The end of ctx cuts the graces short.
func (s *core) close(ctx context.Context) error {
	s.dismiss()
	defer s.mirror.cut(ctx)()
	err := s.t.Close(ctx)
	<-s.done
	s.settle()
	return err
}

// shut is close for the user: it fails if the transport could not end the CLI. A session that had ended before has nothing to tell.
func (s *core) shut(ctx context.Context, op string) error {
	over := s.over()
	if err := s.close(ctx); err != nil && !over {
		return asError(op, err)
	}
	return nil
}

// spawn runs a helper that the end of the session waits for. It gives false, and runs nothing, once that waits already. The reading
// goroutine needs no such care: nobody waits before it is done.
func (s *core) spawn(helper func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.settling {
		s.own.Go(helper)
	}
	return !s.settling
}

// settle waits for the callbacks, but not for ever: one that heeds no context is its owner's.
func (s *core) settle() {
	idle := make(chan struct{})
	s.mu.Lock()
	s.settling = true
	s.mu.Unlock()
	go func() {
		s.own.Wait()
		close(idle)
	}()
	grace := time.NewTimer(callbackGrace)
	defer grace.Stop()
	select {
	case <-idle:
	case <-grace.C:
	}
}
