package scenarios

import "testing"

func TestParseLine(t *testing.T) {
	t.Parallel()
	tests := map[string]Line{
		`{"type":"user","message":{}}`: {Valid: true, Type: "user"},
		`{"request":{"subtype":"interrupt"},"request_id":"r1","type":"control_request"}`: {Valid: true, Type: "control_request", Subtype: "interrupt", RequestID: "r1"},
		`{"type":"control_response","response":{"subtype":"error","request_id":"p1"}}`:   {Valid: true, Type: "control_response", Subtype: "error", Response: "p1"},
		`{"type":"control_response","request_id":"p1","response":[]}`:                    {Valid: true, Type: "control_response"},
		`{"type":"control_cancel_request","request_id":"p1"}`:                            {Valid: true, Type: "control_cancel_request", RequestID: "p1"},
		`{"type":42}`:       {Valid: true},
		` {"type":"user"} `: {Valid: true, Type: "user"},
		`[1]`:               {}, ``: {}, `{"type":"user"`: {}, "{\"type\":\"\xff\"}": {}, `{} {}`: {},
	}
	for in, want := range tests {
		got := ParseLine([]byte(in))
		if string(got.Raw) != in {
			t.Errorf("%s: want the bytes kept, got %s", in, got.Raw)
		}
		got.Raw = nil
		if got.Valid != want.Valid || got.Type != want.Type || got.Subtype != want.Subtype || got.RequestID != want.RequestID || got.Response != want.Response {
			t.Errorf("%s: want %+v, got %+v", in, want, got)
		}
	}
}

func TestLineIs(t *testing.T) {
	t.Parallel()
	k := wired()
	write(t, k, Step{Arg: "hung", As: "x9"}, 1)
	tests := []struct {
		line, kind string
		want       bool
	}{
		{`{"type":"user"}`, "user", true},
		{`{"type":"user"}`, "control_request", false},
		{`{"type":"control_request","request":{"subtype":"interrupt"}}`, "control_request/interrupt", true},
		{`{"type":"control_request","request":{"subtype":"interrupt"}}`, "control_request/initialize", false},
		{`{"type":"control_response","response":{"request_id":"mine"}}`, "control_response/x9", true},
		{`{"type":"control_response","response":{"request_id":"mine"}}`, "control_response/mine", true},
		{`{"type":"control_response","response":{"request_id":"x9"}}`, "control_response/x9", false},
		{`{"type":"control_cancel_request","request_id":"p1"}`, "control_cancel_request", true},
		{`{"type":"user"`, "user", false},
	}
	for _, tt := range tests {
		if got := ParseLine([]byte(tt.line)).Is(tt.kind, k); got != tt.want {
			t.Errorf("%s is %s: want %v, got %v", tt.line, tt.kind, tt.want, got)
		}
	}
	if !ParseLine([]byte(tests[4].line)).Is("control_response/mine", nil) {
		t.Error("want an id to do without a composer")
	}
}

func TestDefaultName(t *testing.T) {
	t.Parallel()
	tests := []struct {
		step Step
		want string
	}{
		{Step{Actor: Fake, Verb: "reads", Arg: "control_request/interrupt"}, "interrupt"},
		{Step{Actor: Fake, Verb: "reads", Arg: "user", As: "u1"}, "u1"},
		{Step{Actor: Fake, Verb: "writes", Arg: "assistant"}, "assistant"},
		{Step{Actor: Fake, Verb: "writes", Arg: `{"a":"b/c"}`}, "writes"},
		{Step{Actor: Fake, Verb: "writes", Arg: []any{"a"}}, "writes"},
		{Step{Actor: Fake, Verb: "exits", Arg: num("0")}, "exits"},
		{Step{Actor: Fake, Verb: "closes", Arg: "stdin"}, "closes"},
		{Step{Actor: Fake, Verb: "dismissed"}, "dismissed"},
		{Step{Actor: SDK, Verb: "start", Imperative: true, Arg: "hello"}, "start"},
		{Step{Actor: SDK, Verb: "yields", Arg: "system/init"}, "init"},
		{Step{Actor: SDK, Verb: "asks", Arg: "calc/add"}, "add"},
		{Step{Actor: SDK, Verb: "returns", Arg: "start"}, "start"},
		{Step{Verb: "quiet", Arg: "300ms"}, "quiet"},
	}
	for _, tt := range tests {
		if got := DefaultName(tt.step); got != tt.want {
			t.Errorf("%v: want %s, got %s", tt.step, tt.want, got)
		}
	}
}
