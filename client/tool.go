package client

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Tool is a tool of an in-process MCP server, in the raw form: its arguments come as the CLI wrote them.
type Tool struct {
	Name, Description string
	// InputSchema is a JSON Schema of type object; nil takes any object.
	InputSchema json.RawMessage
	// Run is called in a goroutine of its own, perhaps several times at once. ctx ends when the CLI cancels the call and when the
	// session ends. An error, and a panic, become a result with isError, so that the model gets to read it; nil is an empty result.
	Run func(ctx context.Context, arguments json.RawMessage) (*mcp.CallToolResult, error)
}

// NewServer makes an in-process MCP server for [Options.MCPServers] out of tools; a tool that cannot be is an error of kind
// InvalidOption. Servers of the official SDK, with typed tools, resources or prompts, do as well; a panic of their handlers is not caught,
// since that SDK runs them.
func NewServer(name, version string, tools ...Tool) (server *mcp.Server, err error) {
	const op = "new_server"
	defer func() { // the official SDK refuses a bad schema by a panic
		if p := recover(); p != nil {
			server, err = nil, invalid("MCP server %q: %v", name, p).during(op)
		}
	}()
	server = mcp.NewServer(&mcp.Implementation{Name: name, Version: version}, nil)
	for _, tool := range tools {
		if tool.Run == nil {
			return nil, invalid("MCP server %q: tool %q has no function", name, tool.Name).during(op)
		}
		schema := tool.InputSchema
		if schema == nil {
			schema = json.RawMessage(`{"type":"object"}`)
		}
		server.AddTool(&mcp.Tool{Name: tool.Name, Description: tool.Description, InputSchema: schema}, tool.handler())
	}
	return server, nil
}

type toolCallKey struct{}

// ToolCall gives the call that a [Tool]'s Run is to answer, out of its ctx. By the session of the call the tool speaks to the CLI while it runs:
// NotifyProgress with the token of the call's parameters, or Ping. ok is false for a context of anything else.
func ToolCall(ctx context.Context) (call *mcp.CallToolRequest, ok bool) {
	call, ok = ctx.Value(toolCallKey{}).(*mcp.CallToolRequest)
	return call, ok
}

func (t Tool) handler() mcp.ToolHandler {
	return func(ctx context.Context, r *mcp.CallToolRequest) (result *mcp.CallToolResult, err error) {
		ctx = context.WithValue(ctx, toolCallKey{}, r)
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("tool %q panicked: %v", t.Name, p)
			}
			if err != nil {
				result = &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: err.Error()}}}
				err = nil
			}
		}()
		if result, err = t.Run(ctx, r.Params.Arguments); result == nil && err == nil {
			result = &mcp.CallToolResult{} // a null would be no valid result
		}
		return result, err
	}
}
