package client

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// check refuses what no CLI could be started with, what contradicts itself, and what the CLI would read as something else. Each error
// names the option.
func (o *Options) check() error {
	for _, check := range []func() error{
		o.checkProcess, o.checkNumbers, o.checkLists, o.checkSkills, o.checkExtraArgs, o.checkSession, o.checkTools, o.checkServers,
		o.checkPlugins, o.checkTypes, o.checkStore,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// checkProcess looks at what the system gets beside the flags, which are looked at when they are complete.
func (o *Options) checkProcess() error {
	texts := []struct{ name, value string }{{"CLIPath", o.CLIPath}, {"Cwd", o.Cwd}, {"Runtime", o.Runtime}, {"User", o.User}, {"QuestionPreviewFormat", o.QuestionPreviewFormat}}
	for _, arg := range o.ExecutableArgs {
		texts = append(texts, struct{ name, value string }{"ExecutableArgs", arg})
	}
	if o.ClientApp != nil {
		texts = append(texts, struct{ name, value string }{"ClientApp", *o.ClientApp})
	}
	for _, v := range texts {
		if strings.ContainsRune(v.value, 0) {
			return invalid("option %s contains a NUL byte: %q", v.name, v.value)
		}
	}
	for name, value := range o.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.ContainsRune(value, 0) {
			return invalid("option Env: variable %q is not valid: it needs a name without = and no NUL byte", name)
		}
	}
	return nil
}

func (o *Options) checkNumbers() error {
	for _, n := range []struct {
		name  string
		value *int
	}{{"MaxTurns", o.MaxTurns}, {"TaskBudget", o.TaskBudget}} {
		if n.value != nil && *n.value < 0 {
			return invalid("option %s is negative: %d", n.name, *n.value)
		}
	}
	if b := o.MaxBudgetUSD; b != nil && !(*b >= 0 && *b <= math.MaxFloat64) {
		return invalid("option MaxBudgetUSD is no amount: %v", *b)
	}
	if t, ok := o.Thinking.(ThinkingEnabled); ok && t.BudgetTokens != nil && *t.BudgetTokens < 0 {
		return invalid("option Thinking: BudgetTokens is negative: %d", *t.BudgetTokens)
	}
	return nil
}

// checkLists looks at lists that are joined by commas: an entry must stay one entry.
func (o *Options) checkLists() error {
	for _, l := range []struct {
		name    string
		entries []string
		rules   bool // entries are permission rules, in whose parentheses a comma divides nothing
	}{
		{"Tools", o.Tools, true}, {"AllowedTools", o.AllowedTools, true}, {"DisallowedTools", o.DisallowedTools, true},
		{"Betas", o.Betas, false}, {"SettingSources", o.SettingSources, false},
	} {
		for _, entry := range l.entries {
			switch {
			case strings.TrimSpace(entry) == "":
				return invalid("option %s has an empty entry; an empty list says none", l.name)
			case divides(entry, l.rules):
				return invalid("option %s: entry %q has a comma, which would make two of it", l.name, entry)
			}
		}
	}
	for _, dir := range o.AddDirs {
		if dir == "" {
			return invalid("option AddDirs has an empty entry")
		}
	}
	return nil
}

// divides tells whether an entry of a list has a comma that divides it.
func divides(entry string, rule bool) bool {
	if i := strings.IndexByte(entry, '('); rule && i >= 0 && strings.HasSuffix(entry, ")") {
		entry = entry[:i]
	}
	return strings.ContainsRune(entry, ',')
}

// checkSkills refuses names that would be another permission rule than Skill(NAME) (B164, py:1.2, ts:1.1).
func (o *Options) checkSkills() error {
	if o.AllSkills && o.Skills != nil {
		return invalid("options Skills and AllSkills are both set; one of them is enough")
	}
	for _, name := range o.Skills {
		if reason := badSkill(name); reason != "" {
			return invalid("option Skills: name %q %s", name, reason)
		}
	}
	return nil
}

func badSkill(name string) string {
	switch {
	case strings.TrimSpace(name) == "":
		return "is empty"
	case name != strings.TrimSpace(name) || strings.HasPrefix(name, "\ufeff") || strings.HasSuffix(name, "\ufeff"):
		return "has white space at an end, and would match no skill"
	case !utf8.ValidString(name):
		return "is not UTF-8"
	case strings.ContainsAny(name, "(),") || strings.ContainsFunc(name, unicode.IsControl):
		return "has a parenthesis, a comma or a control character, and would be another permission rule"
	case name == "*", strings.HasSuffix(name, ":*"), strings.HasSuffix(name, " *"):
		return "is a pattern; AllSkills allows all"
	case strings.HasPrefix(name, "/"):
		return "begins with a slash; leave it out"
	case strings.Contains(name, `\\`) || strings.HasSuffix(name, `\`):
		return "has a backslash that a permission rule reads as an escape"
	}
	return ""
}

// checkExtraArgs refuses names that are no flag, and flags that would end the protocol.
func (o *Options) checkExtraArgs() error {
	flag := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	for _, name := range slices.Sorted(maps.Keys(o.ExtraArgs)) {
		switch {
		case strings.HasPrefix(name, "-"):
			return invalid("option ExtraArgs: write %q without its dashes", name)
		case !flag.MatchString(name):
			return invalid("option ExtraArgs: %q is no name of a flag", name)
		case slices.Contains([]string{"input-format", "output-format"}, name):
			return invalid("option ExtraArgs: %q is this package's, which speaks stream-json only", name)
		}
	}
	return nil
}

func (o *Options) checkSession() error {
	switch {
	case o.Continue && o.Resume != "":
		return invalid("options Continue and Resume are both set: one goes on with the latest session, the other with a named one")
	case o.SessionID != "" && (o.Continue || o.Resume != "") && !o.ForkSession:
		return invalid("option SessionID is set with Continue or Resume: the CLI takes that only with ForkSession, for the new session")
	case o.FallbackModel != "" && o.FallbackModel == o.Model:
		return invalid("option FallbackModel is the same as Model (%q); it has to be another one", o.Model)
	}
	return nil
}

func (o *Options) checkTools() error {
	if len(o.SupportedDialogKinds) > 0 && o.OnUserDialog == nil {
		return invalid("option SupportedDialogKinds needs OnUserDialog: nobody would show the dialogs")
	}
	if o.CanUseTool != nil && o.PermissionPromptToolName != "" {
		return invalid("options CanUseTool and PermissionPromptToolName are both set; only one can be asked")
	}
	for i, h := range o.Hooks {
		switch {
		case h.Event == "" || h.Run == nil:
			return invalid("option Hooks: hook %d needs an event and a function", i)
		case h.OnFailure != "" && h.OnFailure != ContinueOnFailure && h.OnFailure != BlockOnFailure:
			return invalid("option Hooks: hook %d has OnFailure %q; it is %q, %q or empty", i, h.OnFailure, ContinueOnFailure, BlockOnFailure)
		}
	}
	return nil
}

func (o *Options) checkServers() error {
	for _, name := range slices.Sorted(maps.Keys(o.MCPServers)) {
		if name == "" || o.MCPServers[name] == nil {
			return invalid("option MCPServers: server %q needs a name and a server", name)
		}
		if _, both := o.ExternalMCPServers[name]; both {
			return invalid("MCP server %q is in MCPServers and in ExternalMCPServers", name)
		}
	}
	for name := range o.MCPServerSettings {
		if o.MCPServers[name] == nil {
			return invalid("option MCPServerSettings: there is no server %q in MCPServers", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.ExternalMCPServers)) {
		if err := o.ExternalMCPServers[name].check(); name == "" || err != "" {
			return invalid("option ExternalMCPServers: server %q %s", name, err)
		}
	}
	if o.MCPConfig != "" && len(o.ExternalMCPServers) > 0 {
		return invalid("options MCPConfig and ExternalMCPServers are both set; one of them is enough")
	}
	return o.checkDelivery("MCPDelivery", o.MCPDelivery)
}

// check says what is wrong with a server; empty if nothing is.
func (c MCPServerConfig) check() string {
	switch c.kind() {
	case "http", "sse":
		if c.URL == "" || c.Command != "" {
			return "needs a URL and no command"
		}
	case "", "stdio":
		if c.Command == "" || c.URL != "" {
			return "needs a command, or a URL"
		}
	default:
		return fmt.Sprintf("has type %q; it is stdio, sse or http", c.Type)
	}
	return ""
}

func (o *Options) checkPlugins() error {
	for i, p := range o.Plugins {
		if p.Path == "" {
			return invalid("option Plugins: plugin %d needs a path", i)
		}
	}
	return o.checkDelivery("PluginDelivery", o.PluginDelivery)
}

func (o *Options) checkDelivery(option string, d Delivery) error {
	if d != OnCommandLine && d != InInitialize {
		return invalid("option %s is %q; it is empty or %q", option, d, InInitialize)
	}
	return nil
}

// checkTypes looks at options that are one of several types.
func (o *Options) checkTypes() error {
	switch p := o.SystemPrompt.(type) {
	case PromptBlocks:
		if len(p.Blocks) == 0 {
			return invalid("option SystemPrompt: PromptBlocks has no blocks; PromptText{} asks for no prompt")
		}
	case PromptFile:
		if p == "" {
			return invalid("option SystemPrompt: PromptFile has no path")
		}
	}
	for name, a := range o.Agents {
		if name == "" || a.Description == "" || a.Prompt == "" {
			return invalid("option Agents: agent %q needs a name, a description and a prompt", name)
		}
	}
	return nil
}
