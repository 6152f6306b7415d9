package mutants

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

func answersGroup() []Mutant {
	return slices.Concat(whetherAnswered(), whatAnswered(), askedFaults(), questionFaults())
}

// whetherAnswered are the faults in whether and when a request is answered.
func whetherAnswered() []Mutant {
	return []Mutant{
		{
			Name: "inline-callbacks", Group: Answers, Fault: "runs callbacks one by one on its reading loop",
			Kills: kills("permissions/three-at-once", "permissions/callback-calls-the-client", "permissions/asked-before-the-message",
				"permissions/cancelled-in-one-write", "hooks/one-slow-two-quick", "mcp/parallel-calls", "mcp/opened-again",
				"interrupt/pending-permission", "interrupt/running-tool", "interrupt/before-the-first-message"),
			Parts: with(func(p *parts.Parts) { p.Run = func(task func()) { task() } }),
		}, {
			Name: "raise-is-allow", Group: Answers, Fault: "takes failure for success: a failed or aborted callback, a refused initialize", Opposite: "denies-all",
			Kills: kills("handshake/refused", "permissions/callback-fails", "permissions/abort-is-no-consent", "permissions/no-callback", "hooks/raised"),
			Parts: with(raiseIsAllow),
		}, {
			Name: "silent-unknown", Group: Answers, Fault: "leaves what it does not know, and a notification, unanswered",
			Kills: kills("hooks/unknown-id", "mcp/notification-is-acknowledged", "mcp/unknown-server", "mcp/call-given-up", "mcp/tool-is-told",
				"control/unknown-request"),
			Parts: with(func(p *parts.Parts) {
				p.Answer = func(r parts.Request, o parts.Outcome) []byte {
					if unknown(r, o) {
						return nil
					}
					return parts.Answer(r, o)
				}
			}),
		}, {
			Name: "deaf-to-cancel", Group: Answers, Fault: "ignores control_cancel_request and answers late",
			Kills: kills("permissions/cancelled", "hooks/timed-out-by-the-cli", "elicitation/cancelled"),
			Parts: with(func(p *parts.Parts) {
				p.Inbound = without(func(m protocol.Message) bool { return m.Type == protocol.TypeControlCancel })
			}),
		}, {
			Name: "answers-cancelled", Group: Answers, Fault: "stops the callback of a cancelled request, and answers the request all the same",
			Kills: kills("permissions/cancelled-unanswered"),
			Parts: with(func(p *parts.Parts) {
				p.Answer = func(r parts.Request, o parts.Outcome) []byte {
					o.Withdrawn = false
					return parts.Answer(r, o)
				}
			}),
		},
	}
}

// whatAnswered are the faults in what the answer says.
func whatAnswered() []Mutant {
	return []Mutant{
		{
			Name: "wrong-id", Group: Answers, Fault: "answers under the id of the latest request",
			Kills: kills("permissions/three-at-once", "mcp/parallel-calls", "mcp/same-id-twice"),
			Parts: with(wrongID),
		}, {
			Name: "wipes-input", Group: Answers, Fault: "sends an empty updatedInput when the callback gave none", Opposite: "keeps-input",
			Kills: kills("permissions/allow-keeps-the-input"),
			Parts: answersBy(func(r parts.Request, value any) any {
				result, ok := value.(protocol.PermissionResult)
				if ok && bytes.Equal(result.UpdatedInput, r.Message.CanUseTool().Input) {
					result.UpdatedInput = json.RawMessage(`{}`)
				}
				return result
			}, protocol.SubCanUseTool),
		}, {
			Name: "float-numbers", Group: Answers, Fault: "reads JSON numbers as float64",
			Kills: kills("permissions/big-integers"),
			Parts: with(func(p *parts.Parts) { p.Decode = decodeFloats }),
		}, {
			Name: "native-names", Group: Answers, Fault: "writes the language's own field names, and drops the fields that it has no name for",
			Kills: kills("permissions/deny", "permissions/suggestions-come-back", "permissions/updates", "hooks/output-on-the-wire", "hooks/outputs"),
			Parts: answersBy(func(_ parts.Request, value any) any { return native(value) }, protocol.SubCanUseTool, protocol.SubHookCallback),
		}, {
			Name: "drops-id-0", Group: Answers, Fault: "takes a JSON-RPC id of 0 for none",
			Kills: kills("mcp/handshake", "mcp/id-types"),
			Parts: handling(protocol.SubMCPMessage, func(ctx context.Context, r parts.Request, own parts.Handler) (any, error) {
				if gjson.GetBytes(r.Message.Raw, "request.message.id").Raw == "0" {
					r.Message.Raw = drop(r.Message.Raw, "request.message.id")
				}
				return own(ctx, r)
			}),
		}, {
			Name: "plain-tool-errors", Group: Answers, Fault: "sends a tool's failure, and a method's, as a plain result",
			Kills: kills("mcp/failed-tool", "mcp/unknown-method", "mcp/unknown-tool"),
			Parts: answersBy(func(_ parts.Request, value any) any {
				reply, ok := value.(protocol.MCPResponse)
				if ok {
					reply.Response = drop(reply.Response, "result.isError")
					if gjson.GetBytes(reply.Response, "error").Exists() {
						reply.Response = set(drop(reply.Response, "error"), "result", `{"content":[]}`)
					}
				}
				return reply
			}, protocol.SubMCPMessage),
		}, {
			Name: "one-session", Group: Answers, Fault: "keeps what belongs to a session once per process: the latest session's tools, callbacks and pipe",
			Kills: kills("mcp/server-shared-by-two-sessions", "concurrency/eight-sessions", "concurrency/two-loops"),
			Parts: oneSession(),
		},
	}
}

// answersBy gives the product with a change in the successful answers to some requests.
func answersBy(change func(r parts.Request, value any) any, subtypes ...string) func() *parts.Parts {
	return with(func(p *parts.Parts) {
		p.Answer = func(r parts.Request, o parts.Outcome) []byte {
			for _, subtype := range subtypes {
				if o.Err == nil && r.Message.Subtype == subtype {
					o.Value = change(r, o.Value)
				}
			}
			return parts.Answer(r, o)
		}
	})
}

// without gives an Inbound that loses some messages.
func without(lost func(protocol.Message) bool) func(func(protocol.Message)) func(protocol.Message) {
	return func(next func(protocol.Message)) func(protocol.Message) {
		return func(m protocol.Message) {
			if !lost(m) {
				next(m)
			}
		}
	}
}

// consenting lets answers be written while the session ends.
type consenting struct {
	transport.Transport
	open sync.WaitGroup // requests of the CLI whose answer is not written
}

func raiseIsAllow(p *parts.Parts) {
	c := &consenting{}
	p.Wrap = func(t transport.Transport) transport.Transport { c.Transport = t; return c }
	p.Initialize = func(ctx context.Context, send parts.Exchange) (protocol.Message, error) {
		answer, err := send(ctx)
		if answer.Type == protocol.TypeControlResponse {
			err = nil
		}
		return answer, err
	}
	p.Handler = func(own parts.Handler) parts.Handler {
		return func(ctx context.Context, r parts.Request) (any, error) {
			c.open.Add(1)
			value, err := own(ctx, r)
			switch {
			case err == nil:
				return value, nil
			case r.Message.Subtype == protocol.SubCanUseTool:
				return protocol.AllowTool(r.Message.CanUseTool().Input), nil
			}
			return struct{}{}, nil
		}
	}
	p.Answer = func(r parts.Request, o parts.Outcome) []byte {
		return parts.Answer(r, parts.Outcome{Value: o.Value, Err: o.Err})
	}
}

func (c *consenting) WriteFrame(ctx context.Context, frame []byte) error {
	if isAnswer(frame) {
		defer c.open.Done()
	}
	return c.Transport.WriteFrame(context.WithoutCancel(ctx), frame)
}

// Close waits a while for the answers under way.
func (c *consenting) Close(ctx context.Context) error {
	written := make(chan struct{})
	go func() {
		c.open.Wait()
		close(written)
	}()
	select {
	case <-written:
	case <-time.After(time.Second):
	}
	return c.Transport.Close(ctx)
}

// unknown tells whether a request is one that the session has no answer of its own for.
func unknown(r parts.Request, o parts.Outcome) bool {
	switch r.Message.Subtype {
	case protocol.SubCanUseTool:
		return false
	case protocol.SubHookCallback:
		return o.Err != nil && strings.HasPrefix(o.Err.Error(), "no hook is registered")
	case protocol.SubMCPMessage:
		id := gjson.GetBytes(r.Message.Raw, "request.message.id")
		return !id.Exists() || o.Err != nil && strings.HasPrefix(o.Err.Error(), "no in-process MCP server")
	}
	return true
}

func wrongID(p *parts.Parts) {
	var mu sync.Mutex
	var latest protocol.ID
	p.Inbound = seeing(func(m protocol.Message) {
		mu.Lock()
		defer mu.Unlock()
		if m.Type == protocol.TypeControlRequest {
			latest = m.ControlRequest().ID
		}
	})
	p.Answer = func(r parts.Request, o parts.Outcome) []byte {
		mu.Lock()
		defer mu.Unlock()
		r.ID = latest
		return parts.Answer(r, o)
	}
}

// decodeFloats decodes a line by way of the language's own numbers.
func decodeFloats(frame []byte) (protocol.Message, error) {
	var value any
	if json.Unmarshal(frame, &value) != nil {
		return protocol.Decode(frame)
	}
	again, err := json.Marshal(value)
	if err != nil {
		return protocol.Decode(frame)
	}
	return protocol.Decode(again)
}

// native gives an answer as an encoder writes it that was told nothing about the wire: a capital for each known name, no others.
func native(value any) any {
	raw, err := json.Marshal(value)
	if err != nil {
		return value
	}
	named := map[string]json.RawMessage{}
	gjson.ParseBytes(raw).ForEach(func(key, member gjson.Result) bool {
		switch name := key.String(); name {
		case "suppressOutput", "systemMessage", "interrupt": // it has no names for these
		default:
			named[string(unicode.ToUpper(rune(name[0])))+name[1:]] = json.RawMessage(member.Raw)
		}
		return true
	})
	return named
}

// latest is what the sessions of a process share: the handler and the pipe of the one that was opened last.
type latest struct {
	mu      sync.Mutex
	handler parts.Handler
	pipe    transport.Transport
}

func oneSession() func() *parts.Parts {
	l := &latest{}
	return with(func(p *parts.Parts) {
		p.Wrap = func(t transport.Transport) transport.Transport {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.pipe = t
			return shared{t, l}
		}
		p.Handler = func(own parts.Handler) parts.Handler {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.handler = own
			return func(ctx context.Context, r parts.Request) (any, error) {
				l.mu.Lock()
				handler := l.handler
				l.mu.Unlock()
				return handler(ctx, r)
			}
		}
	})
}

// shared writes its answers where all sessions write them.
type shared struct {
	transport.Transport
	latest *latest
}

func (s shared) WriteFrame(ctx context.Context, frame []byte) error {
	if !isAnswer(frame) {
		return s.Transport.WriteFrame(ctx, frame)
	}
	s.latest.mu.Lock()
	pipe := s.latest.pipe
	s.latest.mu.Unlock()
	return pipe.WriteFrame(ctx, frame)
}
