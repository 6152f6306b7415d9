package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

func TestOptionsThatCannotBeUsedAreRefusedBeforeTheStart(t *testing.T) {
	t.Parallel()
	nowhere := filepath.Join(t.TempDir(), "nowhere.json")
	for name, tt := range map[string]struct {
		opts  client.Options
		names string // what the error names
	}{
		"NUL in a flag":           {client.Options{Resume: "a\x00b"}, "Resume"},
		"NUL in an extra flag":    {client.Options{ExtraArgs: map[string]*string{"a": new("x\x00")}}, "ExtraArgs"},
		"NUL in the path":         {client.Options{CLIPath: "\x00"}, "CLIPath"},
		"NUL in a directory":      {client.Options{AddDirs: []string{"a\x00"}}, "AddDirs"},
		"dashes in an extra flag": {client.Options{ExtraArgs: map[string]*string{"--a": nil}}, "ExtraArgs"},
		"value in an extra flag":  {client.Options{ExtraArgs: map[string]*string{"a=b": nil}}, "ExtraArgs"},
		"another protocol":        {client.Options{ExtraArgs: map[string]*string{"input-format": new("text")}}, "ExtraArgs"},
		"bad variable":            {client.Options{Env: map[string]string{"A=B": "x"}}, "Env"},
		"hook of none":            {client.Options{Hooks: []client.Hook{{Event: "Stop"}}}, "Hooks"},
		"hook of bad failure":     {client.Options{Hooks: []client.Hook{{Event: "Stop", Run: run, OnFailure: "x"}}}, "Hooks"},
		"server of none":          {client.Options{MCPServers: map[string]*mcp.Server{"s": nil}}, "MCPServers"},
		"settings of no server":   {client.Options{MCPServerSettings: map[string]client.MCPServerSettings{"s": {}}}, "MCPServerSettings"},
		"server of nothing":       {client.Options{ExternalMCPServers: map[string]client.MCPServerConfig{"s": {}}}, "ExternalMCPServers"},
		"server of bad type":      {client.Options{ExternalMCPServers: map[string]client.MCPServerConfig{"s": {Type: "x", Command: "c"}}}, "ExternalMCPServers"},
		"server twice": {client.Options{MCPServers: map[string]*mcp.Server{"s": server()},
			ExternalMCPServers: map[string]client.MCPServerConfig{"s": {Command: "c"}}}, "ExternalMCPServers"},
		"two configurations":      {client.Options{MCPConfig: "x", ExternalMCPServers: map[string]client.MCPServerConfig{"s": {Command: "c"}}}, "MCPConfig"},
		"delivery of MCP":         {client.Options{MCPDelivery: "x"}, "MCPDelivery"},
		"delivery of plugins":     {client.Options{PluginDelivery: "x"}, "PluginDelivery"},
		"plugin of no path":       {client.Options{Plugins: []client.Plugin{{}}}, "Plugins"},
		"negative turns":          {client.Options{MaxTurns: new(-1)}, "MaxTurns"},
		"no budget":               {client.Options{MaxBudgetUSD: new(math.NaN())}, "MaxBudgetUSD"},
		"endless budget":          {client.Options{MaxBudgetUSD: new(math.Inf(1))}, "MaxBudgetUSD"},
		"negative thinking":       {client.Options{Thinking: client.ThinkingEnabled{BudgetTokens: new(-1)}}, "Thinking"},
		"empty tool":              {client.Options{Tools: []string{""}}, "Tools"},
		"two tools in one":        {client.Options{AllowedTools: []string{"Read,Bash"}}, "AllowedTools"},
		"two rules in one":        {client.Options{AllowedTools: []string{"Read,Bash(x)"}}, "AllowedTools"},
		"two betas in one":        {client.Options{Betas: []string{"a,b"}}, "Betas"},
		"empty directory":         {client.Options{AddDirs: []string{""}}, "AddDirs"},
		"skills twice":            {client.Options{AllSkills: true, Skills: []string{}}, "AllSkills"},
		"two sessions":            {client.Options{Continue: true, Resume: "x"}, "Resume"},
		"id of a resumed session": {client.Options{SessionID: "y", Resume: "x"}, "SessionID"},
		"fallback to itself":      {client.Options{Model: "m", FallbackModel: "m"}, "FallbackModel"},
		"asked twice":             {client.Options{CanUseTool: asked, PermissionPromptToolName: "x"}, "PermissionPromptToolName"},
		"no blocks":               {client.Options{SystemPrompt: client.PromptBlocks{}}, "SystemPrompt"},
		"no file":                 {client.Options{SystemPrompt: client.PromptFile("")}, "SystemPrompt"},
		"agent of nothing":        {client.Options{Agents: map[string]client.AgentDefinition{"a": {}}}, "Agents"},
		"agent that is no JSON":   {client.Options{Agents: map[string]client.AgentDefinition{"a": {Description: "d", Prompt: "p", Effort: func() {}}}}, "Agents"},
		"schema of no object":     {client.Options{OutputSchema: []int{1}}, "OutputSchema"},
		"schema of no JSON":       {client.Options{OutputSchema: func() {}}, "OutputSchema"},
		"settings of no object":   {client.Options{Settings: 5}, "Settings"},
		"settings nowhere":        {client.Options{Settings: nowhere, Sandbox: &client.Sandbox{}}, "Settings"},
		"settings of no JSON":     {client.Options{Settings: "{x", Sandbox: &client.Sandbox{}}, "Settings"},
		"field of an option":      {client.Options{Title: "t", ExtraInitialize: map[string]json.RawMessage{"title": json.RawMessage(`1`)}}, "ExtraInitialize"},
		"field of no JSON":        {client.Options{ExtraInitialize: map[string]json.RawMessage{"x": json.RawMessage(`{`)}}, "ExtraInitialize"},
		"too long":                {client.Options{Model: strings.Repeat("m", 140000)}, "Model"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.opts.Spawn = func(context.Context, transport.Command) (transport.Transport, error) {
				t.Error("something was started")
				return nil, errors.New("no")
			}
			err := client.New(tt.opts).Connect(within(t))
			if !errors.Is(err, client.InvalidOption) || !strings.Contains(err.Error(), tt.names) {
				t.Errorf("got %v, want an error that names %s", err, tt.names)
			}
		})
	}
}

func TestASkillIsNoOtherRule(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", " a", "a ", "a,b", "x),Bash(*", "a\nb", "a\x7f", "a\u0085", "\ufeffa", "*", "a:*", "a *", "/a", `a\\b`, `a\`, "a\xff",
	} {
		if _, err := launch(t, client.Options{Skills: []string{name}}, confirms); !errors.Is(err, client.InvalidOption) {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

func TestASessionThatTheCLIDoesNotConfirmIsNotOpened(t *testing.T) {
	t.Parallel()
	blocking := client.Options{Hooks: []client.Hook{{Event: "Stop", Run: run, OnFailure: client.BlockOnFailure}}}
	long := strings.Repeat("x", 20000)
	delivered := client.Options{MCPDelivery: client.InInitialize, ExternalMCPServers: map[string]client.MCPServerConfig{"a": {Command: "c"}}}
	for name, tt := range map[string]struct {
		opts   client.Options
		answer string
		opened bool
	}{
		"blocking hooks, honoured":             {blocking, `{"hook_on_failure_supported":true}`, true},
		"blocking hooks, unknown":              {blocking, `{"hooks_applied":true}`, false},
		"blocking hooks, not honoured":         {blocking, `{"hook_on_failure_supported":false}`, false},
		"blocking hooks, not registered":       {blocking, `{"hook_on_failure_supported":true,"hooks_applied":false}`, false},
		"hooks that let go on":                 {client.Options{Hooks: []client.Hook{{Event: "Stop", Run: run, OnFailure: client.ContinueOnFailure}}}, `{}`, true},
		"managed settings, not confirmed":      {client.Options{ManagedSettings: map[string]any{"a": long}}, `{}`, false},
		"disallowed tools, not confirmed":      {client.Options{DisallowedTools: []string{long}}, `{"disallowed_tools_applied":false}`, false},
		"MCP servers in initialize, refused":   {delivered, `{"mcp_servers_applied":false}`, true},
		"MCP servers in initialize, unheard":   {delivered, `{}`, false},
		"an answer that is no object at all":   {blocking, `7`, false},
		"options that need no confirmation":    {client.Options{Model: "m"}, `null`, true},
		"plugins in initialize, no word of it": {client.Options{PluginDelivery: client.InInitialize, Plugins: []client.Plugin{{Path: "/p"}}}, `{}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := launch(t, tt.opts, tt.answer)
			if opened := err == nil; opened != tt.opened || !opened && !errors.Is(err, client.ControlError) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestLongValuesTravelInFilesThatAreGoneAfterwards(t *testing.T) {
	t.Parallel()
	settings := `{"a":"` + strings.Repeat("x", 140000) + `"}`
	for name, opts := range map[string]client.Options{
		"settings":   {Settings: settings},
		"MCP config": {MCPConfig: settings},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := launch(t, opts, confirms) // which also looks whether the file is gone
			if err != nil {
				t.Fatal(err)
			}
			path := got.flags(t)[1]
			if got.files[path] != settings {
				t.Errorf("%s has %d bytes, want %d", path, len(got.files[path]), len(settings))
			}
		})
	}
	t.Run("also after a failed start", func(t *testing.T) {
		t.Parallel()
		var path string
		err := client.New(client.Options{Settings: settings, Spawn: func(_ context.Context, c transport.Command) (transport.Transport, error) {
			path = c.Args[len(c.Args)-1]
			if _, err := os.Stat(path); err != nil {
				t.Error(err)
			}
			return nil, errors.New("no")
		}}).Connect(within(t))
		if _, stat := os.Stat(filepath.Dir(path)); err == nil || !os.IsNotExist(stat) {
			t.Errorf("got %v, and %s is there: %v", err, path, stat)
		}
	})
}

func TestWhatIsStartedAndWhere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := filepath.Join(dir, "cli.mjs")
	if err := os.WriteFile(script, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		opts    client.Options
		path    string
		leading []string
	}{
		"the name":           {client.Options{}, "claude", nil},
		"a path":             {client.Options{CLIPath: "/x/claude", Runtime: "bun"}, "/x/claude", nil},
		"arguments":          {client.Options{CLIPath: "/x/claude", ExecutableArgs: []string{"-a"}}, "/x/claude", []string{"-a"}},
		"a script":           {client.Options{CLIPath: script}, "node", []string{script}},
		"a script on a deno": {client.Options{CLIPath: script, Runtime: "deno", ExecutableArgs: []string{"run"}}, "deno", []string{"run", script}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.opts.Cwd, tt.opts.User = dir, "somebody"
			var got transport.Command
			tt.opts.Spawn = func(_ context.Context, c transport.Command) (transport.Transport, error) {
				got = c
				return nil, errors.New("no")
			}
			_ = client.New(tt.opts).Connect(within(t))
			if got.Path != tt.path || strings.Join(got.Args[:len(tt.leading)], " ") != strings.Join(tt.leading, " ") || got.Args[len(tt.leading)] != "--output-format" {
				t.Errorf("%s is started with %q", got.Path, got.Args)
			}
			if got.Dir != dir || got.User != "somebody" || !strings.Contains(strings.Join(got.Env, "\n"), "\nPWD="+dir) {
				t.Errorf("it is started in %q as %q with %q", got.Dir, got.User, got.Env)
			}
		})
	}
	err := client.New(client.Options{CLIPath: filepath.Join(dir, "none.js")}).Connect(within(t))
	if !errors.Is(err, client.CLINotFound) {
		t.Errorf("a script that is not there: got %v", err)
	}
}

func TestVerbatimPromptsAreMarked(t *testing.T) {
	t.Parallel()
	opts, f := pipe(t, func(o *client.Options) { o.VerbatimPrompts = true })
	c := client.New(opts)
	if err := c.Connect(within(t)); err != nil {
		t.Fatal(err)
	}
	for _, frame := range []string{
		`{"type":"user","client_composed":false,"message":{"role":"user","content":"1e400"},"n":12345678901234567890}`,
		`{"type":"user"}`,
	} {
		if err := c.Send(within(t), json.RawMessage(frame)); err != nil {
			t.Fatal(err)
		}
		got := f.reads("user").Raw
		if string(protocol.Member(got, "client_composed")) != "true" || strings.Count(string(got), "client_composed") != 1 {
			t.Errorf("got %s", got)
		}
		if number := protocol.Member(json.RawMessage(frame), "n"); string(protocol.Member(got, "n")) != string(number) {
			t.Errorf("got %s", got)
		}
	}
	f.peer.End(0, "")
	_ = c.Disconnect(context.Background())
}
