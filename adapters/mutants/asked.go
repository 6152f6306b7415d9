package mutants

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// hookFaults are the faults in how hooks and permission callbacks are asked.
func hookFaults() []Mutant {
	return []Mutant{
		{
			Name: "own-hook-timeout", Group: Answers, Fault: "gives a hook up by itself after a second",
			Kills: kills("hooks/answered-after-its-timeout"),
			Parts: handling(protocol.SubHookCallback, within(time.Second)),
		}, {
			Name: "own-permission-timeout", Group: Answers, Fault: "gives a permission callback up by itself after a minute",
			Kills: kills("permissions/answered-after-a-minute"),
			Parts: handling(protocol.SubCanUseTool, within(time.Minute)),
		}, {
			Name: "one-hook-per-event", Group: Answers, Fault: "calls the first hook of an event, whichever is meant",
			Kills: kills("hooks/several-of-one-event"),
			Parts: with(oneHookPerEvent),
		}, {
			Name: "one-per-tool-call", Group: Answers, Fault: "asks about one tool call one callback after the other",
			Kills: kills("hooks/beside-a-permission"),
			Parts: with(onePerToolCall),
		}, {
			Name: "nothing-is-silence", Group: Answers, Fault: "leaves a hook unanswered that returned nothing",
			Kills: kills("hooks/no-output"),
			Parts: with(func(p *parts.Parts) {
				p.Answer = func(r parts.Request, o parts.Outcome) []byte {
					if said, err := json.Marshal(o.Value); r.Message.Subtype == protocol.SubHookCallback && o.Err == nil && err == nil && string(said) == "{}" {
						return nil
					}
					return parts.Answer(r, o)
				}
			}),
		}, {
			Name: "ids-open-once", Group: Answers, Fault: "ends the stream at a request under an id that is open",
			Kills: kills("permissions/same-id-at-once"),
			Parts: with(idsOpenOnce),
		}, {
			Name: "strict-requests", Group: Drift, Fault: "ends the stream at a request without a body or a subtype",
			Kills: kills("control/odd-requests"),
			Parts: refusing(func(frame []byte) error {
				asks := gjson.GetBytes(frame, "type").Str == protocol.TypeControlRequest
				if asks && gjson.GetBytes(frame, "request.subtype").Type != gjson.String {
					return fmt.Errorf("%w: request.subtype", errField)
				}
				return nil
			}),
		},
	}
}

// within gives a handler that waits for the callback no longer than that.
func within(bound time.Duration) func(context.Context, parts.Request, parts.Handler) (any, error) {
	return func(ctx context.Context, r parts.Request, own parts.Handler) (any, error) {
		ctx, cancel := context.WithTimeout(ctx, bound)
		defer cancel()
		return own(ctx, r)
	}
}

// oneHookPerEvent keeps of the hooks of an event the id of the first.
func oneHookPerEvent(p *parts.Parts) {
	first := map[string]string{} // by event; written before the first request of the CLI
	p.Request = func(id protocol.ID, r protocol.Request) ([]byte, error) {
		line, err := protocol.EncodeRequest(id, r)
		for event, matchers := range gjson.GetBytes(line, "request.hooks").Map() {
			first[event] = matchers.Get("0.hookCallbackIds.0").Raw
		}
		return line, err
	}
	p.Handler = handler(protocol.SubHookCallback, func(ctx context.Context, r parts.Request, own parts.Handler) (any, error) {
		if id := first[gjson.GetBytes(r.Message.Raw, "request.input.hook_event_name").Str]; id != "" {
			r.Message.Raw = set(r.Message.Raw, "request.callback_id", id)
		}
		return own(ctx, r)
	})
}

// onePerToolCall holds a lock for each tool call that its callbacks are asked about.
func onePerToolCall(p *parts.Parts) {
	var locks sync.Map
	p.Handler = func(own parts.Handler) parts.Handler {
		return func(ctx context.Context, r parts.Request) (any, error) {
			lock, _ := locks.LoadOrStore(gjson.GetBytes(r.Message.Raw, "request.tool_use_id").Str, &sync.Mutex{})
			lock.(*sync.Mutex).Lock()
			defer lock.(*sync.Mutex).Unlock()
			return own(ctx, r)
		}
	}
}

// idsOpenOnce dies of an id that is open.
func idsOpenOnce(p *parts.Parts) {
	var open sync.Map
	p.Wrap = func(t transport.Transport) transport.Transport {
		return picky{t, func(frame []byte) error {
			if m := gjson.ParseBytes(frame); m.Get("type").Str == protocol.TypeControlRequest {
				if _, again := open.LoadOrStore(m.Get("request_id").Raw, true); again {
					return errors.New("the id is open")
				}
			}
			return nil
		}}
	}
	p.Answer = func(r parts.Request, o parts.Outcome) []byte {
		open.Delete(string(r.ID))
		return parts.Answer(r, o)
	}
}

// serverFaults are the faults in how in-process servers are found and spoken to.
func serverFaults() []Mutant {
	return []Mutant{
		{
			Name: "first-server", Group: Answers, Fault: "gives every message to the server that it got one for first",
			Kills: kills("mcp/two-servers", "mcp/unknown-server", "mcp/odd-messages"),
			Parts: firstServer(),
		}, {
			Name: "withdrawal-ends-server", Group: Answers, Fault: "takes the withdrawal of a call for the end of its server",
			Kills: kills("mcp/withdrawn-call"),
			Parts: withdrawalEndsServer(),
		}, {
			Name: "tools-only", Group: Answers, Fault: "lets its servers answer what is about tools, and nothing else",
			Kills: kills("mcp/ping"),
			Parts: handling(protocol.SubMCPMessage, func(ctx context.Context, r parts.Request, own parts.Handler) (any, error) {
				if gjson.GetBytes(r.Message.Raw, "request.message.method").Str == "ping" {
					return nil, errors.New("method not found: ping")
				}
				return own(ctx, r)
			}),
		}, {
			Name: "pending-is-failed", Group: Drift, Fault: "takes a server that still connects for one that failed",
			Kills: kills("mcp/still-connecting"),
			Parts: rewriting(protocol.TypeSystem, func(raw []byte) []byte {
				if gjson.GetBytes(raw, "mcp_servers.0.status").Str != "pending" {
					return raw
				}
				return set(raw, "mcp_servers.0.status", `"failed"`)
			}),
		},
	}
}

func firstServer() func() *parts.Parts {
	return with(func(p *parts.Parts) {
		var first atomic.Pointer[string]
		p.Inbound = func(next func(protocol.Message)) func(protocol.Message) {
			return func(m protocol.Message) {
				if m.Subtype == protocol.SubMCPMessage {
					name := gjson.GetBytes(m.Raw, "request.server_name").Raw
					first.CompareAndSwap(nil, &name)
					m.Raw = set(m.Raw, "request.server_name", *first.Load())
				}
				next(m)
			}
		}
	})
}

func withdrawalEndsServer() func() *parts.Parts {
	return with(func(p *parts.Parts) {
		var gone atomic.Bool
		p.Inbound = seeing(func(m protocol.Message) {
			if m.Type == protocol.TypeControlCancel {
				gone.Store(true)
			}
		})
		p.Handler = handler(protocol.SubMCPMessage, func(ctx context.Context, r parts.Request, own parts.Handler) (any, error) {
			if gone.Load() {
				return nil, errors.New("the server is closed")
			}
			return own(ctx, r)
		})
	})
}

// togetherFaults are the faults in what is counted: prompts, results, tasks.
func togetherFaults() []Mutant {
	return []Mutant{
		{
			Name: "one-result-each", Group: Requests, Fault: "ends the reading of a turn when every prompt so far has a result of its own",
			Kills: kills("turns/prompt-taken-into-the-turn"),
			Parts: with(func(p *parts.Parts) { p.Turns = func() parts.Turns { return &counting{Turns: parts.NewTurns()} } }),
		}, {
			Name: "eof-when-all-have-results", Group: Stdin, Fault: "closes stdin only when every prompt has a result of its own",
			Kills: kills("turns/prompts-answered-together"),
			Parts: with(func(p *parts.Parts) {
				p.InputEnd = func(time.Duration) parts.InputEnd {
					prompts := 0
					return judge(func(s parts.Step, m protocol.Message) parts.Verdict {
						switch {
						case s == parts.PromptWritten:
							prompts++
						case s == parts.Received && m.Type == protocol.TypeResult:
							prompts--
						}
						return parts.Verdict{CloseInput: prompts <= 0 && s == parts.Received && m.Type == protocol.TypeResult}
					})
				}
			}),
		}, {
			Name: "completed-only", Group: Stdin, Fault: "knows no other end of a task than its completion",
			Kills: kills("stdin/task-ends-in-each-word"),
			Parts: with(func(p *parts.Parts) {
				p.InputEnd = func(ceiling time.Duration) parts.InputEnd {
					own := parts.NewInputEnd(ceiling)
					return judge(func(s parts.Step, m protocol.Message) parts.Verdict {
						if endsOtherwise(m) {
							m = protocol.Message{}
						}
						return own.Step(s, m)
					})
				}
			}),
		}, {
			Name: "counts-ends", Group: Stdin, Fault: "counts the ends of tasks that it is told, and not the tasks that ended",
			Kills: kills("stdin/end-told-twice"),
			Parts: with(func(p *parts.Parts) {
				p.InputEnd = func(time.Duration) parts.InputEnd {
					open := 0
					return judge(func(s parts.Step, m protocol.Message) parts.Verdict {
						switch {
						case m.Kind() == "system/task_started":
							open++
						case m.Type == protocol.TypeSystem && m.System().EndsTask():
							open--
						}
						return parts.Verdict{CloseInput: m.Type == protocol.TypeResult && open <= 0}
					})
				}
			}),
		}, {
			Name: "writes-into-nothing", Group: Requests, Fault: "ends stdin with its prompt stream, and waits for the answer to what it can write no more",
			Kills: kills("control/after-the-end-of-input"),
			Parts: with(writesIntoNothing),
		},
	}
}

// endsOtherwise tells the end of a task that did not complete.
func endsOtherwise(m protocol.Message) bool {
	if m.Type != protocol.TypeSystem || !m.System().EndsTask() {
		return false
	}
	return gjson.GetBytes(m.Raw, "status").Str != "completed" && gjson.GetBytes(m.Raw, "patch.status").Str != "completed"
}

// counting is the product's judge of turns, but that a result ends a turn only when there are as many as prompts.
type counting struct {
	parts.Turns
	prompts, results int
}

func (c *counting) Wrote() int {
	c.prompts++
	return c.Turns.Wrote()
}

func (c *counting) Judge(m protocol.Message) parts.Mark {
	mark := c.Turns.Judge(m)
	if m.Type == protocol.TypeResult {
		c.results++
		mark.Ends = mark.Ends && c.results >= c.prompts
	}
	return mark
}

// unwritten loses what is written after the end of its prompt stream.
type unwritten struct {
	transport.Transport
	ended *atomic.Bool
}

func writesIntoNothing(p *parts.Parts) {
	ended := &atomic.Bool{}
	p.Wrap = func(t transport.Transport) transport.Transport { return unwritten{t, ended} }
	p.Prompt = func(next parts.Pull) parts.Pull {
		return func(ctx context.Context) (json.RawMessage, error) {
			line, err := next(ctx)
			if errors.Is(err, io.EOF) {
				ended.Store(true)
			}
			return line, err
		}
	}
}

func (u unwritten) WriteFrame(ctx context.Context, frame []byte) error {
	if u.ended.Load() {
		return nil
	}
	return u.Transport.WriteFrame(ctx, frame)
}

// toldFaults are the faults in what is told twice, beside a message, or while an answer is awaited.
func toldFaults() []Mutant {
	return []Mutant{
		{
			Name: "told-once", Group: Drift, Fault: "drops a message whose text came in stream events", Opposite: "told-again",
			Kills: kills("turns/told-three-times"),
			Parts: with(func(p *parts.Parts) {
				streamed := false // of the reading goroutine
				p.Inbound = without(func(m protocol.Message) bool {
					streamed = streamed || m.Type == protocol.TypeStreamEvent
					return streamed && m.Type == protocol.TypeAssistant
				})
			}),
		}, {
			Name: "told-again", Group: Drift, Fault: "makes a message of a result's text", Opposite: "told-once",
			Kills: kills("turns/told-three-times"),
			Parts: with(func(p *parts.Parts) {
				p.Inbound = func(next func(protocol.Message)) func(protocol.Message) {
					var last protocol.Message // of the reading goroutine
					return func(m protocol.Message) {
						if m.Type == protocol.TypeAssistant {
							last = m
						}
						if m.Type == protocol.TypeResult && last.Raw != nil {
							next(last)
						}
						next(m)
					}
				}
			}),
		}, {
			Name: "error-inside", Group: Drift, Fault: "looks for what went wrong with a reply inside its message",
			Kills: kills("drift/error-of-a-reply"),
			Parts: rewriting(protocol.TypeAssistant, func(raw []byte) []byte {
				inside := gjson.GetBytes(raw, "message.error").Raw
				if raw = drop(raw, "error"); inside != "" {
					raw = set(raw, "error", inside)
				}
				return raw
			}),
		}, {
			Name: "adds-lists", Group: Drift, Fault: "takes a list of tasks for what was added to the one before",
			Kills: kills("drift/list-of-tasks"),
			Parts: with(addsLists),
		}, {
			Name: "deaf-while-interrupting", Group: Requests, Fault: "drops what comes before the answer to an interrupt",
			Kills: kills("interrupt/agent-killed"),
			Parts: with(deafWhileInterrupting),
		},
	}
}

func addsLists(p *parts.Parts) {
	tasks := "" // of the reading goroutine
	decode := p.Decode
	p.Decode = func(frame []byte) (protocol.Message, error) {
		m, err := decode(frame)
		if err != nil || m.Kind() != "system/background_tasks_changed" {
			return m, err
		}
		for _, task := range gjson.GetBytes(frame, "tasks").Array() {
			if tasks != "" {
				tasks += ","
			}
			tasks += task.Raw
		}
		return decode(set(frame, "tasks", "["+tasks+"]"))
	}
}

func deafWhileInterrupting(p *parts.Parts) {
	var waiting atomic.Bool
	p.Request = func(id protocol.ID, r protocol.Request) ([]byte, error) {
		if r.Subtype() == protocol.SubInterrupt {
			waiting.Store(true)
		}
		return protocol.EncodeRequest(id, r)
	}
	p.Inbound = without(func(m protocol.Message) bool {
		if m.Type == protocol.TypeControlResponse {
			waiting.Store(false)
		}
		return waiting.Load() && !m.IsControl()
	})
}
