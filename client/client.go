package client

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/internal/parts"
)

// Client is a conversation with one CLI over many prompts, made by [New]. All methods may be called from any goroutine at any time; what
// one call waits for holds up no other, and the end of a call's context ends that call and nothing else. After Disconnect it may be
// connected again, to a new CLI.
type Client struct {
	requests
	opts  Options
	parts *parts.Parts

	mu      sync.Mutex
	s       *core    // the latest; nil before the first
	opening *opening // nil if no Connect is under way
}

// opening is a Connect under way.
type opening struct {
	cancel    context.CancelFunc
	opened    chan struct{}   // closed when the CLI runs
	done      chan struct{}   // closed when it is settled
	end       context.Context // bounds the graces of a CLI whose opening failed
	hurry     context.CancelFunc
	abandoned bool // by Disconnect; under the client's mu
}

// New gives a client that is not connected.
func New(opts Options) *Client { return NewWithParts(opts, nil) }

// NewWithParts is New with other parts than the product's; nil is the product's. It is for this module's own tests.
func NewWithParts(opts Options, with *parts.Parts) *Client {
	c := &Client{opts: opts, parts: orDefault(with)}
	c.requests = requests{of: c.core}
	return c
}

// With connects a client, has use work with it, and disconnects it when use has returned or panicked. ctx is for the connecting and for
// use to take further; the CLI has its graces to end in also if ctx has ended. It gives the error of Connect, of use or of Disconnect.
func With(ctx context.Context, opts Options, use func(*Client) error) (err error) {
	c := New(opts)
	if err := c.Connect(ctx); err != nil {
		return err
	}
	defer func() {
		if end := c.Disconnect(context.WithoutCancel(ctx)); err == nil {
			err = end
		}
	}()
	return use(c)
}

// Connect starts the CLI, opens the session, and asks the prompts if there are some. ctx is for that only: its end later does not end the
// session. A text is written before Connect returns. A stream is fed in the background as long as the session lasts, so that it may
// wait for answers; if it fails, the session ends with an error of kind PromptError.
//
// When Connect fails, no process is left. Its errors, by kind: InvalidOption (nothing was started), CLINotFound, Spawn, Timeout (initialize
// was not answered in time, or ctx), Cancelled, ControlError (the CLI refused initialize), ProcessExit (it ended before), Closed
// (Disconnect was called meanwhile), PromptError, Other (the client is connected already).
func (c *Client) Connect(ctx context.Context, prompts ...Prompt) error {
	ctx, o, err := c.reserve(ctx)
	if err != nil {
		return err
	}
	s, err := c.open(ctx, o)
	if err == nil {
		err = s.begin(ctx, prompts)
	}
	if err != nil && s != nil {
		_ = s.close(o.end)
	}
	return c.settle(o, err)
}

// reserve makes sure that one session at a time is opened.
func (c *Client) reserve(ctx context.Context) (context.Context, *opening, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opening != nil || !c.parts.Admit(c.s != nil && !c.s.over()) {
		return nil, nil, &Error{Kind: Other, Op: "connect", Message: "the client is connected already; disconnect it first"}
	}
	o := &opening{opened: make(chan struct{}), done: make(chan struct{})}
	ctx, o.cancel = context.WithCancel(c.parts.Scope(ctx))
	o.end, o.hurry = context.WithCancel(context.Background())
	c.opening = o
	return ctx, o, nil
}

// settle ends the opening, and gives its outcome.
func (c *Client) settle(o *opening, err error) error {
	o.cancel()
	o.hurry()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opening = nil
	close(o.done)
	if o.abandoned {
		return &Error{Kind: Closed, Op: "connect", Message: "the client was disconnected while it connected", Err: err}
	}
	return err
}

func (c *Client) open(ctx context.Context, o *opening) (*core, error) {
	s, err := open(ctx, c.opts, c.parts)
	if err != nil {
		return nil, err
	}
	go s.read()
	close(o.opened)
	if err := s.handshake(ctx); err != nil {
		s.fail(asError("connect", err))
		return s, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.s = s // before the first prompt, whose callbacks may use the client
	return s, nil
}

// begin asks the first prompts: messages at once, and everything from the first stream on in the background.
func (s *core) begin(ctx context.Context, prompts []Prompt) error {
	for i, p := range prompts {
		if p.next != nil {
			s.spawn(func() { s.feed(prompts[i:]) })
			return nil
		}
		if err := s.ask(ctx, "connect", p); err != nil {
			return err
		}
	}
	return nil
}

// feed asks prompts as long as the session lasts.
func (s *core) feed(prompts []Prompt) {
	for _, p := range prompts {
		err := s.ask(s.ctx, "connect", p)
		if errors.Is(err, PromptError) {
			s.fail(asError("connect", err))
		}
		if err != nil {
			return
		}
	}
}

// core gives the latest session, or an error if there never was one.
func (c *Client) core(op string) (*core, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.s == nil {
		return nil, notConnected(op)
	}
	return c.s, nil
}

func notConnected(op string) *Error {
	return &Error{Kind: NotConnected, Op: op, Message: "the client is not connected; call Connect first"}
}

// Query asks a prompt. It returns when the prompt is written, for a stream after its last message; the answer is read with
// Messages or Response, before or after. The end of ctx ends it between two lines: what was written stays written, and a line is written
// wholly or not at all. Its errors, by kind: PromptError (a stream failed; the session goes on), Cancelled, Timeout, NotReady (the CLI
// no longer reads its stdin), NotConnected, and what ended the session.
func (c *Client) Query(ctx context.Context, p Prompt) error {
	s, err := c.core("query")
	if err != nil {
		return err
	}
	return s.ask(ctx, "query", p)
}

// Send writes a user message as it is: one JSON object. Its errors are those of Query.
func (c *Client) Send(ctx context.Context, frame json.RawMessage) error {
	s, err := c.core("send")
	if err != nil {
		return err
	}
	return s.say(ctx, "send", frame)
}

// Messages yields the messages of the session as they come, until it ends. Leaving the loop leaves the session as it is, and the
// next Messages goes on where this one stopped; several at once share the messages. The end of ctx ends the loop with an error of kind
// Cancelled or Timeout and takes no message. A failure is the last pair, as in [Query], at each call again; a session that was
// disconnected, or whose CLI ended well, just ends.
func (c *Client) Messages(ctx context.Context) iter.Seq2[Message, error] {
	return c.receive(ctx, "messages", (*core).endsNever)
}

// Response is Messages until the end of a turn: its result, included. It does not stop at a result with an agent still at work, nor at
// the late result of an interrupted turn if another one was asked for since. Prompts that were asked in quick succession may be merged by
// the CLI into one turn with one result: then there are fewer responses than prompts, and one too many waits until ctx ends or something
// else is asked. So does one whose result another reader takes meanwhile.
func (c *Client) Response(ctx context.Context) iter.Seq2[Message, error] {
	return c.receive(ctx, "response", (*core).endsTurn)
}

// receive reads from the session that is the latest when the loop begins, and from no other.
func (c *Client) receive(ctx context.Context, op string, ends func(*core, parts.Item) bool) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		s, err := c.core(op)
		if err != nil {
			yield(Message{}, err)
			return
		}
		s.messages(ctx, yield, ends)
	}
}

// endsNever is for a reader who takes the messages of all turns.
func (s *core) endsNever(parts.Item) bool { return false }

// endsTurn tells whether the turn that is being read ends with a message. The end of an interrupted turn, and one that no message
// shows, are not for a reader who has asked something since.
func (s *core) endsTurn(it parts.Item) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return it.Mark.Ends && (!it.Mark.Leftover && !it.Hidden || it.Mark.Turn >= s.asked)
}

// Disconnect ends the session and its CLI, by EOF first and by force at last, and returns when it is gone. A Connect under way is ended
// too. The end of ctx cuts the graces short. Callbacks are stopped, open requests fail; unread messages can still be read. Without a
// session, or when it has ended, it does nothing. A callback that heeds no context is waited for a second at most, so a callback may
// itself disconnect; if that is Options.Open or Options.Spawn, it fails with kind Timeout, and Connect ends what they still start. If the
// transport could not end the CLI (transport.ErrNotEnded), it fails with kind Other, and the session is over all the same.
func (c *Client) Disconnect(ctx context.Context) error {
	s, o := c.abandon()
	if o != nil {
		return o.wait(ctx)
	}
	if s == nil {
		return nil
	}
	return s.shut(ctx, "disconnect")
}

// wait waits until an opening that was abandoned is settled. The end of ctx cuts the graces of its CLI short.
func (o *opening) wait(ctx context.Context) error {
	defer context.AfterFunc(ctx, o.hurry)()
	grace := time.NewTimer(callbackGrace)
	defer grace.Stop()
	select {
	case <-o.opened:
		<-o.done
	case <-o.done:
	case <-grace.C:
		return &Error{Kind: Timeout, Op: "disconnect",
			Message: "what starts the CLI heeds no context; what it starts is ended as soon as it returns"}
	}
	return nil
}

// abandon gives the session to end, or the Connect under way, which is told to give up.
func (c *Client) abandon() (*core, *opening) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opening == nil {
		return c.s, nil
	}
	c.opening.abandoned = true
	c.opening.cancel()
	return nil, c.opening
}

// Abort is Disconnect without graces: the CLI is killed.
func (c *Client) Abort() error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return c.Disconnect(ctx)
}
