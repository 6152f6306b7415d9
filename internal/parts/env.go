package parts

import (
	"maps"
	"runtime"
	"slices"
	"strings"
)

// nesting are the variables by which a claude marks its children. Handed on, they make the new session take itself for a
// nested one (cli:15.2, B154).
func nesting() []string {
	return []string{
		"CLAUDECODE", "CLAUDE_CODE_SESSION_ID", "CLAUDE_CODE_CHILD_SESSION", "CLAUDE_CODE_EXECPATH",
		"CLAUDE_CODE_MESSAGING_SOCKET", "CLAUDE_CODE_MESSAGING_TOKEN", "CLAUDE_PID", "CLAUDE_EFFORT", "AI_AGENT",
	}
}

// foreign are variables that are meant for the process that has them and not for a CLI that it starts: the options of a
// JavaScript runtime, which change or break a CLI that runs on one (ts:START-05), and what another SDK derived for its own host (py:0.1).
func foreign() []string {
	return []string{"NODE_OPTIONS", "CLAUDE_AGENT_SDK_DERIVED_CLIENT_APP"}
}

// readsState asks the CLI to tell its session state, which says when stdin may be closed (cli:15.1). Whoever set it, in any letter
// case, has decided (py:0.1).
const readsState = "CLAUDE_CODE_SDK_READS_SESSION_STATE"

// Env gives the environment of the CLI: the inherited one without the marks of an outer session, the SDK's own variables, what the
// user adds, and last what options stand for. Later wins. Names are compared as the system does: on Windows without their case.
func Env(s Spec, inherited []string) []string {
	added := map[string]string{"CLAUDE_CODE_ENTRYPOINT": "sdk-go"}
	if !names(inherited, s.Env, readsState) {
		added[readsState] = "1"
	}
	set(added, s.Env)
	set(added, s.Own)
	drop := slices.Concat(nesting(), foreign(), slices.Collect(maps.Keys(added)))
	env := make([]string, 0, len(inherited)+len(added))
	for _, entry := range inherited {
		name, _, _ := strings.Cut(entry, "=")
		if !slices.ContainsFunc(drop, func(d string) bool { return same(d, name) }) {
			env = append(env, entry)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(added)) {
		env = append(env, name+"="+added[name])
	}
	return env
}

// set adds variables to others, in place of those of the same name.
func set(to, from map[string]string) {
	for name, value := range from {
		maps.DeleteFunc(to, func(old, _ string) bool { return same(old, name) })
		to[name] = value
	}
}

// same tells whether two names are one variable.
func same(a, b string) bool {
	return a == b || runtime.GOOS == "windows" && strings.EqualFold(a, b)
}

// names tells whether a variable is set, in any letter case.
func names(inherited []string, user map[string]string, variable string) bool {
	for _, entry := range inherited {
		if name, _, _ := strings.Cut(entry, "="); strings.EqualFold(name, variable) {
			return true
		}
	}
	for name := range user {
		if strings.EqualFold(name, variable) {
			return true
		}
	}
	return false
}
