package scenarios

import "strings"

// ParseFlags reads an argument list (without the program's name) as the real CLI does (cli:15.3): each flag with the values it got, in
// order; a flag without a value has an empty list. Options that take a value take the next token whatever it looks like; --resume,
// whose value is optional, takes it only if it does not look like a flag. Single-dash flags count as well.
func ParseFlags(args []string) map[string][]string {
	flags := map[string][]string{}
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(args[i], "=")
		if len(name) < 2 || name[0] != '-' {
			continue
		}
		if flags[name] == nil {
			flags[name] = []string{}
		}
		switch {
		case joined:
			flags[name] = append(flags[name], value)
		case i+1 < len(args) && takesNext(name, args[i+1]):
			i++
			flags[name] = append(flags[name], args[i])
		}
	}
	return flags
}

// takesNext tells whether a flag without = takes the next token as its value.
func takesNext(name, next string) bool {
	switch name {
	case "--verbose", "--print", "-p", "--continue", "-c", "--fork-session", "--include-partial-messages", "--replay-user-messages",
		"--dangerously-skip-permissions", "--strict-mcp-config", "--ide", "--debug-to-stderr", "--bare", "--session-mirror", "--version", "-v",
		"--include-hook-events", "--allow-dangerously-skip-permissions", "--no-session-persistence", "--await-initialize":
		return false
	case "--model", "--session-id", "--system-prompt", "--append-system-prompt", "--tools", "--allowedTools", "--disallowedTools",
		"--allowed-tools", "--disallowed-tools", "--add-dir", "--mcp-config", "--settings", "--output-format", "--input-format",
		"--permission-mode", "--permission-prompt-tool", "--max-turns", "--setting-sources", "--fallback-model", "--system-prompt-file",
		"--effort", "--thinking", "--thinking-display", "--max-thinking-tokens", "--max-budget-usd", "--task-budget", "--betas", "--agent", "--json-schema",
		"--managed-settings", "--plugin-dir", "--debug-file", "--permission-prompts", "--project-config-root", "--resume-session-at", "--resume-drops-turn":
		return true
	}
	return !strings.HasPrefix(next, "-")
}
