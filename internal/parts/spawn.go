package parts

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/wiretrial/wiretrial/transport"
)

// Spec is what of a session's options concerns the start of the CLI.
type Spec struct {
	// AsksPermission says that there is a permission callback.
	AsksPermission bool
	Model          string
	PermissionMode string
	Resume         string
	MaxTurns       *int
	SystemPrompt   *string // nil if it travels in initialize
	// Tools and SettingSources: nil is unset, empty is an empty list.
	Tools           []string
	SettingSources  []string
	PartialMessages bool
	// Extra are further arguments, last.
	Extra []string
	// Env is added to the inherited environment and wins.
	Env map[string]string
}

// Argv gives the arguments of the CLI. A value stands in one argument with its flag wherever the CLI allows that, so that a
// value that looks like a flag is none (py:41, cli:15.3). The prompt is never among them.
func Argv(s Spec) []string {
	args := []string{"--output-format", "stream-json", "--verbose", "--input-format", "stream-json"}
	if s.AsksPermission {
		args = append(args, "--permission-prompt-tool", "stdio")
	}
	for _, f := range []struct{ flag, value string }{
		{"--model", s.Model}, {"--permission-mode", s.PermissionMode}, {"--resume", s.Resume},
	} {
		if f.value != "" {
			args = append(args, f.flag+"="+f.value)
		}
	}
	if s.MaxTurns != nil {
		args = append(args, "--max-turns="+strconv.Itoa(*s.MaxTurns))
	}
	if s.SystemPrompt != nil {
		args = append(args, "--system-prompt="+*s.SystemPrompt)
	}
	if s.Tools != nil {
		args = append(args, "--tools", strings.Join(s.Tools, ","))
	}
	if s.SettingSources != nil {
		args = append(args, "--setting-sources="+strings.Join(s.SettingSources, ","))
	}
	if s.PartialMessages {
		args = append(args, "--include-partial-messages")
	}
	return append(args, s.Extra...)
}

// maxPromptArgument is the longest system prompt that goes on the command line, in bytes. Linux takes no argument above
// 128 KiB; a longer prompt travels in initialize (py#1096, ts:START-10).
const maxPromptArgument = 100 << 10

// InInitialize tells whether a system prompt cannot be an argument.
func InInitialize(systemPrompt string) bool {
	return len(systemPrompt) > maxPromptArgument || strings.ContainsRune(systemPrompt, 0)
}

// nesting are the variables by which a claude marks its children. Handed on, they make the new session take itself for a
// nested one (cli:15.2, B154).
func nesting() []string {
	return []string{
		"CLAUDECODE", "CLAUDE_CODE_SESSION_ID", "CLAUDE_CODE_CHILD_SESSION", "CLAUDE_CODE_EXECPATH",
		"CLAUDE_CODE_MESSAGING_SOCKET", "CLAUDE_CODE_MESSAGING_TOKEN", "CLAUDE_PID", "CLAUDE_EFFORT", "AI_AGENT",
	}
}

// Env gives the environment of the CLI: the inherited one without the marks of an outer session, the SDK's own variables, and the
// user's, which win.
func Env(s Spec, inherited []string) []string {
	own := map[string]string{
		"CLAUDE_CODE_ENTRYPOINT": "sdk-go",
		// Asks the CLI to tell its session state, which says when stdin may be closed (cli:15.1).
		"CLAUDE_CODE_SDK_READS_SESSION_STATE": "1",
	}
	for name, value := range s.Env {
		own[name] = value
	}
	drop := nesting()
	env := make([]string, 0, len(inherited)+len(own))
	for _, entry := range inherited {
		name, _, _ := strings.Cut(entry, "=")
		if _, replaced := own[name]; !replaced && !slices.Contains(drop, name) {
			env = append(env, entry)
		}
	}
	for name, value := range own {
		env = append(env, name+"="+value)
	}
	slices.Sort(env[len(env)-len(own):])
	return env
}

// Find gives the path of the CLI as [transport.Discover] finds it. No version is probed: a probe may hang (B086).
func Find(path string) (string, error) { return transport.Discover(path) }

// Open starts the CLI as a process.
func Open(ctx context.Context, c transport.Command, o transport.Options) (transport.Transport, error) {
	p, err := transport.Start(ctx, c, o)
	if err != nil {
		return nil, err
	}
	return p, nil
}
