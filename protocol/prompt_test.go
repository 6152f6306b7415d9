package protocol_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/protocol/schema"
)

func TestPrompts(t *testing.T) {
	t.Parallel()
	raw := func(texts ...string) (all []json.RawMessage) {
		for _, text := range texts {
			all = append(all, json.RawMessage(text))
		}
		return all
	}
	const begin, end = `{"type":"user","message":{"role":"user","content":`, `},"parent_tool_use_id":null,"session_id":""`
	tests := map[string]struct {
		prompt protocol.Prompt
		want   string
	}{
		"text":           {protocol.Prompt{Text: "a<b>\u2028\n"}, begin + `"a<b>\u2028\n"` + end + `}`},
		"nothing":        {protocol.Prompt{}, begin + `""` + end + `}`},
		"blocks":         {protocol.Prompt{Text: "x", Blocks: []protocol.Block{protocol.TextBlock("a")}}, begin + `[{"text":"a","type":"text"}]` + end + `}`},
		"no blocks":      {protocol.Prompt{Blocks: []protocol.Block{}}, begin + `[]` + end + `}`},
		"uuid":           {protocol.Prompt{UUID: "u1"}, begin + `""` + end + `,"uuid":"u1"}`},
		"session":        {protocol.Prompt{SessionID: "s1"}, begin + `""},"parent_tool_use_id":null,"session_id":"s1"}`},
		"parent":         {protocol.Prompt{ParentToolUseID: "t1"}, begin + `""},"parent_tool_use_id":"t1","session_id":""}`},
		"priority":       {protocol.Prompt{Priority: protocol.PriorityNow}, begin + `""` + end + `,"priority":"now"}`},
		"origin":         {protocol.Prompt{Origin: &protocol.Origin{Kind: "human"}}, begin + `""` + end + `,"origin":{"kind":"human"}}`},
		"no query":       {protocol.Prompt{NoQuery: true}, begin + `""` + end + `,"shouldQuery":false}`},
		"composed":       {protocol.Prompt{ClientComposed: true, Synthetic: true}, begin + `""` + end + `,"client_composed":true,"isSynthetic":true}`},
		"timestamp":      {protocol.Prompt{Timestamp: "2026-11-21T03:02:19Z"}, begin + `""` + end + `,"timestamp":"2026-11-21T03:02:19Z"}`},
		"pasted content": {protocol.Prompt{PastedContent: raw(`"a"`, `[{"type":"text","text":"b"}]`)}, begin + `""` + end + `,"pasted_content":["a",[{"type":"text","text":"b"}]]}`},
		"inline pastes":  {protocol.Prompt{InlinePastes: []string{"a"}}, begin + `""` + end + `,"inline_pastes":["a"]}`},
		"tool result":    {protocol.Prompt{ToolUseResult: json.RawMessage(`{"n":1.50}`)}, begin + `""` + end + `,"tool_use_result":{"n":1.50}}`},
		"extra":          {protocol.Prompt{Extra: map[string]json.RawMessage{"x_new": json.RawMessage(`[1.0]`)}}, begin + `""` + end + `,"x_new":[1.0]}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line, err := protocol.EncodeUser(tt.prompt)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(line)); diff != "" {
				t.Error(diff)
			}
			if err := schema.CheckInput(line); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPromptsThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]protocol.Prompt{
		"a block":       {Blocks: []protocol.Block{{Raw: json.RawMessage(`{`)}}},
		"a tool result": {ToolUseResult: json.RawMessage(`nope`)},
		"an extra":      {Extra: map[string]json.RawMessage{"a": json.RawMessage(`}`)}},
	} {
		if line, err := protocol.EncodeUser(p); err == nil {
			t.Errorf("%s: got %s", name, line)
		}
	}
}

func TestBlocksToBeWritten(t *testing.T) {
	t.Parallel()
	made := func(content protocol.TypedContent) protocol.Block {
		block, err := protocol.NewBlock(content)
		if err != nil {
			t.Fatal(err)
		}
		return block
	}
	tests := map[string]struct {
		block protocol.Block
		want  string
	}{
		"text":        {protocol.TextBlock("a"), `{"text":"a","type":"text"}`},
		"tool result": {protocol.ToolResultBlock("t", "no", true), `{"content":"no","is_error":true,"tool_use_id":"t","type":"tool_result"}`},
		"image":       {protocol.ImageBlock("image/png", []byte("abc")), `{"type":"image","source":{"type":"base64","media_type":"image/png","data":"YWJj"}}`},
		"document":    {protocol.DocumentBlock("application/pdf", []byte("abc")), `{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"YWJj"}}`},
		"image by address": {
			made(&protocol.ImageContent{Source: protocol.Source{Type: "url", URL: "https://example.com/a.png"}}),
			`{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}`,
		},
		"a type that is given": {
			made(&protocol.ServerToolResultContent{Type: "web_search_tool_result", ToolUseID: "t", Content: json.RawMessage(`[]`)}),
			`{"type":"web_search_tool_result","tool_use_id":"t","content":[]}`,
		},
		"a block itself": {made(&protocol.Block{Type: "text", Text: "a"}), `{"text":"a","type":"text"}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(tt.block)
			if err != nil || string(got) != tt.want {
				t.Errorf("got %s, %v, want %s", got, err, tt.want)
			}
			if back := protocol.View[protocol.Block](got); back.Type != tt.block.Type {
				t.Errorf("read back as %q, want %q", back.Type, tt.block.Type)
			}
		})
	}
	if block, err := protocol.NewBlock(&protocol.ToolUseContent{Input: json.RawMessage(`{`)}); err == nil {
		t.Errorf("got %s", block.Raw)
	}
}

// TestWhatIsUnknownSurvives holds that types, blocks, fields and values that nobody knows come back with the bytes that they had.
func TestWhatIsUnknownSurvives(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"a type":          `{"type":"x_new" , "n":1.50,"big":12345678901234567890}`,
		"a subtype":       `{"type":"system","subtype":"x_new","data":{"a":[1 ,2]},"lone":"\ud83d"}`,
		"a field":         `{"uuid":"u","x_new":{"a" : 1e400},"type":"assistant","message":{"content":[],"x_new":-0}}`,
		"an enum's value": `{"type":"system","subtype":"status","status":"x_new","uuid":"u"}`,
		"a block":         `{"type":"assistant","message":{"content":[{"type":"x_new","data":[1, 2]},"odd",7]}}`,
		"an event":        `{"type":"stream_event","event":{"type":"x_new","delta":{"type":"x_new","\u0061":1}}}`,
		"a wrong type":    `{"type":"result","result":7,"usage":[],"errors":{}}`,
		"no line":         `{"type":"system","subtype":["init"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := protocol.Decode([]byte(line))
			if err != nil {
				t.Fatal(err)
			}
			for what, value := range map[string]json.Marshaler{"message": m, "view": m.Typed().(json.Marshaler)} {
				if got, err := value.MarshalJSON(); err != nil || string(got) != line {
					t.Errorf("%s: got %s, %v, want %s", what, got, err, line)
				}
			}
			var again protocol.Message
			if err := json.Unmarshal([]byte(line), &again); err != nil || string(again.Raw) != line || again.Kind() != m.Kind() {
				t.Errorf("read by encoding/json: %s, %v", again.Raw, err)
			}
			at := 0
			for element := range protocol.Elements(protocol.Member(protocol.Member(m.Raw, "message"), "content")) {
				block := m.Assistant().Message.Content[at]
				if got, err := block.MarshalJSON(); err != nil || string(got) != string(element) {
					t.Errorf("block %d: got %s, %v, want %s", at, got, err, element)
				}
				at++
			}
		})
	}
}

func TestTyped(t *testing.T) {
	t.Parallel()
	typed := func(line string) protocol.Typed {
		m, err := protocol.Decode([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		return m.Typed()
	}
	if m, ok := typed(`{"type":"system","subtype":"x_new","uuid":"u"}`).(*protocol.System); !ok || m.Subtype != "x_new" || m.UUID != "u" {
		t.Errorf("an unknown subtype: %#v", m)
	}
	if m, ok := typed(`{"type":"x_new","uuid":"u"}`).(*protocol.Message); !ok || m.Type != "x_new" {
		t.Errorf("an unknown type: %#v", m)
	}
	if m, ok := typed(`{"type":"result","subtype":"x_new","is_error":true}`).(*protocol.Result); !ok || !m.IsError {
		t.Errorf("an unknown result: %#v", m)
	}
	if m, ok := typed(`{"type":"control_response","response":{"subtype":"error","request_id":7,"error":"no"}}`).(*protocol.ControlResponse); !ok || m.Error != "no" || m.ID != "7" {
		t.Errorf("an answer: %#v", m)
	}
	if m, ok := typed(`{"type":"control_request","request_id":"p1","request":{"subtype":"x_new"}}`).(*protocol.ControlRequest); !ok || m.ID != `"p1"` {
		t.Errorf("a request: %#v", m)
	}
	if m, ok := typed(`{"type":"control_cancel_request","request_id":"p1"}`).(*protocol.ControlCancelRequest); !ok || m.ID.String() != "p1" {
		t.Errorf("a cancel: %#v", m)
	}
	if line, err := json.Marshal(protocol.Assistant{Error: "made by hand"}); err == nil {
		t.Errorf("a view that was made by hand became %s", line)
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	event := func(name string) protocol.Event {
		m, err := protocol.Decode(stockLine(t, name))
		if err != nil {
			t.Fatal(err)
		}
		return m.StreamEvent().Event
	}
	for name, want := range map[string]string{
		"message_start": protocol.EventMessageStart, "content_block_start": protocol.EventContentBlockStart, "text_delta": protocol.EventContentBlockDelta,
		"content_block_stop": protocol.EventContentBlockStop, "message_delta": protocol.EventMessageDelta, "message_stop": protocol.EventMessageStop,
		"ping": protocol.EventPing, "error": protocol.EventFailure,
	} {
		if got := event("event_" + name).Type; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	for _, delta := range []string{
		protocol.DeltaText, protocol.DeltaInputJSON, protocol.DeltaThinking, protocol.DeltaSignature, protocol.DeltaCitations, protocol.DeltaCompaction,
	} {
		if e := event("event_" + delta); e.Delta == nil || e.Delta.Type != delta || e.Index != "0" {
			t.Errorf("%s: got %+v", delta, e)
		}
	}
	if e := event("event_message_start"); e.Message == nil || e.Message.ID == "" || e.Delta != nil {
		t.Errorf("got %+v", e)
	}
	if e := event("event_error"); e.Error == nil || e.Error.Type != "overloaded_error" {
		t.Errorf("got %+v", e)
	}
}
