package client

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/wiretrial/wiretrial/internal/parts"
)

// Query runs one prompt in a session of its own and yields the CLI's messages until it ends. The CLI is started by the
// first iteration. Stdin stays open as long as the CLI may still ask something, so callbacks work to the end.
//
// A failure is the last pair, with a zero Message and an [Error]; everything that was read comes before it. A result with
// is_error is a message like any other. Leaving the loop, and the end of ctx, end the CLI: the loop returns when it is gone.
// The sequence can be ranged over again, which is another session, unless its prompt is a stream that is used up.
func Query(ctx context.Context, p Prompt, opts Options) iter.Seq2[Message, error] {
	return QueryWithParts(ctx, p, opts, nil)
}

// QueryWithParts is Query with other parts than the product's; nil is the product's. It is for this module's own tests.
func QueryWithParts(ctx context.Context, p Prompt, opts Options, with *parts.Parts) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		s, err := open(ctx, opts, orDefault(with))
		if err != nil {
			yield(Message{}, err)
			return
		}
		s.input = newInputDriver(s)
		go s.read()
		s.own.Go(func() { s.run(p) })
		unhook := context.AfterFunc(ctx, func() { s.fail(asError("", ctx.Err())) })
		defer unhook()
		s.drain(yield)
	}
}

// run opens the session and feeds its prompt.
func (s *core) run(p Prompt) {
	err := s.handshake(s.ctx)
	if err == nil {
		err = s.ask(s.ctx, "query", p)
	}
	if err != nil {
		s.fail(asError("query", err))
		return
	}
	s.input.step(parts.PromptEnded, Message{})
}

// drain yields what comes until the session is over, and ends it if the loop is left.
func (s *core) drain(yield func(Message, error) bool) {
	left := true // also if the loop's body panics
	defer func() {
		if left {
			_ = s.close(context.Background())
		}
	}()
	for {
		item, err := s.queue.Pop(context.Background())
		if err != nil {
			left = false
			<-s.done
			s.settle()
			if !errors.Is(err, io.EOF) {
				yield(Message{}, err)
			}
			return
		}
		if !item.Hidden && !yield(item.Message, nil) {
			return
		}
	}
}

func orDefault(p *parts.Parts) *parts.Parts {
	if p == nil {
		return parts.Default()
	}
	return p
}
