package mutants

import (
	"context"
	"io"
	"sync"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// oppositeFaults err in the other direction than a mutant that was there before: always doing the other thing must not satisfy a promise.
func oppositeFaults() []Mutant {
	return []Mutant{
		{
			Name: "noise-ends", Group: Bytes, Fault: "ends the stream at what does not parse", Opposite: "noise-joins",
			Kills: kills("framing/noise-lines"),
			Parts: with(noiseEnds),
		}, {
			Name: "denies-all", Group: Answers, Fault: "denies every tool call, whatever its callback says", Opposite: "raise-is-allow",
			Kills: kills("permissions/allow-keeps-the-input"),
			Parts: answersBy(func(parts.Request, any) any { return protocol.DenyTool("not today") }, protocol.SubCanUseTool),
		}, {
			Name: "late-interrupt", Group: Requests, Fault: "returns from interrupt only when a result has come", Opposite: "early-interrupt",
			Kills: kills("interrupt/while-idle"),
			Parts: with(lateInterrupt),
		}, {
			Name: "always-prompt-tool", Group: Spawn, Fault: "has the CLI ask over stdio, also without a permission callback", Opposite: "no-prompt-tool",
			Kills: kills("spawn/plain-start"),
			Parts: with(func(p *parts.Parts) {
				p.Argv = func(s parts.Spec) []string { return append(parts.Argv(s), "--permission-prompt-tool", "stdio") }
			}),
		}, {
			Name: "bare-environment", Group: Spawn, Fault: "hands nothing of its environment on", Opposite: "env-as-is",
			Kills: kills("spawn/inside-a-claude-session"),
			Parts: with(func(p *parts.Parts) {
				p.Env = func(s parts.Spec, _ []string) []string { return parts.Env(s, nil) }
			}),
		}, {
			Name: "no-skill", Group: Spawn, Fault: "takes every skill's name for a rule, and refuses it", Opposite: "any-skill",
			Kills: kills("spawn/options"),
			Parts: parts.Default,
			opening: func(params []byte) []byte {
				if gjson.GetBytes(params, "options.skills.0").Exists() {
					return set(params, "options.skills.0", `"x),Bash(*"`)
				}
				return params
			},
		}, {
			Name: "no-sandbox", Group: Spawn, Fault: "starts no CLI when a sandbox is asked for", Opposite: "settings-or-sandbox",
			Kills: kills("spawn/settings-with-sandbox"),
			Parts: parts.Default,
			opening: func(params []byte) []byte {
				if gjson.GetBytes(params, "options.sandbox").Exists() {
					return set(params, "options.settings", `"/nowhere/settings.json"`)
				}
				return params
			},
		}, {
			Name: "hides-all-states", Group: Drift, Fault: "keeps the states that are for the user too", Opposite: "shows-all-states",
			Kills: kills("drift/message-kinds"),
			Parts: rewriting(protocol.TypeSystem, func(raw []byte) []byte {
				if gjson.GetBytes(raw, "subtype").Str == "session_state_changed" {
					return set(raw, "sdk_host_only", "true")
				}
				return raw
			}),
		},
	}
}

func noiseEnds(p *parts.Parts) {
	open := p.Open
	p.Open = func(ctx context.Context, c transport.Command, o transport.Options) (transport.Transport, error) {
		o.NewFramer = func(r io.Reader) transport.FrameReader {
			return transport.NewFramer(r, transport.FramerOptions{Noise: transport.Report})
		}
		return open(ctx, c, o)
	}
	p.Faulty = func(err error) error { return err }
}

// lateInterrupt keeps the answer to an interrupt until the next result.
func lateInterrupt(p *parts.Parts) {
	var mu sync.Mutex
	result := make(chan struct{})
	p.Pending = func() parts.Pending {
		return slowToReturn{parts.NewPending(), func() <-chan struct{} {
			mu.Lock()
			defer mu.Unlock()
			return result
		}}
	}
	p.Inbound = seeing(func(m protocol.Message) {
		mu.Lock()
		defer mu.Unlock()
		if m.Type == protocol.TypeResult {
			close(result)
			result = make(chan struct{})
		}
	})
}

// slowToReturn is a table in which the answer to an interrupt waits for next.
type slowToReturn struct {
	parts.Pending
	next func() <-chan struct{}
}

func (s slowToReturn) Open(id protocol.ID, subtype string) (parts.Reply, error) {
	r, err := s.Pending.Open(id, subtype)
	if err != nil || subtype != protocol.SubInterrupt {
		return r, err
	}
	return slowReply{r, s.next()}, nil
}

type slowReply struct {
	parts.Reply
	after <-chan struct{}
}

func (r slowReply) Wait(ctx context.Context) (protocol.Message, error) {
	m, err := r.Reply.Wait(ctx)
	if err != nil {
		return m, err
	}
	select {
	case <-r.after:
		return m, nil
	case <-ctx.Done():
		return m, ctx.Err()
	}
}
