package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/wiretrial/wiretrial/adapters/mutants"
)

// mutantRole is the adapter of a client with a named fault.
func mutantRole(args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "wiretrial: mutant: want one name")
		return 2
	}
	m, ok := mutants.Find(args[0])
	if !ok {
		fmt.Fprintf(os.Stderr, "wiretrial: mutant: there is none named %q\n", args[0])
		return 2
	}
	if err := m.Main(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "wiretrial: mutant:", err)
		return 1
	}
	return 0
}
