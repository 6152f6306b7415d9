package scenarios

import "strings"

// ParseFlags reads an argument list (without the program's name) as the real CLI does (cli:15.3): each flag with the values it got, in
// order; a flag without a value has an empty list. Options that take a value take the next token whatever it looks like; --resume,
// whose value is optional, takes it only if it does not look like a flag. Single-dash flags count as well. A flag that takes a list
// has its entries, however they came: in one token with commas, in several tokens, or by the flag again. A flag with two
// spellings stands under the one that the official SDKs write.
func ParseFlags(args []string) map[string][]string {
	flags := map[string][]string{}
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(args[i], "=")
		if len(name) < 2 || name[0] != '-' {
			continue
		}
		name = spelling(name)
		if flags[name] == nil {
			flags[name] = []string{}
		}
		switch {
		case joined:
			flags[name] = append(flags[name], entries(name, value)...)
		case i+1 < len(args) && takesNext(name, args[i+1]):
			i++
			flags[name] = append(flags[name], entries(name, args[i])...)
			for takesMore(name) && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
				i++
				flags[name] = append(flags[name], entries(name, args[i])...)
			}
		}
	}
	return flags
}

// spelling gives the official SDKs' spelling of a flag.
func spelling(name string) string {
	switch name {
	case "--allowed-tools":
		return "--allowedTools"
	case "--disallowed-tools":
		return "--disallowedTools"
	}
	return name
}

// takesNext tells whether a flag without = takes the next token as its value.
func takesNext(name, next string) bool {
	switch name {
	case "--verbose", "--print", "-p", "--continue", "-c", "--fork-session", "--include-partial-messages", "--replay-user-messages",
		"--dangerously-skip-permissions", "--strict-mcp-config", "--ide", "--debug-to-stderr", "--bare", "--session-mirror", "--version", "-v",
		"--include-hook-events", "--allow-dangerously-skip-permissions", "--no-session-persistence", "--await-initialize":
		return false
	case "--model", "--session-id", "--system-prompt", "--append-system-prompt", "--tools", "--allowedTools", "--disallowedTools",
		"--add-dir", "--mcp-config", "--settings", "--output-format", "--input-format",
		"--permission-mode", "--permission-prompt-tool", "--max-turns", "--setting-sources", "--fallback-model", "--system-prompt-file",
		"--effort", "--thinking", "--thinking-display", "--max-thinking-tokens", "--max-budget-usd", "--task-budget", "--betas", "--agent", "--json-schema",
		"--managed-settings", "--plugin-dir", "--plugin-dir-no-mcp", "--debug-file", "--permission-prompts", "--project-config-root",
		"--resume-session-at", "--resume-drops-turn":
		return true
	}
	return !strings.HasPrefix(next, "-")
}

// takesMore tells whether a flag goes on to take tokens until the next flag.
func takesMore(name string) bool {
	switch name {
	case "--allowedTools", "--disallowedTools", "--tools", "--add-dir", "--mcp-config", "--betas":
		return true
	}
	return false
}

// entries gives the values that one token has for a flag: several for a list, whose commas divide it outside of the parentheses
// of a permission rule. An empty list is one empty value.
func entries(name, token string) []string {
	switch name {
	case "--allowedTools", "--disallowedTools", "--tools", "--betas", "--setting-sources":
	default:
		return []string{token}
	}
	var list []string
	depth, start := 0, 0
	for i, c := range token {
		switch {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == ',' && depth == 0:
			list, start = append(list, token[start:i]), i+1
		}
	}
	return append(list, token[start:])
}
