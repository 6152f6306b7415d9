package mutants

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"slices"

	goadapter "github.com/wiretrial/wiretrial/adapters/go"
	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/transport"
)

// The names of the controls.
const (
	DoNothing = "do-nothing"
	YesMan    = "yes-man"
)

// The groups.
const (
	Bytes    = "bytes"
	Start    = "start"
	Stdin    = "stdin"
	Answers  = "answers"
	Requests = "requests"
	Flow     = "flow"
	Process  = "process"
	Spawn    = "spawn"
	Input    = "input"
	Drift    = "drift"
	Store    = "store"
	Control  = "control"
)

// Mutant is the reference client with one fault. It is a value: what a mutant keeps between sessions is made anew by every All.
type Mutant struct {
	// Name is what the fault is called, and the argument of the mutant's role.
	Name string
	// Group says what of the client is faulty.
	Group string
	// Fault is what it does wrong, in one sentence.
	Fault string
	// Opposite is the mutant that errs in the other direction; empty if there is none.
	Opposite string
	// Kills are the ids of the scenario files that it must fail. A control has none: it is held against all.
	Kills []string
	// Parts makes the pieces of one client. Nil for a control that needs no client.
	Parts func() *parts.Parts

	// instead answers operations in the client's place.
	instead func(method string, params json.RawMessage) (json.RawMessage, bool)
	// opening changes what a client is opened with, before the client can refuse it.
	opening func(params []byte) []byte
}

// groups is the order of All.
func groups() []string {
	return []string{Bytes, Start, Stdin, Answers, Requests, Flow, Process, Spawn, Input, Drift, Store, Control}
}

// All gives the faults, group by group, and the controls last.
func All() []Mutant {
	order := groups()
	return slices.SortedStableFunc(slices.Values(every()), func(a, b Mutant) int {
		return cmp.Compare(slices.Index(order, a.Group), slices.Index(order, b.Group))
	})
}

// every gives all mutants, file by file: a file may have some of several groups.
func every() []Mutant {
	return slices.Concat(openingFaults(), tellingFaults(), boundFaults(), patienceFaults(), failureFaults(), itemFaults(),
		bytesGroup(), startGroup(), stdinGroup(), answersGroup(), requestsGroup(), payloadFaults(), flowGroup(), processGroup(),
		spawnGroup(), optionGroup(), startupGroup(), inputGroup(), driftGroup(), kindFaults(), turnFaults(), betweenFaults(), lineFaults(), streamFaults(), guardFaults(), deliveryFaults(), stderrFaults(),
		hookFaults(), serverFaults(), speakingFaults(), unencodedFaults(), togetherFaults(), toldFaults(), closingFaults(), storeGroup(), oppositeFaults(), controls())
}

// Find gives the mutant of a name.
func Find(name string) (Mutant, bool) {
	all := All()
	i := slices.IndexFunc(all, func(m Mutant) bool { return m.Name == name })
	if i < 0 {
		return Mutant{}, false
	}
	return all[i], true
}

// IsControl tells whether it is no fault but a measure: an SDK that does nothing, or consents to everything.
func (m Mutant) IsControl() bool { return m.Group == Control }

// Main speaks the adapter contract for the mutant until in ends, as goadapter.Main does.
func (m Mutant) Main(ctx context.Context, in io.Reader, out io.Writer) error {
	return goadapter.Main(ctx, in, out, goadapter.Config{Name: "mutant " + m.Name, Parts: m.Parts, Instead: m.instead, Opening: m.opening})
}

// with gives the product's pieces with a change.
func with(change func(p *parts.Parts)) func() *parts.Parts {
	return func() *parts.Parts {
		p := parts.Default()
		change(p)
		return p
	}
}

// withTransport gives the product's pieces with a change in how its processes are run.
func withTransport(change func(o *transport.Options)) func() *parts.Parts {
	return with(func(p *parts.Parts) {
		open := p.Open
		p.Open = func(ctx context.Context, c transport.Command, o transport.Options) (transport.Transport, error) {
			change(&o)
			return open(ctx, c, o)
		}
	})
}

// kills is a list of scenarios.
func kills(ids ...string) []string { return ids }
