package client_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// offline gives a transport to a claude in memory that says what it is asked, so that the examples run anywhere. With a real
// one, Options without Open find claude in PATH.
func offline(context.Context) (transport.Transport, error) {
	m, peer := transport.Pipe()
	go func() {
		defer peer.End(0, "")
		for {
			frame, err := peer.ReadFrame()
			if err != nil {
				return
			}
			line, err := protocol.Decode(frame)
			if err != nil {
				return
			}
			if line.Type == protocol.TypeUser {
				_ = peer.WriteFrame(context.Background(), []byte(result("you said: "+line.Text())))
				continue
			}
			answer, err := protocol.EncodeSuccess(line.ControlRequest().ID, map[string]any{"still_queued": []string{}})
			if err != nil {
				return
			}
			_ = peer.WriteFrame(context.Background(), answer)
		}
	}()
	return m, nil
}

// One prompt, and everything that the CLI says to it.
func ExampleQuery() {
	for m, err := range client.Query(context.Background(), client.Text("hello"), client.Options{Open: offline}) {
		if err != nil {
			fmt.Println("failed:", err)
			return
		}
		fmt.Println(m.Kind(), m.Text())
	}
	// Output: result/success you said: hello
}

// A conversation: prompts and turns, one after the other.
func ExampleClient() {
	ctx := context.Background()
	c := client.New(client.Options{
		Open: offline,
		CanUseTool: func(_ context.Context, r client.PermissionRequest) (client.PermissionResult, error) {
			if r.ToolName == "Read" {
				return client.Allow(), nil
			}
			return client.Deny("only reading is allowed"), nil
		},
	})
	if err := c.Connect(ctx); err != nil {
		fmt.Println("failed:", err)
		return
	}
	defer func() { _ = c.Disconnect(ctx) }()
	for _, prompt := range []string{"one", "two"} {
		if err := c.Query(ctx, client.Text(prompt)); err != nil {
			fmt.Println("failed:", err)
			return
		}
		for m, err := range c.Response(ctx) {
			if err != nil {
				fmt.Println("failed:", err)
				return
			}
			fmt.Println(m.Text())
		}
	}
	// Output:
	// you said: one
	// you said: two
}

// A tool of the program itself, which the CLI calls through an in-process MCP server.
func ExampleNewServer() {
	server, err := client.NewServer("calc", "1.0.0", client.Tool{
		Name: "add", Description: "adds two numbers",
		InputSchema: json.RawMessage(`{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}}}`),
		Run: func(_ context.Context, arguments json.RawMessage) (*mcp.CallToolResult, error) {
			var in struct{ A, B float64 }
			if err := json.Unmarshal(arguments, &in); err != nil {
				return nil, err
			}
			text := &mcp.TextContent{Text: fmt.Sprint(in.A + in.B)}
			return &mcp.CallToolResult{Content: []mcp.Content{text}}, nil
		},
	})
	if err != nil {
		fmt.Println("failed:", err)
		return
	}
	opts := client.Options{Open: offline, MCPServers: map[string]*mcp.Server{"calc": server}}
	for m, err := range client.Query(context.Background(), client.Text("2 + 2?"), opts) {
		if err == nil {
			fmt.Println(m.Text())
		}
	}
	// Output: you said: 2 + 2?
}
