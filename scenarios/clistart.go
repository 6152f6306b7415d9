package scenarios

import (
	"encoding/json"
	"strings"
)

// CLIStart is how a fake was started: what cli.starts matches on.
type CLIStart struct {
	Argv     [][]byte          // with the program's name
	Env      [][]byte          // NAME=VALUE; what has no = is left out
	Cwd      string            // the working directory
	FDs      map[string]string // open descriptors and what they are, without the fake's own
	Stdio    []string          // what descriptors 0, 1 and 2 are
	OwnGroup bool              // it leads a process group
}

// Document is the start as JSON: {argv, flags, env, cwd, fds, group, stdio}; argv is without the program's name, flags as ParseFlags reads it.
func (c CLIStart) Document() []byte {
	args := []string{}
	for _, a := range c.Argv[min(1, len(c.Argv)):] {
		args = append(args, string(a))
	}
	env := map[string]string{}
	for _, kv := range c.Env {
		if k, v, ok := strings.Cut(string(kv), "="); ok {
			env[k] = v
		}
	}
	group := "shared"
	if c.OwnGroup {
		group = "own"
	}
	doc, _ := json.Marshal(map[string]any{ // nothing in it can fail
		"argv": args, "flags": ParseFlags(args), "env": env, "cwd": c.Cwd, "fds": c.FDs, "group": group, "stdio": c.Stdio,
	})
	return doc
}
