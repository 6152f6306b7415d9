package goadapter

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// setter gives the client's options the value of one option of the contract.
type setter func(o *client.Options, value json.RawMessage) error

// to sets a field whose values are the contract's.
func to[T any](field func(o *client.Options) *T) setter {
	return func(o *client.Options, value json.RawMessage) error { return json.Unmarshal(value, field(o)) }
}

// converted sets a field of which the contract has another form.
func converted[T any](set func(o *client.Options, value T)) setter {
	return func(o *client.Options, value json.RawMessage) error {
		var v T
		err := json.Unmarshal(value, &v)
		if err == nil {
			set(o, v)
		}
		return err
	}
}

// setters is the table of the options that are values; callbacks are elsewhere.
func setters() map[string]setter {
	table := map[string]setter{}
	for _, part := range []map[string]setter{modelSetters(), sessionSetters(), toolSetters(), configSetters()} {
		maps.Copy(table, part)
	}
	return table
}

func modelSetters() map[string]setter {
	return map[string]setter{
		"model":          to(func(o *client.Options) *string { return &o.Model }),
		"fallback_model": to(func(o *client.Options) *string { return &o.FallbackModel }),
		"effort":         to(func(o *client.Options) *string { return &o.Effort }),
		"max_turns":      to(func(o *client.Options) **int { return &o.MaxTurns }),
		"max_budget_usd": to(func(o *client.Options) **float64 { return &o.MaxBudgetUSD }),
		"betas":          to(func(o *client.Options) *[]string { return &o.Betas }),
		"task_budget": converted(func(o *client.Options, v struct {
			Total int `json:"total"`
		}) {
			o.TaskBudget = &v.Total
		}),
		"thinking":               setThinking,
		"system_prompt":          setSystemPrompt,
		"plan_mode_instructions": to(func(o *client.Options) *string { return &o.PlanModeInstructions }),
		"output_format": converted(func(o *client.Options, v struct {
			Schema json.RawMessage `json:"schema"`
		}) {
			o.OutputSchema = v.Schema
		}),
		"prompt_suggestions": to(func(o *client.Options) *bool { return &o.PromptSuggestions }),
		"verbatim_prompts":   to(func(o *client.Options) *bool { return &o.VerbatimPrompts }),
	}
}

func sessionSetters() map[string]setter {
	return map[string]setter{
		"continue_conversation":     to(func(o *client.Options) *bool { return &o.Continue }),
		"resume":                    to(func(o *client.Options) *string { return &o.Resume }),
		"fork_session":              to(func(o *client.Options) *bool { return &o.ForkSession }),
		"session_id":                to(func(o *client.Options) *string { return &o.SessionID }),
		"resume_session_at":         to(func(o *client.Options) *string { return &o.ResumeSessionAt }),
		"resume_drops_turn":         to(func(o *client.Options) **string { return &o.ResumeDropsTurn }),
		"persist_session":           converted(func(o *client.Options, v bool) { o.NoSessionPersistence = !v }),
		"session_store_flush":       converted(func(o *client.Options, v string) { o.EagerStore = v == "eager" }),
		"load_timeout_ms":           converted(func(o *client.Options, v int64) { o.LoadTimeout = time.Duration(v) * time.Millisecond }),
		"title":                     to(func(o *client.Options) *string { return &o.Title }),
		"enable_file_checkpointing": to(func(o *client.Options) *bool { return &o.FileCheckpointing }),
		"include_partial_messages":  to(func(o *client.Options) *bool { return &o.PartialMessages }),
		"include_hook_events":       to(func(o *client.Options) *bool { return &o.HookEvents }),
		"max_buffer_bytes":          to(func(o *client.Options) *int64 { return &o.MaxFrame }),
		"max_unread_bytes":          to(func(o *client.Options) *int64 { return &o.MaxUnread }),
		"initialize_timeout_ms": converted(func(o *client.Options, v int64) {
			o.InitializeTimeout = time.Duration(v) * time.Millisecond
		}),
		"env":             to(func(o *client.Options) *map[string]string { return &o.Env }),
		"client_app":      to(func(o *client.Options) **string { return &o.ClientApp }),
		"extra_args":      to(func(o *client.Options) *map[string]*string { return &o.ExtraArgs }),
		"executable_args": to(func(o *client.Options) *[]string { return &o.ExecutableArgs }),
		"debug":           to(func(o *client.Options) *bool { return &o.Debug }),
		"debug_file":      to(func(o *client.Options) *string { return &o.DebugFile }),
		"cli_path":        to(func(o *client.Options) *string { return &o.CLIPath }),
	}
}

func toolSetters() map[string]setter {
	return map[string]setter{
		"tools":            setTools,
		"allowed_tools":    to(func(o *client.Options) *[]string { return &o.AllowedTools }),
		"disallowed_tools": to(func(o *client.Options) *[]string { return &o.DisallowedTools }),
		"skills":           setSkills,
		"tool_aliases":     to(func(o *client.Options) *map[string]string { return &o.ToolAliases }),
		"tool_config": converted(func(o *client.Options, v struct {
			Question struct {
				Format string `json:"previewFormat"`
			} `json:"askUserQuestion"`
		}) {
			o.QuestionPreviewFormat = v.Question.Format
		}),
		"agents":                             to(func(o *client.Options) *map[string]client.AgentDefinition { return &o.Agents }),
		"agent":                              to(func(o *client.Options) *string { return &o.Agent }),
		"forward_subagent_text":              to(func(o *client.Options) *bool { return &o.ForwardSubagentText }),
		"agent_progress_summaries":           to(func(o *client.Options) *bool { return &o.AgentProgressSummaries }),
		"per_task_stop_affordance":           to(func(o *client.Options) *bool { return &o.PerTaskStopAffordance }),
		"permission_mode":                    to(func(o *client.Options) *string { return &o.PermissionMode }),
		"permission_prompt_tool_name":        to(func(o *client.Options) *string { return &o.PermissionPromptToolName }),
		"permission_prompts":                 to(func(o *client.Options) *string { return &o.PermissionPrompts }),
		"allow_dangerously_skip_permissions": to(func(o *client.Options) *bool { return &o.AllowDangerouslySkipPermissions }),
		"supported_dialog_kinds":             to(func(o *client.Options) *[]string { return &o.SupportedDialogKinds }),
	}
}

func configSetters() map[string]setter {
	return map[string]setter{
		"settings":            converted(func(o *client.Options, v string) { o.Settings = v }),
		"sandbox":             to(func(o *client.Options) **client.Sandbox { return &o.Sandbox }),
		"managed_settings":    converted(func(o *client.Options, v json.RawMessage) { o.ManagedSettings = v }),
		"setting_sources":     to(func(o *client.Options) *[]string { return &o.SettingSources }),
		"add_dirs":            to(func(o *client.Options) *[]string { return &o.AddDirs }),
		"project_config_root": to(func(o *client.Options) *string { return &o.ProjectConfigRoot }),
		"external_mcp_servers": converted(func(o *client.Options, v map[string]client.MCPServerConfig) {
			for name, server := range v {
				server.Timeout *= time.Millisecond
				v[name] = server
			}
			o.ExternalMCPServers = v
		}),
		"mcp_servers_delivery": converted(func(o *client.Options, v string) { o.MCPDelivery = delivery(v) }),
		"strict_mcp_config":    to(func(o *client.Options) *bool { return &o.StrictMCPConfig }),
		"plugins": converted(func(o *client.Options, v []struct {
			Path string `json:"path"`
			Skip bool   `json:"skip_mcp_discovery"`
		}) {
			for _, p := range v {
				o.Plugins = append(o.Plugins, client.Plugin{Path: p.Path, SkipMCPDiscovery: p.Skip})
			}
		}),
		"plugin_delivery": converted(func(o *client.Options, v string) { o.PluginDelivery = delivery(v) }),
	}
}

// delivery gives the client's word for one of the contract's.
func delivery(v string) client.Delivery {
	if v == "argv" {
		return client.OnCommandLine
	}
	return client.Delivery(v)
}

func setThinking(o *client.Options, value json.RawMessage) error {
	var v struct {
		Type    string `json:"type"`
		Budget  *int   `json:"budget_tokens"`
		Display string `json:"display"`
	}
	if err := json.Unmarshal(value, &v); err != nil {
		return err
	}
	switch v.Type {
	case "adaptive":
		o.Thinking = client.ThinkingAdaptive{Display: v.Display}
	case "enabled":
		o.Thinking = client.ThinkingEnabled{BudgetTokens: v.Budget, Display: v.Display}
	case "disabled":
		o.Thinking = client.ThinkingDisabled{}
	default:
		return unsupported("thinking." + v.Type)
	}
	return nil
}

func setSystemPrompt(o *client.Options, value json.RawMessage) error {
	var v struct {
		Type     string          `json:"type"`
		Prompt   json.RawMessage `json:"prompt"`
		Path     string          `json:"path"`
		Append   string          `json:"append"`
		Exclude  *bool           `json:"exclude_dynamic_sections"`
		Snapshot *bool           `json:"snapshot"`
	}
	if value[0] != '{' {
		v.Type, v.Prompt = "custom", value
	} else if err := json.Unmarshal(value, &v); err != nil {
		return err
	}
	switch v.Type {
	case "preset":
		o.SystemPrompt = client.PromptPreset{Append: v.Append, ExcludeDynamicSections: v.Exclude, Snapshot: v.Snapshot}
	case "file":
		o.SystemPrompt = client.PromptFile(v.Path)
	case "custom":
		return setCustomPrompt(o, v.Prompt, v.Snapshot)
	default:
		return unsupported("system_prompt." + v.Type)
	}
	return nil
}

func setCustomPrompt(o *client.Options, prompt json.RawMessage, snapshot *bool) error {
	if len(prompt) > 0 && prompt[0] == '[' {
		p := client.PromptBlocks{Snapshot: snapshot}
		err := json.Unmarshal(prompt, &p.Blocks)
		o.SystemPrompt = p
		return err
	}
	p := client.PromptText{Snapshot: snapshot}
	err := json.Unmarshal(prompt, &p.Text)
	o.SystemPrompt = p
	return err
}

func setTools(o *client.Options, value json.RawMessage) error {
	if string(protocol.Member(value, "preset")) == `"claude_code"` {
		o.Tools = []string{"default"}
		return nil
	}
	return json.Unmarshal(value, &o.Tools)
}

func setSkills(o *client.Options, value json.RawMessage) error {
	if string(value) == `"all"` {
		o.AllSkills = true
		return nil
	}
	return json.Unmarshal(value, &o.Skills)
}

// values sets all options that are values. Those that the client has not are refused together.
func values(o *client.Options, options json.RawMessage) error {
	table, callbacks := setters(), []string{"callbacks", "hooks", "mcp_servers", "stderr", "session_store"}
	var lacking []string
	for name, value := range protocol.Members(options) {
		set, ok := table[name]
		switch {
		case slices.Contains(callbacks, name):
		case !ok:
			lacking = append(lacking, name)
		default:
			var refusal *contract.Error
			if err := set(o, value); errors.As(err, &refusal) {
				return refusal
			} else if err != nil {
				return fault("open: option %s: %v", name, err)
			}
		}
	}
	if lacking != nil {
		return unsupported(lacking...)
	}
	return nil
}
