package goadapter

import (
	"context"
	"encoding/json"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// requesting are the methods of both faces that are a control request each, as far as the contract has them.
type requesting interface {
	Interrupt(ctx context.Context) (protocol.InterruptResult, error)
	InterruptAll(ctx context.Context) (protocol.InterruptResult, error)
	GetContextUsage(ctx context.Context) (protocol.GetContextUsageResult, error)
	GetContextUsageSummary(ctx context.Context) (protocol.GetContextUsageResult, error)
	GetUsage(ctx context.Context, request protocol.GetUsage) (protocol.GetUsageResult, error)
	RewindFiles(ctx context.Context, userMessageID string) (protocol.RewindFilesResult, error)
	RewindFilesDryRun(ctx context.Context, userMessageID string) (protocol.RewindFilesResult, error)
	SetMaxThinkingTokens(ctx context.Context, request protocol.SetMaxThinkingTokens) error
	SetMCPPermissionModeOverride(ctx context.Context, server string, mode *string) (protocol.SetMCPPermissionModeOverrideResult, error)
	ApplyFlagSettings(ctx context.Context, settings any) error
	UpdateSettings(ctx context.Context, source string, settings any) error
	ReadFile(ctx context.Context, request protocol.ReadFile) (protocol.ReadFileResult, error)
	SeedReadState(ctx context.Context, path string, modified time.Time) error
	ReloadPlugins(ctx context.Context, request protocol.ReloadPlugins) (protocol.ReloadPluginsResult, error)
	ReloadSkills(ctx context.Context) (protocol.ReloadSkillsResult, error)
	ReloadOutputStyles(ctx context.Context) (protocol.ReloadOutputStylesResult, error)
	MCPReadResource(ctx context.Context, server, uri string) (protocol.MCPReadResourceResult, error)
	MCPSetServers(
		ctx context.Context, external map[string]client.MCPServerConfig, inProcess map[string]*mcp.Server,
	) (protocol.MCPSetServersResult, error)
	BackgroundTasks(ctx context.Context, toolUseID string) (protocol.BackgroundTasksResult, error)
}

// requests are the operations that are a control request of their name and give what the client returned.
func requests() map[string]perform {
	return map[string]perform{
		"interrupt":         gives(interrupt),
		"get_context_usage": gives(contextUsage),
		"rewind_files":      gives(rewindFiles),
		"get_usage": gives(func(c controls, ctx context.Context, a args) (json.RawMessage, error) {
			got, err := c.GetUsage(ctx, protocol.View[protocol.GetUsage](a.all))
			return got.Raw, err
		}),
		"set_max_thinking_tokens": gives(func(c controls, ctx context.Context, a args) (json.RawMessage, error) {
			return nil, c.SetMaxThinkingTokens(ctx, protocol.SetMaxThinkingTokens{
				MaxThinkingTokens: optional[int](a.all, "max_thinking_tokens"), ThinkingDisplay: optional[string](a.all, "thinking_display"),
			})
		}),
		"set_mcp_permission_mode_override": gives(func(c controls, ctx context.Context, a args) (json.RawMessage, error) {
			var mode *string
			if a.Mode != "" {
				mode = &a.Mode
			}
			got, err := c.SetMCPPermissionModeOverride(ctx, a.Server, mode)
			return got.Raw, err
		}),
		"apply_flag_settings": gives(func(c controls, ctx context.Context, a args) (json.RawMessage, error) {
			return nil, c.ApplyFlagSettings(ctx, a.Settings)
		}),
		"update_settings": gives(func(c controls, ctx context.Context, a args) (json.RawMessage, error) {
			return nil, c.UpdateSettings(ctx, a.Source, a.Settings)
		}),
		"read_file": gives(func(c controls, ctx context.Context, a args) (json.RawMessage, error) {
			got, err := c.ReadFile(ctx, protocol.View[protocol.ReadFile](a.all))
			return got.Raw, err
		}),
		"seed_read_state": gives(func(c controls, ctx context.Context, a args) (json.RawMessage, error) {
			return nil, c.SeedReadState(ctx, a.Path, time.UnixMilli(a.MTime))
		}),
		"reload_plugins": gives(reloadPlugins),
		"reload_skills": gives(func(c controls, ctx context.Context, _ args) (json.RawMessage, error) {
			got, err := c.ReloadSkills(ctx)
			return got.Raw, err
		}),
		"reload_output_styles": gives(func(c controls, ctx context.Context, _ args) (json.RawMessage, error) {
			got, err := c.ReloadOutputStyles(ctx)
			return got.Raw, err
		}),
		"mcp_read_resource": gives(func(c controls, ctx context.Context, a args) (json.RawMessage, error) {
			got, err := c.MCPReadResource(ctx, a.Server, a.URI)
			return got.Raw, err
		}),
		"mcp_set_servers": gives(func(c controls, ctx context.Context, a args) (json.RawMessage, error) {
			got, err := c.MCPSetServers(ctx, a.Servers, nil)
			return got.Raw, err
		}),
		"background_tasks": gives(func(c controls, ctx context.Context, a args) (json.RawMessage, error) {
			got, err := c.BackgroundTasks(ctx, a.ToolUseID)
			return got.Raw, err
		}),
	}
}

// optional gives a parameter that may be left out and may be null.
func optional[T any](params json.RawMessage, name string) protocol.Optional[T] {
	raw := protocol.Member(params, name)
	var value *T
	switch {
	case raw == nil, json.Unmarshal(raw, &value) != nil:
		return protocol.Optional[T]{}
	case value == nil:
		return protocol.Null[T]()
	}
	return protocol.Some(*value)
}

func interrupt(c controls, ctx context.Context, a args) (json.RawMessage, error) {
	call := c.Interrupt
	if a.CancelQueued {
		call = c.InterruptAll
	}
	got, err := call(ctx)
	return got.Raw, err
}

func contextUsage(c controls, ctx context.Context, a args) (json.RawMessage, error) {
	call := c.GetContextUsage
	switch a.Detail {
	case "summary":
		call = c.GetContextUsageSummary
	case "", "full":
	default:
		return nil, unsupported("detail")
	}
	got, err := call(ctx)
	return got.Raw, err
}

func rewindFiles(c controls, ctx context.Context, a args) (json.RawMessage, error) {
	call := c.RewindFiles
	if a.DryRun {
		call = c.RewindFilesDryRun
	}
	got, err := call(ctx, a.UserMessageID)
	return got.Raw, err
}

func reloadPlugins(c controls, ctx context.Context, a args) (json.RawMessage, error) {
	var request protocol.ReloadPlugins
	if err := json.Unmarshal(a.all, &request); err != nil {
		return nil, fault("reload_plugins: %v", err)
	}
	got, err := c.ReloadPlugins(ctx, request)
	return got.Raw, err
}
