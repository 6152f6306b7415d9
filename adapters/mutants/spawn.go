package mutants

import (
	"context"
	"maps"
	"os/exec"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

func spawnGroup() []Mutant {
	return []Mutant{
		{
			Name: "split-flags", Group: Spawn, Fault: "passes a caller's value as an argument of its own",
			Kills: kills("spawn/flag-injection"),
			Parts: with(func(p *parts.Parts) {
				p.Argv = func(s parts.Spec) []string {
					var args []string
					for _, arg := range parts.Argv(s) {
						flag, value, joined := strings.Cut(arg, "=")
						args = append(args, flag)
						if joined {
							args = append(args, value)
						}
					}
					return args
				}
			}),
		}, {
			Name: "empty-is-unset", Group: Spawn, Fault: "drops empty lists, empty texts and zeros",
			Kills: kills("spawn/empty-is-not-unset"),
			Parts: withFlags(func(f parts.Flag) bool { return f.Form == parts.Bare || f.Value != "" && f.Value != "0" }),
		}, {
			Name: "no-prompt-tool", Group: Spawn, Fault: "adds no flag for a permission callback", Opposite: "always-prompt-tool",
			Kills: kills("spawn/prompt-flag-for-callback"),
			Parts: withFlags(func(f parts.Flag) bool { return f.Name != "--permission-prompt-tool" }),
		}, {
			Name: "env-as-is", Group: Spawn, Fault: "hands its whole environment on", Opposite: "bare-environment",
			Kills: kills("spawn/runtime-variables", "spawn/inside-a-claude-session"),
			Parts: with(func(p *parts.Parts) {
				p.Env = func(s parts.Spec, inherited []string) []string { return append(parts.Env(s, nil), inherited...) }
			}),
		}, {
			Name: "spawn-hangs", Group: Spawn, Fault: "waits without a limit for a process that cannot start, and for the CLI's version",
			Kills: kills("spawn/no-such-directory", "spawn/no-such-executable", "spawn/hanging-version-probe", "spawn/long-argument"),
			Parts: with(spawnHangs),
		},
	}
}

func optionGroup() []Mutant {
	return []Mutant{
		{
			Name: "snake-flags", Group: Spawn, Fault: "spells flags as its options are spelt",
			Kills: kills("spawn/options"),
			Parts: withEachFlag(func(f *parts.Flag) { f.Name = "--" + strings.ReplaceAll(f.Name[2:], "-", "_") }),
		}, {
			Name: "last-of-a-list", Group: Spawn, Fault: "passes the last entry of a list only",
			Kills: kills("spawn/options"),
			Parts: withEachFlag(func(f *parts.Flag) { f.Value = f.Value[strings.LastIndexByte(f.Value, ',')+1:] }),
		}, {
			Name: "host-servers-only", Group: Spawn, Fault: "announces the servers of the host only",
			Kills: kills("spawn/servers-of-both-kinds"),
			Parts: withFlags(func(f parts.Flag) bool { return f.Name != "--mcp-config" }),
		}, {
			Name: "append-replaces", Group: Spawn, Fault: "replaces the system prompt by what should be added to it",
			Kills: kills("spawn/system-prompt"),
			Parts: withEachFlag(func(f *parts.Flag) {
				if f.Name == "--append-system-prompt" {
					f.Name = "--system-prompt"
				}
			}),
		}, {
			Name: "sandbox-replaces", Group: Spawn, Fault: "drops the settings when a sandbox is asked for",
			Kills: kills("spawn/settings-with-sandbox"),
			Parts: withEachFlag(func(f *parts.Flag) {
				if sandbox := protocol.Member([]byte(f.Value), "sandbox"); f.Name == "--settings" && sandbox != nil {
					f.Value = `{"sandbox":` + string(sandbox) + `}`
				}
			}),
		},
	}
}

func startupGroup() []Mutant {
	return []Mutant{
		{
			Name: "invented-flag", Group: Spawn, Fault: "says the working directory with a flag that no CLI has",
			Kills: kills("spawn/plain-start"),
			Parts: with(func(p *parts.Parts) {
				p.Argv = func(s parts.Spec) []string { return append(parts.Argv(s), "--cwd=/") }
			}),
		}, {
			Name: "bare-initialize", Group: Spawn, Fault: "says of the options nothing in initialize but hooks and servers",
			Kills: kills("spawn/options-in-initialize", "spawn/large-agents"),
			Parts: with(func(p *parts.Parts) {
				p.Request = func(id protocol.ID, r protocol.Request) ([]byte, error) {
					if full, ok := r.(protocol.Initialize); ok {
						r = protocol.Initialize{Hooks: full.Hooks, SDKMCPServers: full.SDKMCPServers, SystemPrompt: full.SystemPrompt}
					}
					return protocol.EncodeRequest(id, r)
				}
			}),
		}, {
			Name: "inherited-wins", Group: Spawn, Fault: "lets an inherited variable win over the caller's",
			Kills: kills("spawn/environment"),
			Parts: withEnv(func(s *parts.Spec, inherited []string) {
				s.Env = maps.Clone(s.Env)
				for _, entry := range inherited {
					name, _, _ := strings.Cut(entry, "=")
					delete(s.Env, name)
				}
			}),
		}, {
			Name: "no-variables", Group: Spawn, Fault: "sets no variable for an option",
			Kills: kills("spawn/options-in-environment"),
			Parts: withEnv(func(s *parts.Spec, _ []string) { s.Own = nil }),
		},
	}
}

// withFlags gives the product's pieces with those flags only that keep wants.
func withFlags(keep func(parts.Flag) bool) func() *parts.Parts {
	return with(func(p *parts.Parts) {
		p.Argv = func(s parts.Spec) []string {
			s.Flags = slices.DeleteFunc(slices.Clone(s.Flags), func(f parts.Flag) bool { return !keep(f) })
			return parts.Argv(s)
		}
	})
}

// withEachFlag gives the product's pieces with a change of every flag.
func withEachFlag(change func(*parts.Flag)) func() *parts.Parts {
	return with(func(p *parts.Parts) {
		p.Argv = func(s parts.Spec) []string {
			s.Flags = slices.Clone(s.Flags)
			for i := range s.Flags {
				change(&s.Flags[i])
			}
			return parts.Argv(s)
		}
	})
}

// withEnv gives the product's pieces with a change of what the environment is made of.
func withEnv(change func(s *parts.Spec, inherited []string)) func() *parts.Parts {
	return with(func(p *parts.Parts) {
		p.Env = func(s parts.Spec, inherited []string) []string {
			change(&s, inherited)
			return parts.Env(s, inherited)
		}
	})
}

// spawnHangs gives a system prompt to the command line however long it is, since a start that fails is what it waits for.
func spawnHangs(p *parts.Parts) {
	p.TooLong = func(string) bool { return false }
	p.Find = func(path string) (string, error) {
		found, err := parts.Find(path)
		if err != nil {
			select {}
		}
		_ = exec.Command(found, "-v").Run() // what it says does not matter, only that it is waited for
		return found, nil
	}
	p.Open = func(ctx context.Context, c transport.Command, o transport.Options) (transport.Transport, error) {
		t, err := parts.Open(ctx, c, o)
		if err != nil {
			select {}
		}
		return t, nil
	}
}
