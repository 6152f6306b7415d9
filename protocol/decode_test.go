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
	for _, line := range benchLines() {
		if len(line) < 1000 {
			f.Add([]byte(line))
		}
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
	_ = m.ParentToolUseID()
	comesBack(t, m)
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

// comesBack holds that a message and its views encode to the line, and that no view of a part goes beyond it.
func comesBack(t *testing.T, m Message) {
	t.Helper()
	if line, err := m.MarshalJSON(); err != nil || string(line) != string(m.Raw) {
		t.Errorf("message %q: %q, %v", m.Raw, line, err)
	}
	view := m.Typed()
	if own, ok := view.(json.Marshaler); ok {
		line, err := own.MarshalJSON()
		_, answer := view.(*ControlResponse)
		_, request := view.(*ControlRequest)
		if !answer && !request && (err != nil || string(line) != strings.Trim(string(m.Raw), " \t\r\n")) {
			t.Errorf("view of %q: %q, %v", m.Raw, line, err)
		}
	}
	for _, k := range MessageKinds() { // a line may be read as any kind: nothing holds its type to its shape
		k.read(m)
	}
	for _, kind := range BlockTypes() {
		Block{Type: kind, Raw: m.Raw}.Typed()
	}
	for _, content := range []Content{m.Assistant().Message.Content, m.User().Message.Content} {
		for _, block := range content {
			if block.Raw != nil && !json.Valid(block.Raw) {
				t.Errorf("block %q of %q", block.Raw, m.Raw)
			}
			block.Typed()
		}
	}
}

// FuzzScan holds that the strict pass agrees with encoding/json about what is one object, and finds the same members.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"type":"x","a":[1,-0,1.5e+3,{"b":[]}],"t":true,"f":false,"n":null}`, `{"type":1,"type":"x"}`, `{"\u0074ype":"x"}`, `{"a":"\ud83d\"\\"}`, ` { "a" : 1 } `,
		`{"a":01}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`, `{"a":+1}`, `{"a":tru}`, `{"a":"\x"}`, "{\"a\":\"\x01\"}", `{"a":1,}`, `{,}`, `{"a"}`, `{"a":1}}`, `[{}]`, `{"a":[1}`, `{"a":{]}`,
		`{"a":"12345678","b":"1234567"}`, `{"a":"0123456789abcdef`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		e, ok := scan(text)
		at := skipSpace(text, 0)
		object := json.Valid(text) && at < len(text) && text[at] == '{'
		if ok && !object {
			t.Fatalf("%q was accepted", text)
		}
		if !ok {
			if object && strings.Count(string(text), "{")+strings.Count(string(text), "[") <= shallow {
				t.Fatalf("%q was refused", text)
			}
			return
		}
		for name, got := range map[string][]byte{"type": e.typ, "subtype": e.subtype, "request": e.request, "response": e.response} {
			if want := Member(text, name); string(got) != string(want) {
				t.Errorf("%q: %s is %q, want %q", text, name, got, want)
			}
		}
	})
}

// FuzzView holds that a view of a valid object says what encoding/json says, where that is as lenient, and that a view of anything ends.
func FuzzView(f *testing.F) {
	for _, seed := range []string{
		`{"text":"a","number":1.50,"int":-3,"bool":true,"inner":{"a":"x"},"list":["p"],"inners":[{"a":"x"}],"by_name":{"k":{"a":"x"}},"plain":{"k":"v"},"any":[1, 2],"id":7}`,
		`{"text":"\u00e9\n","list":[1,"a",null],"by_name":{"\u0061":{}}}`, `{"text":"a`, `{"inner":{"a":`, `{"list":[`, `{"a":1,"text":null}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got := View[viewed](text)
		var object map[string]json.RawMessage
		if json.Unmarshal(text, &object) != nil || object == nil {
			return
		}
		var want string
		if raw := object["text"]; len(raw) > 0 && raw[0] == '"' {
			if json.Unmarshal(raw, &want) == nil && strings.Count(string(text), "text") == 1 && got.Text != want {
				t.Errorf("%q: text is %q, want %q", text, got.Text, want)
			}
		}
		for _, part := range []json.RawMessage{got.Any, got.Inner.Raw, json.RawMessage(got.ID)} {
			if len(part) > 0 && !json.Valid(part) {
				t.Errorf("%q: a part is %q", text, part)
			}
		}
	})
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
