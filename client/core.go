package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
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
	lines       map[int]struct{} // user lines since the last result, by the numbers of their turns
	last        *protocol.Result
	cutOff      *transport.FrameError
	info        protocol.ControlResponse
	commands    json.RawMessage // the latest commands_changed message; nil if there was none
	end         error           // how it ended; valid once done is closed
	gone        error           // what calls get after the end; valid once done is closed
}

// open starts a CLI and the reading of its output. ctx is for the start only.
func open(ctx context.Context, opts Options, p *parts.Parts) (*core, error) {
	if err := ctx.Err(); err != nil {
		return nil, asError("connect", err)
	}
	launch, err := opts.prepare(p)
	if err != nil {
		return nil, err
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
		calls: map[string][]*call{}, lines: map[int]struct{}{}, done: make(chan struct{}),
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.hand.enabling = make(chan struct{}, 1)
	s.mcp = newMCPBridge(s)
	s.skipped, skipped.s = skipped, s
	s.handler = p.Handler(s.handle)
	return s
}

func openTransport(ctx context.Context, l *launch, p *parts.Parts, skipped *notifier) (transport.Transport, error) {
	opts := l.opts
	if opts.Open != nil {
		t, err := opts.Open(ctx)
		if err != nil {
			return nil, startError(err)
		}
		return t, nil
	}
	command, err := l.command(p)
	if err != nil {
		return nil, startError(err)
	}
	spawn := opts.Spawn
	if spawn == nil {
		spawn = func(ctx context.Context, c transport.Command) (transport.Transport, error) {
			return p.Open(ctx, c, opts.transportOptions(skipped))
		}
	}
	t, err := spawn(ctx, command)
	if err != nil {
		return nil, startError(err)
	}
	return t, nil
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

// exchange writes a request and waits for its answer; a refusal is an error.
func (s *core) exchange(ctx context.Context, r protocol.Request) (protocol.Message, error) {
	op := r.Subtype()
	id := s.nextID()
	reply, err := s.pending.Open(id, op)
	if err != nil {
		return protocol.Message{}, asError(op, err)
	}
	line, err := s.parts.Request(id, r)
	if err == nil {
		err = s.write(ctx, op, line)
	}
	if err != nil {
		if !begun(err) || !concernsAll(op) {
			reply.Drop()
		}
		return protocol.Message{}, asError(op, err)
	}
	answer, err := reply.Wait(ctx)
	if err != nil {
		if !concernsAll(op) {
			reply.Drop()
		}
		s.giveUp(id, op)
		return protocol.Message{}, asError(op, err)
	}
	if response := answer.ControlResponse(); response.Failed() {
		return answer, refused(op, response)
	}
	return answer, nil
}

// concernsAll tells whether the answer to a request says something to the whole session, so that it is heeded also if its caller has left.
func concernsAll(subtype string) bool {
	return subtype == protocol.SubInterrupt || subtype == protocol.SubInitialize
}

// begun tells of a failed write whether the CLI may see the line all the same.
func begun(err error) bool {
	var write *transport.WriteError
	return errors.As(err, &write) && write.Begun
}

// giveUp withdraws a request whose answer nobody waits for. Only a side question is withdrawn: the CLI heeds no other (cli:8).
func (s *core) giveUp(id protocol.ID, subtype string) {
	if subtype != protocol.SubSideQuestion {
		return
	}
	if line, err := protocol.EncodeCancel(id); err == nil {
		s.spawn(func() { _ = s.t.WriteFrame(s.ctx, line) })
	}
}

func refused(op string, response protocol.ControlResponse) *Error {
	text := response.Error
	if text == "" {
		text = "claude refused the request and gave no reason"
	}
	return &Error{Kind: ControlError, Op: op, Message: text, Code: response.ErrorCode}
}

// nextID gives an id that is unique in the session.
func (s *core) nextID() protocol.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids++
	return protocol.NewID("req_" + strconv.Itoa(s.ids))
}

// write writes one line. If the CLI no longer reads, the reason is most often that it is gone, which is known a moment later.
func (s *core) write(ctx context.Context, op string, line []byte) error {
	err := s.t.WriteFrame(ctx, line)
	if err == nil {
		return nil
	}
	if s.over() { // also if it was this side that ended it
		return asError(op, s.reason())
	}
	if errors.Is(err, transport.ErrPeerClosed) {
		reason := time.NewTimer(reasonGrace)
		defer reason.Stop()
		select {
		case <-s.done:
			return asError(op, s.reason())
		case <-ctx.Done():
		case <-reason.C:
		}
	}
	return asError(op, err)
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

// ask feeds a prompt to the CLI, one user line at a time.
func (s *core) ask(ctx context.Context, op string, p Prompt) error {
	if p.empty() {
		return nil
	}
	next := s.parts.Prompt(p.pull())
	for {
		line, err := pullSafely(ctx, next)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return s.promptFailed(ctx, op, err)
		}
		if err := s.say(ctx, op, line); err != nil {
			return err
		}
	}
}

// pullSafely gives the next item of a prompt stream; one that panics has failed.
func pullSafely(ctx context.Context, next parts.Pull) (line json.RawMessage, err error) {
	defer func() {
		if p := recover(); p != nil {
			line, err = nil, fmt.Errorf("it panicked: %v", p)
		}
	}()
	return next(ctx)
}

func (s *core) promptFailed(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return asError(op, err)
	}
	return &Error{Kind: PromptError, Op: op, Message: "the prompt stream failed: " + err.Error(), Err: err}
}

// say writes one user line.
func (s *core) say(ctx context.Context, op string, line []byte) error {
	line, err := oneLine(line)
	if err != nil {
		return &Error{Kind: PromptError, Op: op, Message: "a prompt's item is not a user message: " + err.Error(), Err: err}
	}
	s.mu.Lock()
	number := s.turns.Wrote()
	s.asked = number
	s.lines[number] = struct{}{}
	s.mu.Unlock()
	s.input.step(parts.PromptWritten, Message{})
	err = s.write(ctx, op, s.opts.composed(line))
	if err != nil && !begun(err) {
		s.unsay(number)
	}
	return err
}

// unsay takes back a user line of which the CLI will see nothing.
func (s *core) unsay(number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turns.Unwrote(number)
	delete(s.lines, number)
	if s.asked == number {
		s.asked--
	}
}

// oneLine gives a JSON object as one line.
func oneLine(item []byte) ([]byte, error) {
	if len(item) == 0 || !json.Valid(item) {
		return nil, errors.New("it is not JSON")
	}
	if bytes.IndexByte(item, '\n') < 0 {
		return item, nil
	}
	var line bytes.Buffer
	err := json.Compact(&line, item)
	return line.Bytes(), err
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
	err := s.t.Close(ctx)
	<-s.done
	s.settle()
	return err
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
