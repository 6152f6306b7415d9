package client_test

import (
	"context"
	"fmt"
	"log"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// A conversation of several turns: each prompt goes on where the last one ended.
func ExampleClient() {
	ctx := context.Background()
	c := client.New(client.Options{CLIPath: claude(remembers)})
	if err := c.Connect(ctx); err != nil {
		log.Fatal(err)
	}
	defer c.Disconnect(ctx)

	for _, question := range []string{"My name is Ada.", "What is my name?"} {
		if err := c.Query(ctx, client.Text(question)); err != nil {
			log.Fatal(err)
		}
		for m, err := range c.Response(ctx) { // until the end of this turn
			if err != nil {
				log.Fatal(err)
			}
			if m.Type == protocol.TypeAssistant {
				fmt.Println(m.Text())
			}
		}
	}
	// Output:
	// Hello, Ada.
	// Your name is Ada.
}

const remembers = `
steps:
- cli.reads: user
- cli.writes: assistant
  set: {text: "Hello, Ada."}
- cli.writes: result
- cli.reads: user
- cli.writes: assistant
  set: {text: Your name is Ada.}
- cli.writes: result
`

// A connection by hand: it outlives the context that made it, is used from anywhere, ends when it is told to, and may be made again.
func ExampleClient_Connect() {
	c := client.New(client.Options{CLIPath: claude(twice)})
	for range 2 {
		connecting, cancel := context.WithCancel(context.Background())
		if err := c.Connect(connecting, client.Text("Say hi.")); err != nil {
			log.Fatal(err) // and no process is left
		}
		cancel() // no matter: it was for connecting

		ctx := context.Background()
		for m, err := range c.Response(ctx) {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(m.Text())
		}
		if err := c.Disconnect(ctx); err != nil { // returns when the process is gone
			log.Fatal(err)
		}
	}
	// Output:
	// hi
	// hi
}

const twice = `
steps:
- cli.reads: user
- cli.writes: result
  set: {text: hi}
`

// Scoped use: the client is connected for a function, and disconnected after it whatever happens.
func ExampleWith() {
	ctx := context.Background()
	opts := client.Options{CLIPath: claude(twice)}
	err := client.With(ctx, opts, func(c *client.Client) error {
		if err := c.Query(ctx, client.Text("Say hi.")); err != nil {
			return err
		}
		for m, err := range c.Response(ctx) {
			if err != nil {
				return err
			}
			fmt.Println(m.Text())
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: hi
}

// Collecting all messages of a turn in a slice.
func ExampleClient_Response() {
	ctx := context.Background()
	c := client.New(client.Options{CLIPath: claude(thinks)})
	if err := c.Connect(ctx, client.Text("Think, then answer.")); err != nil {
		log.Fatal(err)
	}
	defer c.Disconnect(ctx)

	var all []client.Message
	for m, err := range c.Response(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		all = append(all, m)
	}
	for _, m := range all {
		fmt.Println(m.Kind())
	}
	fmt.Println("the result:", all[len(all)-1].Text())
	// Output:
	// system/init
	// assistant
	// result/success
	// the result: 42
}

const thinks = `
steps:
- cli.reads: user
- cli.writes: [init, assistant]
- cli.writes: result
  set: {text: "42"}
`
