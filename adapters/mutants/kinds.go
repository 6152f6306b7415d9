package mutants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// payloadFaults are the faults in what becomes of the answers to the client's own requests.
func payloadFaults() []Mutant {
	return []Mutant{
		{
			Name: "refusal-is-success", Group: Requests, Fault: "takes the refusal of a request for its success", Opposite: "wants-payload",
			Kills: kills("control/operations-refused", "control/refused-without-text"),
			Parts: rewriting(protocol.TypeControlResponse, func(raw []byte) []byte {
				if gjson.GetBytes(raw, "response.subtype").String() != "error" {
					return raw
				}
				return set(set(raw, "response.subtype", `"success"`), "response.response", `{}`)
			}),
		}, {
			Name: "wants-payload", Group: Requests, Fault: "takes a success without a payload for a failure", Opposite: "refusal-is-success",
			Kills: kills("control/answer-without-payload", "handshake/odd-answers"),
			Parts: rewriting(protocol.TypeControlResponse, func(raw []byte) []byte {
				if gjson.GetBytes(raw, "response.subtype").String() != "success" || gjson.GetBytes(raw, "response.response").IsObject() {
					return raw
				}
				return set(set(raw, "response.subtype", `"error"`), "response.error", `"no payload"`)
			}),
		}, {
			Name: "drops-payload", Group: Requests, Fault: "tells the caller that his request succeeded, and nothing of what the CLI answered",
			Kills: kills("control/operation-results"),
			Parts: rewriting(protocol.TypeControlResponse, func(raw []byte) []byte {
				if gjson.GetBytes(raw, "response.response.commands").Exists() {
					return raw // of initialize
				}
				return set(raw, "response.response", `{}`)
			}),
		}, {
			Name: "one-case", Group: Requests, Fault: "writes the fields of all requests in snake_case",
			Kills: kills("control/operations"),
			Parts: with(func(p *parts.Parts) {
				p.Request = func(id protocol.ID, r protocol.Request) ([]byte, error) {
					line, err := protocol.EncodeRequest(id, r)
					if r.Subtype() == protocol.SubInitialize {
						return line, err
					}
					return bytes.ReplaceAll(line, []byte(`"serverName"`), []byte(`"server_name"`)), err
				}
			}),
		}, {
			Name: "ignores-handed-over", Group: Start, Fault: "does not look at the requests that the answer to initialize lists as open",
			Kills: kills("handshake/pending-requests"),
			Parts: rewriting(protocol.TypeControlResponse, func(raw []byte) []byte {
				return drop(drop(raw, "response.pending_permission_requests"), "response.pending_user_dialog_requests")
			}),
		}, {
			Name: "trusts-handed-over", Group: Start, Fault: "dies of a list of open requests that is not as it should be",
			Kills: kills("handshake/odd-pending-requests"),
			Parts: refusing(func(frame []byte) error {
				list := gjson.GetBytes(frame, "response.pending_permission_requests")
				if list.Exists() && (!list.IsArray() || len(list.Array()) > 0 && !list.Get("0.request").IsObject()) {
					return fmt.Errorf("%w: pending_permission_requests", errField)
				}
				return nil
			}),
		},
	}
}

// askedFaults are the faults in what reaches a callback, and in what of its answer reaches the CLI.
func askedFaults() []Mutant {
	return []Mutant{
		{
			Name: "known-fields", Group: Answers, Fault: "hands its callbacks the fields that it has a name for, and no others",
			Kills: kills("permissions/context", "hooks/events"),
			Parts: rewriting(protocol.TypeControlRequest, func(raw []byte) []byte {
				raw = only(raw, "request", "subtype", "tool_name", "input", "tool_use_id", "permission_suggestions", "callback_id", "server_name", "message")
				if gjson.GetBytes(raw, "request.input.hook_event_name").Exists() {
					raw = only(raw, "request.input", "session_id", "transcript_path", "cwd", "permission_mode", "hook_event_name", "tool_name", "tool_input",
						"tool_response", "tool_use_id", "prompt", "stop_hook_active")
				}
				return raw
			}),
		}, {
			Name: "keeps-input", Group: Answers, Fault: "sends the tool's own input back whatever the callback said", Opposite: "wipes-input",
			Kills: kills("permissions/new-input"),
			Parts: answersBy(func(r parts.Request, value any) any {
				if result, ok := value.(protocol.PermissionResult); ok {
					result.UpdatedInput = r.Message.CanUseTool().Input
					return result
				}
				return value
			}, protocol.SubCanUseTool),
		}, {
			Name: "ids-once", Group: Answers, Fault: "takes a request whose id came before for a copy",
			Kills: kills("permissions/id-again"),
			Parts: with(dropsKnownIDs),
		}, {
			Name: "cancels-latest", Group: Answers, Fault: "takes a withdrawal for that of the latest request",
			Kills: kills("permissions/stray-cancel"),
			Parts: with(cancelsLatest),
		}, {
			Name: "flattens-results", Group: Answers, Fault: "gives the CLI the text of a tool's result, and nothing else of it",
			Kills: kills("mcp/content-kinds", "mcp/structured-content", "mcp/result-meta"),
			Parts: answersBy(func(_ parts.Request, value any) any {
				if reply, ok := value.(protocol.MCPResponse); ok && gjson.GetBytes(reply.Response, "result.content").Exists() {
					reply.Response = flat(reply.Response)
					return reply
				}
				return value
			}, protocol.SubMCPMessage),
		}, {
			Name: "cuts-answers", Group: Answers, Fault: "cuts a line that it writes at 1 MiB",
			Kills: kills("mcp/large-result"),
			Parts: cutAt(1 << 20),
		}, {
			Name: "waits-for-callbacks", Group: Process, Fault: "closes only when every callback has returned",
			Kills: kills("mcp/stuck-tool"),
			Parts: with(waitsForCallbacks),
		},
	}
}

// dropsKnownIDs drops a request of the CLI whose id came before.
func dropsKnownIDs(p *parts.Parts) {
	var mu sync.Mutex
	seen := map[protocol.ID]bool{}
	p.Inbound = without(func(m protocol.Message) bool {
		mu.Lock()
		defer mu.Unlock()
		if m.Type != protocol.TypeControlRequest {
			return false
		}
		id := m.ControlRequest().ID
		was := seen[id]
		seen[id] = true
		return was
	})
}

// waitsForCallbacks keeps the end of a session from callbacks, and the session open until the last has returned.
func waitsForCallbacks(p *parts.Parts) {
	open := &sync.WaitGroup{}
	p.Handler = func(own parts.Handler) parts.Handler {
		return func(ctx context.Context, r parts.Request) (any, error) {
			open.Add(1)
			defer open.Done()
			return own(context.WithoutCancel(ctx), r)
		}
	}
	p.Wrap = func(t transport.Transport) transport.Transport { return lingering{t, open} }
}

// questionFaults are the faults in what becomes of a question to the user: an elicitation or a dialog.
func questionFaults() []Mutant {
	return []Mutant{
		{
			Name: "runs-no-question", Group: Answers, Fault: "declines every question of a server, whatever callback there is", Opposite: "accepts-questions",
			Kills: kills("elicitation/answered", "elicitation/what-is-asked", "elicitation/beside-others"),
			Parts: handling(protocol.SubElicitation, func(context.Context, parts.Request, parts.Handler) (any, error) {
				return map[string]string{"action": "decline"}, nil
			}),
		}, {
			Name: "accepts-questions", Group: Answers, Fault: "accepts a question where its callback failed, or where there is none", Opposite: "runs-no-question",
			Kills: kills("elicitation/nobody-to-ask", "elicitation/raised"),
			Parts: handling(protocol.SubElicitation, func(ctx context.Context, r parts.Request, own parts.Handler) (any, error) {
				value, err := own(ctx, r)
				raw, bad := json.Marshal(value)
				if err != nil || bad != nil || gjson.GetBytes(raw, "action").String() == "decline" {
					return map[string]any{"action": "accept", "content": map[string]any{}}, nil
				}
				return value, nil
			}),
		}, {
			Name: "settles-dialogs", Group: Answers, Fault: "settles every dialog as cancelled by its user",
			Kills: kills("elicitation/dialog", "elicitation/undeclared-dialog"),
			Parts: with(func(p *parts.Parts) {
				p.Answer = func(r parts.Request, o parts.Outcome) []byte {
					if r.Message.Subtype == protocol.SubRequestUserDialog {
						o = parts.Outcome{Value: map[string]string{"behavior": "cancelled"}}
					}
					return parts.Answer(r, o)
				}
				p.Handler = handler(protocol.SubRequestUserDialog, func(context.Context, parts.Request, parts.Handler) (any, error) {
					return map[string]string{"behavior": "cancelled"}, nil
				})
			}),
		},
	}
}

// handling gives the product with another handler for the requests of one subtype.
func handling(subtype string, handle func(context.Context, parts.Request, parts.Handler) (any, error)) func() *parts.Parts {
	return with(func(p *parts.Parts) { p.Handler = handler(subtype, handle) })
}

func handler(subtype string, handle func(context.Context, parts.Request, parts.Handler) (any, error)) func(parts.Handler) parts.Handler {
	return func(own parts.Handler) parts.Handler {
		return func(ctx context.Context, r parts.Request) (any, error) {
			if r.Message.Subtype == subtype {
				return handle(ctx, r, own)
			}
			return own(ctx, r)
		}
	}
}

// kindFaults are the faults in what becomes of a kind of message.
func kindFaults() []Mutant {
	return []Mutant{
		{
			Name: "closed-words", Group: Drift, Fault: "ends the stream at a word that a field is not known to have",
			Kills: kills("drift/new-words", "drift/epochs"),
			Parts: refusing(func(frame []byte) error {
				if bytes.Contains(frame, []byte(`"x_new"`)) {
					return errors.New("unknown variant x_new")
				}
				return nil
			}),
		}, {
			Name: "null-is-absent-not", Group: Drift, Fault: "ends the stream at a null where it wants an object or a list",
			Kills: kills("drift/nulls"),
			Parts: refusing(func(frame []byte) error {
				for _, path := range []string{"modelUsage", "permission_denials", "message.usage", "usage", "skills"} {
					if gjson.GetBytes(frame, path).Raw == "null" {
						return fmt.Errorf("%w: %s", errField, path)
					}
				}
				return nil
			}),
		}, {
			Name: "own-words-only", Group: Drift, Fault: "drops user messages that are no tool results, as if they were echoes of its own",
			Kills: kills("drift/user-messages", "interrupt/what-the-turn-still-writes", "turns/replayed-prompt", "turns/goes-on-by-itself"),
			Parts: with(func(p *parts.Parts) {
				p.Inbound = without(func(m protocol.Message) bool {
					return m.Type == protocol.TypeUser && !gjson.GetBytes(m.Raw, `message.content.#(type=="tool_result")`).Exists()
				})
			}),
		}, {
			Name: "shows-all-states", Group: Drift, Fault: "shows its user the states that are for the SDK alone", Opposite: "hides-all-states",
			Kills: kills("drift/host-only-state"),
			Parts: rewriting(protocol.TypeSystem, func(raw []byte) []byte { return drop(raw, "sdk_host_only") }),
		}, {
			Name: "drops-unknown-fields", Group: Drift, Fault: "drops the fields of a message that it has no name for",
			Kills: kills("drift/unknown-fields"),
			Parts: with(func(p *parts.Parts) {
				p.Inbound = func(next func(protocol.Message)) func(protocol.Message) {
					return func(m protocol.Message) {
						if !m.IsControl() {
							m.Raw = drop(m.Raw, "x_new")
						}
						next(m)
					}
				}
			}),
		}, {
			Name: "known-results", Group: Drift, Fault: "drops a result of a subtype that it has no name for",
			Kills: kills("drift/results"),
			Parts: with(func(p *parts.Parts) {
				p.Inbound = without(func(m protocol.Message) bool {
					return m.Type == protocol.TypeResult && !slices.Contains([]string{"success", "error_during_execution", "error_max_turns"}, m.Subtype)
				})
			}),
		},
	}
}

// rewriting gives the product with a change in the lines of one type, before anything looks at them.
func rewriting(typ string, change func(raw []byte) []byte) func() *parts.Parts {
	return with(func(p *parts.Parts) {
		decode := p.Decode
		p.Decode = func(frame []byte) (protocol.Message, error) {
			if m, err := decode(frame); err != nil || m.Type != typ {
				return m, err
			}
			return decode(change(frame))
		}
	})
}

// set gives a copy of a line with a value at a path, or the line as it is.
func set(raw []byte, path, value string) []byte {
	if out, err := sjson.SetRawBytes(raw, path, []byte(value)); err == nil {
		return out
	}
	return raw
}

// drop gives a copy of a line without a path, or the line as it is.
func drop(raw []byte, path string) []byte {
	if out, err := sjson.DeleteBytes(raw, path); err == nil {
		return out
	}
	return raw
}

// only gives a line whose object at a path has these members and no others.
func only(raw []byte, path string, names ...string) []byte {
	for name := range gjson.GetBytes(raw, path).Map() {
		if !slices.Contains(names, name) {
			raw = drop(raw, path+"."+strings.NewReplacer(".", `\.`).Replace(name))
		}
	}
	return raw
}

func cancelsLatest(p *parts.Parts) {
	var mu sync.Mutex
	var latest string
	decode := p.Decode
	p.Decode = func(frame []byte) (protocol.Message, error) {
		m, err := decode(frame)
		if err != nil {
			return m, err
		}
		mu.Lock()
		defer mu.Unlock()
		switch m.Type {
		case protocol.TypeControlRequest:
			latest = gjson.GetBytes(frame, "request_id").Raw
		case protocol.TypeControlCancel:
			if latest != "" {
				return decode(set(frame, "request_id", latest))
			}
		}
		return m, err
	}
}

// flat gives a tool's result as one text.
func flat(response json.RawMessage) json.RawMessage {
	var text strings.Builder
	for _, block := range gjson.GetBytes(response, "result.content").Array() {
		text.WriteString(block.Get("text").String())
	}
	quoted, err := json.Marshal(text.String())
	if err != nil {
		return response
	}
	response = set(response, "result.content", `[{"type":"text","text":`+string(quoted)+`}]`)
	return drop(drop(response, "result.structuredContent"), "result._meta")
}

// cutAt gives the product with lines that are cut at a size in bytes.
func cutAt(size int) func() *parts.Parts {
	return with(func(p *parts.Parts) {
		p.Wrap = func(t transport.Transport) transport.Transport { return cutting{t, size} }
	})
}

// cutting writes no longer line.
type cutting struct {
	transport.Transport
	size int
}

func (c cutting) WriteFrame(ctx context.Context, frame []byte) error {
	return c.Transport.WriteFrame(ctx, frame[:min(len(frame), c.size)])
}

// lingering closes when nothing is open any more.
type lingering struct {
	transport.Transport
	open *sync.WaitGroup
}

func (l lingering) Close(ctx context.Context) error {
	l.open.Wait()
	return l.Transport.Close(ctx)
}
