package schema_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/protocol/schema"
)

// bigLine is a prompt of ten megabytes.
func bigLine() []byte {
	return []byte(`{"type":"user","message":{"role":"user","content":"` + strings.Repeat(`abc \n é `, 1<<20) + `"},"session_id":""}`)
}

func TestTenMegabytesAreJudgedInWellUnderSeconds(t *testing.T) {
	t.Parallel()
	line := bigLine()
	start := time.Now()
	if err := schema.CheckInput(line); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > time.Minute { // a tenth of a second on an idle machine; this finds what grows with the square
		t.Errorf("took %v", took)
	}
}

func BenchmarkCheckInput(b *testing.B) {
	lines := map[string][]byte{
		"answer":     []byte(success(`{"behavior":"allow","updatedInput":{"command":"make"}}`)),
		"user":       []byte(`{"type":"user","session_id":"","message":{"role":"user","content":"hello"},"parent_tool_use_id":null}`),
		"initialize": corpus(b, "accept")["initialize-typescript-full"],
		"10MB":       bigLine(),
	}
	for name, line := range lines {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(line)))
			b.ReportAllocs()
			for b.Loop() {
				if err := schema.CheckInput(line); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
