package client

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// launch is what the options of a session come to: how the CLI is started, what initialize says, and what its answer has to confirm.
type launch struct {
	opts    *Options
	tooLong func(string) bool
	flags   flags
	request protocol.Initialize
	extra   map[string]any // further fields of initialize
	confirm []confirmation
	scratch scratch
	// restored is where a session of a store is; it is the CLI's configuration directory.
	restored restored
}

// prepare checks options and gives their launch; a session of a store is loaded on the way, for which ctx is, and the options are changed to
// go on with it. After an error nothing is left; after a launch its files are removed by clean.
func (o *Options) prepare(ctx context.Context, p *parts.Parts) (*launch, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	l := &launch{opts: o, tooLong: p.TooLong, extra: map[string]any{}}
	if err := l.restore(ctx, p); err != nil {
		l.clean()
		return nil, err
	}
	l.flags = o.flags()
	steps := []func() error{l.prompt, l.initialize, l.schema, l.settings, l.managed, l.disallowed, l.servers, l.plugins, l.finish}
	for _, step := range steps {
		if err := step(); err != nil {
			l.clean()
			return nil, err
		}
	}
	return l, nil
}

// clean removes the files of the session. It may be called more than once.
func (l *launch) clean() {
	l.scratch.remove()
	l.restored.clean()
}

// prompt places the system prompt: on the command line, or in initialize if it cannot be an argument.
func (l *launch) prompt() error {
	switch p := l.opts.SystemPrompt.(type) {
	case PromptText:
		l.request.SystemPromptSnapshot = p.Snapshot
		if l.tooLong(p.Text) {
			l.request.SystemPrompt = []string{p.Text}
			return nil
		}
		l.flags.value("SystemPrompt", "--system-prompt", p.Text)
	case PromptBlocks:
		l.request.SystemPromptSnapshot = p.Snapshot
		l.request.SystemPrompt = append([]string{}, p.Blocks...)
	case PromptFile:
		l.flags.value("SystemPrompt", "--system-prompt-file", string(p))
	case PromptPreset:
		l.request.SystemPromptSnapshot, l.request.ExcludeDynamicSections = p.Snapshot, p.ExcludeDynamicSections
		if l.tooLong(p.Append) {
			l.request.AppendSystemPrompt = p.Append
			return nil
		}
		l.flags.text("SystemPrompt", "--append-system-prompt", p.Append)
	}
	return nil
}

// schema places the schema of the output. The CLI reads both places (ts:1.1).
func (l *launch) schema() error {
	schema, err := object("OutputSchema", l.opts.OutputSchema)
	if err != nil || schema == nil {
		return err
	}
	l.request.JSONSchema = schema
	if !l.tooLong(string(schema)) {
		l.flags.value("OutputSchema", "--json-schema", string(schema))
	}
	return nil
}

// settings places the settings: as they are, or in a file if they are long.
func (l *launch) settings() error {
	text, err := l.opts.settings()
	if err != nil || text == "" {
		return err
	}
	return l.argumentOrFile("Settings", "--settings", text)
}

// argumentOrFile adds a flag whose value the CLI takes as text or as the path of a file.
func (l *launch) argumentOrFile(option, flag, text string) error {
	if l.tooLong(text) && strings.HasPrefix(strings.TrimSpace(text), "{") {
		path, err := l.scratch.write(strings.TrimPrefix(flag, "--")+".json", text)
		if err != nil {
			return &Error{Kind: Other, Op: "connect", Message: "option " + option + ": " + err.Error(), Err: err}
		}
		text = path
	}
	l.flags.split(option, flag, text)
	return nil
}

// managed places the settings of the policy tier. Long ones travel in initialize, and the CLI has to confirm them (ts:1.4).
func (l *launch) managed() error {
	settings, err := object("ManagedSettings", l.opts.ManagedSettings)
	if err != nil || settings == nil {
		return err
	}
	if !l.tooLong(string(settings)) {
		l.flags.split("ManagedSettings", "--managed-settings", string(settings))
		return nil
	}
	l.extra["managedSettings"] = settings
	l.awaitInitialize()
	l.flags.bare("ManagedSettings", "--managed-settings-in-initialize", true)
	l.confirm = append(l.confirm, applied("ManagedSettings", "managed_settings_applied"))
	return nil
}

// disallowed places the tools that are taken away. A long list travels in initialize, and the CLI has to confirm it (ts:1.4).
func (l *launch) disallowed() error {
	if !l.tooLong(strings.Join(l.opts.DisallowedTools, ",")) {
		l.flags.list("DisallowedTools", "--disallowedTools", l.opts.DisallowedTools)
		return nil
	}
	l.extra["disallowedTools"] = l.opts.DisallowedTools
	l.awaitInitialize()
	l.flags.value("DisallowedTools", "--initialize-fields", "disallowedTools")
	l.confirm = append(l.confirm, applied("DisallowedTools", "disallowed_tools_applied"))
	return nil
}

// servers places the MCP servers that the CLI runs or connects to.
func (l *launch) servers() error {
	o := l.opts
	if o.MCPConfig != "" {
		return l.argumentOrFile("MCPConfig", "--mcp-config", o.MCPConfig)
	}
	if len(o.ExternalMCPServers) == 0 {
		return nil
	}
	if o.MCPDelivery == InInitialize {
		l.extra["mcpServers"] = o.ExternalMCPServers
		l.awaitInitialize()
		l.confirm = append(l.confirm, told("ExternalMCPServers", "mcp_servers_applied"))
		return nil
	}
	config, err := encode("ExternalMCPServers", map[string]any{"mcpServers": o.ExternalMCPServers})
	if err != nil {
		return err
	}
	return l.argumentOrFile("ExternalMCPServers", "--mcp-config", string(config))
}

func (l *launch) plugins() error {
	if len(l.opts.Plugins) > 0 && l.opts.PluginDelivery == InInitialize {
		l.extra["plugins"] = l.opts.Plugins
		l.awaitInitialize()
		return nil
	}
	for _, p := range l.opts.Plugins {
		flag := "--plugin-dir"
		if p.SkipMCPDiscovery {
			flag = "--plugin-dir-no-mcp"
		}
		l.flags.value("Plugins", flag, p.Path)
	}
	return nil
}

// awaitInitialize has the CLI read initialize before it sets up what initialize brings.
func (l *launch) awaitInitialize() {
	const flag = "--await-initialize"
	if !slices.ContainsFunc(l.flags, func(f parts.Flag) bool { return f.Name == flag }) {
		l.flags.bare("", flag, true)
	}
}

// finish adds what comes last and refuses what cannot be an argument.
func (l *launch) finish() error {
	if err := l.fields(); err != nil {
		return err
	}
	l.flags = append(l.flags, l.opts.extraFlags()...)
	for _, f := range l.flags {
		if strings.ContainsRune(f.Value, 0) {
			return invalid("option %s contains a NUL byte, which no argument can hold", f.Option)
		}
		if size := len(f.Value); size > maxArgument && l.tooLong(f.Value) {
			return invalid("option %s is too long for an argument: %d bytes, at most %d", f.Option, size, maxArgument)
		}
	}
	return nil
}

// maxArgument is what every system takes as one argument, in bytes. Linux has the lowest bound: 128 KiB with the flag.
const maxArgument = 127 << 10

// command gives the process to start.
func (l *launch) command(p *parts.Parts) (transport.Command, error) {
	o := l.opts
	path, err := l.executable(p)
	if err != nil {
		return transport.Command{}, err
	}
	spec := parts.Spec{Leading: o.ExecutableArgs, Flags: l.flags, Env: o.Env, Own: l.environment()}
	if scripted(path) {
		spec.Leading = append(slices.Clone(o.ExecutableArgs), path)
		path = cmp.Or(o.Runtime, "node")
	}
	if o.Cwd != "" {
		abs, err := filepath.Abs(o.Cwd)
		if err != nil {
			return transport.Command{}, fmt.Errorf("working directory %q: %w", o.Cwd, err)
		}
		spec.Own["PWD"] = abs
	}
	return transport.Command{
		Path: path, Args: p.Argv(spec), Env: p.Env(spec, os.Environ()), Dir: o.Cwd, User: o.User,
	}, nil
}

// executable gives the path of the CLI. One that is started elsewhere is looked for there, and a script need not be executable.
func (l *launch) executable(p *parts.Parts) (string, error) {
	path := l.opts.CLIPath
	switch {
	case l.opts.Spawn != nil:
		return cmp.Or(path, "claude"), nil
	case !scripted(path):
		return p.Find(path)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(abs); err != nil {
		return "", &Error{Kind: CLINotFound, Op: "connect", Message: "the script of claude cannot be used: " + err.Error(), Err: err}
	}
	return abs, nil
}

// scripted tells whether a runtime has to run the file (ts:1.3).
func scripted(path string) bool {
	return slices.Contains([]string{".js", ".mjs", ".ts", ".tsx", ".jsx"}, filepath.Ext(path))
}

// environment gives the variables that options stand for, and the SDK's version (py:1.4, ts:1.2).
func (l *launch) environment() map[string]string {
	own := map[string]string{"CLAUDE_AGENT_SDK_VERSION": sdkVersion()}
	if l.opts.ClientApp != nil {
		own["CLAUDE_AGENT_SDK_CLIENT_APP"] = *l.opts.ClientApp
	}
	if l.opts.FileCheckpointing {
		own["CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING"] = "true"
	}
	if l.opts.QuestionPreviewFormat != "" {
		own["CLAUDE_CODE_QUESTION_PREVIEW_FORMAT"] = l.opts.QuestionPreviewFormat
	}
	return own
}

// sdkVersion gives the version of this module in the running program; 0.0.0 if it was built from a work tree.
func sdkVersion() string {
	const module, unknown = "github.com/wiretrial/wiretrial", "0.0.0"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return unknown
	}
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path == module && strings.HasPrefix(m.Version, "v") {
			return strings.TrimPrefix(m.Version, "v")
		}
	}
	return unknown
}

// encode gives the value of an option as JSON.
func encode(option string, value any) (json.RawMessage, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, invalid("option %s cannot be encoded: %v", option, err)
	}
	return raw, nil
}

// object gives the value of an option as a JSON object; nil if it is unset.
func object(option string, value any) (json.RawMessage, error) {
	if value == nil {
		return nil, nil
	}
	raw, err := encode(option, value)
	if err != nil {
		return nil, err
	}
	if len(raw) == 0 || raw[0] != '{' {
		return nil, invalid("option %s has to encode to a JSON object, and gives %.40s", option, raw)
	}
	return raw, nil
}
