package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"runtime"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// Session is one CLI, seen frame by frame: the face for programs that read in a loop of their own and answer the CLI's permission
// requests by hand. It has one CLI from its making to its end; a [Client] can be connected again, and has callbacks where a Session
// has messages.
//
// All methods may be called from any goroutine. The control requests of this side ([Session.Interrupt], [Session.SetModel] and so on)
// are those of Client. The callbacks of [Options] work as there, and a request of the CLI that nobody is there to answer is refused:
// none is left open.
//
// A session ends with [Session.Shutdown], with the context that it was made with, or when the program drops it: when nothing refers
// to it any more its CLI is ended as by Shutdown. The last is a net, which works at some later garbage collection and not at
// the program's end; a callback or a goroutine that refers to the session keeps it alive.
type Session struct {
	requests
	core   *core
	stderr *stderrPipe
	turn   chan struct{} // holds a token while a query reads its turn
}

// ErrNotPending says that a request of the CLI wants no answer: it was answered before, the CLI has withdrawn it, or it never came.
var ErrNotPending = errors.New("no such request is open")

// NewSession gives the session of a CLI that runs already, at the other end of t. The session owns t, and closes it. Nothing is
// written before the first call: the CLI may be in the middle of a turn. The end of ctx ends the session; if it has ended already, every
// call fails with its reason. t must not be nil.
func NewSession(ctx context.Context, t transport.Transport) *Session {
	own := Options{Open: func(context.Context) (transport.Transport, error) { return t, nil }}
	c := newCore(own, &launch{opts: &own}, parts.Default(), t, &notifier{})
	c.initialized = true // by whoever started it; its end is judged as that of one that is ready
	return newSession(ctx, c, nil)
}

// StartSession starts a CLI and initializes it. ctx is the session's: its end, also long after StartSession has returned, ends the
// session as Shutdown does, and calls fail with kind Cancelled or Timeout from then on. When StartSession fails, no process is left;
// its errors are those of [Client.Connect].
func StartSession(ctx context.Context, opts Options) (*Session, error) {
	return StartSessionWithParts(ctx, opts, nil)
}

// StartSessionWithParts is StartSession with other parts than the product's; nil is the product's. It is for this module's own tests.
func StartSessionWithParts(ctx context.Context, opts Options, with *parts.Parts) (*Session, error) {
	with = orDefault(with)
	var stderr *stderrPipe
	if opts.Open == nil && opts.Spawn == nil { // a transport of the user's own brings no stderr
		stderr = &stderrPipe{}
		with = stderr.fed(with)
	}
	c, err := open(ctx, opts, with)
	if err != nil {
		return nil, err
	}
	c.hand.session = opts.resumed()
	c.hand.asks = opts.PermissionPromptToolName == stdio // the answer to initialize may list requests already
	s := newSession(ctx, c, stderr)
	if err := c.handshake(ctx); err != nil {
		c.fail(asError("connect", err))
		_ = c.close(context.Background())
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hand.approval = c.hand.asks
	return s, nil
}

// StartDefaultSession starts a CLI with its own defaults.
func StartDefaultSession(ctx context.Context) (*Session, error) { return StartSession(ctx, Options{}) }

// StartSessionWithModel starts a CLI with a model.
func StartSessionWithModel(ctx context.Context, model string) (*Session, error) {
	return StartSession(ctx, Options{Model: model})
}

// ResumeSession starts a CLI that goes on with an earlier session. An empty id is refused with kind InvalidOption: it would start a
// new one.
func ResumeSession(ctx context.Context, sessionID string) (*Session, error) {
	return ResumeSessionWithModel(ctx, sessionID, "")
}

// ResumeSessionWithModel is ResumeSession with another model; an empty one keeps the CLI's choice.
func ResumeSessionWithModel(ctx context.Context, sessionID, model string) (*Session, error) {
	if sessionID == "" {
		return nil, invalid("resume: a session id is needed").during("connect")
	}
	return StartSession(ctx, Options{Resume: sessionID, Model: model})
}

// newSession wraps a core and starts its reading. Nothing that runs may refer to the session itself: it would never be dropped.
func newSession(ctx context.Context, c *core, stderr *stderrPipe) *Session {
	s := &Session{core: c, stderr: stderr, turn: make(chan struct{}, 1)}
	s.requests = requests{of: func(string) (*core, error) { return s.core, nil }}
	if stderr != nil {
		stderr.end = c.done
	}
	if ctx.Err() != nil {
		c.fail(asError("", ctx.Err()))
	}
	go c.read()
	if ctx.Done() != nil {
		c.own.Go(func() { c.endWith(ctx) })
	}
	runtime.AddCleanup(s, (*core).dismiss, c)
	return s
}

// endWith ends the session with a context.
func (s *core) endWith(ctx context.Context) {
	select {
	case <-ctx.Done():
		s.fail(asError("", ctx.Err()))
	case <-s.done:
	}
}

// Query asks a text and gives all messages of its turn, the result last. On an error it gives those that came before it. It is not
// for a session with tool approval, whose requests it could not show in time: it fails with kind InvalidOption, and
// [Session.QueryStream] is the one to use.
func (s *Session) Query(ctx context.Context, text string) ([]Message, error) {
	return s.QueryWithSession(ctx, text, "")
}

// QueryWithSession is Query under a session id, which is written into the user message. Today's CLIs take no notice of it.
func (s *Session) QueryWithSession(ctx context.Context, text, sessionID string) ([]Message, error) {
	if s.IsToolApprovalEnabled() {
		return nil, &Error{Kind: InvalidOption, Op: "query", Message: "tool approval is enabled, and Query shows messages only " +
			"after the turn: nobody could answer a request; range over QueryStream"}
	}
	var all []Message
	for m, err := range s.QueryStreamWithSession(ctx, text, sessionID) {
		if err != nil {
			return all, err
		}
		all = append(all, m)
	}
	return all, nil
}

// QueryStream asks a text when it is ranged over, and yields the messages of its turn as they come, the result last. It ends where
// [Client.Response] does. A failure is the last pair. Leaving the loop leaves the turn running: what is left of it comes first in
// the next reading. One turn is read at a time: a second query meanwhile fails with kind Other. Who receives at the same time shares the
// messages, and may take the result that the query waits for.
func (s *Session) QueryStream(ctx context.Context, text string) iter.Seq2[Message, error] {
	return s.QueryStreamWithSession(ctx, text, "")
}

// QueryStreamWithSession is QueryStream under a session id, as in [Session.QueryWithSession].
func (s *Session) QueryStreamWithSession(ctx context.Context, text, sessionID string) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		defer runtime.KeepAlive(s)
		select {
		case s.turn <- struct{}{}:
			defer func() { <-s.turn }()
		default:
			yield(Message{}, &Error{Kind: Other, Op: "query",
				Message: "another query reads its turn: range over that to its end, or leave it, before the next"})
			return
		}
		if err := s.core.ask(ctx, "query", User(protocol.Prompt{Text: text, SessionID: sessionID})); err != nil {
			yield(Message{}, err)
			return
		}
		s.core.messages(ctx, yield, (*core).endsTurn)
	}
}

// Send writes any line: a user message, or a control frame of the caller's own, as one JSON object. The answer to a control request that
// was sent this way is received as a message; ids that begin with req_ are the session's own and must not be used.
func (s *Session) Send(ctx context.Context, line json.RawMessage) error {
	defer runtime.KeepAlive(s)
	return s.core.sendLine(ctx, line)
}

// Receive gives the next message, and waits for one. At a good end of the session it gives io.EOF, at any other the reason, again at
// each call. The end of ctx loses nothing: the message is there for the next call.
func (s *Session) Receive(ctx context.Context) (Message, error) {
	defer runtime.KeepAlive(s)
	for {
		item, err := s.core.next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return Message{}, io.EOF
		case err != nil:
			return Message{}, asError("receive", err)
		case !item.Hidden:
			return item.Message, nil
		}
	}
}

// Messages yields the messages that Receive would give, until the session ends. A failure is the last pair; a good end just ends.
// Leaving the loop leaves the session as it is.
func (s *Session) Messages(ctx context.Context) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		defer runtime.KeepAlive(s)
		s.core.messages(ctx, yield, (*core).endsNever)
	}
}

// Response is Messages until the end of the turn, as [Client.Response]: it reads the answer to a user message that was written by Send.
func (s *Session) Response(ctx context.Context) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		defer runtime.KeepAlive(s)
		s.core.messages(ctx, yield, (*core).endsTurn)
	}
}

// IsAlive tells whether the CLI runs. What it wrote before its end can still be received.
func (s *Session) IsAlive() bool {
	select {
	case <-s.core.t.Done():
		return false
	default:
		return !s.core.over()
	}
}

// Shutdown ends the CLI and returns when it is gone: stdin ends, so that it can finish and write its transcript, then it is
// terminated, then killed, each after a grace of [Options.Escalation]. The end of ctx cuts the graces short; with one that has ended, the CLI
// is killed at once. Unread messages can still be received. If the transport could not end the CLI (transport.ErrNotEnded), it fails with
// kind Other, and the session is over all the same.
func (s *Session) Shutdown(ctx context.Context) error {
	defer runtime.KeepAlive(s)
	return s.core.shut(ctx, "shutdown")
}

// PID is the CLI's process id, also after its end; 0 for a transport that has none.
func (s *Session) PID() int {
	if p, ok := s.core.t.(interface{ PID() int }); ok {
		return p.PID()
	}
	return 0
}

// TakeStderr gives the CLI's stderr as a reader, once; nil the second time, and for a session whose transport the caller brought. The
// CLI never waits for it: stderr is read in any case, and what nobody takes is kept up to 1 MiB, of which the end counts: older lines
// make room. It ends with the CLI.
func (s *Session) TakeStderr() io.Reader {
	if s.stderr == nil || !s.stderr.take() {
		return nil
	}
	return s.stderr
}

// SessionID is the id under which the CLI keeps the session, the one to resume it by: the session_id of its own messages, since
// a /clear changes it. Before the first message it is the id that was resumed, or empty.
func (s *Session) SessionID() string {
	s.core.mu.Lock()
	defer s.core.mu.Unlock()
	return s.core.hand.session
}

// Ping checks that the CLI answers. It asks for its version, which costs no tokens and takes a millisecond, also in the middle of a
// turn; a CLI that does not know the question refuses it, and has answered. Nil is alive; an error is of the kinds of any request
// (Timeout, Closed, ProcessExit, ...). It tells nothing of the model's service: only a turn does.
func (s *Session) Ping(ctx context.Context) error {
	_, err := s.Request(ctx, protocol.GetBinaryVersion{})
	if errors.Is(err, ControlError) {
		return nil
	}
	return err
}
