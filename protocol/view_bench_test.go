package protocol

import (
	"strings"
	"testing"
)

// line is a small message as the CLI writes most of them.
func line(text string) []byte {
	const ids = `"session_id":"5c0a7f31-6c4b-4d5e-9a10-2f6f5a0f1c11","uuid":"0b6f3a58-91d2-4a6e-8f0e-6d8f5f3f7e01"`
	return []byte(`{"type":"assistant","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"` + text +
		`"}],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}},"parent_tool_use_id":null,` + ids + "}")
}

// BenchmarkAssistant makes the typed view of a message: nothing but the list of its blocks is allocated, however long its text is.
func BenchmarkAssistant(b *testing.B) {
	for name, text := range map[string][]byte{"small": line(strings.Repeat("x", 50)), "10 MB": line(strings.Repeat("x", 10<<20))} {
		b.Run(name, func(b *testing.B) {
			m, err := Decode(text)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if a := m.Assistant(); len(a.Message.Content) != 1 {
					b.Fatal(a)
				}
			}
		})
	}
}
