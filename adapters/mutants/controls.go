package mutants

import (
	"context"
	"encoding/json"

	"github.com/wiretrial/wiretrial/internal/parts"
)

func controls() []Mutant {
	return []Mutant{
		{
			Name: DoNothing, Group: Control, Fault: "answers every operation with success and does nothing",
			instead: func(method string, _ json.RawMessage) (json.RawMessage, bool) {
				switch method {
				case "receive", "prompt":
					return json.RawMessage(`{"count":0,"end":"eof"}`), true
				}
				return json.RawMessage(`{"value":null}`), true
			},
		}, {
			Name: YesMan, Group: Control, Fault: "answers every request of the CLI with an empty success",
			Parts: with(func(p *parts.Parts) {
				p.Handler = func(parts.Handler) parts.Handler {
					return func(context.Context, parts.Request) (any, error) { return struct{}{}, nil }
				}
			}),
		},
	}
}
