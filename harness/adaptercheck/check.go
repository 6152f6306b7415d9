package adaptercheck

import (
	"strings"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

// Status is what a check came to.
type Status string

// The statuses of a check.
const (
	Holds       Status = "holds"
	Fails       Status = "fails"
	Unsupported Status = "unsupported" // the adapter does not declare what the check is about: no failure
	Blocked     Status = "blocked"     // not tried, because an earlier check failed on which it rests
)

// Check is the outcome of one check.
type Check struct {
	ID      string        `json:"id"`      // GROUP.NAME, stable; feature.NAME for the features of the contract
	Promise string        `json:"promise"` // what an adapter promises, as one sentence
	Status  Status        `json:"status"`
	Problem string        `json:"problem,omitempty"` // what went wrong; of an unsupported or blocked check, why it was not tried
	Advice  string        `json:"advice,omitempty"`  // what to do
	Ref     string        `json:"ref,omitempty"`     // where docs/adapters.md explains it
	Took    time.Duration `json:"took_ns"`
}

// Feature is the feature that the check is about; empty for a check of another group.
func (c Check) Feature() string {
	name, ok := strings.CutPrefix(c.ID, "feature.")
	if !ok {
		return ""
	}
	return name
}

// Result is the outcome of all checks, in the order in which they were reported.
type Result struct {
	Hello  contract.Hello
	Checks []Check
}

// The exit codes of the command.
const (
	ExitHolds = 0 // all checks hold, unsupported ones aside
	ExitFails = 1 // a check failed
	ExitStart = 3 // the adapter does not start, or could not be checked
)

// ExitCode is ExitHolds if every check holds or is unsupported and at least one holds, else ExitFails. Where Run failed the exit code is
// ExitStart.
func (r Result) ExitCode() int {
	n := r.counts()
	if n[Fails]+n[Blocked] > 0 || n[Holds] == 0 {
		return ExitFails
	}
	return ExitHolds
}

func (r Result) counts() map[Status]int {
	n := map[Status]int{}
	for _, c := range r.Checks {
		n[c.Status]++
	}
	return n
}
