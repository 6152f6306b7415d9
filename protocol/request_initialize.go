package protocol

import "encoding/json"

// Initialize opens the session: the first line of an SDK, once. All fields are optional; what is unset is not written. Its names are in
// camel case, unlike those of the other requests.
type Initialize struct {
	Hooks map[string][]HookMatcher `json:"hooks,omitempty"` // by event, see [HookEvents]
	// SDKMCPServers names the in-process servers. Servers announced by --mcp-config need not stand here.
	SDKMCPServers []string `json:"sdkMcpServers,omitzero"`
	// SDKMCPServerConfigs are settings of the servers in SDKMCPServers, by name.
	SDKMCPServerConfigs map[string]SDKMCPServerConfig `json:"sdkMcpServerConfigs,omitempty"`
	// SDKMCPServerManifests are what the servers would answer to the handshake, by name, which saves asking them. A CLI may ask all the same.
	SDKMCPServerManifests map[string]SDKMCPServerManifest `json:"sdkMcpServerManifests,omitempty"`
	// SDKMCPServerManifestsOrigin is host_per_send in a remote session; empty on stdio.
	SDKMCPServerManifestsOrigin string `json:"sdkMcpServerManifestsOrigin,omitempty"`
	// WebSearchIsolationExemptMCPServers names servers that may be used while web search is isolated.
	WebSearchIsolationExemptMCPServers []string `json:"webSearchIsolationExemptMcpServers,omitzero"`
	// SystemPrompt is the custom prompt. Nil leaves the CLI its own; a list with one empty string asks for none.
	SystemPrompt           []string                   `json:"systemPrompt,omitzero"`
	AppendSystemPrompt     string                     `json:"appendSystemPrompt,omitempty"`     // follows the CLI's own prompt
	ExcludeDynamicSections *bool                      `json:"excludeDynamicSections,omitempty"` // leave out what changes from turn to turn
	SystemPromptSnapshot   *bool                      `json:"systemPromptSnapshot,omitempty"`   // keep the prompt of the session's start
	PlanModeInstructions   string                     `json:"planModeInstructions,omitempty"`   // what plan mode tells the model
	ToolAliases            map[string]string          `json:"toolAliases,omitempty"`            // other names of tools
	Agents                 map[string]json.RawMessage `json:"agents,omitempty"`                 // definitions of subagents, by name
	Skills                 []string                   `json:"skills,omitzero"`                  // an empty list is written, nil is not
	JSONSchema             json.RawMessage            `json:"jsonSchema,omitempty"`             // of the structured output
	Title                  string                     `json:"title,omitempty"`                  // of the session
	PromptSuggestions      bool                       `json:"promptSuggestions,omitempty"`      // suggest prompts after a result
	AgentProgressSummaries bool                       `json:"agentProgressSummaries,omitempty"` // sum up what subagents do
	ForwardSubagentText    bool                       `json:"forwardSubagentText,omitempty"`    // write the texts of subagents too
	// SupportedDialogKinds are the kinds of dialogs that this side answers. The CLI asks for no others.
	SupportedDialogKinds  []string `json:"supportedDialogKinds,omitempty"`
	PerTaskStopAffordance bool     `json:"perTaskStopAffordance,omitempty"` // this side can stop single tasks

	// The next ones are read by a CLI that was started with --await-initialize, and by no other. The answer says whether they were taken.

	Plugins         []PluginConfig             `json:"plugins,omitempty"`
	MCPServers      map[string]json.RawMessage `json:"mcpServers,omitempty"`      // configurations by name, as in --mcp-config
	Settings        json.RawMessage            `json:"settings,omitempty"`        // an object, or a string with a path
	ManagedSettings json.RawMessage            `json:"managedSettings,omitempty"` // an object
	DisallowedTools []string                   `json:"disallowedTools,omitempty"`

	// Extra are further fields by their wire names; they are written after the others.
	Extra map[string]json.RawMessage `json:"-"`
}

// MarshalJSON writes the fields and then Extra.
func (i Initialize) MarshalJSON() ([]byte, error) {
	type plain Initialize
	return withExtra(plain(i), i.Extra)
}

// HookMatcher registers callbacks for the tools that Matcher names.
type HookMatcher struct {
	// Matcher is nil for all tools, which is written as null.
	Matcher     *string  `json:"matcher"`
	CallbackIDs []string `json:"hookCallbackIds"`
	// Timeout is in seconds, as JSON text; empty leaves it to the CLI.
	Timeout json.Number `json:"timeout,omitempty"`
	// OnFailure is continue, block or empty for the CLI's default.
	OnFailure string `json:"onFailure,omitempty"`
}

// SDKMCPServerConfig are settings of an in-process server.
type SDKMCPServerConfig struct {
	Timeout int             `json:"timeout,omitempty"` // of a tool call, in milliseconds; values below 1000 count for nothing
	Tools   []MCPToolPolicy `json:"tools,omitzero"`    // who may use which tool
}

// MCPToolPolicy says how permission for one tool of an MCP server is decided.
type MCPToolPolicy struct {
	Name             string `json:"name"`
	PermissionPolicy string `json:"permission_policy,omitempty"`  // always_allow, always_ask or always_deny
	OrgMaxPermission string `json:"org_max_permission,omitempty"` // allow, ask or blocked
}

// SDKMCPServerManifest is what an in-process server answered to the handshake, unchanged.
type SDKMCPServerManifest struct {
	InitializeResult json.RawMessage `json:"initializeResult"`
	ToolsListResult  json.RawMessage `json:"toolsListResult,omitempty"`
}

// PluginConfig names a plugin to load.
type PluginConfig struct {
	Type             string `json:"type"` // local
	Path             string `json:"path"`
	SkipMCPDiscovery bool   `json:"skipMcpDiscovery,omitempty"`
}

// InitializeResult is the answer to [Initialize]. The pending requests beside it are in [ControlResponse].
type InitializeResult struct {
	Commands               []CommandInfo   `json:"commands"`                // the slash commands
	Agents                 []AgentInfo     `json:"agents"`                  // the subagents
	Models                 []ModelInfo     `json:"models"`                  // the models to choose from
	OutputStyle            string          `json:"output_style"`            // the one in use
	AvailableOutputStyles  []string        `json:"available_output_styles"` // all of them
	UserOutputStylesDir    string          `json:"user_output_styles_dir"`  // where the user's own are
	Account                AccountInfo     `json:"account"`                 // who pays
	PID                    int             `json:"pid"`                     // of the CLI
	Version                string          `json:"claude_code_version"`     // of the CLI
	PermissionMode         string          `json:"current_permission_mode"` // as set_permission_mode takes it
	SessionState           string          `json:"session_state"`           // idle, running or requires_action
	Capabilities           []string        `json:"capabilities"`            // what this CLI can do; an open set
	FastModeState          string          `json:"fast_mode_state"`         // off, cooldown or on
	FastModeDisabledReason string          `json:"fast_mode_disabled_reason"`
	FeedbackMode           json.RawMessage `json:"feedback_mode"` // whether the user may be asked for feedback
	AnalyticsDisabled      bool            `json:"analytics_disabled"`

	// The next ones are nil where the CLI does not say.

	HooksApplied           *bool             `json:"hooks_applied"`             // the hooks of the request were registered
	HookOnFailureSupported *bool             `json:"hook_on_failure_supported"` // onFailure of a matcher counts
	HooksWhenUnanswered    json.Number       `json:"hooks_when_unanswered_kept"`
	OtherHookAskOutranks   *bool             `json:"other_hook_ask_outranks_host"`
	PluginsApplied         *bool             `json:"plugins_applied"`
	MCPServersApplied      *bool             `json:"mcp_servers_applied"`
	SettingsApplied        *bool             `json:"settings_applied"`
	ManagedSettingsApplied *bool             `json:"managed_settings_applied"`
	DisallowedToolsApplied *bool             `json:"disallowed_tools_applied"`
	ManifestsParked        map[string]string `json:"sdk_mcp_manifests_parked"` // what became of each manifest, by server

	RemoteControlAvailable     bool `json:"remote_control_available"`
	RemoteControlAutoEnable    bool `json:"remote_control_auto_enable"`
	RemoteControlAutoConnect   bool `json:"remote_control_auto_connect_default"`
	RemoteControlAutoOnDefault bool `json:"remote_control_auto_on_by_default"`
	IDERemoteControlAutoEnable bool `json:"ide_rc_auto_enable_gate"`

	// Raw is the answer as it came.
	Raw json.RawMessage `json:"-"`
}

// AgentInfo is a subagent.
type AgentInfo struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Model       string `json:"model"` // inherit, or empty for the same
}

// ModelInfo is a model to choose from.
type ModelInfo struct {
	Value                    string   `json:"value"`         // what set_model takes
	ResolvedModel            string   `json:"resolvedModel"` // what it stands for
	DisplayName              string   `json:"displayName"`
	Description              string   `json:"description"`
	SupportsEffort           bool     `json:"supportsEffort"`
	SupportedEffortLevels    []string `json:"supportedEffortLevels"`
	SupportsAdaptiveThinking bool     `json:"supportsAdaptiveThinking"`
	SupportsFastMode         bool     `json:"supportsFastMode"`
	SupportsAutoMode         bool     `json:"supportsAutoMode"`
	SupportsThinkingOff      *bool    `json:"supportsThinkingOff"` // nil where the CLI does not say
}

// AccountInfo is who pays for the session.
type AccountInfo struct {
	Email            string `json:"email"`
	Organization     string `json:"organization"`
	SubscriptionType string `json:"subscriptionType"`
	TokenSource      string `json:"tokenSource"`
	APIKeySource     string `json:"apiKeySource"`
	APIProvider      string `json:"apiProvider"`
}
