package protocol

import "encoding/json"

// MCPStatus asks for the state of all MCP servers.
type MCPStatus struct {
	LiveReply bool `json:"liveReply,omitempty"` // for remote sessions: answer only who listens now; the name is in camel case
}

// MCPStatusResult is the answer to [MCPStatus]. The list's name is in camel case.
type MCPStatusResult struct {
	Servers []MCPServerStatus `json:"mcpServers"`
	Raw     json.RawMessage   `json:"-"`
}

// MCPServerStatus is how an MCP server stands.
type MCPServerStatus struct {
	Name         string          `json:"name"`
	Status       string          `json:"status"` // connected, failed, needs-auth, pending or disabled
	ServerInfo   *MCPServerInfo  `json:"serverInfo"`
	Error        string          `json:"error"`
	Config       json.RawMessage `json:"config"`
	Transport    string          `json:"transport"` // sdk for an in-process server
	Scope        string          `json:"scope"`
	Source       string          `json:"source"`
	Tools        []MCPToolStatus `json:"tools"`
	Capabilities json.RawMessage `json:"capabilities"`
	Raw          json.RawMessage `json:"-"`
}

// MCPServerInfo is what a server calls itself.
type MCPServerInfo struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// MCPToolStatus is a tool of an MCP server.
type MCPToolStatus struct {
	Name        string             `json:"name"`
	Description string             `json:"description"`
	Annotations MCPToolAnnotations `json:"annotations"`
	Meta        json.RawMessage    `json:"_meta"`
}

// MCPToolAnnotations is what a server promises of a tool.
type MCPToolAnnotations struct {
	ReadOnly    bool `json:"readOnly"`
	Destructive bool `json:"destructive"`
	OpenWorld   bool `json:"openWorld"`
}

// MCPReconnect connects an MCP server again. Its field is in camel case, as in the other requests with a serverName.
type MCPReconnect struct {
	ServerName string `json:"serverName"`
}

// MCPToggle switches an MCP server on or off.
type MCPToggle struct {
	ServerName string `json:"serverName"`
	Enabled    bool   `json:"enabled"`
}

// MCPSetServers replaces the servers that were added while the session runs.
type MCPSetServers struct {
	Servers map[string]json.RawMessage `json:"servers"` // configurations by name; {"type":"sdk","name":NAME} for an in-process one
}

// MCPSetServersResult is the answer to [MCPSetServers].
type MCPSetServersResult struct {
	Added   []string          `json:"added"`
	Removed []string          `json:"removed"`
	Errors  map[string]string `json:"errors"` // by server
	Raw     json.RawMessage   `json:"-"`
}

// MCPReadResource reads a resource of an MCP server that the CLI itself is connected to.
type MCPReadResource struct {
	ServerName string `json:"serverName"`
	URI        string `json:"uri"` // ui://...
}

// MCPReadResourceResult is the answer to [MCPReadResource].
type MCPReadResourceResult struct {
	Contents []MCPResourceContent `json:"contents"`
	Raw      json.RawMessage      `json:"-"`
}

// MCPResourceContent is one part of a resource.
type MCPResourceContent struct {
	URI      string          `json:"uri"`
	MIMEType string          `json:"mimeType"`
	Text     string          `json:"text"`
	Blob     string          `json:"blob"` // in base64
	Meta     json.RawMessage `json:"_meta"`
}

// MCPCall calls a tool of an MCP server without the model. In-process servers are refused.
type MCPCall struct {
	Tool              string          `json:"tool"` // mcp__SERVER__TOOL
	Arguments         json.RawMessage `json:"arguments,omitempty"`
	ExpiresAt         string          `json:"expires_at,omitempty"` // RFC 3339
	TimeoutMS         int             `json:"timeout_ms,omitempty"`
	ResultNotForModel bool            `json:"result_not_for_model,omitempty"` // give the result as the server wrote it
	CheckPermissions  bool            `json:"check_permissions,omitempty"`    // decide as for a call of the model's
	InputFiles        []MCPCallFile   `json:"input_files,omitempty"`
	OutputFiles       []MCPCallFile   `json:"output_files,omitempty"`
}

// MCPCallFile is a file that a call reads or writes.
type MCPCallFile struct {
	Name     string `json:"name"` // as in {{in:NAME}} and {{out:NAME}} of the arguments
	LanePath string `json:"lane_path"`
	IfMatch  string `json:"if_match,omitempty"` // of an output: only if the row is still this one
}

// MCPCallResult is the answer to [MCPCall].
type MCPCallResult struct {
	Content           json.RawMessage `json:"content"`
	StructuredContent json.RawMessage `json:"structuredContent"`
	Meta              json.RawMessage `json:"_meta"`
	Staging           json.RawMessage `json:"staging"` // what became of the files
	Raw               json.RawMessage `json:"-"`
}

// SetMCPPermissionModeOverride sets the permission mode for the tools of one server. Nil, written as null, ends that.
type SetMCPPermissionModeOverride struct {
	ServerName string  `json:"serverName"`
	Mode       *string `json:"mode"`
}

// SetMCPPermissionModeOverrideResult is the answer to [SetMCPPermissionModeOverride].
type SetMCPPermissionModeOverrideResult struct {
	Raw json.RawMessage `json:"-"`
}

// MCPAuthenticate begins the OAuth login of an MCP server.
type MCPAuthenticate struct {
	ServerName      string `json:"serverName"`
	RedirectURI     string `json:"redirectUri,omitempty"`
	RedirectURIOnly *bool  `json:"redirectUriOnly,omitempty"`
}

// MCPAuthenticateResult is the answer to [MCPAuthenticate].
type MCPAuthenticateResult struct {
	Raw json.RawMessage `json:"-"`
}

// MCPClearAuth forgets the login of an MCP server.
type MCPClearAuth struct {
	ServerName string `json:"serverName"`
}

// MCPOAuthCallbackURL hands over the address that the login of an MCP server ended at.
type MCPOAuthCallbackURL struct {
	ServerName  string `json:"serverName"`
	CallbackURL string `json:"callbackUrl"`
}

// ChannelEnable lets an MCP server write into the session.
type ChannelEnable struct {
	ServerName string `json:"serverName"`
}
