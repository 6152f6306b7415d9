// Package client is a Go SDK for the claude command line: it starts the CLI, talks its stream-json and control protocol
// over stdio, and hands its messages to the program as they came.
//
// Two ways in: [Query] runs one prompt and yields what the CLI says until it ends; a [Client] is a conversation that lasts
// over many prompts, can be interrupted, and whose reading side and asking side may live in different goroutines. Both take the
// same [Options]: a permission callback, hooks, in-process MCP servers (of the official MCP Go SDK), model, and so on.
//
// What it promises:
//   - Messages arrive once, in order, with their bytes ([Message.Raw]); unknown types are messages too. Whatever was read
//     before the CLI failed comes before the error.
//   - Callbacks run in goroutines of their own and never hold up reading. One that fails is answered as an error, never as
//     a consent; one that the CLI withdraws has its context ended and is not answered.
//   - Every call ends: with its answer, with its context, or with the reason why the CLI is gone ([Error]).
//   - When a session is over its process is over: asked by EOF, then by SIGTERM, then killed.
//
// It is not a model API client, keeps no history, retries nothing, does not install or update a CLI, and hides no message.
package client
