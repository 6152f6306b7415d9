package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// A basic session: one prompt, and everything that Claude says to it.
func ExampleQuery() {
	ctx := context.Background()
	opts := client.Options{CLIPath: claude(capital)}
	for m, err := range client.Query(ctx, client.Text("What is the capital of France?"), opts) {
		if err != nil {
			log.Fatal(err)
		}
		switch m.Type {
		case protocol.TypeAssistant:
			fmt.Println("Claude:", m.Text())
		case protocol.TypeResult:
			fmt.Println("turns:", m.Result().NumTurns)
		}
	}
	// Output:
	// Claude: Paris.
	// turns: 1
}

const capital = `
steps:
- cli.reads: user
  match: {text: "What is the capital of France?"}
- cli.writes: init
- cli.writes: assistant
  set: {text: Paris.}
- cli.writes: result
  set: {text: "Paris.", num_turns: 1}
`

// Streamed prompts: the messages are asked for one by one, as the session is ready for them.
func ExampleStream() {
	questions := []string{"What is 6 times 7?", "And plus 1?"}
	next := func(context.Context) (json.RawMessage, error) {
		if len(questions) == 0 {
			return nil, io.EOF
		}
		text := questions[0]
		questions = questions[1:]
		return protocol.EncodeUser(protocol.Prompt{Text: text})
	}
	opts := client.Options{CLIPath: claude(sums)}
	for m, err := range client.Query(context.Background(), client.Stream(next), opts) {
		if err != nil {
			log.Fatal(err)
		}
		if m.Type == protocol.TypeResult {
			fmt.Println(m.Text())
		}
	}
	// Output:
	// 42
	// 43
}

const sums = `
steps:
- cli.reads: user
  match: {text: "What is 6 times 7?"}
- cli.writes: result
  set: {text: "42"}
- cli.reads: user
  match: {text: "And plus 1?"}
- cli.writes: result
  set: {text: "43"}
`

// Options: which model, which tools, where, and how far it may go.
func ExampleOptions() {
	opts := client.Options{
		CLIPath:        claude(configured),
		Cwd:            "..",
		Env:            map[string]string{"GREETING": "hello"},
		Model:          "haiku",
		PermissionMode: "plan",
		AllowedTools:   []string{"Read", "Grep"},
		MaxTurns:       new(3),
		SystemPrompt:   client.PromptText{Text: "Be brief."},
	}
	for m, err := range client.Query(context.Background(), client.Text("Look around."), opts) {
		if err != nil {
			log.Fatal(err)
		}
		if m.Type == protocol.TypeResult {
			fmt.Println(m.Text())
		}
	}
	// Output: All quiet.
}

const configured = `
steps:
- cli.starts:
  match: {flags.--model.0: haiku, flags.--permission-mode.0: plan, flags.--max-turns.0: "3", env.GREETING: hello}
- cli.reads: user
- cli.writes: result
  set: {text: All quiet.}
`
