package mutants

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

func stdinGroup() []Mutant {
	return []Mutant{
		{
			Name: "eof-after-prompt", Group: Stdin, Fault: "closes stdin when the prompt is written",
			Kills: kills("stdin/mcp-after-prompt", "stdin/callback-after-input-end", "input/empty-stream-with-tools", "stdin/mcp-streamed-prompt"),
			Parts: judgedBy(func(s parts.Step, _ protocol.Message) parts.Verdict {
				return parts.Verdict{CloseInput: s == parts.PromptEnded}
			}),
		}, {
			Name: "eof-at-result", Group: Stdin, Fault: "closes stdin at the first result, whatever is still running", Opposite: "eof-never",
			Kills: kills("stdin/two-prompts-at-once", "stdin/background-agent", "stdin/task-settles-first", "stdin/zero-turn-result", "stdin/follow-up-turn"),
			Parts: judgedBy(func(s parts.Step, m protocol.Message) parts.Verdict {
				return parts.Verdict{CloseInput: s == parts.Received && m.Type == protocol.TypeResult}
			}),
		}, {
			Name: "eof-never", Group: Stdin, Fault: "never closes stdin", Opposite: "eof-at-result",
			Kills: kills("input/empty-stream", "stdin/background-shell"),
			Parts: judgedBy(func(parts.Step, protocol.Message) parts.Verdict { return parts.Verdict{} }),
		}, {
			Name: "eof-by-timer", Group: Stdin, Fault: "closes stdin 60 seconds after the prompt",
			Kills: kills("stdin/held-for-minutes"),
			Parts: with(func(p *parts.Parts) {
				p.InputEnd = func(ceiling time.Duration) parts.InputEnd { return &timed{own: parts.NewInputEnd(ceiling)} }
			}),
		}, {
			Name: "write-after-end", Group: Stdin, Fault: "lets an answer that cannot be written any more, or a broken pipe, end the session as a failure",
			Kills: kills("stdin/result-then-request", "permissions/late-answer-after-exit", "process/dead-before-the-prompt",
				"errors/stdin-closed-by-the-cli"),
			Parts: with(writeAfterEnd),
		},
	}
}

// judge is an InputEnd without a memory.
type judge func(parts.Step, protocol.Message) parts.Verdict

func (j judge) Step(s parts.Step, m protocol.Message) parts.Verdict { return j(s, m) }

func judgedBy(j judge) func() *parts.Parts {
	return with(func(p *parts.Parts) { p.InputEnd = func(time.Duration) parts.InputEnd { return j } })
}

// inputTimer is how long eof-by-timer holds stdin open.
const inputTimer = 60 * time.Second

// timed is the product's judge with a timer beside it.
type timed struct {
	own   parts.InputEnd
	since time.Time
}

func (t *timed) Step(s parts.Step, m protocol.Message) parts.Verdict {
	v := t.own.Step(s, m)
	if s == parts.PromptEnded {
		t.since = time.Now()
	}
	if t.since.IsZero() || v.CloseInput || v.Dismiss {
		return v
	}
	left := inputTimer - time.Since(t.since)
	if left <= 0 {
		v.CloseInput = true
	} else if v.After == 0 || v.After > left {
		v.After = left
	}
	return v
}

// brittle is a session whose failed writes end it.
type brittle struct {
	transport.Transport
	settled chan struct{} // a token for each request of the CLI that was settled, as far as there is room

	mu      sync.Mutex
	open    int // requests of the CLI that are not settled
	failure error
}

func writeAfterEnd(p *parts.Parts) {
	b := &brittle{settled: make(chan struct{}, 1)}
	p.Wrap = func(t transport.Transport) transport.Transport { b.Transport = t; return b }
	p.Queue = func(limit int64) parts.Queue { return brittleQueue{parts.NewQueue(limit), b} }
	p.Inbound = seeing(func(m protocol.Message) {
		if m.Type == protocol.TypeControlRequest {
			b.count(1)
		}
	})
	p.Answer = func(r parts.Request, o parts.Outcome) []byte {
		o.Ended = false
		line := parts.Answer(r, o)
		if line == nil {
			b.count(-1)
		}
		return line
	}
	p.End = func(e parts.Ending) *parts.Failure {
		if err := b.broken(); err != nil {
			return &parts.Failure{Kind: parts.KindOther, Message: err.Error()}
		}
		return parts.End(e)
	}
}

// seeing gives an Inbound that looks at each message.
func seeing(look func(protocol.Message)) func(func(protocol.Message)) func(protocol.Message) {
	return func(next func(protocol.Message)) func(protocol.Message) {
		return func(m protocol.Message) {
			look(m)
			next(m)
		}
	}
}

func (b *brittle) count(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open += n
	if n < 0 {
		select {
		case b.settled <- struct{}{}:
		default:
		}
	}
}

func (b *brittle) broken() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failure
}

// WriteFrame keeps a failure, and ends the CLI for it.
func (b *brittle) WriteFrame(ctx context.Context, frame []byte) error {
	if isAnswer(frame) {
		defer b.count(-1)
	}
	err := b.Transport.WriteFrame(context.WithoutCancel(ctx), frame)
	if !errors.Is(err, transport.ErrInputClosed) && !errors.Is(err, transport.ErrPeerClosed) {
		return err
	}
	b.mu.Lock()
	b.failure = errors.New("unhandled: write after the end")
	b.mu.Unlock()
	go closeAtOnce(b.Transport)
	return b.broken()
}

// closeAtOnce ends a CLI without graces.
func closeAtOnce(t transport.Transport) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = t.Close(ctx)
}

// isAnswer tells whether a line of this side answers a request of the CLI.
func isAnswer(line []byte) bool { return typeOf(line) == protocol.TypeControlResponse }

// brittleQueue ends with the failed write of an answer, for which its end waits a while.
type brittleQueue struct {
	parts.Queue
	b *brittle
}

func (q brittleQueue) Pop(ctx context.Context) (parts.Item, error) {
	it, err := q.Queue.Pop(ctx)
	if !errors.Is(err, io.EOF) {
		return it, err
	}
	q.await()
	if failure := q.b.broken(); failure != nil {
		err = failure
	}
	return it, err
}

func (q brittleQueue) await() {
	late := time.NewTimer(time.Second)
	defer late.Stop()
	for {
		q.b.mu.Lock()
		open := q.b.open
		q.b.mu.Unlock()
		if open <= 0 {
			return
		}
		select {
		case <-q.b.settled:
		case <-late.C:
			return
		}
	}
}
