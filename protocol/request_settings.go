package protocol

import "encoding/json"

// ApplyFlagSettings merges settings into those of the command line. They hold for this session.
type ApplyFlagSettings struct {
	Settings json.RawMessage `json:"settings"` // an object
}

// UpdateSettings writes settings into a file. Few keys are allowed there.
type UpdateSettings struct {
	Source   string          `json:"source"`   // localSettings or userSettings
	Settings json.RawMessage `json:"settings"` // an object
}

// GetSettings asks for the settings: merged, and of each source.
type GetSettings struct{}

// GetSettingsResult is the answer to [GetSettings].
type GetSettingsResult struct {
	Effective           json.RawMessage `json:"effective"`
	Sources             json.RawMessage `json:"sources"`
	ServedSettingsState json.RawMessage `json:"served_settings_state"`
	Applied             json.RawMessage `json:"applied"` // what came of them: the model, the effort
	Raw                 json.RawMessage `json:"-"`
}

// ListPermissionRules asks for the permission rules that hold now.
type ListPermissionRules struct{}

// ListPermissionRulesResult is the answer to [ListPermissionRules].
type ListPermissionRulesResult struct {
	State PermissionRulesState `json:"state"`
	Raw   json.RawMessage      `json:"-"`
}

// PermissionRulesState is the rules and what they stand on.
type PermissionRulesState struct {
	Rules                []PermissionRuleEntry `json:"rules"`
	WorkspaceDirectories []WorkspaceDirectory  `json:"workspaceDirectories"`
	OriginalCwd          string                `json:"originalCwd"`
	ManagedOnly          bool                  `json:"managedOnly"` // only rules of managed settings count
	Errors               []SettingsError       `json:"errors"`
	Withheld             bool                  `json:"withheld"` // not all of it is told here
}

// PermissionRuleEntry is one rule that holds.
type PermissionRuleEntry struct {
	Behavior    string    `json:"behavior"` // allow, deny or ask
	Source      string    `json:"source"`
	Rule        string    `json:"rule"`
	Description *RuleText `json:"description"`
	Editability string    `json:"editability"` // persistent, session or readonly
	NotInEffect bool      `json:"notInEffect"`
}

// RuleText is a rule in words: what stands before, what is set off, what follows.
type RuleText struct {
	Prefix   string `json:"prefix"`
	Emphasis string `json:"emphasis"`
	Suffix   string `json:"suffix"`
}

// WorkspaceDirectory is a directory that tools may use.
type WorkspaceDirectory struct {
	Path   string `json:"path"`
	Source string `json:"source"`
}

// SettingsError is a settings file that was not read.
type SettingsError struct {
	File    string `json:"file"`
	Path    string `json:"path"` // inside the file
	Message string `json:"message"`
}

// GetHooksListing asks for the hooks that are configured.
type GetHooksListing struct{}

// GetHooksListingResult is the answer to [GetHooksListing].
type GetHooksListingResult struct {
	Events       []HookEventInfo `json:"events"` // those with a hook
	Hooks        []HookInfo      `json:"hooks"`
	EventCatalog []HookEventInfo `json:"eventCatalog"` // all of them
	Policy       HooksPolicy     `json:"policy"`
	SafeMode     *HooksSafeMode  `json:"safeMode"`
	BareMode     *HooksBareMode  `json:"bareMode"`
	Errors       []SettingsError `json:"errors"`
	Raw          json.RawMessage `json:"-"`
}

// HookEventInfo is an event that hooks may run at.
type HookEventInfo struct {
	Name            string `json:"name"`
	Summary         string `json:"summary"`
	SupportsMatcher bool   `json:"supportsMatcher"`
	HookCount       int    `json:"hookCount"`
}

// HookInfo is a configured hook, in words to show.
type HookInfo struct {
	Event            string      `json:"event"`
	Matcher          string      `json:"matcher"`
	Source           string      `json:"source"`
	SourceLabel      string      `json:"sourceLabel"`
	PluginName       string      `json:"pluginName"`
	Type             string      `json:"type"` // command, prompt, agent, http, mcp_tool, ...
	DisplayText      string      `json:"displayText"`
	CommandText      string      `json:"commandText"`
	ContentLabel     string      `json:"contentLabel"`
	Condition        string      `json:"condition"`
	Timeout          json.Number `json:"timeout"` // in seconds
	StatusMessage    string      `json:"statusMessage"`
	RunsOnce         bool        `json:"runsOnce"`
	RunsInBackground bool        `json:"runsInBackground"`
	Disabled         bool        `json:"disabled"`
	Editable         *HookEntry  `json:"editable"` // the entry as it is stored, if it may be changed
}

// HookEntry is a hook as it stands in a settings file.
type HookEntry struct {
	Matcher         string          `json:"matcher"`
	Config          json.RawMessage `json:"config"`
	HeadersRedacted bool            `json:"headersRedacted"` // values of HTTP headers are left out
}

// HooksPolicy is what managed settings say of hooks.
type HooksPolicy struct {
	DisabledByPolicy bool `json:"disabledByPolicy"`
	ManagedOnly      bool `json:"managedOnly"`
	PluginOnly       bool `json:"pluginOnly"`
	AllDisabled      bool `json:"allDisabled"`
	PolicyHookCount  int  `json:"policyHookCount"`
	PolicyUnreadable bool `json:"policyUnreadable"`
}

// HooksSafeMode says that the session runs in safe mode.
type HooksSafeMode struct {
	ManagedHooksStillApply bool   `json:"managedHooksStillApply"`
	ExitHint               string `json:"exitHint"`
}

// HooksBareMode says that the session runs in bare mode.
type HooksBareMode struct {
	ExitHint string `json:"exitHint"`
}
