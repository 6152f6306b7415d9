package mutants

import (
	"context"
	"os/exec"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/internal/parts"
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
			Name: "no-prompt-tool", Group: Spawn, Fault: "adds no flag for a permission callback",
			Kills: kills("spawn/prompt-flag-for-callback"),
			Parts: withFlags(func(f parts.Flag) bool { return f.Name != "--permission-prompt-tool" }),
		}, {
			Name: "env-as-is", Group: Spawn, Fault: "hands its whole environment on",
			Kills: kills("spawn/inside-a-claude-session"),
			Parts: with(func(p *parts.Parts) {
				p.Env = func(s parts.Spec, inherited []string) []string { return append(parts.Env(s, nil), inherited...) }
			}),
		}, {
			Name: "spawn-hangs", Group: Spawn, Fault: "waits without a limit for a process that cannot start, and for the CLI's version",
			Kills: kills("spawn/no-such-executable", "spawn/hanging-version-probe", "spawn/long-argument"),
			Parts: with(spawnHangs),
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

// spawnHangs gives a system prompt to the command line however long it is, since a start that fails is what it waits for.
func spawnHangs(p *parts.Parts) {
	p.TooLong = func(string) bool { return false }
	p.Find = func(path string) (string, error) {
		found, err := parts.Find(path)
		if err == nil {
			_ = exec.Command(found, "-v").Run() // what it says does not matter, only that it is waited for
		}
		return found, err
	}
	p.Open = func(ctx context.Context, c transport.Command, o transport.Options) (transport.Transport, error) {
		t, err := parts.Open(ctx, c, o)
		if err != nil {
			select {}
		}
		return t, nil
	}
}
