package mutants

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/transport"
)

// openingFaults are those of a start: what is looked at before it, and what its failure says.
func openingFaults() []Mutant {
	return []Mutant{
		{
			Name: "picky-version", Group: Spawn, Fault: "starts no CLI whose version it does not like, or cannot learn",
			Kills: kills("spawn/odd-version"),
			Parts: with(func(p *parts.Parts) { p.Find = newEnough }),
		}, {
			Name: "all-not-found", Group: Spawn, Fault: "takes every failed start for a CLI that is not there", Opposite: "start-unexplained",
			Kills: kills("spawn/not-executable"),
			Parts: with(func(p *parts.Parts) {
				find, open := p.Find, p.Open
				p.Find = func(path string) (string, error) {
					found, err := find(path)
					return found, notFound(err)
				}
				p.Open = func(ctx context.Context, c transport.Command, o transport.Options) (transport.Transport, error) {
					t, err := open(ctx, c, o)
					return t, notFound(err)
				}
			}),
		}, {
			Name: "start-unexplained", Group: Spawn, Fault: "says of a failed start that it failed", Opposite: "all-not-found",
			Kills: kills("spawn/no-such-directory", "spawn/no-such-executable"),
			Parts: with(func(p *parts.Parts) {
				find, open := p.Find, p.Open
				p.Find = func(path string) (string, error) {
					found, err := find(path)
					return found, unexplained(err)
				}
				p.Open = func(ctx context.Context, c transport.Command, o transport.Options) (transport.Transport, error) {
					t, err := open(ctx, c, o)
					return t, unexplained(err)
				}
			}),
		},
	}
}

// tellingFaults are those in what a CLI is told when it starts.
func tellingFaults() []Mutant {
	return []Mutant{
		{
			Name: "callback-wins", Group: Spawn, Fault: "forgets the permission tool where there is a permission callback, and says nothing",
			Kills:   kills("spawn/contradiction"),
			Parts:   parts.Default,
			opening: func(params []byte) []byte { return drop(params, "options.permission_prompt_tool_name") },
		}, {
			Name: "options-grow", Group: Spawn, Fault: "adds to its options whatever a start made of them",
			Kills: kills("spawn/same-options-again"),
			Parts: with(func(p *parts.Parts) {
				var before []string
				p.Argv = func(s parts.Spec) []string {
					before = append(before, parts.Argv(s)...)
					return before
				}
			}),
		}, {
			Name: "own-system-prompt", Group: Spawn, Fault: "has a system prompt of its own where the user gave none",
			Kills: kills("spawn/no-system-prompt"),
			Parts: with(func(p *parts.Parts) {
				p.Argv = func(s parts.Spec) []string { return append(parts.Argv(s), "--system-prompt=be helpful") }
			}),
		}, {
			Name: "own-switches", Group: Spawn, Fault: "switches features of the API on that nobody asked for",
			Kills: kills("spawn/no-switch-of-its-own"),
			Parts: with(func(p *parts.Parts) {
				p.Env = func(s parts.Spec, inherited []string) []string {
					return append(parts.Env(s, inherited), "CLAUDE_CODE_ENABLE_FINE_GRAINED_TOOL_STREAMING=1")
				}
			}),
		}, {
			Name: "model-forgotten", Group: Requests, Fault: "takes set_model for done, and asks the CLI nothing",
			Kills: kills("handshake/asked-while-opening"),
			Parts: parts.Default,
			instead: func(method string, _ json.RawMessage) (json.RawMessage, bool) {
				return json.RawMessage(`{}`), method == "set_model"
			},
		},
	}
}

// newEnough asks the CLI for its version, which must be of the second generation.
func newEnough(path string) (string, error) {
	found, err := parts.Find(path)
	if err != nil {
		return "", err
	}
	version, err := exec.Command(found, "-v").Output()
	if err != nil || !strings.HasPrefix(string(version), "2.") {
		return "", errors.New("this version of the CLI is not supported")
	}
	return found, nil
}

func notFound(err error) error {
	if err == nil {
		return nil
	}
	return &transport.DiscoverError{Kind: transport.ErrNotFound, Source: transport.FromPlaces}
}

func unexplained(err error) error {
	if err == nil {
		return nil
	}
	return errors.New("the session could not be started")
}
