package goadapter

import (
	"context"
	"encoding/json"
	"iter"
	"sync"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// conversation is what the operations need of a face of the client; a [client.Client] has it.
type conversation interface {
	Connect(ctx context.Context, prompt ...client.Prompt) error
	Send(ctx context.Context, frame json.RawMessage) error
	Messages(ctx context.Context) iter.Seq2[client.Message, error]
	Response(ctx context.Context) iter.Seq2[client.Message, error]
	Disconnect(ctx context.Context) error
	Abort() error
}

// controls are the control requests that both faces of the client have.
type controls interface {
	requesting
	SetModel(ctx context.Context, model string) (protocol.SetModelResult, error)
	SetPermissionMode(ctx context.Context, mode string) (protocol.SetPermissionModeResult, error)
	MCPStatus(ctx context.Context) (protocol.MCPStatusResult, error)
	StopTask(ctx context.Context, taskID string) error
	MCPReconnect(ctx context.Context, server string) error
	MCPToggle(ctx context.Context, server string, enabled bool) error
	ServerInfo() (protocol.InitializeResult, error)
}

// byHand drives a [client.Session] as a program does that reads in a loop of its own: a permission request is a message, which is
// put to the user while the loop goes on, and answered when he has decided.
type byHand struct {
	s *session

	mu   sync.Mutex
	live *client.Session               // the latest; nil before the first
	asks map[string]context.CancelFunc // permission requests that the user is deciding, by their id
}

var _ conversation = (*byHand)(nil)

// approving has the CLI ask for permission as a Session wants it: not a callback, but the messages. One option says that, and who else is
// asked, so that nobody can ask for both.
func approving(opts client.Options) (client.Options, error) {
	if opts.CanUseTool == nil {
		return opts, nil
	}
	if opts.PermissionPromptToolName != "" {
		return opts, unsupported("permission_prompt_tool_name")
	}
	opts.CanUseTool, opts.PermissionPromptToolName = nil, "stdio"
	return opts, nil
}

func (h *byHand) session() (*client.Session, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.live == nil {
		return nil, &client.Error{Kind: client.NotConnected, Message: "there is no session: connect makes it"}
	}
	return h.live, nil
}

// Connect makes the session, whose context is the program's. The end of ctx ends the start, and nothing later.
func (h *byHand) Connect(ctx context.Context, prompt ...client.Prompt) error {
	if len(prompt) > 0 {
		return unsupported("prompt")
	}
	life, end := context.WithCancel(h.s.adapter.ctx)
	release := context.AfterFunc(ctx, end)
	if ctx.Err() != nil {
		end()
	}
	s, err := client.StartSessionWithParts(life, h.s.opts, h.s.parts)
	if !release() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		end()
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.live, h.asks = s, map[string]context.CancelFunc{}
	return nil
}

// query writes the user message of a text; what it is answered is received.
func (h *byHand) query(ctx context.Context, a args) error {
	var text string
	if json.Unmarshal(a.Prompt, &text) != nil {
		return unsupported("prompt")
	}
	line, err := protocol.EncodeUser(protocol.Prompt{Text: text, SessionID: a.SessionID})
	if err != nil {
		return err
	}
	return h.Send(ctx, line)
}

// Send writes a line.
func (h *byHand) Send(ctx context.Context, frame json.RawMessage) error {
	s, err := h.session()
	if err != nil {
		return err
	}
	return s.Send(ctx, frame)
}

// Messages receives one message after the other.
func (h *byHand) Messages(ctx context.Context) iter.Seq2[client.Message, error] {
	return h.reading(ctx, (*client.Session).Messages)
}

// Response receives up to the end of the turn.
func (h *byHand) Response(ctx context.Context) iter.Seq2[client.Message, error] {
	return h.reading(ctx, (*client.Session).Response)
}

// reading yields what a loop of the session gives, but for what is put to the user.
func (h *byHand) reading(
	ctx context.Context, loop func(*client.Session, context.Context) iter.Seq2[client.Message, error],
) iter.Seq2[client.Message, error] {
	return func(yield func(client.Message, error) bool) {
		s, err := h.session()
		if err != nil {
			yield(client.Message{}, err)
			return
		}
		for m, err := range loop(s, ctx) {
			if err == nil && h.decides(s, m) {
				continue
			}
			if !yield(m, err) || err != nil {
				break
			}
		}
		if !s.IsAlive() { // nobody waits for a decision any more
			h.release()
		}
	}
}

// decides puts a permission request to the user, and takes back one that the CLI withdrew. It tells whether the message was for that.
func (h *byHand) decides(s *client.Session, m client.Message) bool {
	if m.Type == protocol.TypeControlCancel {
		h.settled(m.CancelledID())
		return true
	}
	r, ok := client.ToolRequestOf(m)
	if !ok {
		return false
	}
	ctx, cancel := context.WithCancel(h.s.adapter.ctx)
	h.mu.Lock()
	h.asks[r.ID.Key()] = cancel
	h.mu.Unlock()
	h.s.adapter.ops.Go(func() { h.answer(ctx, s, r) })
	return true
}

// answer sends what the user decides; his failure refuses the request. One that was withdrawn meanwhile wants no answer.
func (h *byHand) answer(ctx context.Context, s *client.Session, r client.ToolRequest) {
	decision, err := h.s.canUseTool(ctx, r.PermissionRequest)
	if ctx.Err() != nil {
		return
	}
	h.settled(r.ID)
	response := client.ControlResponse{ID: r.ID, Err: err}
	if err == nil {
		response = r.Answer(decision)
	}
	_ = s.SendControlResponse(h.s.adapter.ctx, response)
}

func (h *byHand) settled(id protocol.ID) {
	h.mu.Lock()
	cancel := h.asks[id.Key()]
	delete(h.asks, id.Key())
	h.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// Disconnect is the documented end. What the user is deciding is decided for nobody any more.
func (h *byHand) Disconnect(ctx context.Context) error {
	s, err := h.session()
	if err != nil {
		return nil
	}
	err = s.Shutdown(ctx)
	h.release()
	return err
}

// Abort is a shutdown without graces.
func (h *byHand) Abort() error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return h.Disconnect(ctx)
}

// release takes back what the user is deciding.
func (h *byHand) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, cancel := range h.asks {
		cancel()
	}
	clear(h.asks)
}

// ping is the liveness call of a Session.
func (s *session) ping(ctx context.Context, _ *operation) (any, error) {
	live, err := s.hand.session()
	if err != nil {
		return nil, err
	}
	return value{}, live.Ping(ctx)
}
