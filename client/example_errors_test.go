package client_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wiretrial/wiretrial/client"
)

// Error handling: what kind it is by errors.Is, the details by errors.As. What the CLI said before it failed came before the error.
func ExampleError() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	opts := client.Options{CLIPath: claude(crashes)}
	for m, err := range client.Query(ctx, client.Text("Hello?"), opts) {
		var failure *client.Error
		switch {
		case err == nil:
			fmt.Println("Claude:", m.Text())
		case errors.Is(err, client.CLINotFound):
			fmt.Println("install claude, or set CLIPath")
		case errors.Is(err, client.Timeout):
			fmt.Println("it took too long")
		case errors.Is(err, client.ProcessExit) && errors.As(err, &failure) && failure.ExitCode != nil:
			fmt.Printf("exit code %d: %s", *failure.ExitCode, failure.Stderr)
		default:
			fmt.Println("failed:", err)
		}
	}
	// Output:
	// Claude: I was about to
	// exit code 7: out of memory
}

const crashes = `
raw: {last-words: "out of memory\n"}
steps:
- cli.reads: user
- cli.writes: assistant
  set: {text: I was about to}
- cli.writes: last-words
  to: stderr
- cli.exits: 7
`
