package mutants

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

func driftGroup() []Mutant {
	return []Mutant{
		{
			Name: "strict-types", Group: Drift, Fault: "looks for the type in the first key, and ends the stream at one that it does not know", Opposite: "known-only",
			Kills: kills("framing/late-type-key", "drift/unknown-type", "drift/lines-for-the-sdk", "drift/no-type"),
			Parts: refusing(strictType),
		}, {
			Name: "strict-fields", Group: Drift, Fault: "ends the stream at a missing or odd field",
			Kills: kills("control/malformed-response", "drift/missing-field", "drift/missing-field-of-a-result", "drift/text-as-content", "drift/epochs"),
			Parts: refusing(strictFields),
		}, {
			Name: "known-only", Group: Drift, Fault: "drops the messages and blocks that it has no type for", Opposite: "strict-types",
			Kills: kills("drift/unknown-block", "drift/killed-in-an-update", "drift/message-kinds", "drift/content-blocks", "drift/stream-events",
				"interrupt/stops-a-task", "control/commands-changed", "turns/blocked-prompt"),
			Parts: with(func(p *parts.Parts) {
				p.Inbound = without(func(m protocol.Message) bool { return !known(m) })
			}),
		},
	}
}

// refusing gives the product with a reader that dies of a frame.
func refusing(check func(frame []byte) error) func() *parts.Parts {
	return with(func(p *parts.Parts) {
		p.Wrap = func(t transport.Transport) transport.Transport { return picky{t, check} }
	})
}

type picky struct {
	transport.Transport
	check func([]byte) error
}

func (p picky) ReadFrame() ([]byte, error) {
	frame, err := p.Transport.ReadFrame()
	if err == nil && json.Valid(frame) {
		err = p.check(frame)
	}
	return frame, err
}

func strictType(frame []byte) error {
	types := []string{
		protocol.TypeAssistant, protocol.TypeUser, protocol.TypeResult, protocol.TypeSystem, protocol.TypeStreamEvent,
		protocol.TypeKeepAlive, protocol.TypeControlRequest, protocol.TypeControlResponse, protocol.TypeControlCancel,
	}
	var first, typ string
	gjson.ParseBytes(frame).ForEach(func(key, value gjson.Result) bool {
		first, typ = key.String(), value.String()
		return false
	})
	if first != "type" || !slices.Contains(types, typ) {
		return fmt.Errorf("unknown message: %s %q", first, typ)
	}
	return nil
}

var errField = errors.New("a field is missing or has another type")

// strictFields knows what each kind of message always had.
func strictFields(frame []byte) error {
	m := gjson.ParseBytes(frame)
	var need []string
	switch m.Get("type").String() {
	case protocol.TypeAssistant:
		need = []string{"uuid", "session_id", "message.content"}
		if content := m.Get("message.content"); !content.IsArray() {
			return errField
		}
		if m.Get(`message.content.#(type=="thinking")`).Exists() {
			need = append(need, `message.content.#(type=="thinking").signature`)
		}
	case protocol.TypeResult:
		need = []string{"uuid", "session_id", "usage", "num_turns"}
		if m.Get("subtype").String() != "success" {
			need = append(need, "errors")
		}
	case protocol.TypeControlResponse:
		need = []string{"response.request_id", "response.subtype"}
	}
	for _, path := range need {
		if !m.Get(path).Exists() {
			return fmt.Errorf("%w: %s", errField, path)
		}
	}
	return nil
}

// known tells whether there is a type for a message, and for all of its blocks.
func known(m protocol.Message) bool {
	switch m.Type {
	case protocol.TypeSystem:
		return slices.Contains([]string{"init", protocol.SystemSessionState, protocol.SystemTaskStarted, "task_notification"}, m.Subtype)
	case protocol.TypeStreamEvent:
		return !strings.HasPrefix(gjson.GetBytes(m.Raw, "event.type").String(), "x_")
	case protocol.TypeAssistant:
		blocks := []string{"text", "thinking", "tool_use", "tool_result"}
		for _, block := range gjson.GetBytes(m.Raw, "message.content").Array() {
			if !slices.Contains(blocks, block.Get("type").String()) {
				return false
			}
		}
	}
	return true
}
