package client

import (
	"context"
	"fmt"
	"slices"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
)

// call is a request of the CLI that is being handled.
type call struct {
	request   parts.Request
	stop      context.CancelFunc
	withdrawn bool // under the session's mu
}

// maxOpenRequests is how many requests of the CLI may wait for their answers, or for the CLI to read them. Each costs a goroutine, and a
// real CLI has a handful.
const maxOpenRequests = 10_000

// serve starts the handling of a request of the CLI, in a goroutine of its own.
func (s *core) serve(m Message) {
	if s.crowded() {
		s.fail(&Error{Kind: Other, Message: fmt.Sprintf("claude has %d requests open at once and sends more; the session was ended", maxOpenRequests)})
		return
	}
	if s.handOver(m) {
		return
	}
	id := m.ControlRequest().ID
	if id == "" { // an answer could name none: what asks so wants none
		s.skipped.tell(fmt.Errorf("a request %q of the CLI without request_id cannot be answered: %.200s", m.Subtype, m.Raw))
		return
	}
	ctx, stop := context.WithCancel(context.WithValue(s.ctx, requestIDKey{}, id))
	c := &call{request: parts.Request{ID: id, Message: m}, stop: stop}
	if !s.admit(c) {
		stop()
		return
	}
	leave := func() {}
	if m.Subtype == protocol.SubMCPMessage {
		line, place := s.mcp.lineUp(ctx, m.MCPMessage().ServerName)
		ctx, leave = line, place.leave
	}
	s.input.step(parts.RequestOpened, Message{})
	s.own.Add(1)
	s.handling.Add(1)
	s.parts.Run(func() {
		defer s.own.Done()
		defer s.handling.Add(-1)
		defer stop()
		defer leave()
		s.settleCall(ctx, c)
	})
}

// crowded tells whether no further request of the CLI is taken.
func (s *core) crowded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.handling.Load()+int64(s.hand.waiting()) >= maxOpenRequests
}

// admit takes a call among the open ones, unless it is there already: one that the CLI sends again is answered once. What has no id
// cannot be told apart.
func (s *core) admit(c *call) bool {
	key := c.request.ID.Key()
	s.mu.Lock()
	defer s.mu.Unlock()
	again := slices.ContainsFunc(s.calls[key], func(o *call) bool { return !o.withdrawn })
	if again && c.request.ID != "" {
		return false
	}
	s.calls[key] = append(s.calls[key], c)
	return true
}

// settleCall runs the handler and answers the request, unless it was withdrawn meanwhile.
func (s *core) settleCall(ctx context.Context, c *call) {
	value, err := safely(ctx, s.handler, c.request)
	outcome := parts.Outcome{Value: value, Err: err, Ended: s.ctx.Err() != nil}
	outcome.Withdrawn = s.claim(c)
	if line := s.parts.Answer(c.request, outcome); line != nil {
		// A CLI that is gone wants no answer: that the line is not written is no failure of anything.
		_ = s.t.WriteFrame(s.ctx, line)
	}
	s.input.step(parts.RequestClosed, Message{})
}

// claim takes a call out of the open ones and tells whether it was withdrawn before that.
func (s *core) claim(c *call) (withdrawn bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := c.request.ID.Key()
	s.calls[key] = slices.DeleteFunc(s.calls[key], func(o *call) bool { return o == c })
	if len(s.calls[key]) == 0 {
		delete(s.calls, key)
	}
	return c.withdrawn
}

// withdraw stops the handling of a request that the CLI no longer wants answered.
func (s *core) withdraw(id protocol.ID) {
	if id == "" {
		return // it names no request
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls[id.Key()] {
		c.withdrawn = true
		c.stop()
	}
}

// safely runs a handler; a callback that panics has failed, and its program goes on.
func safely(ctx context.Context, handler parts.Handler, r parts.Request) (value any, err error) {
	defer func() {
		if p := recover(); p != nil {
			value, err = nil, fmt.Errorf("callback panicked: %v", p)
		}
	}()
	return handler(ctx, r)
}
