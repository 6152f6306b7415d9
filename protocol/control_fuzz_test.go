package protocol

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
)

// FuzzControl reads any text as each request, each answer and each hook: nothing may panic, what was read from valid JSON can be written
// again, and what keeps its JSON is written as it came.
func FuzzControl(f *testing.F) {
	for _, name := range []string{"initialize", "mcp_status", "list_permission_rules", "can_use_tool", "hook_callback"} {
		f.Add([]byte(wireNames(f, "answer")[name]))
	}
	f.Add([]byte(wireNames(f, "request")[SubCanUseTool]))
	f.Add([]byte(wireNames(f, "input")[HookStop]))
	for _, seed := range []string{
		`{`, `{"rules":[`, `{"permission_suggestions":[null,5,{"type":1}]}`, `{"hookSpecificOutput":{"hookEventName":"Stop"`, `{"hookSpecificOutput":[]}`,
		`{"hook_event_name":"X_new","x":1}`, `{"max_thinking_tokens":null,"thinking_display":7}`, `{"gridRows":[[{"color":"c"},1],2]}`, `{"request_id":[1],"response":{}}`,
		` {"subtype" : "can_use_tool", "input" : {"a":1.0} } `, `[{}]`, `"s"`, `null`, ``, "{\"model\":\"\xff\"}", `{"model":"\ud83d"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		valid := json.Valid(text)
		for _, k := range RequestKinds() {
			request := readAs(reflect.TypeOf(k.Request), text).Elem().Interface().(Request)
			line, err := EncodeRequest(NewID("r"), request)
			if valid && (err != nil || !json.Valid(line)) {
				t.Errorf("%s: %v, %s", request.Subtype(), err, line)
			}
			if k.Answer != nil {
				rewrites(t, readAs(reflect.TypeOf(k.Answer), text), valid)
			}
		}
		for _, row := range hookRows() {
			base := row.input(text).Base()
			if valid && base.Raw != nil && !bytes.Equal(base.Raw, bytes.Trim(text, " \t\r\n")) {
				t.Errorf("%s: got %s", row.event, base.Raw)
			}
			if row.output != nil {
				rewrites(t, reflect.ValueOf(row.output(text)), valid)
			}
		}
		HookCallback{Input: text}.HookInput().Base()
		m := Message{Type: TypeControlRequest, Raw: text}
		m.CanUseTool()
		m.HookCallback().HookInput()
		m.MCPMessage()
		m.Elicitation()
		m.RequestUserDialog()
		m.ControlRequest()
		m.ControlResponse()
		m.CancelledID()
	})
}

// readAs reads a text into a new value of a type, as View does.
func readAs(of reflect.Type, text []byte) reflect.Value {
	target := reflect.New(of)
	if own, ok := target.Interface().(lenient); ok {
		if at := skipSpace(text, 0); at < len(text) && text[at] != 'n' {
			own.fromWire(text[at:])
		}
		return target
	}
	fill(text, target.Interface())
	return target
}

// rewrites checks that what was read can be written.
func rewrites(t *testing.T, value reflect.Value, valid bool) {
	t.Helper()
	line, err := encode(value.Interface())
	if valid && (err != nil || !json.Valid(line)) {
		t.Errorf("%s: %v, %s", value.Type(), err, line)
	}
}

func TestHookOutputForms(t *testing.T) {
	t.Parallel()
	no, text := false, ""
	for want, out := range map[string]HookOutput{
		`{}`:                                  {},
		`{"continue":false,"stopReason":"s"}`: {Continue: &no, StopReason: "s"},
		`{"async":true,"asyncTimeout":5000}`:  {Async: true, AsyncTimeout: 5000},
		`{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny"}}`:            {Specific: PreToolUseOutput{PermissionDecision: Deny}},
		`{"hookSpecificOutput":{"hookEventName":"MessageDisplay","displayContent":""}}`:                {Specific: MessageDisplayOutput{DisplayContent: &text}},
		`{"hookSpecificOutput":{"hookEventName":"Stop"}}`:                                              {Specific: StopOutput{}},
		`{"hookSpecificOutput":{"x":1}}`:                                                               {Specific: json.RawMessage(`{"x":1}`)},
		`{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"allow"}}}`: {Specific: PermissionRequestOutput{Decision: PermissionResult{Behavior: Allow}}},
		`{"decision":"block","x_new":[1.0]}`:                                                           View[HookOutput](json.RawMessage(`{"decision":"block","x_new":[1.0]}`)),
	} {
		if got, err := encode(out); err != nil || string(got) != want {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
	}
}

func TestWhatIsNotKnownSurvives(t *testing.T) {
	t.Parallel()
	const input = `{"hook_event_name":"X_new","session_id":"s","x":{"n":9007199254740993}}`
	in := HookCallback{Input: json.RawMessage(input)}.HookInput()
	if got, err := encode(in); err != nil || string(got) != input || in.Base().Event != "X_new" || in.Base().SessionID != "s" {
		t.Errorf("got %s, %v", got, err)
	}
	const output = `{"hookSpecificOutput":{"hookEventName":"X_new","y":1}}`
	out := View[HookOutput](json.RawMessage(output))
	if own, ok := out.Specific.(json.RawMessage); !ok || string(own) != `{"hookEventName":"X_new","y":1}` || string(out.Raw) != output {
		t.Errorf("got %+v", out)
	}
	for name, back := range map[string]any{
		`{"behavior":"maybe","z":1.0}`:      View[PermissionResult](json.RawMessage(`{"behavior":"maybe","z":1.0}`)),
		`{"action":"later","content":null}`: View[ElicitationResult](json.RawMessage(`{"action":"later","content":null}`)),
		`{"behavior":"x","result":null}`:    View[UserDialogResult](json.RawMessage(`{"behavior":"x","result":null}`)),
	} {
		if got, err := encode(back); err != nil || string(got) != name {
			t.Errorf("got %s, %v, want %s", got, err, name)
		}
	}
}
