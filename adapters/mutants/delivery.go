package mutants

import (
	"slices"
	"strconv"
	"strings"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/transport"
)

// deliveryFaults are the faults in where an option is said, and in what is marked.
func deliveryFaults() []Mutant {
	return []Mutant{
		{
			Name: "encoded-twice", Group: Spawn, Fault: "passes an object as a JSON text of its JSON text",
			Kills: kills("spawn/options-as-json"),
			Parts: withEachFlag(func(f *parts.Flag) {
				if strings.HasPrefix(f.Value, "{") {
					f.Value = strconv.Quote(f.Value)
				}
			}),
		}, {
			Name: "runtime-last", Group: Spawn, Fault: "puts the arguments for the executable behind its own",
			Kills: kills("spawn/executable-args"),
			Parts: with(func(p *parts.Parts) {
				p.Argv = func(s parts.Spec) []string {
					leading := s.Leading
					s.Leading = nil
					return slices.Concat(parts.Argv(s), leading)
				}
			}),
		}, {
			Name: "servers-on-argv", Group: Spawn, Fault: "puts every server on the command line",
			Kills:   kills("spawn/servers-in-initialize"),
			Parts:   parts.Default,
			opening: func(params []byte) []byte { return drop(params, "options.mcp_servers_delivery") },
		}, {
			Name: "trusts-the-servers", Group: Spawn, Fault: "takes servers for known that the CLI says nothing of",
			Kills: kills("spawn/servers-not-taken"),
			Parts: answered(func(answer []byte) []byte { return set(answer, "response.response.mcp_servers_applied", "true") }),
		}, {
			Name: "prompts-unmarked", Group: Input, Fault: "marks no prompt as verbatim", Opposite: "all-verbatim",
			Kills:   kills("input/verbatim-prompts", "input/verbatim-items"),
			Parts:   parts.Default,
			opening: func(params []byte) []byte { return drop(params, "options.verbatim_prompts") },
		}, {
			Name: "all-verbatim", Group: Input, Fault: "marks every prompt as verbatim", Opposite: "prompts-unmarked",
			Kills:   kills("input/verbatim-prompts"),
			Parts:   parts.Default,
			opening: func(params []byte) []byte { return set(params, "options.verbatim_prompts", "true") },
		},
	}
}

// toldLines is how many lines of stderr the callback of first-of-stderr gets, and last-of-stderr leaves out.
const toldLines = 10

// stderrFaults are the faults in what the callback for stderr gets.
func stderrFaults() []Mutant {
	return []Mutant{
		{
			Name: "stderr-untold", Group: Flow, Fault: "calls no callback for stderr",
			Kills: kills("flow/stderr-flood", "flow/stderr-is-no-message", "flow/stderr-is-no-text"),
			Parts: withTransport(func(o *transport.Options) { o.OnStderr = nil }),
		}, {
			Name: "first-of-stderr", Group: Flow, Fault: "gives the callback for stderr the first ten lines",
			Kills: kills("flow/stderr-flood", "flow/stderr-is-no-text"),
			Parts: withTransport(func(o *transport.Options) { limited(o, func(n int) bool { return n <= toldLines }) }),
		}, {
			Name: "last-of-stderr", Group: Flow, Fault: "gives the callback for stderr no line but those after the first ten",
			Kills: kills("flow/stderr-flood", "flow/stderr-is-no-text"),
			Parts: withTransport(func(o *transport.Options) { limited(o, func(n int) bool { return n > toldLines }) }),
		},
	}
}

// limited has the callback called for those lines only whose number, from 1, keep wants. It is called from one goroutine.
func limited(o *transport.Options, keep func(n int) bool) {
	onLine, n := o.OnStderr, 0
	if onLine == nil {
		return
	}
	o.OnStderr = func(line string) {
		if n++; keep(n) {
			onLine(line)
		}
	}
}
