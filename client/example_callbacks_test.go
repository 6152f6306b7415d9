package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// Permissions: the program decides which tools run. The callback may take its time; when the CLI withdraws the question its
// context ends.
func ExampleCanUseTool() {
	opts := client.Options{
		CLIPath: claude(deletes),
		CanUseTool: func(ctx context.Context, r client.PermissionRequest) (client.PermissionResult, error) {
			var input struct{ Command string }
			if err := json.Unmarshal(r.Input, &input); err != nil {
				return client.PermissionResult{}, err // the tool does not run
			}
			if r.ToolName == "Bash" && strings.HasPrefix(input.Command, "rm ") {
				return client.Deny("deleting is not allowed here"), nil
			}
			return client.Allow(), nil
		},
	}
	for m, err := range client.Query(context.Background(), client.Text("Clean up."), opts) {
		if err != nil {
			log.Fatal(err)
		}
		if m.Type == protocol.TypeResult {
			fmt.Println(m.Text())
		}
	}
	// Output: I left notes.txt alone.
}

const deletes = `
steps:
- cli.reads: user
- cli.writes: can_use_tool
  as: ask
  set: {request.tool_name: Bash, request.input.command: rm notes.txt}
- cli.reads: control_response/ask
  match: {response.response.behavior: deny, response.response.message: deleting is not allowed here}
- cli.writes: result
  set: {text: I left notes.txt alone.}
`

// Hooks: the CLI calls the program at its events, here before every use of Bash.
func ExampleHook() {
	audit := client.Hook{
		Event:   "PreToolUse",
		Matcher: "Bash",
		Run: func(ctx context.Context, in client.HookCallback) (any, error) {
			var input struct {
				ToolInput struct{ Command string } `json:"tool_input"`
			}
			if err := json.Unmarshal(in.Input, &input); err != nil {
				return nil, err
			}
			fmt.Println("about to run:", input.ToolInput.Command)
			return client.HookOutput{SystemMessage: "noted"}, nil // nil would do as well
		},
	}
	opts := client.Options{CLIPath: claude(hooked), Hooks: []client.Hook{audit}}
	for m, err := range client.Query(context.Background(), client.Text("List the files."), opts) {
		if err != nil {
			log.Fatal(err)
		}
		if m.Type == protocol.TypeResult {
			fmt.Println(m.Text())
		}
	}
	// Output:
	// about to run: ls
	// Three files.
}

const hooked = `
steps:
- sdk.start: {prompt: go, callbacks: [PreToolUse]}
- cli.reads: user
- cli.writes: hook_callback
  as: before
  set: {request.input.tool_input.command: ls}
- cli.reads: control_response/before
  match: {response.response.systemMessage: noted}
- cli.writes: result
  set: {text: Three files.}
`

// In-process tools: a function of the program as a tool of Claude, through an MCP server that needs no process. Servers of the
// official MCP SDK, with typed tools, resources and prompts, do as well.
func ExampleNewServer() {
	add := client.Tool{
		Name:        "add",
		Description: "adds two numbers",
		InputSchema: json.RawMessage(`{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}}}`),
		Run: func(_ context.Context, arguments json.RawMessage) (*mcp.CallToolResult, error) {
			var in struct{ A, B float64 }
			if err := json.Unmarshal(arguments, &in); err != nil {
				return nil, err // Claude gets to read it
			}
			sum := &mcp.TextContent{Text: fmt.Sprint(in.A + in.B)}
			return &mcp.CallToolResult{Content: []mcp.Content{sum}}, nil
		},
	}
	calc, err := client.NewServer("calc", "1.0.0", add)
	if err != nil {
		log.Fatal(err)
	}
	opts := client.Options{
		CLIPath:      claude(adds),
		MCPServers:   map[string]*mcp.Server{"calc": calc},
		AllowedTools: []string{"mcp__calc__add"},
	}
	for m, err := range client.Query(context.Background(), client.Text("What is 40 + 2?"), opts) {
		if err != nil {
			log.Fatal(err)
		}
		if m.Type == protocol.TypeResult {
			fmt.Println(m.Text())
		}
	}
	// Output: The tool says 42.
}

const adds = `
steps:
- sdk.start: {prompt: go, callbacks: [calc/add]}
- cli.reads: user
- cli.handshakes: calc
- cli.writes: mcp_call
  as: call
  set: {request.message.params.arguments.a: 40, request.message.params.arguments.b: 2}
- cli.reads: control_response/call
  match: {response.response.mcp_response.result.content.0.text: "42"}
- cli.writes: result
  set: {text: The tool says 42.}
`
