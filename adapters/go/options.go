package goadapter

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// openParams are the parameters of open, and of its options those that are no plain values.
type openParams struct {
	CLIPath string `json:"cli_path"`
	Cwd     string `json:"cwd"`
	Options struct {
		Callbacks  []string          `json:"callbacks"`
		Hooks      []contract.Hook   `json:"hooks"`
		MCPServers []contract.Server `json:"mcp_servers"`
		Stderr     json.RawMessage   `json:"stderr"`
		Store      []string          `json:"session_store"`
	} `json:"options"`
}

// options gives the client's options for those of open.
func (s *session) options(params json.RawMessage) (client.Options, error) {
	var p openParams
	if err := json.Unmarshal(params, &p); err != nil {
		return client.Options{}, fault("open: %v", err)
	}
	opts := client.Options{CLIPath: p.CLIPath, Cwd: p.Cwd}
	if err := values(&opts, protocol.Member(params, "options")); err != nil {
		return opts, err
	}
	for _, name := range p.Options.Callbacks {
		switch name {
		case "can_use_tool":
			opts.CanUseTool = s.canUseTool
		case "elicitation":
			opts.OnElicitation = s.elicitation
		case "user_dialog":
			opts.OnUserDialog = s.userDialog
		default:
			return opts, unsupported("callbacks." + name)
		}
	}
	for _, h := range p.Options.Hooks {
		opts.Hooks = append(opts.Hooks, s.hook(h))
	}
	opts.OnStderr = s.stderr(p.Options.Stderr)
	store, err := s.store(p.Options.Store)
	if err != nil {
		return opts, err
	}
	opts.SessionStore = store
	return opts, s.servers(&opts, p.Options.MCPServers)
}

func (s *session) servers(opts *client.Options, servers []contract.Server) error {
	for _, server := range servers {
		built, err := s.server(server)
		if err != nil {
			return err
		}
		if opts.MCPServers == nil {
			opts.MCPServers = map[string]*mcp.Server{}
		}
		opts.MCPServers[server.Name] = built
	}
	return nil
}

// server builds an in-process server, or gives the one that was built for the same instance.
func (s *session) server(c contract.Server) (*mcp.Server, error) {
	build := func() (*mcp.Server, error) {
		tools := make([]client.Tool, len(c.Tools))
		for i, t := range c.Tools {
			tools[i] = s.tool(c.Name, t)
		}
		return client.NewServer(cmp.Or(c.OwnName, c.Name), "1", tools...)
	}
	if c.Instance == "" {
		return build()
	}
	return s.adapter.shared(c.Instance, build)
}

func (s *session) tool(server string, t contract.Tool) client.Tool {
	return client.Tool{
		Name: t.Name, Description: t.Description, InputSchema: t.InputSchema,
		Run: func(ctx context.Context, arguments json.RawMessage) (*mcp.CallToolResult, error) {
			args := map[string]any{"server": server, "tool": t.Name}
			if arguments != nil {
				args["arguments"] = arguments
			}
			answer, err := s.callback(ctx, "mcp_tool", args)
			if err != nil {
				return nil, err
			}
			var result mcp.CallToolResult
			return &result, json.Unmarshal(answer, &result)
		},
	}
}

// callback asks the harness what the user's callback answers.
func (s *session) callback(ctx context.Context, name string, args any) (json.RawMessage, error) {
	raw, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	return s.adapter.channel.ask(ctx, contract.MethodCallback, contract.CallbackCall{Client: s.name, Name: name, Args: raw})
}

func (s *session) canUseTool(ctx context.Context, r client.PermissionRequest) (client.PermissionResult, error) {
	answer, err := s.callback(ctx, "can_use_tool", withoutSubtype(r.Raw))
	if errors.Is(err, errUnserializable) {
		return protocol.AllowTool(json.RawMessage(`{"n":`)), nil
	}
	if err != nil {
		return client.PermissionResult{}, err
	}
	var result client.PermissionResult
	if err := json.Unmarshal(answer, &result); err != nil {
		return result, err
	}
	if result.UpdatedPermissions != nil {
		result.UpdatedPermissions = updates(answer)
	}
	return result, nil
}

// withoutSubtype gives the members of a request that the user gets to see.
func withoutSubtype(body json.RawMessage) map[string]json.RawMessage {
	args := map[string]json.RawMessage{}
	for name, value := range protocol.Members(body) {
		if name != "subtype" {
			args[name] = value
		}
	}
	return args
}

func (s *session) elicitation(ctx context.Context, e client.Elicitation) (client.ElicitationResult, error) {
	answer, err := s.callback(ctx, "elicitation", withoutSubtype(e.Raw))
	if errors.Is(err, errUnserializable) {
		return protocol.AcceptElicitation(json.RawMessage(`{"n":`)), nil
	}
	return protocol.View[client.ElicitationResult](answer), err
}

func (s *session) userDialog(ctx context.Context, d client.UserDialog) (client.UserDialogResult, error) {
	answer, err := s.callback(ctx, "user_dialog", withoutSubtype(d.Raw))
	if errors.Is(err, errUnserializable) {
		return protocol.CompleteDialog(json.RawMessage(`{"n":`)), nil
	}
	return protocol.View[client.UserDialogResult](answer), err
}

// updates gives the permission updates of an answer as they are.
func updates(answer json.RawMessage) []protocol.PermissionUpdate {
	list := []protocol.PermissionUpdate{}
	for update := range protocol.Elements(protocol.Member(answer, "updatedPermissions")) {
		list = append(list, protocol.PermissionUpdate{Raw: update})
	}
	return list
}

func (s *session) hook(h contract.Hook) client.Hook {
	return client.Hook{
		Event: h.Event, Matcher: h.Matcher, OnFailure: client.OnFailure(h.OnFailure), Timeout: time.Duration(h.TimeoutMS) * time.Millisecond,
		Run: func(ctx context.Context, in client.HookCallback) (any, error) {
			args := map[string]any{"hook": h.ID, "input": in.Input}
			if in.ToolUseID != "" {
				args["tool_use_id"] = in.ToolUseID
			}
			answer, err := s.callback(ctx, "hook", args)
			if errors.Is(err, errUnserializable) {
				return map[string]any{"systemMessage": make(chan int)}, nil
			}
			if err != nil || string(answer) == "null" {
				return nil, err
			}
			return answer, nil
		},
	}
}

// stderr gives the stderr callback: none, one that forwards, or one that also fails on its first line.
func (s *session) stderr(wish json.RawMessage) func(string) {
	if wish == nil || string(wish) == "false" || string(wish) == "null" {
		return nil
	}
	var fails struct {
		Raise *string `json:"raise"`
	}
	if string(wish) != "true" && json.Unmarshal(wish, &fails) != nil {
		return nil
	}
	return func(line string) {
		s.adapter.channel.notify(contract.NoteStderr, contract.StderrNote{Client: s.name, Text: line})
		if text := fails.Raise; text != nil {
			fails.Raise = nil
			panic(*text)
		}
	}
}
