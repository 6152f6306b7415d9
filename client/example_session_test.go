package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// A Session for programs that want every frame: one question, all its messages. The end of the context ends the session.
func ExampleSession() {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	s, err := client.StartSession(ctx, client.Options{CLIPath: claude(capital)})
	if err != nil {
		log.Fatal(err)
	}
	all, err := s.Query(ctx, "What is the capital of France?")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all[len(all)-1].Text())
	fmt.Println("resume it by its id:", s.SessionID() != "")
	// Output:
	// Paris.
	// resume it by its id: true
}

// Tool approval on a Session: permission requests are messages among the others, answered whenever the program likes.
func ExampleToolRequest() {
	ctx := context.Background()
	s, err := client.StartSession(ctx, client.Options{
		CLIPath:                  claude(deletes),
		PermissionPromptToolName: "stdio", // the CLI asks us
	})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Shutdown(ctx)
	for m, err := range s.QueryStream(ctx, "Clean up.") {
		if err != nil {
			log.Fatal(err)
		}
		if r, ok := client.ToolRequestOf(m); ok {
			fmt.Println("may it use", r.ToolName+"?")
			err := s.SendControlResponse(ctx, r.Deny("deleting is not allowed here")) // or r.Allow(), r.AllowAsSuggested(), ...
			if err != nil && !errors.Is(err, client.ErrNotPending) {                  // the CLI may have withdrawn it meanwhile
				log.Fatal(err)
			}
		}
		if m.Type == protocol.TypeResult {
			fmt.Println(m.Text())
		}
	}
	// Output:
	// may it use Bash?
	// I left notes.txt alone.
}

// A loop of the program's own: write a line, receive until the CLI ends.
func ExampleSession_Receive() {
	ctx := context.Background()
	s, err := client.StartSession(ctx, client.Options{CLIPath: claude(leaves)})
	if err != nil {
		log.Fatal(err)
	}
	line, err := protocol.EncodeUser(protocol.Prompt{Text: "Say goodbye."})
	if err != nil {
		log.Fatal(err)
	}
	if err := s.Send(ctx, line); err != nil {
		log.Fatal(err)
	}
	for {
		m, err := s.Receive(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m.Kind(), m.Text())
	}
	fmt.Println("alive:", s.IsAlive())
	// Output:
	// result/success Goodbye.
	// alive: false
}

const leaves = `
steps:
- cli.reads: user
- cli.writes: result
  set: {text: Goodbye.}
- cli.exits: 0
`
