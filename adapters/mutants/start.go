package mutants

import (
	"context"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
)

func startGroup() []Mutant {
	return []Mutant{
		{
			Name: "no-initialize", Group: Start, Fault: "sends the prompt alone, and no initialize",
			Kills: kills("handshake/late-answer", "handshake/initialize-first"),
			Parts: with(func(p *parts.Parts) {
				p.Initialize = func(context.Context, parts.Exchange) (protocol.Message, error) { return protocol.Message{}, nil }
			}),
		}, {
			Name: "deaf-start", Group: Start, Fault: "drops messages and answers nothing until initialize is answered",
			Kills: kills("handshake/messages-before-answer", "handshake/request-before-answer", "stdin/mcp-before-prompt"),
			Parts: with(deafStart),
		}, {
			Name: "info-lost", Group: Start, Fault: "waits for the answer to initialize and forgets what it said",
			Kills: kills("control/server-info"),
			Parts: with(func(p *parts.Parts) {
				p.Initialize = func(ctx context.Context, send parts.Exchange) (protocol.Message, error) {
					_, err := send(ctx)
					return protocol.Message{}, err
				}
			}),
		},
	}
}

func deafStart(p *parts.Parts) {
	answered := false // of the reading goroutine
	p.Inbound = without(func(m protocol.Message) bool {
		answered = answered || m.Type == protocol.TypeControlResponse
		return !answered
	})
}
