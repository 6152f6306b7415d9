package goadapter

import (
	"slices"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

// lacking are the features that the client does not have: no ping; a second connect on a live client is refused; the environment
// is added to and never replaced; control frames are not handed to the user; it has no callbacks for elicitation and dialogs.
func lacking() []string {
	return []string{"ping", "connect.twice", "env.replace", "yields.control", "callback.elicitation", "callback.user_dialog"}
}

// features are all others of the contract.
func features() []string {
	return slices.DeleteFunc(contract.Features(), func(f string) bool { return slices.Contains(lacking(), f) })
}
