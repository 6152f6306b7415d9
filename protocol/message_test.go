package protocol

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAssistant(t *testing.T) {
	t.Parallel()
	a := decode(t, `{"type":"assistant","message":{"id":"msg_1","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"a<b"},{"type":"tool_use","id":"toolu_1","name":"Bash","input":{"n":1.50}},{"type":"x_new","data":[1, 2]},"odd"],"stop_reason":null,"usage":{"input_tokens":10}},"parent_tool_use_id":null,"session_id":"S","uuid":"U","aborted":true,"error":"rate_limit"}`).Assistant()
	want := Assistant{
		Header:  Header{UUID: "U", SessionID: "S"},
		Aborted: true, Error: "rate_limit",
		Message: AssistantBody{ID: "msg_1", Model: "m", Role: "assistant", Usage: Usage{InputTokens: "10", Raw: json.RawMessage(`{"input_tokens":10}`)}, Content: Content{
			{Type: BlockThinking, Thinking: "hm", Raw: json.RawMessage(`{"type":"thinking","thinking":"hm"}`)},
			{Type: BlockText, Text: "a<b", Raw: json.RawMessage(`{"type":"text","text":"a<b"}`)},
			{Type: BlockToolUse, ID: "toolu_1", Name: "Bash", Input: json.RawMessage(`{"n":1.50}`), Raw: json.RawMessage(`{"type":"tool_use","id":"toolu_1","name":"Bash","input":{"n":1.50}}`)},
			{Type: "x_new", Raw: json.RawMessage(`{"type":"x_new","data":[1, 2]}`)},
			{Raw: json.RawMessage(`"odd"`)},
		}},
	}
	want.Raw, want.Message.Raw = a.Raw, Member(a.Raw, "message")
	if diff := cmp.Diff(want, a); diff != "" {
		t.Error(diff)
	}
}

func TestOddFieldsFailNothing(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"content is a string":  `{"type":"assistant","message":{"content":"alive","model":5,"usage":null,"stop_reason":[]},"uuid":7}`,
		"block text a number":  `{"type":"assistant","message":{"content":[{"type":"text","text":5},{"type":"text","text":"alive"}]}}`,
		"block type a number":  `{"type":"assistant","message":{"content":[{"type":7,"text":"x"},null,[],{"type":"text","text":"alive"}]}}`,
		"unknown neighbours":   `{"type":"assistant","message":{"content":[{"type":"x"},{"type":"text","text":"al"},{"type":"y"},{"type":"text","text":"ive"}]}}`,
		"user content":         `{"type":"user","message":{"content":"alive"}}`,
		"result":               `{"type":"result","result":"alive","usage":[],"num_turns":"many","errors":5,"is_error":"no"}`,
		"name in another case": `{"type":"result","Result":"dead","result":"alive","RESULT":"dead"}`,
		"stream event":         `{"type":"stream_event","event":{"delta":{"text":"alive"}}}`,
	}
	for name, line := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := decode(t, line).Text(); got != "alive" {
				t.Errorf("text = %q", got)
			}
		})
	}
	if a := decode(t, cases["content is a string"]).Assistant(); a.Message.Content.Text() != "alive" || a.UUID != "" || a.Message.Usage.Raw != nil {
		t.Errorf("got %+v", a)
	}
	if r := decode(t, cases["result"]).Result(); r.IsError || r.NumTurns != "" || r.Errors != nil {
		t.Errorf("got %+v", r)
	}
}

func TestTextOfOtherMessagesIsEmpty(t *testing.T) {
	t.Parallel()
	for _, line := range []string{`{"type":"assistant"}`, `{"type":"assistant","message":"x"}`, `{"type":"user","message":{"content":7}}`, `{"type":"x","text":"x","result":"x"}`, `{"type":"stream_event","event":[]}`} {
		if got := decode(t, line).Text(); got != "" {
			t.Errorf("%s: %q", line, got)
		}
	}
}

func TestResultErrorText(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ line, want string }{
		"errors":                  {`{"type":"result","subtype":"error_max_turns","errors":[" a ","","b"],"result":"x"}`, "a; b"},
		"errors is a bare string": {`{"type":"result","errors":"boom"}`, "boom"},
		"errors hold other types": {`{"type":"result","errors":[1,"boom",null]}`, "boom"},
		"blank errors":            {`{"type":"result","errors":[" "],"result":"API Error: 429"}`, "API Error: 429"},
		"text of a success":       {`{"type":"result","subtype":"success","is_error":true,"result":"Prompt is too long"}`, "Prompt is too long"},
		"subtype":                 {`{"type":"result","subtype":"error_during_execution"}`, "error_during_execution"},
		"status":                  {`{"type":"result","subtype":"success","api_error_status":529}`, "API error (HTTP 529)"},
		"nothing":                 {`{"type":"result","subtype":"success"}`, "unknown error"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := decode(t, c.line).Result().ErrorText(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestNumbersAreKeptAsWritten(t *testing.T) {
	t.Parallel()
	r := decode(t, `{"type":"result","total_cost_usd":0.10000000000000000001,"duration_ms":9007199254740993,"num_turns":-0}`).Result()
	if r.TotalCostUSD != "0.10000000000000000001" || r.DurationMS != "9007199254740993" || r.NumTurns != "-0" {
		t.Errorf("got %s %s %s", r.TotalCostUSD, r.DurationMS, r.NumTurns)
	}
}

func TestTasksThatHoldStdin(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		line        string
		holds, ends bool
	}{
		"agent":           {`{"type":"system","subtype":"task_started","task_id":"t","task_type":"local_agent"}`, true, false},
		"workflow":        {`{"type":"system","subtype":"task_started","task_type":"local_workflow"}`, true, false},
		"shell":           {`{"type":"system","subtype":"task_started","task_type":"local_bash"}`, false, false},
		"no type":         {`{"type":"system","subtype":"task_started"}`, false, false},
		"notification":    {`{"type":"system","subtype":"task_notification","status":"x"}`, false, true},
		"killed":          {`{"type":"system","subtype":"task_updated","patch":{"status":"killed"}}`, false, true},
		"still running":   {`{"type":"system","subtype":"task_updated","patch":{"status":"running"}}`, false, false},
		"patch is absent": {`{"type":"system","subtype":"task_updated"}`, false, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := decode(t, c.line).System()
			if s.HoldsStdin() != c.holds || s.EndsTask() != c.ends {
				t.Errorf("holds %v, ends %v", s.HoldsStdin(), s.EndsTask())
			}
		})
	}
}

func TestSystemState(t *testing.T) {
	t.Parallel()
	s := decode(t, `{"type":"system","subtype":"session_state_changed","state":"idle","sdk_host_only":true,"tools":["a",1,"b"]}`).System()
	if s.State != "idle" || !s.SDKHostOnly || !cmp.Equal(s.Tools, []string{"a", "b"}) {
		t.Errorf("got %+v", s)
	}
	if s := decode(t, `{"type":"system","subtype":"session_state_changed","sdk_host_only":1}`).System(); s.SDKHostOnly {
		t.Error("1 counts as true")
	}
}

func TestOtherViews(t *testing.T) {
	t.Parallel()
	mirror := decode(t, `{"type":"transcript_mirror","filePath":"/f","entries":[{"a":1}, 2]}`).TranscriptMirror()
	if mirror.FilePath != "/f" || len(mirror.Entries) != 2 || string(mirror.Entries[0]) != `{"a":1}` {
		t.Errorf("mirror %+v", mirror)
	}
	if c := decode(t, `{"type":"command_lifecycle","command_uuid":"c","state":"queued","uuid":"u"}`).CommandLifecycle(); c.CommandUUID != "c" || c.State != "queued" || c.UUID != "u" {
		t.Errorf("lifecycle %+v", c)
	}
	if u := decode(t, `{"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","is_error":true,"content":"no"}]},"tool_use_result":"Error: no","isReplay":true}`).User(); !u.IsReplay || string(u.ToolUseResult) != `"Error: no"` || !u.Message.Content[0].IsError || string(u.Message.Content[0].Content) != `"no"` {
		t.Errorf("user %+v", u)
	}
	if e := decode(t, `{"type":"stream_event","event":{"type":"ping"},"parent_tool_use_id":"p"}`).StreamEvent(); e.ParentToolUseID != "p" || e.Event.Type != EventPing || string(e.Event.Raw) != `{"type":"ping"}` {
		t.Errorf("event %+v", e)
	}
}

func TestDeliveryOf(t *testing.T) {
	t.Parallel()
	cases := map[[2]string]Delivery{
		{"assistant", ""}: MustDeliver, {"user", ""}: MustDeliver, {"result", "success"}: MustDeliver, {"stream_event", ""}: MustDeliver, {"system", "init"}: MustDeliver,
		{"system", "status"}: MayDeliver, {"system", ""}: MayDeliver, {"x_new", ""}: MayDeliver, {"command_lifecycle", ""}: MayDeliver, {"", ""}: MayDeliver, {"x", "init"}: MayDeliver,
		{"control_request", "interrupt"}: Never, {"control_response", "success"}: Never, {"control_cancel_request", ""}: Never, {"keep_alive", ""}: Never, {"transcript_mirror", ""}: Never,
	}
	for kind, want := range cases {
		if got := DeliveryOf(kind[0], kind[1]); got != want {
			t.Errorf("%v: %s, want %s", kind, got, want)
		}
	}
}
