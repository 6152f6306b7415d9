package client

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

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
