package client_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/client"
)

// optionCase is one use of an option, and all that it comes to.
type optionCase struct {
	name string // the field of Options, and what is special after a space
	opts client.Options
	args []string // flags, exactly
	init string   // fields of initialize as a JSON object; empty is {}
	env  []string // variables beside those of every session
}

func run(context.Context, client.HookCallback) (any, error) { return nil, nil }

func asked(context.Context, client.PermissionRequest) (client.PermissionResult, error) {
	return client.Allow(), nil
}

func modelCases() []optionCase {
	return []optionCase{
		{name: "Model", opts: client.Options{Model: "m"}, args: []string{"--model=m"}},
		{name: "FallbackModel", opts: client.Options{FallbackModel: "a,b"}, args: []string{"--fallback-model=a,b"}},
		{name: "Effort", opts: client.Options{Effort: "high"}, args: []string{"--effort=high"}},
		{name: "Thinking adaptive", opts: client.Options{Thinking: client.ThinkingAdaptive{}}, args: []string{"--thinking=adaptive"}},
		{name: "Thinking display", opts: client.Options{Thinking: client.ThinkingAdaptive{Display: "omitted"}},
			args: []string{"--thinking=adaptive", "--thinking-display=omitted"}},
		{name: "Thinking enabled", opts: client.Options{Thinking: client.ThinkingEnabled{BudgetTokens: new(5), Display: "summarized"}},
			args: []string{"--max-thinking-tokens=5", "--thinking-display=summarized"}},
		{name: "Thinking zero", opts: client.Options{Thinking: client.ThinkingEnabled{BudgetTokens: new(0)}}, args: []string{"--max-thinking-tokens=0"}},
		{name: "Thinking unbounded", opts: client.Options{Thinking: client.ThinkingEnabled{}}, args: []string{"--thinking=adaptive"}},
		{name: "Thinking disabled", opts: client.Options{Thinking: client.ThinkingDisabled{}}, args: []string{"--thinking=disabled"}},
		{name: "MaxTurns", opts: client.Options{MaxTurns: new(3)}, args: []string{"--max-turns=3"}},
		{name: "MaxTurns zero", opts: client.Options{MaxTurns: new(0)}, args: []string{"--max-turns=0"}},
		{name: "MaxBudgetUSD", opts: client.Options{MaxBudgetUSD: new(0.0000001)}, args: []string{"--max-budget-usd=0.0000001"}},
		{name: "MaxBudgetUSD zero", opts: client.Options{MaxBudgetUSD: new(0.0)}, args: []string{"--max-budget-usd=0"}},
		{name: "TaskBudget", opts: client.Options{TaskBudget: new(9)}, args: []string{"--task-budget=9"}},
		{name: "Betas", opts: client.Options{Betas: []string{"a", "b"}}, args: []string{"--betas=a,b"}},
		{name: "Betas none", opts: client.Options{Betas: []string{}}},
		{name: "Agent", opts: client.Options{Agent: "reviewer"}, args: []string{"--agent=reviewer"}},
	}
}

func promptCases() []optionCase {
	long := strings.Repeat("p", 140000)
	return []optionCase{
		{name: "SystemPrompt text", opts: client.Options{SystemPrompt: client.PromptText{Text: "-p"}}, args: []string{"--system-prompt=-p"}},
		{name: "SystemPrompt none", opts: client.Options{SystemPrompt: client.PromptText{}}, args: []string{"--system-prompt="}},
		{name: "SystemPrompt snapshot", opts: client.Options{SystemPrompt: client.PromptText{Text: "x", Snapshot: new(false)}},
			args: []string{"--system-prompt=x"}, init: `{"systemPromptSnapshot":false}`},
		{name: "SystemPrompt long", opts: client.Options{SystemPrompt: client.PromptText{Text: long}}, init: `{"systemPrompt":["` + long + `"]}`},
		{name: "SystemPrompt blocks", opts: client.Options{SystemPrompt: client.PromptBlocks{Blocks: []string{"a", client.PromptDynamicBoundary, "b"}}},
			init: `{"systemPrompt":["a","__SYSTEM_PROMPT_DYNAMIC_BOUNDARY__","b"]}`},
		{name: "SystemPrompt file", opts: client.Options{SystemPrompt: client.PromptFile("/p")}, args: []string{"--system-prompt-file=/p"}},
		{name: "SystemPrompt preset", opts: client.Options{SystemPrompt: client.PromptPreset{}}},
		{name: "SystemPrompt append", opts: client.Options{SystemPrompt: client.PromptPreset{Append: "-x", ExcludeDynamicSections: new(true), Snapshot: new(true)}},
			args: []string{"--append-system-prompt=-x"}, init: `{"excludeDynamicSections":true,"systemPromptSnapshot":true}`},
		{name: "SystemPrompt long append", opts: client.Options{SystemPrompt: client.PromptPreset{Append: long}}, init: `{"appendSystemPrompt":"` + long + `"}`},
		{name: "PlanModeInstructions", opts: client.Options{PlanModeInstructions: "do"}, init: `{"planModeInstructions":"do"}`},
		{name: "OutputSchema", opts: client.Options{OutputSchema: map[string]any{"type": "object"}},
			args: []string{`--json-schema={"type":"object"}`}, init: `{"jsonSchema":{"type":"object"}}`},
		{name: "OutputSchema long", opts: client.Options{OutputSchema: map[string]any{"title": long}}, init: `{"jsonSchema":{"title":"` + long + `"}}`},
		{name: "PromptSuggestions", opts: client.Options{PromptSuggestions: true}, init: `{"promptSuggestions":true}`},
		{name: "VerbatimPrompts", opts: client.Options{VerbatimPrompts: true}},
	}
}

func toolCases() []optionCase {
	return []optionCase{
		{name: "Tools", opts: client.Options{Tools: []string{"Bash", "Read"}}, args: []string{"--tools=Bash,Read"}},
		{name: "Tools none", opts: client.Options{Tools: []string{}}, args: []string{"--tools="}},
		{name: "AllowedTools", opts: client.Options{AllowedTools: []string{"Read", "Bash(a, b)"}}, args: []string{"--allowedTools=Read,Bash(a, b)"}},
		{name: "AllowedTools none", opts: client.Options{AllowedTools: []string{}}},
		{name: "DisallowedTools", opts: client.Options{DisallowedTools: []string{"-x", "Bash"}}, args: []string{"--disallowedTools=-x,Bash"}},
		{name: "Skills", opts: client.Options{Skills: []string{"pdf"}, AllowedTools: []string{"Read", "Skill(pdf)"}},
			args: []string{"--allowedTools=Read,Skill(pdf)"}, init: `{"skills":["pdf"]}`},
		{name: "Skills none", opts: client.Options{Skills: []string{}}, init: `{"skills":[]}`},
		{name: "AllSkills", opts: client.Options{AllSkills: true}, args: []string{"--allowedTools=Skill"}},
		{name: "ToolAliases", opts: client.Options{ToolAliases: map[string]string{"Bash": "mcp__x__y"}}, init: `{"toolAliases":{"Bash":"mcp__x__y"}}`},
		{name: "QuestionPreviewFormat", opts: client.Options{QuestionPreviewFormat: "html"}, env: []string{"CLAUDE_CODE_QUESTION_PREVIEW_FORMAT=html"}},
		{name: "Agents", opts: client.Options{Agents: map[string]client.AgentDefinition{"a": {Description: "d", Prompt: "p", Tools: []string{}, MaxTurns: new(0), Background: new(false)}}},
			init: `{"agents":{"a":{"description":"d","prompt":"p","tools":[],"maxTurns":0,"background":false}}}`},
		{name: "ForwardSubagentText", opts: client.Options{ForwardSubagentText: true}, init: `{"forwardSubagentText":true}`},
		{name: "AgentProgressSummaries", opts: client.Options{AgentProgressSummaries: true}, init: `{"agentProgressSummaries":true}`},
		{name: "PerTaskStopAffordance", opts: client.Options{PerTaskStopAffordance: true}, init: `{"perTaskStopAffordance":true}`},
		{name: "PermissionMode", opts: client.Options{PermissionMode: "plan"}, args: []string{"--permission-mode=plan"}},
		{name: "AllowDangerouslySkipPermissions", opts: client.Options{AllowDangerouslySkipPermissions: true}, args: []string{"--allow-dangerously-skip-permissions"}},
		{name: "PermissionPromptToolName", opts: client.Options{PermissionPromptToolName: "mcp__p__ask"}, args: []string{"--permission-prompt-tool=mcp__p__ask"}},
		{name: "PermissionPrompts", opts: client.Options{PermissionPrompts: "none"}, args: []string{"--permission-prompts=none"}},
		{name: "CanUseTool", opts: client.Options{CanUseTool: asked}, args: []string{"--permission-prompt-tool=stdio"}},
		{name: "Hooks", opts: client.Options{Hooks: []client.Hook{
			{Event: "PreToolUse", Matcher: "Bash", Timeout: 1500 * time.Millisecond, OnFailure: client.BlockOnFailure, Run: run}, {Event: "Stop", Run: run},
		}}, init: `{"hooks":{"PreToolUse":[{"matcher":"Bash","hookCallbackIds":["hook_0"],"timeout":1.5,"onFailure":"block"}],
			"Stop":[{"matcher":null,"hookCallbackIds":["hook_1"]}]}}`},
		{name: "SupportedDialogKinds", opts: client.Options{SupportedDialogKinds: []string{"k"}, OnUserDialog: noDialog}, init: `{"supportedDialogKinds":["k"]}`},
	}
}

func sessionCases() []optionCase {
	return []optionCase{
		{name: "Continue", opts: client.Options{Continue: true}, args: []string{"--continue"}},
		{name: "Resume", opts: client.Options{Resume: "--version"}, args: []string{"--resume=--version"}},
		{name: "ForkSession", opts: client.Options{ForkSession: true}, args: []string{"--fork-session"}},
		{name: "SessionID", opts: client.Options{SessionID: "-p"}, args: []string{"--session-id=-p"}},
		{name: "SessionID of a fork", opts: client.Options{SessionID: "b", Resume: "a", ForkSession: true},
			args: []string{"--resume=a", "--fork-session", "--session-id=b"}},
		{name: "ResumeSessionAt", opts: client.Options{ResumeSessionAt: "u"}, args: []string{"--resume-session-at=u"}},
		{name: "ResumeDropsTurn", opts: client.Options{ResumeDropsTurn: new("u")}, args: []string{"--resume-drops-turn=u"}},
		{name: "ResumeDropsTurn empty", opts: client.Options{ResumeDropsTurn: new("")}, args: []string{"--resume-drops-turn="}},
		{name: "SessionStore", opts: client.Options{SessionStore: &memory{}}, args: []string{"--session-mirror"}},
		{name: "NoSessionPersistence", opts: client.Options{NoSessionPersistence: true}, args: []string{"--no-session-persistence"}},
		{name: "Title", opts: client.Options{Title: "t"}, init: `{"title":"t"}`},
		{name: "FileCheckpointing", opts: client.Options{FileCheckpointing: true, Env: map[string]string{"CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING": "0"}},
			env: []string{"CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING=true"}},
		{name: "PartialMessages", opts: client.Options{PartialMessages: true}, args: []string{"--include-partial-messages"}},
		{name: "HookEvents", opts: client.Options{HookEvents: true}, args: []string{"--include-hook-events"}},
		{name: "Debug", opts: client.Options{Debug: true}, args: []string{"--debug"}},
		{name: "DebugFile", opts: client.Options{Debug: true, DebugFile: "/d"}, args: []string{"--debug-file=/d"}},
		{name: "ExtraArgs", opts: client.Options{Model: "m", ExtraArgs: map[string]*string{"b": new("-v"), "a": nil, "c": new("")}},
			args: []string{"--model=m", "--a", "--b=-v", "--c="}},
		{name: "ExtraInitialize", opts: client.Options{ExtraInitialize: map[string]json.RawMessage{"newField": json.RawMessage(`[1]`)}}, init: `{"newField":[1]}`},
		{name: "Env", opts: client.Options{Env: map[string]string{"MINE": "1"}}, env: []string{"MINE=1"}},
		{name: "ClientApp", opts: client.Options{ClientApp: new("app/1")}, env: []string{"CLAUDE_AGENT_SDK_CLIENT_APP=app/1"}},
		{name: "ClientApp empty", opts: client.Options{ClientApp: new("")}, env: []string{"CLAUDE_AGENT_SDK_CLIENT_APP="}},
	}
}

func configCases() []optionCase {
	long := strings.Repeat("x", 20000)
	managed, disallowed := map[string]any{"model": long}, []string{long}
	return []optionCase{
		{name: "Settings path", opts: client.Options{Settings: "/s.json"}, args: []string{"--settings", "/s.json"}},
		{name: "Settings text", opts: client.Options{Settings: ` {"a" : 1}`}, args: []string{"--settings", ` {"a" : 1}`}},
		{name: "Settings object", opts: client.Options{Settings: map[string]any{"a": 1}}, args: []string{"--settings", `{"a":1}`}},
		{name: "Settings like a flag", opts: client.Options{Settings: "-x"}, args: []string{"--settings=-x"}},
		{name: "Sandbox", opts: client.Options{Sandbox: &client.Sandbox{Enabled: new(true)}},
			args: []string{"--settings", `{"sandbox":{"enabled":true,"failIfUnavailable":true}}`}},
		{name: "ManagedSettings", opts: client.Options{ManagedSettings: map[string]any{"a": 1}}, args: []string{"--managed-settings", `{"a":1}`}},
		{name: "ManagedSettings long", opts: client.Options{ManagedSettings: managed},
			args: []string{"--await-initialize", "--managed-settings-in-initialize"}, init: `{"managedSettings":{"model":"` + long + `"}}`},
		{name: "DisallowedTools long", opts: client.Options{DisallowedTools: disallowed},
			args: []string{"--await-initialize", "--initialize-fields=disallowedTools"}, init: `{"disallowedTools":["` + long + `"]}`},
		{name: "SettingSources", opts: client.Options{SettingSources: []string{"user", "project"}}, args: []string{"--setting-sources=user,project"}},
		{name: "SettingSources none", opts: client.Options{SettingSources: []string{}}, args: []string{"--setting-sources="}},
		{name: "AddDirs", opts: client.Options{AddDirs: []string{"/a", "-b"}}, args: []string{"--add-dir=/a", "--add-dir=-b"}},
		{name: "ProjectConfigRoot", opts: client.Options{ProjectConfigRoot: "/r"}, args: []string{"--project-config-root=/r"}},
		{name: "MCPServers", opts: client.Options{MCPServers: map[string]*mcp.Server{"b": server(), "a": server()}}, init: `{"sdkMcpServers":["a","b"]}`},
		{name: "MCPServerSettings", opts: client.Options{MCPServers: map[string]*mcp.Server{"a": server()},
			MCPServerSettings: map[string]client.MCPServerSettings{"a": {Timeout: time.Second}}},
			init: `{"sdkMcpServers":["a"],"sdkMcpServerConfigs":{"a":{"timeout":1000}}}`},
		{name: "ExternalMCPServers", opts: client.Options{ExternalMCPServers: map[string]client.MCPServerConfig{"a": {Command: "c", Args: []string{}, Timeout: time.Second}, "b": {URL: "u"}}},
			args: []string{"--mcp-config", `{"mcpServers":{"a":{"command":"c","args":[],"timeout":1000},"b":{"type":"http","url":"u"}}}`}},
		{name: "MCPDelivery", opts: client.Options{MCPDelivery: client.InInitialize, ExternalMCPServers: map[string]client.MCPServerConfig{"a": {Command: "c"}}},
			args: []string{"--await-initialize"}, init: `{"mcpServers":{"a":{"command":"c"}}}`},
		{name: "MCPConfig", opts: client.Options{MCPConfig: "/m.json"}, args: []string{"--mcp-config", "/m.json"}},
		{name: "StrictMCPConfig", opts: client.Options{StrictMCPConfig: true}, args: []string{"--strict-mcp-config"}},
		{name: "Plugins", opts: client.Options{Plugins: []client.Plugin{{Path: "/a"}, {Path: "/b", SkipMCPDiscovery: true}}},
			args: []string{"--plugin-dir=/a", "--plugin-dir-no-mcp=/b"}},
		{name: "PluginDelivery", opts: client.Options{PluginDelivery: client.InInitialize, Plugins: []client.Plugin{{Path: "/a", SkipMCPDiscovery: true}}},
			args: []string{"--await-initialize"}, init: `{"plugins":[{"type":"local","path":"/a","skipMcpDiscovery":true}]}`},
	}
}

func server() *mcp.Server { return mcp.NewServer(&mcp.Implementation{Name: "s", Version: "1"}, nil) }

func optionCases() []optionCase {
	return slices.Concat(modelCases(), promptCases(), toolCases(), sessionCases(), configCases())
}

func noDialog(context.Context, client.UserDialog) (client.UserDialogResult, error) {
	return client.UserDialogResult{}, nil
}
