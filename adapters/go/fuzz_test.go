package goadapter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"testing"

	"github.com/wiretrial/wiretrial/adapters/contract"
	goadapter "github.com/wiretrial/wiretrial/adapters/go"
)

// FuzzMain holds that whatever comes on the channel, the adapter neither panics nor hangs, writes only JSON-RPC, and ends with it.
func FuzzMain(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":1}}`, `{`, `null`, `{"id":"a1","result":{}}`,
		`{"jsonrpc":"2.0","id":1,"method":"open","params":{"client":"c","cli_path":"/nowhere/claude","options":{"hooks":[{"id":"h","event":"Stop"}],"mcp_servers":[{"name":"s","tools":[{"name":"t","inputSchema":{}}]}]}}}`,
		`{"jsonrpc":"2.0","id":1,"method":"open","params":{"client":"c","cli_path":"/nowhere/claude"}}` + "\n" +
			`{"jsonrpc":"2.0","id":2,"method":"prompt","params":{"client":"c","prompt":"x","pull":true}}` + "\n" +
			`{"jsonrpc":"2.0","id":3,"method":"receive","params":{"client":"c","until":1,"on":"loop:x"}}` + "\n" +
			`{"jsonrpc":"2.0","id":4,"method":"task.end","params":{"client":"c","on":"loop:x"}}` + "\n" +
			`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":3}}` + "\n" +
			`{"jsonrpc":"2.0","id":5,"method":"close","params":{"client":"c"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if bytes.Contains(in, []byte("path")) && !bytes.Contains(in, []byte(`"cli_path":"/nowhere/claude"`)) {
			t.Skip("the fuzzer is not to choose a program to start")
		}
		t.Setenv("PATH", t.TempDir()) // nor is PATH
		out, to := io.Pipe()
		go func() {
			_ = goadapter.Main(context.Background(), bytes.NewReader(in), to, goadapter.Config{})
			_ = to.Close()
		}()
		lines := json.NewDecoder(out)
		for {
			var m contract.Message
			if err := lines.Decode(&m); err == io.EOF {
				return
			} else if err != nil {
				t.Fatalf("the adapter wrote what is no JSON-RPC: %v", err)
			}
		}
	})
}
