package client

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wiretrial/wiretrial/internal/parts"
)

// flags collects the flags of the CLI that options come to.
type flags []parts.Flag

// text adds a flag with a text; an empty one is unset.
func (f *flags) text(option, name, value string) {
	if value != "" {
		f.value(option, name, value)
	}
}

// value adds a flag with a value, also an empty one.
func (f *flags) value(option, name, value string) {
	*f = append(*f, parts.Flag{Option: option, Name: name, Value: value})
}

// split adds a flag whose value stands in an argument of its own.
func (f *flags) split(option, name, value string) {
	*f = append(*f, parts.Flag{Option: option, Name: name, Value: value, Form: parts.Split})
}

// bare adds a flag without a value.
func (f *flags) bare(option, name string, set bool) {
	if set {
		*f = append(*f, parts.Flag{Option: option, Name: name, Form: parts.Bare})
	}
}

// list adds a flag with a list of which an empty one says nothing.
func (f *flags) list(option, name string, values []string) {
	if len(values) > 0 {
		f.value(option, name, strings.Join(values, ","))
	}
}

// set adds a flag with a list of which an empty one says "none".
func (f *flags) set(option, name string, values []string) {
	if values != nil {
		f.value(option, name, strings.Join(values, ","))
	}
}

func (f *flags) number(option, name string, n *int) {
	if n != nil {
		f.value(option, name, strconv.Itoa(*n))
	}
}

// flags gives the flags that need nothing but their option's value. What may travel another way is added by launch.
func (o *Options) flags() flags {
	var f flags
	o.modelFlags(&f)
	o.toolFlags(&f)
	o.sessionFlags(&f)
	o.configFlags(&f)
	return f
}

func (o *Options) modelFlags(f *flags) {
	o.thinkingFlags(f)
	f.text("Effort", "--effort", o.Effort)
	f.number("MaxTurns", "--max-turns", o.MaxTurns)
	if o.MaxBudgetUSD != nil {
		f.value("MaxBudgetUSD", "--max-budget-usd", strconv.FormatFloat(*o.MaxBudgetUSD, 'f', -1, 64))
	}
	f.number("TaskBudget", "--task-budget", o.TaskBudget)
	f.text("Model", "--model", o.Model)
	f.text("FallbackModel", "--fallback-model", o.FallbackModel)
	f.text("Agent", "--agent", o.Agent)
	f.list("Betas", "--betas", o.Betas)
}

func (o *Options) thinkingFlags(f *flags) {
	display := ""
	switch t := o.Thinking.(type) {
	case ThinkingDisabled:
		f.value("Thinking", "--thinking", "disabled")
	case ThinkingAdaptive:
		f.value("Thinking", "--thinking", "adaptive")
		display = t.Display
	case ThinkingEnabled:
		if t.BudgetTokens == nil {
			f.value("Thinking", "--thinking", "adaptive")
		}
		f.number("Thinking", "--max-thinking-tokens", t.BudgetTokens)
		display = t.Display
	}
	f.text("Thinking", "--thinking-display", display)
}

func (o *Options) toolFlags(f *flags) {
	f.set("Tools", "--tools", o.Tools)
	f.list("AllowedTools", "--allowedTools", o.allowed())
	if o.CanUseTool != nil {
		f.value("CanUseTool", "--permission-prompt-tool", "stdio")
	}
	f.text("PermissionPromptToolName", "--permission-prompt-tool", o.PermissionPromptToolName)
	f.text("PermissionPrompts", "--permission-prompts", o.PermissionPrompts)
	f.text("PermissionMode", "--permission-mode", o.PermissionMode)
	f.bare("AllowDangerouslySkipPermissions", "--allow-dangerously-skip-permissions", o.AllowDangerouslySkipPermissions)
}

// allowed gives the tools that run without a question, those among them that load skills.
func (o *Options) allowed() []string {
	allowed := slices.Clone(o.AllowedTools)
	add := func(rule string) {
		if !slices.Contains(allowed, rule) {
			allowed = append(allowed, rule)
		}
	}
	if o.AllSkills {
		add("Skill")
	}
	for _, name := range o.Skills {
		add("Skill(" + name + ")")
	}
	return allowed
}

func (o *Options) sessionFlags(f *flags) {
	f.bare("Continue", "--continue", o.Continue)
	f.text("Resume", "--resume", o.Resume)
	f.bare("ForkSession", "--fork-session", o.ForkSession)
	f.text("ResumeSessionAt", "--resume-session-at", o.ResumeSessionAt)
	if o.ResumeDropsTurn != nil {
		f.value("ResumeDropsTurn", "--resume-drops-turn", *o.ResumeDropsTurn)
	}
	f.text("SessionID", "--session-id", o.SessionID)
	f.bare("SessionStore", "--session-mirror", o.SessionStore != nil)
	f.bare("NoSessionPersistence", "--no-session-persistence", o.NoSessionPersistence)
}

func (o *Options) configFlags(f *flags) {
	f.set("SettingSources", "--setting-sources", o.SettingSources)
	f.bare("StrictMCPConfig", "--strict-mcp-config", o.StrictMCPConfig)
	f.bare("PartialMessages", "--include-partial-messages", o.PartialMessages)
	f.bare("HookEvents", "--include-hook-events", o.HookEvents)
	f.text("ProjectConfigRoot", "--project-config-root", o.ProjectConfigRoot)
	for _, dir := range o.AddDirs {
		f.value("AddDirs", "--add-dir", dir)
	}
	f.text("DebugFile", "--debug-file", o.DebugFile)
	f.bare("Debug", "--debug", o.Debug && o.DebugFile == "")
}

// extraFlags gives the user's own flags.
func (o *Options) extraFlags() flags {
	var f flags
	for _, name := range slices.Sorted(maps.Keys(o.ExtraArgs)) {
		option := "ExtraArgs[" + strconv.Quote(name) + "]"
		if value := o.ExtraArgs[name]; value != nil {
			f.value(option, "--"+name, *value)
			continue
		}
		f.bare(option, "--"+name, true)
	}
	return f
}
