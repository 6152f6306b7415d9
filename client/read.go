package client

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// read is the reading goroutine: it takes the CLI's output to its end, and then settles everything that waits for it.
func (s *core) read() {
	inbound := s.parts.Inbound(s.route)
	for {
		frame, err := s.t.ReadFrame()
		if err != nil && !s.readOn(err) {
			break
		}
		if err != nil {
			continue
		}
		m, err := s.parts.Decode(frame)
		if err != nil {
			s.faulty(err)
			continue
		}
		inbound(m)
	}
	s.finish()
}

// readOn tells whether reading may go on after an error of the transport.
func (s *core) readOn(err error) bool {
	var frame *transport.FrameError
	switch {
	case errors.Is(err, io.EOF):
		return false
	case errors.As(err, &frame):
		if frame.AtEOF {
			s.mu.Lock()
			s.cutOff = frame
			s.mu.Unlock()
		}
		s.faulty(err)
		return true
	}
	s.fail(&Error{Kind: Closed, Message: "reading from claude failed: " + err.Error(), Err: err})
	return false
}

// faulty deals with a line that is no message.
func (s *core) faulty(err error) {
	if fatal := s.parts.Faulty(err); fatal != nil {
		s.fail(&Error{Kind: Decode, Message: "claude wrote what cannot be read: " + fatal.Error(), Err: fatal})
		return
	}
	s.skipped.tell(err)
}

// route sends a message where it belongs. It runs on the reading goroutine and never waits.
func (s *core) route(m Message) {
	switch {
	case m.Type == protocol.TypeControlResponse:
		s.answered(m)
	case m.Type == protocol.TypeControlRequest:
		s.serve(m)
	case m.Type == protocol.TypeControlCancel:
		s.withdraw(m.CancelledID())
		s.handBack(m)
	case m.Type == protocol.TypeTranscriptMirror:
		s.mirror.frame(m)
	case !m.IsControl():
		s.deliver(m)
	}
}

// answered settles a request of this side, or gives the answer to the user who wrote the request himself. The questions that an answer to
// initialize lists as open are taken as if the CLI had just asked them (ts:2.4).
func (s *core) answered(m Message) {
	response := m.ControlResponse()
	subtype, byHand := s.resolve(m, response)
	if byHand {
		s.push(parts.Item{Message: m})
	}
	if subtype != protocol.SubInitialize || response.Failed() {
		return
	}
	for _, raw := range slices.Concat(response.PendingPermissions, response.PendingDialogs, response.PendingElicitations) {
		if question, err := s.parts.Decode(raw); err == nil && question.Type == protocol.TypeControlRequest {
			s.serve(question)
		}
	}
}

// resolve finds the request of an answer; the subtype of one that nobody made is empty. An interrupt is marked in the order of the
// wire, before its caller can ask for the next turn.
func (s *core) resolve(m Message, response protocol.ControlResponse) (subtype string, byHand bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	subtype, known := s.pending.Resolve(m)
	if !known {
		s.mcp.acknowledged(response)
		subtype, byHand = s.sentByHand(m)
	}
	if response.Failed() {
		return subtype, byHand
	}
	switch subtype {
	case protocol.SubInterrupt:
		s.turns.Interrupted()
	case protocol.SubInitialize:
		s.initialized = true
	}
	return subtype, byHand
}

// deliver judges a message and queues it for the consumer.
func (s *core) deliver(m Message) {
	s.mu.Lock()
	mark := s.turns.Judge(m)
	s.noteSession(m)
	if m.Type == protocol.TypeResult {
		result := m.Result()
		s.last = &result
		clear(s.lines)
	}
	if m.Type == protocol.TypeSystem && m.Subtype == "commands_changed" {
		s.commands = m.Raw
	}
	s.mu.Unlock()
	hidden := hostOnly(m)
	if !hidden || mark.Ends {
		s.push(parts.Item{Message: m, Mark: mark, Hidden: hidden})
	}
	s.input.step(parts.Received, m)
}

// push queues an item for the consumer. A queue that has passed its bound ends the session.
func (s *core) push(item parts.Item) {
	if s.mirror != nil {
		s.pushed(s.mirror.push(item))
		return
	}
	s.pushed(s.queue.Push(item))
}

// pushed deals with what came of that.
func (s *core) pushed(err error) {
	var backlog *parts.Backlog
	if errors.As(err, &backlog) {
		s.fail(&Error{Kind: Other, Message: err.Error(), Err: (*BacklogError)(backlog)})
	}
}

// messages yields what is queued until an item of which ends says so, until the session ends, or ctx does.
func (s *core) messages(ctx context.Context, yield func(Message, error) bool, ends func(*core, parts.Item) bool) {
	for {
		item, err := s.next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			yield(Message{}, asError("messages", err))
			return
		}
		if !item.Hidden && !yield(item.Message, nil) || ends(s, item) {
			return
		}
	}
}

// next gives the next item. A reader whose context has ended takes nothing.
func (s *core) next(ctx context.Context) (parts.Item, error) {
	if err := ctx.Err(); err != nil {
		return parts.Item{}, err
	}
	return s.queue.Pop(ctx)
}

// hostOnly tells whether a message is for this package and not for its user.
func hostOnly(m Message) bool {
	return m.Type == protocol.TypeSystem && m.Subtype == protocol.SystemSessionState && m.System().SDKHostOnly
}

// finish runs when the output has ended: it waits for the CLI's end and tells it to everybody who waits.
func (s *core) finish() {
	grace := time.NewTimer(outputGrace)
	select {
	case <-s.t.Done():
	case <-grace.C: // stdout is closed and the CLI lives on: nothing can come of it
	}
	grace.Stop()
	_ = s.t.Close(context.Background())
	s.mirror.close()
	s.input.stop()
	s.launch.clean()

	s.mu.Lock()
	end := s.ending(s.t.Exit())
	gone := end
	if gone == nil {
		gone = s.afterGoodEnd()
	}
	s.gone = gone
	s.mu.Unlock()

	s.stop()
	s.pending.Close(gone)
	if end == nil {
		s.queue.Close(io.EOF)
	} else {
		s.queue.Close(end)
	}
	s.mcp.close()
	close(s.done)
}

// ending tells how the session ended. It is called with mu held.
func (s *core) ending(exit transport.Exit) *Error {
	if s.cause != nil {
		return s.cause
	}
	return failed(s.parts.End(parts.Ending{
		Exit: exit, Dismissed: s.dismissed, TurnOpen: len(s.lines) > 0,
		Initialized: s.initialized, Last: s.last, CutOff: s.cutOff,
	}))
}

// afterGoodEnd is what a call gets when the session ended well. It is called with mu held.
func (s *core) afterGoodEnd() *Error {
	if s.dismissed {
		return &Error{Kind: NotConnected, Message: "the session was closed"}
	}
	exit := s.t.Exit()
	return &Error{Kind: ProcessExit, Message: "claude has exited", ExitCode: &exit.Code, Stderr: exit.Stderr}
}
