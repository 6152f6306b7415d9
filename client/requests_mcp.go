package client

import (
	"context"
	"encoding/json"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/protocol"
)

// MCPStatus gives the state of all MCP servers.
func (r requests) MCPStatus(ctx context.Context) (protocol.MCPStatusResult, error) {
	return ask[protocol.MCPStatusResult](ctx, r, protocol.MCPStatus{})
}

// MCPReconnect connects an MCP server again. In-process servers are refused.
func (r requests) MCPReconnect(ctx context.Context, server string) error {
	_, err := r.Request(ctx, protocol.MCPReconnect{ServerName: server})
	return err
}

// MCPToggle switches an MCP server on or off.
func (r requests) MCPToggle(ctx context.Context, server string, enabled bool) error {
	_, err := r.Request(ctx, protocol.MCPToggle{ServerName: server, Enabled: enabled})
	return err
}

// MCPReadResource reads a resource of an MCP server that the CLI itself is connected to.
func (r requests) MCPReadResource(ctx context.Context, server, uri string) (protocol.MCPReadResourceResult, error) {
	return ask[protocol.MCPReadResourceResult](ctx, r, protocol.MCPReadResource{ServerName: server, URI: uri})
}

// MCPCall calls a tool of an MCP server without the model. In-process servers are refused.
func (r requests) MCPCall(ctx context.Context, request protocol.MCPCall) (protocol.MCPCallResult, error) {
	return ask[protocol.MCPCallResult](ctx, r, request)
}

// SetMCPPermissionModeOverride sets the permission mode for the tools of one server; nil ends that.
func (r requests) SetMCPPermissionModeOverride(ctx context.Context, server string, mode *string) (protocol.SetMCPPermissionModeOverrideResult, error) {
	return ask[protocol.SetMCPPermissionModeOverrideResult](ctx, r, protocol.SetMCPPermissionModeOverride{ServerName: server, Mode: mode})
}

// MCPAuthenticate begins the OAuth login of an MCP server.
func (r requests) MCPAuthenticate(ctx context.Context, request protocol.MCPAuthenticate) (protocol.MCPAuthenticateResult, error) {
	return ask[protocol.MCPAuthenticateResult](ctx, r, request)
}

// MCPClearAuth forgets the login of an MCP server.
func (r requests) MCPClearAuth(ctx context.Context, server string) error {
	_, err := r.Request(ctx, protocol.MCPClearAuth{ServerName: server})
	return err
}

// MCPOAuthCallbackURL hands over the address that the login of an MCP server ended at.
func (r requests) MCPOAuthCallbackURL(ctx context.Context, server, callbackURL string) error {
	_, err := r.Request(ctx, protocol.MCPOAuthCallbackURL{ServerName: server, CallbackURL: callbackURL})
	return err
}

// ChannelEnable lets an MCP server write into the session.
func (r requests) ChannelEnable(ctx context.Context, server string) error {
	_, err := r.Request(ctx, protocol.ChannelEnable{ServerName: server})
	return err
}

// MCPSetServers replaces the servers that were added while the session runs: those that the CLI starts or connects to, and in-process ones.
// One that could not be is told under Errors of the answer. A new in-process server under a known name takes over when the CLI opens
// it. Its errors are those of [Client.Request], and InvalidOption for a configuration without JSON, a server that is nil, or a name
// in both.
func (r requests) MCPSetServers(
	ctx context.Context, external map[string]MCPServerConfig, inProcess map[string]*mcp.Server,
) (protocol.MCPSetServersResult, error) {
	const op = protocol.SubMCPSetServers
	var none protocol.MCPSetServersResult
	servers, err := encodeServers(external, inProcess)
	if err != nil {
		return none, asError(op, err)
	}
	s, err := r.session(op)
	if err != nil {
		return none, err
	}
	s.mcp.add(inProcess)
	return ask[protocol.MCPSetServersResult](ctx, r, protocol.MCPSetServers{Servers: servers})
}

// encodeServers gives the configurations of servers, never nil: none at all is a set too.
func encodeServers(external map[string]MCPServerConfig, inProcess map[string]*mcp.Server) (map[string]json.RawMessage, error) {
	servers := map[string]any{}
	for name, config := range external {
		servers[name] = config
	}
	for name, server := range inProcess {
		if _, both := servers[name]; both || server == nil || name == "" {
			return nil, invalid("MCP server %q needs a name of its own and a server", name)
		}
		servers[name] = map[string]string{"type": "sdk", "name": name}
	}
	if len(servers) == 0 {
		return map[string]json.RawMessage{}, nil
	}
	return encodeAll("servers", servers)
}
