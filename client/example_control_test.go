package client_test

import (
	"context"
	"fmt"
	"log"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// Interrupt: stop a turn from the loop that reads it, or from any other goroutine. Its result still comes, and says so.
func ExampleClient_Interrupt() {
	ctx := context.Background()
	c := client.New(client.Options{CLIPath: claude(counts)})
	if err := c.Connect(ctx, client.Text("Count to a million.")); err != nil {
		log.Fatal(err)
	}
	defer c.Disconnect(ctx)

	for m, err := range c.Response(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		switch m.Type {
		case protocol.TypeAssistant:
			fmt.Println(m.Text())
			if _, err := c.Interrupt(ctx); err != nil {
				log.Fatal(err)
			}
		case protocol.TypeResult:
			fmt.Println("ended by:", m.Subtype)
		}
	}
	// Output:
	// One, two, three
	// ended by: error_during_execution
}

const counts = `
steps:
- cli.reads: user
- cli.writes: assistant
  set: {text: "One, two, three"}
- cli.reads: control_request/interrupt
- cli.answers: interrupt
  response: '{"still_queued":[]}'
- cli.writes: result_error
`

// Permission mode: plan first, then let Claude edit files.
func ExampleClient_SetPermissionMode() {
	ctx := context.Background()
	c := client.New(client.Options{CLIPath: claude(plans), PermissionMode: "plan"})
	if err := c.Connect(ctx, client.Text("Add a test.")); err != nil {
		log.Fatal(err)
	}
	defer c.Disconnect(ctx)

	print := func() {
		for m, err := range c.Response(ctx) {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(m.Text())
		}
	}
	print()
	if _, err := c.SetPermissionMode(ctx, "acceptEdits"); err != nil {
		log.Fatal(err)
	}
	if err := c.Query(ctx, client.Text("Go ahead.")); err != nil {
		log.Fatal(err)
	}
	print()
	// Output:
	// I would write client_test.go.
	// client_test.go is written.
}

const plans = `
steps:
- cli.starts:
  match: {flags.--permission-mode.0: plan}
- cli.reads: user
- cli.writes: result
  set: {text: I would write client_test.go.}
- cli.reads: control_request/set_permission_mode
  match: {request.mode: acceptEdits}
- cli.answers: set_permission_mode
  response: '{"mode":"acceptEdits"}'
- cli.reads: user
- cli.writes: result
  set: {text: client_test.go is written.}
`

// Model switch: the next turn is answered by another model.
func ExampleClient_SetModel() {
	ctx := context.Background()
	c := client.New(client.Options{CLIPath: claude(switches), Model: "opus"})
	if err := c.Connect(ctx); err != nil {
		log.Fatal(err)
	}
	defer c.Disconnect(ctx)

	ask := func(question string) {
		if err := c.Query(ctx, client.Text(question)); err != nil {
			log.Fatal(err)
		}
		for m, err := range c.Response(ctx) {
			if err != nil {
				log.Fatal(err)
			}
			if m.Type == protocol.TypeAssistant {
				fmt.Println(m.Assistant().Message.Model)
			}
		}
	}
	ask("Something hard.")
	if _, err := c.SetModel(ctx, "haiku"); err != nil {
		log.Fatal(err)
	}
	ask("Something easy.")
	// Output:
	// claude-opus-5-5
	// claude-haiku-5-5
}

const switches = `
steps:
- cli.reads: user
- cli.writes: assistant
  set: {message.model: claude-opus-5-5}
- cli.writes: result
- cli.reads: control_request/set_model
  match: {request.model: haiku}
- cli.answers: set_model
  response: '{"model":"claude-haiku-5-5"}'
- cli.reads: user
- cli.writes: assistant
  set: {message.model: claude-haiku-5-5}
- cli.writes: result
`

// Server info: what the CLI told of itself when it was connected. Nothing is asked for it.
func ExampleClient_ServerInfo() {
	ctx := context.Background()
	c := client.New(client.Options{CLIPath: claude(idles)})
	if err := c.Connect(ctx); err != nil {
		log.Fatal(err)
	}
	defer c.Disconnect(ctx)

	info, err := c.ServerInfo()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(info.Version)
	for _, model := range info.Models {
		fmt.Println(model.DisplayName)
	}
	// Output:
	// 2.1.329
	// Default (recommended)
	// Haiku
}

const idles = `
steps:
- cli.reads: eof
`
