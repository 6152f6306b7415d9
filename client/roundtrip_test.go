package client_test

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// answersAll answers control requests as quickly as a process can: it decodes nothing.
func (c *cli) answersAll() int {
	out := make([]byte, 0, 1000)
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0
		}
		_, id, _ := bytes.Cut(line, []byte(`"request_id":"`))
		id, _, _ = bytes.Cut(id, []byte(`"`))
		out = append(append(append(out[:0], `{"type":"control_response","response":{"subtype":"success","request_id":"`...), id...), `","response":{}}}`...)
		if _, err := os.Stdout.Write(append(out, '\n')); err != nil {
			return 1
		}
	}
}

// BenchmarkRawRoundTrip is a control request and its answer through two bare pipes: the measure for BenchmarkControlRoundTrip.
func BenchmarkRawRoundTrip(b *testing.B) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{scriptVariable + "=answers"}
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	line, answers := []byte(request("req_1", `{"subtype":"mcp_status"}`)+"\n"), bufio.NewReader(out)
	for b.Loop() {
		if _, err := in.Write(line); err != nil {
			b.Fatal(err)
		}
		if _, err := answers.ReadSlice('\n'); err != nil {
			b.Fatal(err)
		}
	}
	_ = in.Close()
	_ = cmd.Wait()
}

// BenchmarkControlRoundTrip is the same through a client; at most three times BenchmarkRawRoundTrip is wanted.
func BenchmarkControlRoundTrip(b *testing.B) {
	c := client.New(client.Options{CLIPath: os.Args[0], Env: map[string]string{scriptVariable: "answers"}})
	ctx := context.Background()
	if err := c.Connect(ctx); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Request(ctx, protocol.MCPStatus{}); err != nil {
			b.Fatal(err)
		}
	}
	if err := c.Disconnect(ctx); err != nil {
		b.Fatal(err)
	}
}
