package client

import (
	"context"
	"encoding/json"
	"iter"
	"sync"

	"github.com/wiretrial/wiretrial/internal/parts"
)

// Client is a conversation with one CLI over many prompts. All methods may be called from any goroutine; what one call waits
// for holds up no other. After Disconnect it may be connected again, to a new CLI.
type Client struct {
	requests
	opts  Options
	parts *parts.Parts

	mu      sync.Mutex
	s       *core // the latest; nil before the first
	opening bool
}

// New gives a client that is not connected.
func New(opts Options) *Client { return NewWithParts(opts, nil) }

// NewWithParts is New with other parts than the product's; nil is the product's. It is for this module's own tests.
func NewWithParts(opts Options, with *parts.Parts) *Client {
	c := &Client{opts: opts, parts: orDefault(with)}
	c.requests = requests{of: c.core}
	return c
}

// Connect starts the CLI, opens the session, and asks the prompt if there is one. ctx is for the start and the prompt: its end
// later does not end the session. When Connect fails, no process is left.
func (c *Client) Connect(ctx context.Context, prompt ...Prompt) error {
	if err := c.reserve(); err != nil {
		return err
	}
	s, err := c.open(ctx)
	c.mu.Lock()
	c.opening = false
	if err == nil {
		c.s = s
	}
	c.mu.Unlock()
	if err != nil {
		return err
	}
	for _, p := range prompt {
		if err := s.ask(ctx, "connect", p); err != nil {
			_ = s.close(context.Background())
			return err
		}
	}
	return nil
}

// reserve makes sure that one session at a time is opened.
func (c *Client) reserve() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opening || c.s != nil && !c.s.over() {
		return &Error{Kind: Other, Op: "connect", Message: "the client is connected already; disconnect it first"}
	}
	c.opening = true
	return nil
}

func (c *Client) open(ctx context.Context) (*core, error) {
	s, err := open(ctx, c.opts, c.parts)
	if err != nil {
		return nil, err
	}
	go s.read()
	if err := s.handshake(ctx); err != nil {
		s.fail(asError("connect", err))
		_ = s.close(context.Background())
		return nil, err
	}
	return s, nil
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
// Messages or Response, before or after.
func (c *Client) Query(ctx context.Context, p Prompt) error {
	s, err := c.core("query")
	if err != nil {
		return err
	}
	return s.ask(ctx, "query", p)
}

// Send writes a user message as it is: one JSON object.
func (c *Client) Send(ctx context.Context, frame json.RawMessage) error {
	s, err := c.core("send")
	if err != nil {
		return err
	}
	return s.say(ctx, "send", frame)
}

// Messages yields the messages of the session as they come, until it ends. Leaving the loop leaves the session as it is, and the
// next Messages goes on where this one stopped; several at once share the messages. A failure is the last pair, as in [Query]; a
// session that was disconnected, or whose CLI ended well, just ends.
func (c *Client) Messages(ctx context.Context) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		c.receive(ctx, yield, func(parts.Item) bool { return false })
	}
}

// Response is Messages until the end of a turn: its result. It does not stop at a result with an agent still at work, nor at the
// late result of an interrupted turn if another one was asked for since.
func (c *Client) Response(ctx context.Context) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		s, err := c.core("receive")
		if err != nil {
			yield(Message{}, err)
			return
		}
		c.receive(ctx, yield, s.endsTurn)
	}
}

func (c *Client) receive(ctx context.Context, yield func(Message, error) bool, ends func(parts.Item) bool) {
	s, err := c.core("receive")
	if err != nil {
		yield(Message{}, err)
		return
	}
	s.messages(ctx, yield, ends)
}

// endsTurn tells whether the turn that is being read ends with a message. The end of an interrupted turn, and one that no message
// shows, are not for a reader who has asked something since.
func (s *core) endsTurn(it parts.Item) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return it.Mark.Ends && (!it.Mark.Leftover && !it.Hidden || it.Mark.Turn >= s.asked)
}

// Disconnect ends the session and its CLI, by EOF first and by force at last, and returns when it is gone. The end of ctx cuts the
// graces short. Callbacks are stopped, open requests fail; unread messages can still be read. Without a session it does nothing.
// A callback that heeds no context is waited for a second at most, so a callback may itself disconnect.
func (c *Client) Disconnect(ctx context.Context) error {
	s, err := c.core("disconnect")
	if err != nil {
		return nil
	}
	if err := s.close(ctx); err != nil && !s.over() {
		return asError("disconnect", err)
	}
	return nil
}

// Abort is Disconnect without graces: the CLI is killed.
func (c *Client) Abort() error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return c.Disconnect(ctx)
}
