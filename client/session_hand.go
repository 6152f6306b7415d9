package client

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
)

// byHand is what of a core is for the user of a [Session], who answers requests himself. It is guarded by the core's mu.
type byHand struct {
	enabling chan struct{}        // holds a token while tool approval is being enabled
	asks     bool                 // permission requests go to the user
	approval bool                 // and the CLI is known to be ready for that
	open     map[string][]*handed // those that he has not answered, by id
	sent     map[string]string    // subtypes of the requests that he wrote himself, by id
	session  string               // the session id of the CLI's latest message that told one
}

// waiting is how many requests the user has not answered.
func (h *byHand) waiting() int { return len(h.open) + max(0, len(h.open[""])-1) }

// handed is a request that the user has.
type handed struct {
	parts.Request
	answering bool // his answer is being written
}

// approveByHand sends permission requests to the user from now on.
func (s *core) approveByHand(ctx context.Context) error {
	const op = "enable_tool_approval"
	switch {
	case s.opts.CanUseTool != nil:
		return &Error{Kind: InvalidOption, Op: op, Message: "the permission callback of the options answers already; leave one of them out"}
	case !s.opts.asksStdio():
		return &Error{Kind: InvalidOption, Op: op, Message: `the CLI was not told to ask: start the session with the permission prompt tool "stdio"`}
	}
	select { // the handshake of one caller is not another's
	case s.hand.enabling <- struct{}{}:
		defer func() { <-s.hand.enabling }()
	case <-ctx.Done():
		return asError(op, ctx.Err())
	}
	s.mu.Lock()
	known := s.hand.approval || s.info.ID != ""
	s.hand.asks = true // before the CLI is ready: it may ask at once
	s.hand.approval = known
	s.mu.Unlock()
	if known {
		return nil
	}
	err := s.handshake(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hand.asks, s.hand.approval = err == nil, err == nil
	if err != nil {
		return asError(op, err)
	}
	return nil
}

// handOver gives a request of the CLI to the user, if it is one for him. One that the CLI sends again, or lists in its answer to
// initialize, he has already. It runs on the reading goroutine.
func (s *core) handOver(m Message) bool {
	if m.Subtype != protocol.SubCanUseTool {
		return false
	}
	if s.ctx.Err() != nil {
		return false // the session is told to end: nobody is asked any more
	}
	mine, fresh := s.keepOpen(parts.Request{ID: m.ControlRequest().ID, Message: m})
	if fresh {
		s.push(parts.Item{Message: m})
	}
	return mine
}

// keepOpen notes a request as one for the user, if he wants them. What has no id cannot be told apart.
func (s *core) keepOpen(r parts.Request) (mine, fresh bool) {
	key := r.ID.Key()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.hand.asks {
		return false, false
	}
	if len(s.hand.open[key]) > 0 && r.ID != "" {
		return true, false
	}
	if s.hand.open == nil {
		s.hand.open = map[string][]*handed{}
	}
	s.hand.open[key] = append(s.hand.open[key], &handed{Request: r})
	return true, true
}

// handBack tells the user that the CLI has withdrawn a request of his.
func (s *core) handBack(m Message) {
	id := m.CancelledID()
	if id == "" {
		return // it names no request
	}
	s.mu.Lock()
	withdrawn := len(s.hand.open[id.Key()]) > 0
	delete(s.hand.open, id.Key())
	s.mu.Unlock()
	if withdrawn {
		s.push(parts.Item{Message: m})
	}
}

// takeOpen gives the oldest request of an id to the one who answers it; nil if there is none.
func (s *core) takeOpen(id protocol.ID) *handed {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.hand.open[id.Key()] {
		if !r.answering {
			r.answering = true
			return r
		}
	}
	return nil
}

// settleOpen writes the answer to a request that was taken; nil is none. If the CLI will see nothing of it the request is open as
// before, unless it was withdrawn meanwhile: a context that ends must not leave the CLI without an answer for ever.
func (s *core) settleOpen(r *handed, write func() error) error {
	err := write()
	if r == nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r.answering = err == nil || begun(err)
	if !r.answering {
		return err
	}
	key := r.ID.Key()
	s.hand.open[key] = slices.DeleteFunc(s.hand.open[key], func(o *handed) bool { return o == r })
	if len(s.hand.open[key]) == 0 {
		delete(s.hand.open, key)
	}
	return err
}

// answerByHand answers a request that was handed over.
func (s *core) answerByHand(ctx context.Context, response ControlResponse) error {
	const op = "send_control_response"
	if err := ctx.Err(); err != nil {
		return asError(op, err)
	}
	request := s.takeOpen(response.ID)
	if request == nil {
		return &Error{Kind: Other, Op: op, Err: ErrNotPending,
			Message: fmt.Sprintf("no request %s is open: it was answered, withdrawn, or never received", response.ID)}
	}
	line := s.parts.Answer(request.Request, parts.Outcome{Value: response.Value, Err: response.Err})
	return s.settleOpen(request, func() error {
		if line == nil {
			return nil
		}
		return s.write(ctx, op, line)
	})
}

// sendLine writes a line of the user's own.
func (s *core) sendLine(ctx context.Context, line json.RawMessage) error {
	const op = "send"
	m, err := protocol.Decode(line)
	if err != nil {
		return &Error{Kind: PromptError, Op: op, Message: "what was to be sent is no message: " + err.Error(), Err: err}
	}
	switch m.Type {
	case protocol.TypeUser:
		return s.say(ctx, op, line)
	case protocol.TypeControlRequest:
		s.mu.Lock()
		if s.hand.sent == nil {
			s.hand.sent = map[string]string{}
		}
		s.hand.sent[m.ControlRequest().ID.Key()] = m.Subtype
		s.mu.Unlock()
	}
	if line, err = oneLine(line); err != nil {
		return asError(op, err)
	}
	var answered *handed
	if m.Type == protocol.TypeControlResponse {
		answered = s.takeOpen(m.ControlResponse().ID)
	}
	return s.settleOpen(answered, func() error { return s.write(ctx, op, line) })
}

// sentByHand takes the request that an answer belongs to, if the user wrote that himself. It is called with mu held.
func (s *core) sentByHand(m Message) (subtype string, known bool) {
	key := m.ControlResponse().ID.Key()
	subtype, known = s.hand.sent[key]
	if known {
		delete(s.hand.sent, key)
	}
	return subtype, known
}

// noteSession notes under which id the CLI keeps the session. Only messages that every turn has are looked at. It is called with mu
// held.
func (s *core) noteSession(m Message) {
	opens := m.Type == protocol.TypeSystem && m.Subtype == protocol.SystemInit
	if s.hand.session != "" && !opens && m.Type != protocol.TypeResult {
		return
	}
	if id := m.Header().SessionID; id != "" {
		s.hand.session = id
	}
}

// resumed is the session id that the options ask for; empty if they leave it to the CLI.
func (o *Options) resumed() string {
	switch {
	case o.SessionID != "":
		return o.SessionID
	case o.ForkSession:
		return ""
	}
	return o.Resume
}

// stdio is the permission prompt tool that stands for the CLI's own stdin and stdout.
const stdio = "stdio"

// asksStdio tells whether the CLI asks for permissions on its stdout, as far as the options say.
func (o *Options) asksStdio() bool {
	return o.CanUseTool != nil || o.Open != nil || o.PermissionPromptToolName == stdio
}
