package scenarios

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/fixtures"
	"github.com/wiretrial/wiretrial/protocol/schema"
)

// wired returns a composer of a session with one tool and one hook, and a case of some frames.
func wired() *Composer {
	c := &Case{
		Frames: map[string]Frame{
			"p1":    {Like: "can_use_tool", Set: []PathValue{{Path: "request.input.command", Value: "one"}}},
			"c1":    {Like: "mcp_call", Set: []PathValue{{Path: "request.message.id", Value: num("2")}}},
			"exact": {JSON: `{"b":1e3,"a":-0.0,"n":12345678901234567890123,"s":"\u00e9\/","type":"x_new","uuid":"u-1"}`},
			"hung":  {JSON: `{"type":"control_request","request_id":"mine","request":{"subtype":"x"}}`},
			"again": {JSON: `{"type":"control_response","response":{"subtype":"error","request_id":${init.request_id},"error":"<${init.quote}>"}}`},
			"lines": {JSON: "{\"type\":\n1}"},
			"bad":   {JSON: `{"type":`},
		},
		Raw: map[string]string{"osc": "\x1b]0;x\a", "bytes": "${hex:ff}\n"},
	}
	k := NewComposer(c, 7, "")
	k.Wire(Wiring{Callbacks: []Callback{
		{Name: "calc/add", Kind: Tool, Server: "calc", Tool: "add"},
		{Name: "PreToolUse", Kind: Hook}, {Name: "Stop", Kind: Hook},
	}})
	k.SetHookIDs(map[string][]string{"PreToolUse": {"hook_0", "hook_1"}, "Stop": {"hook_2"}})
	return k
}

// write composes one frame.
func write(t *testing.T, k *Composer, step Step, i int) Written {
	t.Helper()
	env := testEnv()
	env.I = i
	ws, err := k.Write(step, env)
	if err != nil || len(ws) != 1 {
		t.Fatalf("want one frame of %v, got %v, %v", step.Arg, ws, err)
	}
	return ws[0]
}

// get reads a path of a written frame.
func get(w Written, path string) string { return gjson.GetBytes(w.Bytes, path).String() }

func TestStockFramesCompose(t *testing.T) {
	t.Parallel()
	k := wired()
	seen := map[string]bool{}
	manifest, err := fixtures.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	for _, name := range fixtures.Names() {
		if strings.HasPrefix(name, "answer_") {
			continue
		}
		if name == "cancel" {
			write(t, k, Step{Arg: "can_use_tool"}, 1)
		}
		w := write(t, k, Step{Arg: name}, 1)
		if !validJSON(w.Bytes) || strings.ContainsAny(string(w.Bytes), "\r\n$") || !w.Newline || w.Type == "" {
			t.Errorf("%s: want one line of JSON, got %s", name, w.Bytes)
		}
		for _, path := range manifest["stock/"+name].Required {
			if _, ok := Lookup(w.Bytes, path); !ok {
				t.Errorf("%s: want %s, got %s", name, path, w.Bytes)
			}
		}
		if strings.HasPrefix(w.Type, "control_") || w.Type == "keep_alive" || w.Type == "transcript_mirror" {
			continue
		}
		if !uuid.MatchString(w.UUID) || seen[w.UUID] || get(w, "session_id") != k.SessionID() || !uuid.MatchString(k.SessionID()) {
			t.Errorf("%s: want a fresh uuid and the session's id, got %s", name, w.Bytes)
		}
		seen[w.UUID] = true
	}
}

func TestFramesAreWired(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		step  Step
		path  string
		want  string
		class Delivery
	}{
		"text of assistant":    {Step{Arg: "assistant", Set: set("text", "a\u2028b")}, "message.content.0.text", "a\u2028b", DeliverMust},
		"text of result":       {Step{Arg: "result", Set: set("text", "done")}, "result", "done", DeliverMust},
		"text of tool_result":  {Step{Arg: "tool_result", Set: set("text", "t")}, "message.content.#.text", `["t"]`, DeliverMust},
		"type of ${i}":         {Step{Arg: "mcp_call", Set: set("request.message.id", "${i}")}, "request.message.id", "3", DeliverNever},
		"text with ${i}":       {Step{Arg: "assistant", Set: set("text", "m${i}\n")}, "message.content.0.text", "m3\n", DeliverMust},
		"a captured value":     {Step{Arg: "assistant", Set: set("x", "${init.list}")}, "x", `[1,{"k":"v"}]`, DeliverMust},
		"a path with i":        {Step{Arg: "assistant", Set: set("x${i}", true)}, "x3", "true", DeliverMust},
		"a list":               {Step{Arg: "assistant", Set: set("x", []any{"${i}", nil})}, "x", "[3,null]", DeliverMust},
		"request id by key":    {Step{Arg: "p1", As: "ask"}, "request_id", "p1", DeliverNever},
		"request id by as":     {Step{Arg: "can_use_tool", As: "p${i}"}, "request_id", "p3", DeliverNever},
		"request id by itself": {Step{Arg: "can_use_tool"}, "request_id", "can_use_tool", DeliverNever},
		"request id given":     {Step{Arg: "hung", As: "other"}, "request_id", "mine", DeliverNever},
		"set of the frame":     {Step{Arg: "p1"}, "request.input.command", "one", DeliverNever},
		"set of both":          {Step{Arg: "p1", Set: set("request.input.command", "two")}, "request.input.command", "two", DeliverNever},
		"tool use id":          {Step{Arg: "p1"}, "request.tool_use_id", "toolu_p1", DeliverNever},
		"tool use":             {Step{Arg: "tool_use", As: "t1"}, "message.content.0.id", "toolu_t1", DeliverMust},
		"hook":                 {Step{Arg: "hook_callback", As: "h1"}, "request.callback_id", "hook_0", DeliverNever},
		"hook event":           {Step{Arg: "hook_callback"}, "request.input.hook_event_name", "PreToolUse", DeliverNever},
		"hook by capture":      {Step{Arg: "hook_callback", Set: set("request.callback_id", "${hook.PreToolUse.2}")}, "request.callback_id", "hook_1", DeliverNever},
		"input of the event":   {Step{Arg: "hook_callback", Set: set("request.input.hook_event_name", "Stop")}, "request.input.stop_hook_active", "false", DeliverNever},
		"tool of the start":    {Step{Arg: "mcp_call"}, "request.message.params.name", "add", DeliverNever},
		"json-rpc id":          {Step{Arg: "mcp_call"}, "request.message.id", "100", DeliverNever},
		"progress token":       {Step{Arg: "mcp_call"}, "request.message.params._meta.progressToken", "100", DeliverNever},
		"set into a set":       {Step{Arg: "assistant", Set: append(set("x", map[string]any{"a": "1"}), set("x.b", "2")...)}, "x.b", "2", DeliverMust},
		"unset":                {Step{Arg: "assistant", Unset: []string{"uuid"}}, "uuid", "", DeliverMust},
		"deliver":              {Step{Arg: "assistant", Deliver: "may"}, "type", "assistant", DeliverMay},
		"stderr":               {Step{Arg: "assistant", ToStderr: true}, "type", "assistant", DeliverNever},
		"init must come":       {Step{Arg: "init"}, "subtype", "init", DeliverMust},
		"state may come":       {Step{Arg: "state"}, "state", "running", DeliverMay},
		"inline":               {Step{Arg: `{"type":"end","n":${i}}`}, "n", "3", DeliverMay},
		"captured in JSON":     {Step{Arg: "again"}, "response.error", "<a\"b\nc>", DeliverNever},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := write(t, wired(), tt.step, 3)
			if got := get(w, tt.path); got != tt.want || w.Delivery != tt.class {
				t.Errorf("want %s %q, got %s %q in %s", tt.class, tt.want, w.Delivery, got, w.Bytes)
			}
		})
	}
}

func set(path string, v Value) []PathValue { return []PathValue{{Path: path, Value: v}} }

func TestExactTextIsKept(t *testing.T) {
	t.Parallel()
	k := wired()
	if got := write(t, k, Step{Arg: "exact"}, 1); string(got.Bytes) != k.c.Frames["exact"].JSON || got.UUID != "u-1" {
		t.Errorf("want the text as written, got %s", got.Bytes)
	}
	got := write(t, k, Step{Arg: "exact", Set: set("a", num("1e-7"))}, 1)
	if want := strings.Replace(k.c.Frames["exact"].JSON, "-0.0", "1e-7", 1); string(got.Bytes) != want {
		t.Errorf("want %s, got %s", want, got.Bytes)
	}
}

func TestNamesAndIds(t *testing.T) {
	t.Parallel()
	k := wired()
	for i := 1; i <= 2; i++ {
		write(t, k, Step{Arg: "can_use_tool", As: "ask"}, i)
	}
	write(t, k, Step{Arg: "p1", As: "first"}, 1)
	for name, want := range map[string]string{"ask": "ask-2", "p1": "p1", "first": "p1"} {
		if id, ok := k.RequestID(name); !ok || id != want {
			t.Errorf("want %s written as %s, got %s", name, want, id)
		}
	}
	if open := fmt.Sprint(k.Open()); open != "[ask ask-2 p1]" {
		t.Errorf("want all three open, got %s", open)
	}
	if !k.Heard(ParseLine([]byte(`{"type":"control_response","response":{"request_id":"ask"}}`))) || k.MarkAnswered("ask") {
		t.Error("want ask answered once")
	}
	if w := write(t, k, Step{Arg: "cancel"}, 1); w.RequestID != "ask-2" {
		t.Errorf("want the oldest open request cancelled, got %s", w.Bytes)
	}
	if id, ok := k.OldestOpen(); !ok || id != "p1" {
		t.Errorf("want p1 open, got %s", id)
	}
	write(t, k, Step{Arg: "tool_use", As: "t1"}, 1)
	if w := write(t, k, Step{Arg: "tool_result"}, 1); get(w, "message.content.0.tool_use_id") != "toolu_t1" {
		t.Errorf("want the last tool use answered, got %s", w.Bytes)
	}
	for i := range 2 {
		if w := write(t, k, Step{Arg: "result"}, 1); get(w, "result_index") != fmt.Sprint(i) {
			t.Errorf("want results counted, got %s", w.Bytes)
		}
	}
}

func TestListsAndRaw(t *testing.T) {
	t.Parallel()
	ws, err := wired().Write(Step{Arg: []any{"osc", "assistant", []any{"bytes"}}, Index: 4}, testEnv())
	if err != nil || len(ws) != 3 || !ws[0].Raw || ws[0].Newline || ws[1].Raw || string(ws[2].Bytes) != "\xff\n" {
		t.Fatalf("got %+v, %v", ws, err)
	}
	if ws, err := wired().Write(Step{Arg: []any{}}, Env{}); err != nil || len(ws) != 0 {
		t.Errorf("want an empty list to be no act, got %v, %v", ws, err)
	}
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	bare := NewComposer(&Case{}, 7, "")
	tests := map[string]struct {
		k    *Composer
		step Step
		want string
	}{
		"unknown name":       {wired(), Step{Arg: "assistent"}, "want a stock frame"},
		"no JSON":            {wired(), Step{Arg: "bad"}, "want a frame of JSON"},
		"two lines":          {wired(), Step{Arg: "lines"}, "line break"},
		"nothing to unset":   {wired(), Step{Arg: "assistant", Unset: []string{"nothing"}}, "nothing"},
		"wild path":          {wired(), Step{Arg: "assistant", Set: set("a.*", true)}, "wildcard"},
		"huge index":         {wired(), Step{Arg: "assistant", Set: set("a.999999999", true)}, "index"},
		"empty path":         {wired(), Step{Arg: "assistant", Set: set("", true)}, "set"},
		"unknown capture":    {wired(), Step{Arg: "assistant", Set: set("text", "${nobody.x}")}, "${nobody.x}"},
		"a number":           {wired(), Step{Arg: json.Number("1")}, "want the name of a frame"},
		"nothing to cancel":  {wired(), Step{Arg: "cancel"}, "open request"},
		"no hook":            {bare, Step{Arg: "hook_callback"}, "hook"},
		"no tool":            {bare, Step{Arg: "mcp_call"}, "SERVER/TOOL"},
		"no such hook":       {wired(), Step{Arg: "hook_callback", Set: set("request.callback_id", "${hook.Stop.2}")}, "registered 1"},
		"bytes in a frame":   {wired(), Step{Arg: `{"a":"${hex:ff}"}`}, "raw only"},
		"position is named":  {wired(), Step{Arg: "bad", Pos: Pos{File: "a.yaml", Line: 3, Col: 1}}, "a.yaml:3:1"},
		"a number not JSON":  {wired(), Step{Arg: "assistant", Set: set("a", num("0x10"))}, "JSON number"},
		"hook number is off": {wired(), Step{Arg: "hook_callback", Set: set("request.callback_id", "${hook.Stop.x}")}, "N from 1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ws, err := tt.k.Write(tt.step, testEnv())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want an error with %q, got %v, %v", tt.want, ws, err)
			}
		})
	}
	if w := write(t, bare, Step{Arg: "hook_callback", Set: set("request.callback_id", "nobody")}, 1); get(w, "request.callback_id") != "nobody" {
		t.Errorf("want a hook by an id of the author's own, got %s", w.Bytes)
	}
}

func TestSameSeedSameFrames(t *testing.T) {
	t.Parallel()
	frame := func(seed uint64, session string) string {
		return string(write(t, NewComposer(&Case{}, seed, session), Step{Arg: "assistant"}, 1).Bytes)
	}
	first := frame(1, "")
	if again := frame(1, ""); again != first || first == frame(2, "") || first == frame(1, "b") {
		t.Error("want seed and session alone to decide the ids")
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	k := wired()
	k.Heard(ParseLine([]byte(`{"type":"control_request","request_id":"r7","request":{"subtype":"set_permission_mode","mode":"plan"}}`)))
	tests := map[string]struct {
		subtype, response string
		isErr             bool
		path, want        string
	}{
		"stock":            {"mcp_status", "", false, "response.response.mcpServers", "[]"},
		"asked mode":       {"set_permission_mode", "", false, "response.response.mode", "plan"},
		"initialize":       {"initialize", "", false, "response.response.models.0.value", "default"},
		"pending siblings": {"initialize", "", false, "response.pending_permission_requests", "[]"},
		"interrupt":        {"interrupt", "", false, "response.response.still_queued", "[]"},
		"unknown":          {"x_new", "", false, "response.response", "{}"},
		"given":            {"mcp_status", `{"n":1e3,"q":"${init.quote}"}`, false, "response.response", `{"n":1e3,"q":"a\"b\nc"}`},
		"error":            {"mcp_status", "no ${i}", true, "response.error", "no 3"},
		"error's subtype":  {"mcp_status", "", true, "response.subtype", "error"},
		"the id":           {"mcp_status", "", false, "response.request_id", "r7"},
	}
	for name, tt := range tests {
		w, err := k.Answer(tt.subtype, "r7", tt.response, tt.isErr, testEnv())
		if err != nil || get(w, tt.path) != tt.want || !validJSON(w.Bytes) || w.Delivery != DeliverNever || w.RequestID != "r7" {
			t.Errorf("%s: want %s, got %s, %v", name, tt.want, w.Bytes, err)
		}
	}
	if _, err := k.Answer("mcp_status", "r7", `{"a":`, false, testEnv()); err == nil {
		t.Error("want an error for a response that is no JSON")
	}
	for _, name := range fixtures.Names() {
		if subtype, ok := strings.CutPrefix(name, "answer_"); ok {
			w, err := k.Served(subtype, `id"1`)
			if err != nil || get(w, "response.request_id") != `id"1` || get(w, "response.subtype") != "success" {
				t.Errorf("%s: got %s, %v", subtype, w.Bytes, err)
			}
			if err := schema.CheckReply(subtype, w.Bytes); err != nil {
				t.Errorf("%s: no CLI answers %s: %v", subtype, w.Bytes, err)
			}
		}
	}
}

func TestHookIDs(t *testing.T) {
	t.Parallel()
	k := NewComposer(&Case{}, 7, "")
	k.Wire(Wiring{Callbacks: []Callback{{Name: "Stop", Kind: Hook}}})
	k.Heard(ParseLine([]byte(`{"type":"control_request","request_id":"i","request":{"subtype":"initialize","hooks":{"PreToolUse":[{"hookCallbackIds":["a","b"]},` +
		`{"matcher":"Bash","hookCallbackIds":["c"]}],"Stop":[{"hookCallbackIds":["d"]}]}}}`)))
	for expr, want := range map[string]string{"${hook.PreToolUse}": "a", "${hook.PreToolUse.2}": "b", "${hook.PreToolUse.3}": "c", "${hook.Stop}": "d"} {
		if got, err := ResolveText(expr, k.Env(Env{})); err != nil || got != want {
			t.Errorf("%s: want %s, got %s, %v", expr, want, got, err)
		}
	}
	if w := write(t, k, Step{Arg: "hook_callback"}, 1); get(w, "request.callback_id") != "d" || get(w, "request.input.hook_event_name") != "Stop" {
		t.Errorf("want the first declared hook, got %s", w.Bytes)
	}
	if got := HookIDs([]byte("{")); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	k := wired()
	seen := map[string]bool{}
	for _, index := range []int{3, 9} {
		steps := HandshakeSteps(Step{Actor: Fake, Verb: "handshakes", Arg: "calc", Index: index, Session: "b"}, "add")
		if len(steps) != 6 {
			t.Fatalf("want three exchanges, got %d steps", len(steps))
		}
		for n := 0; n < len(steps); n += 2 {
			w := write(t, k, steps[n], 1)
			if seen[w.RequestID] || w.Subtype != "mcp_message" || steps[n].Session != "b" || steps[n+1].Arg != "control_response/"+w.RequestID {
				t.Errorf("want a fresh request and the read of its answer, got %s, %v", w.Bytes, steps[n+1].Arg)
			}
			seen[w.RequestID] = true
		}
	}
	steps := HandshakeSteps(Step{Arg: "calc", Index: 1, Times: 2}, "add")
	if w := write(t, k, steps[0], 2); !strings.HasSuffix(w.RequestID, "-2-initialize") {
		t.Errorf("want ids that differ with i, got %s", w.RequestID)
	}
	right := []byte(`{"type":"control_response","response":{"subtype":"success","response":{"mcp_response":{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"sub"},{"name":"add"}]}}}}}`)
	if bad := Match(right, steps[5].Match, Env{}); len(bad) > 0 {
		t.Errorf("want a right list taken, got %+v", bad)
	}
	wrong := []byte(strings.Replace(string(right), `"add"`, `"mul"`, 1))
	if bad := Match(wrong, steps[5].Match, Env{}); len(bad) != 1 {
		t.Errorf("want a list without the tool refused, got %+v", bad)
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	ws := []Written{{Bytes: []byte(`{"a":1}`), Newline: true, Delivery: DeliverMust}, {Bytes: []byte("raw"), Raw: true}, {Bytes: []byte(`{}`), Newline: true}}
	tests := []struct {
		only, pieces int
		want         string
		partial      bool
	}{{0, 3, "{\"a\":1}\nraw{}\n", false}, {99, 3, "{\"a\":1}\nraw{}\n", false}, {3, 1, `{"a`, true}, {7, 1, `{"a":1}`, true},
		{8, 1, "{\"a\":1}\n", false}, {9, 2, "{\"a\":1}\nr", true}}
	for _, tt := range tests {
		b, cut := Join(ws, tt.only)
		if string(b) != tt.want || len(cut) != tt.pieces || cut[len(cut)-1].Partial != tt.partial {
			t.Errorf("only %d: want %q in %d pieces, got %q, %+v", tt.only, tt.want, tt.pieces, b, cut)
		}
		again, _ := Join(cut, 0)
		if string(again) != tt.want {
			t.Errorf("only %d: want the pieces to be the bytes, got %q", tt.only, again)
		}
	}
	if ws[0].Partial {
		t.Error("want the given pieces unchanged")
	}
}

// BenchmarkWrite composes frames of 1 KB: 12,000 of them must take less than 100 ms.
func BenchmarkWrite(b *testing.B) {
	k := NewComposer(&Case{}, 7, "")
	step := Step{Index: 2, Arg: "assistant", Set: set("text", "${i} ${fill:y*1000}")}
	b.ReportAllocs()
	for i := range b.N {
		if _, err := k.Write(step, Env{I: i, HasI: true}); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleComposer_Write() {
	k := NewComposer(&Case{}, 7, "")
	ws, err := k.Write(Step{Arg: "can_use_tool", As: "p1"}, Env{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ws[0].Subtype, ws[0].RequestID, ws[0].Delivery)
	// Output: can_use_tool p1 never
}

func ExampleMatch() {
	line := []byte(`{"type":"user","message":{"role":"user","content":"hello"}}`)
	for _, bad := range Match(line, []PathValue{{Path: "text", Value: "hello"}, {Path: "message.role", Value: "human"}}, Env{}) {
		fmt.Printf("%s: want %s, got %s\n", bad.Path, bad.Want, bad.Got)
	}
	// Output: message.role: want "human", got "user"
}

func ExampleResolveText() {
	text, err := ResolveText("m${i} ${fill:ab*3}", Env{I: 4, HasI: true})
	fmt.Println(text, err)
	// Output: m4 ababab <nil>
}
