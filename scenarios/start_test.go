package scenarios

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeStart(t *testing.T) {
	t.Parallel()
	n := func(s string) json.Number { return json.Number(s) }
	for _, tt := range []struct {
		name string
		arg  Value
		want Start
		err  string
	}{
		{"nothing", nil, Start{Read: "all"}, ""},
		{"a text", "go", Start{Prompt: "go", HasPrompt: true, Read: "all"}, ""},
		{"stream", map[string]any{"prompt": "stream", "read": "none"}, Start{HasPrompt: true, Stream: true, Read: "none"}, ""},
		{"a prompt with the connecting", map[string]any{"prompt": "go", "prompt_at": "connect"},
			Start{Prompt: "go", HasPrompt: true, AtConnect: true, Read: "all"}, ""},
		{"no prompt to give", map[string]any{"prompt_at": "connect"}, Start{}, "beside a prompt"},
		{"the word stream as a text", "stream", Start{Prompt: "stream", HasPrompt: true, Read: "all"}, ""},
		{"read some", map[string]any{"read": n("3")}, Start{Read: "N", ReadN: 3}, ""},
		{"callbacks", map[string]any{"callbacks": []any{"can_use_tool", "calc/add", "Stop",
			map[string]any{"PreToolUse": map[string]any{"matcher": "Bash", "timeout": "2s"}}, map[string]any{"stderr": map[string]any{"raise": "boom"}}}},
			Start{Read: "all", Callbacks: []Callback{{Name: "can_use_tool", Kind: Permission}, {Name: "calc/add", Kind: Tool, Server: "calc", Tool: "add"},
				{Name: "Stop", Kind: Hook}, {Name: "PreToolUse", Kind: Hook, Matcher: "Bash", Timeout: 2 * time.Second},
				{Name: "stderr", Kind: Stderr, Raise: "boom"}}}, ""},
		{"options", map[string]any{"options": map[string]any{"initialize_timeout": "2s", "max_buffer": "2MiB", "tools_of": "a", "model": "m", "tools": []any{}}},
			Start{Read: "all", ToolsOf: "a", Options: map[string]any{"initialize_timeout_ms": n("2000"), "max_buffer_bytes": n("2097152"), "model": "m", "tools": []any{}}}, ""},
		{"an unknown option", map[string]any{"options": map[string]any{"modle": "m"}}, Start{}, `did you mean "model"?`},
		{"a suffix of the contract", map[string]any{"options": map[string]any{"max_buffer_bytes": n("1")}}, Start{}, `unknown option`},
		{"a callback twice", map[string]any{"callbacks": []any{"a/b", "a/b"}}, Start{}, "twice"},
		{"a number", n("7"), Start{}, "want a text"},
		{"a bare duration", map[string]any{"callbacks": []any{map[string]any{"Stop": map[string]any{"timeout": n("2")}}}}, Start{}, "want a duration"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := DecodeStart(tt.arg)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("want an error with %q, got %v", tt.err, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"300ms": 300 * time.Millisecond, "2s": 2 * time.Second, "0s": 0, "3600s": time.Hour, "3600000ms": time.Hour,
		"": -1, "s": -1, "ms": -1, "2": -1, "2m": -1, "-2s": -1, "+2s": -1, "1.5s": -1, "3601s": -1, "99999999999s": -1, " 2s": -1, "2 s": -1, "2sms": -1,
	} {
		got, err := ParseDuration(text)
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestParseSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"0": 0, "700": 700, "64KiB": 65536, "1MiB": 1 << 20, "1024MiB": 1 << 30, "1073741824": 1 << 30,
		"": -1, "KiB": -1, "64kB": -1, "1GiB": -1, "1025MiB": -1, "-1": -1, "+1": -1, "1.5KiB": -1, "1KiBKiB": -1, "99999999999": -1,
	} {
		got, err := ParseSize(text)
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("ParseSize(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
}
