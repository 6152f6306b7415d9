// Package early makes a program that is imported into be the mock before the rest of the program is initialised: import it for
// its effect where a large program is also started as claude.
//
// It is the one place that works while packages are initialised and ends the process there, and it is not for anything else. Go
// initialises all packages of a program before main, and one that compiles its tables then would make every start of the mock
// slower by milliseconds, several times what the mock itself takes. The language orders the
// initialisation by import path among packages whose imports are ready, and a test shows that this one comes first.
package early

import (
	"os"

	"github.com/wiretrial/wiretrial/mockcli"
)

var _ = mock(os.Args)

// mock ends the process if it was started as a mock.
func mock(args []string) bool {
	if !mockcli.IsMock(args) {
		return false
	}
	os.Exit(mockcli.Main(args, mockcli.Env{}))
	return true
}
