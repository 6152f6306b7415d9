package mutants

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

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

// speakingFaults are the faults in what a server says of its own accord, and of itself.
func speakingFaults() []Mutant {
	return []Mutant{
		{
			Name: "own-names", Group: Answers, Fault: "knows its servers by the names that they give themselves",
			Kills: kills("mcp/known-by-its-key"),
			Parts: parts.Default,
			opening: func(params []byte) []byte {
				if own := gjson.GetBytes(params, "options.mcp_servers.0.own_name").Raw; own != "" {
					return set(params, "options.mcp_servers.0.name", own)
				}
				return params
			},
		}, {
			Name: "servers-only-answer", Group: Answers, Fault: "writes nothing that a server says of its own accord",
			Kills: kills("mcp/progress", "mcp/server-asks"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport { return onlyAnswers{t} }
			}),
		}, {
			Name: "replies-are-notices", Group: Answers, Fault: "takes the reply to a server's own call for a notification, and drops it",
			Kills: kills("mcp/server-asks"),
			Parts: handling(protocol.SubMCPMessage, func(ctx context.Context, r parts.Request, own parts.Handler) (any, error) {
				if gjson.GetBytes(r.Message.Raw, "request.message.result").Exists() {
					return protocol.MCPResponse{Response: json.RawMessage(`{"jsonrpc":"2.0","result":{}}`)}, nil
				}
				return own(ctx, r)
			}),
		},
	}
}

// onlyAnswers does not write the requests of servers.
type onlyAnswers struct{ transport.Transport }

func (o onlyAnswers) WriteFrame(ctx context.Context, frame []byte) error {
	if typeOf(frame) == protocol.TypeControlRequest && gjson.GetBytes(frame, "request.subtype").Str == protocol.SubMCPMessage {
		return nil
	}
	return o.Transport.WriteFrame(ctx, frame)
}
