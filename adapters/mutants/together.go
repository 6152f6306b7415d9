package mutants

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

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
			Parts: with(countsEnds),
		}, {
			Name: "writes-into-nothing", Group: Requests, Fault: "ends stdin with its prompt stream, and waits for the answer to what it can write no more",
			Kills: kills("control/after-the-end-of-input"),
			Parts: with(writesIntoNothing),
		},
	}
}

// countsEnds closes stdin at a result by which as many ends were told as tasks began.
func countsEnds(p *parts.Parts) {
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
		}, {
			Name: "progress-is-answer", Group: Requests, Fault: "takes any line with the id of its request for the answer",
			Kills: kills("control/progress-of-a-request"),
			Parts: rewriting(protocol.TypeSystem, func(raw []byte) []byte {
				id := gjson.GetBytes(raw, "request_id").Raw
				if id == "" {
					return raw
				}
				return []byte(`{"type":"control_response","response":{"subtype":"success","request_id":` + id + `,"response":{}}}`)
			}),
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
