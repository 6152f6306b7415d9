package mutants

import (
	"context"
	"encoding/json"
	"io"

	"github.com/wiretrial/wiretrial/internal/parts"
)

func inputGroup() []Mutant {
	return []Mutant{{
		Name: "stream-error-lost", Group: Input, Fault: "takes a failing prompt stream for one that has ended",
		Kills: kills("input/stream-fails"),
		Parts: with(func(p *parts.Parts) {
			p.Prompt = func(next parts.Pull) parts.Pull {
				return func(ctx context.Context) (json.RawMessage, error) {
					line, err := next(ctx)
					if err != nil {
						err = io.EOF
					}
					return line, err
				}
			}
		}),
	}}
}
