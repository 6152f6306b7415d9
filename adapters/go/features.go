package goadapter

import (
	"slices"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

// lacking are the features that a face does not have. Of both: the environment is added to and never replaced; no control frame is handed to
// the user but the requests that a Session has him answer, which the contract calls callbacks. A Client has no ping. A Session is asked
// texts, is connected by its making and so never twice, and is no one-shot function.
func (c Config) lacking() []string {
	both := []string{"env.replace", "yields.control"}
	if c.Session {
		return append(both, "connect.twice", "prompt", "prompt.stream", "prompt.pull")
	}
	return append(both, "ping")
}

// features are all others of the contract.
func (c Config) features() []string {
	return slices.DeleteFunc(contract.Features(), func(f string) bool { return slices.Contains(c.lacking(), f) })
}
