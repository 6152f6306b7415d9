package mutants

import (
	"context"
	"encoding/json"
	"os"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// guardFaults are the faults in what a client must refuse, and in where it runs its CLI.
func guardFaults() []Mutant {
	return []Mutant{
		{
			Name: "trusts-the-start", Group: Start, Fault: "takes hooks that must block for confirmed", Opposite: "trusts-no-start",
			Kills: kills("handshake/hook-that-must-block"),
			Parts: answered(func(answer []byte) []byte {
				return set(set(answer, "response.response.hook_on_failure_supported", "true"), "response.response.hooks_applied", "true")
			}),
		}, {
			Name: "trusts-no-start", Group: Start, Fault: "takes no confirmation of hooks that must block", Opposite: "trusts-the-start",
			Kills: kills("handshake/hook-that-blocks"),
			Parts: answered(func(answer []byte) []byte { return drop(answer, "response.response.hook_on_failure_supported") }),
		}, {
			Name: "any-skill", Group: Spawn, Fault: "puts the names of skills into rules as they are", Opposite: "no-skill",
			Kills: kills("spawn/skill-that-is-a-rule"),
			Parts: parts.Default,
			opening: func(params []byte) []byte {
				rules := []string{}
				for _, name := range gjson.GetBytes(params, "options.skills").Array() {
					rules = append(rules, "Skill("+name.String()+")")
				}
				list, _ := json.Marshal(rules)
				return set(drop(params, "options.skills"), "options.allowed_tools", string(list))
			},
		}, {
			Name: "settings-or-sandbox", Group: Spawn, Fault: "drops the sandbox when it cannot be put into the settings", Opposite: "no-sandbox",
			Kills: kills("spawn/sandbox-without-its-settings"),
			Parts: parts.Default,
			opening: func(params []byte) []byte {
				if gjson.GetBytes(params, "options.settings").Exists() {
					return drop(params, "options.sandbox")
				}
				return params
			},
		}, {
			Name: "stays-at-home", Group: Spawn, Fault: "runs the CLI where it runs itself",
			Kills: kills("spawn/working-directory"),
			Parts: withTransport(func(o *transport.Options) {
				o.StartProcess = func(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
					attr.Dir = ""
					return os.StartProcess(path, argv, attr)
				}
			}),
		}, {
			Name: "asks-after-close", Group: Process, Fault: "calls its callbacks for a session that is closed",
			Kills: kills("process/asked-after-the-close", "process/callback-at-the-close"),
			Parts: with(func(p *parts.Parts) {
				p.Handler = func(own parts.Handler) parts.Handler {
					return func(ctx context.Context, r parts.Request) (any, error) { return own(context.WithoutCancel(ctx), r) }
				}
			}),
		},
	}
}

// answered gives the product with a change in the answer to initialize.
func answered(change func(answer []byte) []byte) func() *parts.Parts {
	return with(func(p *parts.Parts) {
		p.Initialize = func(ctx context.Context, send parts.Exchange) (protocol.Message, error) {
			answer, err := send(ctx)
			if err != nil {
				return answer, err
			}
			return protocol.Decode(change(answer.Raw))
		}
	})
}
