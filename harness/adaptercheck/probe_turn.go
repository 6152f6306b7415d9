package adaptercheck

import (
	"context"
	"strings"

	"github.com/wiretrial/wiretrial/scenarios"
)

// plainTurn lets a text that only the fake knows come back through the SDK.
func plainTurn(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		reading, err := s.begins(nil)
		if err != nil {
			return err
		}
		text := nonce()
		if err := s.writes("assistant", "", scenarios.PathValue{Path: "text", Value: text}); err != nil {
			return err
		}
		for _, stock := range []string{"tool_use", "tool_result"} { // that their types can be mapped is seen by the laws
			if err := s.writes(stock, ""); err != nil {
				return err
			}
		}
		if err := s.finishes(reading); err != nil {
			return err
		}
		for _, m := range s.messages {
			if strings.Contains(string(m.Message), text) {
				return nil
			}
		}
		return wrongf("the fake wrote an assistant message with the text %s, and none of the %d messages forwarded has it", text, len(s.messages))
	})
}
