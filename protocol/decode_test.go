package protocol

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func decode(t testing.TB, line string) Message {
	t.Helper()
	m, err := Decode([]byte(line))
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return m
}

func TestDecodeReadsTheEnvelope(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ line, kind string }{
		"type first":              {`{"type":"assistant","message":{}}`, "assistant"},
		"type last":               {`{"message":{"type":"message"},"subtype":"success","type":"result"}`, "result/success"},
		"system":                  {`{"type":"system","subtype":"init"}`, "system/init"},
		"request":                 {`{"type":"control_request","request_id":"a","request":{"x":{"subtype":"no"},"subtype":"interrupt"}}`, "control_request/interrupt"},
		"request, outer ignored":  {`{"type":"control_request","subtype":"no","request":{"subtype":"yes"}}`, "control_request/yes"},
		"request without a body":  {`{"type":"control_request","request_id":"a"}`, "control_request"},
		"request with null":       {`{"type":"control_request","request":null}`, "control_request"},
		"response":                {`{"type":"control_response","response":{"subtype":"error","request_id":"a"}}`, "control_response/error"},
		"response null":           {`{"type":"control_response","response":null}`, "control_response"},
		"unknown":                 {`{"type":"x_new"}`, "x_new"},
		"empty type":              {`{"type":""}`, ""},
		"subtype of another type": {`{"type":"system","subtype":7}`, "system"},
		"wrong case is another":   {`{"TYPE":"no","type":"user","Type":"no"}`, "user"},
		"twice, the last counts":  {`{"type":"no","type":"user"}`, "user"},
		"escaped name":            {`{"\u0074ype":"user"}`, "user"},
		"escaped value":           {`{"type":"us\u0065r"}`, "user"},
		"carriage return":         {"{\"type\":\"user\"}\r\n", "user"},
		"white space":             {" {\t\"type\" : \"user\" , \"a\" : [ 1 , { } ] } ", "user"},
		"quotes and backslashes":  {`{"a":"\"","b":"\\","c":"\\\"{","type":"user"}`, "user"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := decode(t, c.line)
			if m.Kind() != c.kind {
				t.Errorf("kind = %q, want %q", m.Kind(), c.kind)
			}
			if string(m.Raw) != strings.TrimRight(c.line, "\r\n") {
				t.Errorf("raw = %q", m.Raw)
			}
		})
	}
}

func TestDecodeRefusesWhatIsNoMessage(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		line string
		want error
		text string
	}{
		"empty":         {"", ErrNotJSON, "empty line"},
		"blank":         {" \t", ErrNotJSON, "empty line"},
		"noise":         {"[SandboxDebug] x", ErrNotJSON, "byte 2 of 16"},
		"truncated":     {`{"type":"user"`, ErrNotJSON, "unexpected end"},
		"two objects":   {`{"type":"a"}{"type":"b"}`, ErrNotJSON, "byte 13"},
		"bom":           {"\ufeff{\"type\":\"a\"}", ErrNotJSON, "byte 1 of 15"},
		"array":         {`[{"type":"a"}]`, ErrNotObject, "expected {, got an array"},
		"null":          {`null`, ErrNotObject, "got null"},
		"number":        {`-4`, ErrNotObject, "got a number"},
		"string":        {`"s"`, ErrNotObject, "got a string"},
		"boolean":       {`true`, ErrNotObject, "got a boolean"},
		"no type":       {`{"a":1}`, ErrNoType, "got none"},
		"type is null":  {`{"type":null}`, ErrNoType, "got null"},
		"type a number": {`{"type":42}`, ErrNoType, "got a number"},
		"too deep":      {strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1), ErrNotJSON, "max depth"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := Decode([]byte(c.line))
			var decodeErr *DecodeError
			if !errors.Is(err, c.want) || !errors.As(err, &decodeErr) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %v, want %v with %q", err, c.want, c.text)
			}
			if keep := errors.Is(c.want, ErrNoType); keep != (m.Raw != nil) {
				t.Errorf("raw = %q", m.Raw)
			}
		})
	}
}

func TestADecodeErrorShowsTheStartOfALongLineOnly(t *testing.T) {
	t.Parallel()
	_, err := Decode([]byte("{" + strings.Repeat("ü", 100000)))
	var decodeErr *DecodeError
	if !errors.As(err, &decodeErr) {
		t.Fatal(err)
	}
	if got := decodeErr.Line; len(got) > 100 || !strings.HasSuffix(got, "ü") || decodeErr.Size != 200001 {
		t.Errorf("line %q, size %d", got, decodeErr.Size)
	}
}

func TestMembersKeepTheExactBytes(t *testing.T) {
	t.Parallel()
	const line = `{"n":-0.0,"big":123456789012345678901234567890,"e":1e400,"s":"\ud83d\/","o":{"a":[1, 2 ,{}]},"t":true}`
	want := [][2]string{{"n", "-0.0"}, {"big", "123456789012345678901234567890"}, {"e", "1e400"}, {"s", `"\ud83d\/"`}, {"o", `{"a":[1, 2 ,{}]}`}, {"t", "true"}}
	i := 0
	for name, value := range Members(json.RawMessage(line)) {
		if i >= len(want) || name != want[i][0] || string(value) != want[i][1] {
			t.Errorf("member %d = %s: %s", i, name, value)
		}
		i++
	}
	if i != len(want) {
		t.Errorf("%d members", i)
	}
}

func TestMembersCanBeLeft(t *testing.T) {
	t.Parallel()
	n := 0
	for range Members(json.RawMessage(`{"a":1,"b":2}`)) {
		n++
		break
	}
	for range Elements(json.RawMessage(`[1,2,3]`)) {
		n++
		break
	}
	if n != 2 {
		t.Errorf("n = %d", n)
	}
}

// FuzzDecode shows that no line makes the decoder or a typed view panic, that Raw is the line, and that what it takes for a message
// is what encoding/json takes for an object with a type.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"type":"assistant","message":{"model":"m","content":[{"type":"text","text":"x"},{"type":"tool_use","id":"t","name":"Bash","input":{}}]},"uuid":"u"}`,
		`{"type":"assistant","message":{"content":"text"},"error":"rate_limit"}`,
		`{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text"}],"is_error":true}]}}`,
		`{"type":"result","subtype":"success","is_error":true,"errors":["a",1],"num_turns":1e3}`,
		`{"type":"system","subtype":"task_updated","patch":{"status":"killed"},"tools":[1,"a"]}`,
		`{"type":"control_request","request_id":7,"request":{"subtype":"can_use_tool","permission_suggestions":[{"type":"addRules","rules":[{"toolName":"x"}]},5]}}`,
		`{"type":"control_response","response":{"subtype":"error","request_id":"\u0061","error":"x"}}`,
		`{"type":"control_cancel_request","request_id":null}`, `{"type":42}`, `[1]`, `null`, `{`, "{\"type\":\"\xff\"}", `{"a":"\\","type":"x"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		m, err := Decode(line)
		agree(t, line, m, err)
		if err != nil {
			return
		}
		if text := strings.TrimRight(string(line), "\r\n"); string(m.Raw) != text {
			t.Errorf("raw %q of %q", m.Raw, text)
		}
		views(t, m)
	})
}

// agree compares with encoding/json, whose map keys are exact and where the last of two names counts.
func agree(t *testing.T, line []byte, m Message, err error) {
	t.Helper()
	var object map[string]json.RawMessage
	jsonErr := json.Unmarshal(line, &object)
	if (jsonErr == nil && object != nil) != (err == nil || errors.Is(err, ErrNoType)) {
		t.Fatalf("%q: %v, but encoding/json says %v", line, err, jsonErr)
	}
	if err != nil {
		return
	}
	var typ string
	if json.Unmarshal(object["type"], &typ) != nil || typ != m.Type {
		t.Errorf("%q: type %q, but encoding/json says %q", line, m.Type, typ)
	}
	for name, value := range Members(m.Raw) {
		if _, ok := object[name]; !ok && utf8.ValidString(name) || !json.Valid(value) {
			t.Errorf("%q: member %q = %q", line, name, value)
		}
	}
}

// views makes every typed view and encodes again what comes back to the CLI.
func views(t *testing.T, m Message) {
	t.Helper()
	m.Header()
	m.User()
	m.Result().ErrorText()
	m.StreamEvent()
	m.TranscriptMirror()
	m.CommandLifecycle()
	m.ControlResponse()
	_ = m.Text()
	_ = m.System().EndsTask()
	_ = m.HookCallback().Event()
	_ = m.MCPMessage()
	_ = m.Elicitation()
	asked := m.CanUseTool()
	for _, block := range m.Assistant().Message.Content {
		if _, err := json.Marshal(block); err != nil {
			t.Errorf("block %q: %v", block.Raw, err)
		}
	}
	line, err := EncodeSuccess(m.ControlRequest().ID, PermissionResult{Behavior: Allow, UpdatedInput: asked.Input, UpdatedPermissions: asked.Suggestions})
	if err != nil || !json.Valid(line) {
		t.Errorf("answer %q: %v", line, err)
	}
	if id := m.CancelledID(); id != "" && !json.Valid([]byte(id)) {
		t.Errorf("id %q", id)
	}
}

// benchLines are a small message of each busy kind, and a line of ten megabytes.
func benchLines() map[string]string {
	ids := `"session_id":"d37882d6-56df-58a8-a3ab-26bd84250631","uuid":"69e8691b-8fbd-51f3-9e2e-cf01922bd8db"`
	assistant := func(text string) string {
		return `{"type":"assistant","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-5-5","content":[{"type":"text","text":"` + text +
			`"}],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,` +
			`"output_tokens":1},"context_management":null},"parent_tool_use_id":null,` + ids + `,"timestamp":"2026-11-21T03:02:19.744Z"}`
	}
	return map[string]string{
		"delta": `{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}},` +
			`"parent_tool_use_id":null,` + ids + `}`,
		"assistant": assistant("hello"),
		"10MB":      assistant(strings.Repeat("words and spaces ", 10<<20/17)),
		"10MB code": assistant(strings.Repeat(`a line\n\tof \"code\" `, 10<<20/24)),
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, text := range benchLines() {
		b.Run(name, func(b *testing.B) {
			line := []byte(text)
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decode(line); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkTyped(b *testing.B) {
	for name, text := range benchLines() {
		b.Run(name, func(b *testing.B) {
			m := decode(b, text)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if m.Typed() == nil {
					b.Fatal("no view")
				}
			}
		})
	}
}
