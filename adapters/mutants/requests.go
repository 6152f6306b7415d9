package mutants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

func requestsGroup() []Mutant {
	return []Mutant{
		{
			Name: "answers-in-order", Group: Requests, Fault: "gives each response to the oldest open request",
			Kills: kills("handshake/foreign-answer", "control/out-of-order", "control/late-answer", "control/answered-twice",
				"control/many-during-a-turn", "control/echoed-answers", "control/same-operation-at-once"),
			Parts: with(func(p *parts.Parts) {
				p.Pending = func() parts.Pending { return &inOrder{Pending: parts.NewPending()} }
			}),
		}, {
			Name: "pending-for-ever", Group: Requests, Fault: "lets nothing end an open request or a start: no timeout, no exit, no close",
			Kills: kills("errors/after-the-failure", "handshake/death-before-answer", "handshake/never-answered", "interrupt/after-the-end", "control/open-at-close",
				"control/open-at-exit", "errors/stdin-closed-by-the-cli", "control/after-disconnect"),
			Parts: with(func(p *parts.Parts) {
				p.Pending = func() parts.Pending { return forEver{parts.NewPending()} }
				p.Wrap = func(t transport.Transport) transport.Transport { return unheeding{t} }
			}),
		}, {
			Name: "bare-request", Group: Requests, Fault: "sends requests without their envelope, or with field names of its own",
			Kills: kills("hooks/registration", "control/operations"),
			Parts: with(func(p *parts.Parts) { p.Request = bareRequest }),
		}, {
			Name: "early-interrupt", Group: Requests, Fault: "returns from interrupt when its line is written, without the answer, and drops the next result", Opposite: "late-interrupt",
			Kills: kills("interrupt/answer-and-result", "interrupt/what-is-still-queued", "interrupt/while-idle", "interrupt/twice", "interrupt/drops-the-queue",
				"flow/nobody-reads"),
			Parts: with(earlyInterrupt),
		}, {
			Name: "one-task", Group: Requests, Fault: "never writes what another task asks than the one that connected",
			Kills: kills("concurrency/used-from-other-tasks", "concurrency/after-the-task-group", "concurrency/other-loop"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport { return &bound{Transport: t} }
			}),
		}, {
			Name: "cancel-waits", Group: Requests, Fault: "lets the cancelling of a read wait for the turn's result",
			Kills: kills("interrupt/no-result-ever"),
			Parts: with(func(p *parts.Parts) {
				p.Queue = func(limit int64) parts.Queue { return patient{parts.NewQueue(limit)} }
			}),
		}, {
			Name: "waits-for-events", Group: Requests, Fault: "prompts only after system/init, and ends a turn only at an idle event", Opposite: "any-result-ends",
			Kills: kills("handshake/prompt-without-init-message", "turns/nothing-after-result"),
			Parts: with(waitsForEvents),
		}, {
			Name: "any-result-ends", Group: Requests, Fault: "ends the reading of a turn, or of a run, at the first result it meets", Opposite: "waits-for-events",
			Kills: kills("interrupt/leftover-result", "turns/intermediate-result", "turns/two-results-in-one-run"),
			Parts: with(anyResultEnds),
		}, {
			Name: "notice-ends-turn", Group: Requests, Fault: "takes the notice of a task's end for the end of the turn that is read",
			Kills: kills("turns/notification-between-turns"),
			Parts: with(func(p *parts.Parts) {
				p.Turns = func() parts.Turns {
					return &marked{parts.NewTurns(), func(m protocol.Message, mark parts.Mark) parts.Mark {
						mark.Ends = mark.Ends || m.Type == protocol.TypeSystem && m.System().EndsTask()
						return mark
					}}
				}
			}),
		},
	}
}

// inOrder takes the order of the requests for that of the answers.
type inOrder struct {
	parts.Pending
	mu   sync.Mutex
	open []protocol.ID
}

func (t *inOrder) Open(id protocol.ID, subtype string) (parts.Reply, error) {
	r, err := t.Pending.Open(id, subtype)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open = append(t.open, id)
	return ordered{r, t, id}, nil
}

func (t *inOrder) Resolve(answer protocol.Message) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.open) == 0 {
		return "", false
	}
	raw, err := sjson.SetRawBytes(bytes.Clone(answer.Raw), "response.request_id", []byte(t.open[0]))
	if err != nil {
		return "", false
	}
	t.open = t.open[1:]
	answer.Raw = raw
	return t.Pending.Resolve(answer)
}

type ordered struct {
	parts.Reply
	table *inOrder
	id    protocol.ID
}

func (r ordered) Drop() {
	r.table.mu.Lock()
	defer r.table.mu.Unlock()
	r.table.open = slices.DeleteFunc(r.table.open, func(id protocol.ID) bool { return id == r.id })
	r.Reply.Drop()
}

// forEver is a table that is never closed, of requests that only their answer ends.
type forEver struct{ parts.Pending }

func (forEver) Close(error) {}

func (f forEver) Open(id protocol.ID, subtype string) (parts.Reply, error) {
	r, err := f.Pending.Open(id, subtype)
	return endless{r}, err
}

type endless struct{ parts.Reply }

func (e endless) Wait(ctx context.Context) (protocol.Message, error) {
	return e.Reply.Wait(context.WithoutCancel(ctx))
}

// unheeding tells nobody that a request was not written.
type unheeding struct{ transport.Transport }

func (u unheeding) WriteFrame(ctx context.Context, frame []byte) error {
	err := u.Transport.WriteFrame(ctx, frame)
	if typeOf(frame) == protocol.TypeControlRequest {
		return nil
	}
	return err
}

// bareRequest puts a request's fields beside its type. The opening keeps its envelope and spells its fields as the language does.
func bareRequest(id protocol.ID, r protocol.Request) ([]byte, error) {
	line, err := protocol.EncodeRequest(id, r)
	if err != nil {
		return nil, err
	}
	if r.Subtype() == protocol.SubInitialize {
		return bytes.ReplaceAll(line, []byte("hookCallbackIds"), []byte("hook_callback_ids")), nil
	}
	gjson.GetBytes(line, "request").ForEach(func(name, value gjson.Result) bool {
		line, err = sjson.SetRawBytes(line, name.String(), []byte(value.Raw))
		return err == nil
	})
	if err != nil {
		return nil, err
	}
	return sjson.DeleteBytes(line, "request")
}

// hasty answers an interrupt itself.
type hasty struct {
	parts.Pending
	wrote func()
}

type made struct{ parts.Reply }

func (made) Wait(context.Context) (protocol.Message, error) {
	return protocol.Decode([]byte(`{"type":"control_response","response":{"subtype":"success","request_id":"","response":{}}}`))
}

func (h hasty) Open(id protocol.ID, subtype string) (parts.Reply, error) {
	r, err := h.Pending.Open(id, subtype)
	if err != nil || subtype != protocol.SubInterrupt {
		return r, err
	}
	h.wrote()
	return made{r}, nil
}

func earlyInterrupt(p *parts.Parts) {
	var mu sync.Mutex
	drop := false
	p.Pending = func() parts.Pending {
		return hasty{parts.NewPending(), func() {
			mu.Lock()
			defer mu.Unlock()
			drop = true
		}}
	}
	p.Inbound = without(func(m protocol.Message) bool {
		mu.Lock()
		defer mu.Unlock()
		if !drop || m.Type != protocol.TypeResult {
			return false
		}
		drop = false
		return true
	})
}

// bound is for the task that wrote the first line.
type bound struct {
	transport.Transport
	once  sync.Once
	owner string
}

func (b *bound) WriteFrame(ctx context.Context, frame []byte) error {
	task, known := parts.Caller(ctx)
	if !known {
		return b.Transport.WriteFrame(ctx, frame)
	}
	b.once.Do(func() { b.owner = task })
	if task == b.owner {
		return b.Transport.WriteFrame(ctx, frame)
	}
	<-ctx.Done()
	return ctx.Err()
}

// patient lets a cancelled read go on to the result.
type patient struct{ parts.Queue }

func (q patient) Pop(ctx context.Context) (parts.Item, error) {
	it, err := q.Queue.Pop(ctx)
	for err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		if it, err = q.Queue.Pop(context.WithoutCancel(ctx)); err == nil && it.Message.Type == protocol.TypeResult {
			return parts.Item{}, ctx.Err()
		}
	}
	return it, err
}

// marked is the product's judge of turns with another mark.
type marked struct {
	parts.Turns
	mark func(protocol.Message, parts.Mark) parts.Mark
}

func (t *marked) Judge(m protocol.Message) parts.Mark { return t.mark(m, t.Turns.Judge(m)) }

func waitsForEvents(p *parts.Parts) {
	started := make(chan struct{})
	var once sync.Once
	p.Inbound = seeing(func(m protocol.Message) {
		if m.Kind() == "system/init" {
			once.Do(func() { close(started) })
		}
	})
	p.Prompt = func(next parts.Pull) parts.Pull {
		return func(ctx context.Context) (json.RawMessage, error) {
			select {
			case <-started:
				return next(ctx)
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	}
	p.Turns = func() parts.Turns {
		return &marked{parts.NewTurns(), func(m protocol.Message, mark parts.Mark) parts.Mark {
			mark.Ends = m.Type == protocol.TypeSystem && m.System().State == "idle"
			return mark
		}}
	}
}

// ending is a queue that may end after a result.
type ending struct {
	parts.Queue
	once *bool // a run of one prompt, known before anything is read
	over bool  // of the one reader
}

func anyResultEnds(p *parts.Parts) {
	oneShot := false
	p.InputEnd = func(ceiling time.Duration) parts.InputEnd {
		oneShot = true
		return parts.NewInputEnd(ceiling)
	}
	p.Queue = func(limit int64) parts.Queue { return &ending{Queue: parts.NewQueue(limit), once: &oneShot} }
	p.Turns = func() parts.Turns {
		return &marked{parts.NewTurns(), func(m protocol.Message, mark parts.Mark) parts.Mark {
			if m.Type == protocol.TypeResult {
				mark.Ends, mark.Leftover = true, false
			}
			return mark
		}}
	}
}

func (q *ending) Pop(ctx context.Context) (parts.Item, error) {
	if *q.once && q.over {
		return parts.Item{}, io.EOF
	}
	it, err := q.Queue.Pop(ctx)
	if *q.once && err == nil && it.Message.Type == protocol.TypeResult {
		q.over = true
	}
	return it, err
}
