// Package client is a Go SDK for the claude command line: it starts the CLI, talks its stream-json and control protocol over stdio, and
// hands its messages to the program as they came.
//
// It is not a model API client, keeps no history, retries nothing, does not install or update a CLI, and hides no message.
//
// # Three faces
//
// One prompt, and everything that Claude says to it: [Query].
//
//	for m, err := range client.Query(ctx, client.Text("What is the capital of France?"), client.Options{}) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(m.Kind(), m.Text())
//	}
//
// A conversation over many prompts, which can be interrupted and reconfigured meanwhile: [Client].
//
//	c := client.New(client.Options{Model: "haiku"})
//	if err := c.Connect(ctx); err != nil {
//		return err
//	}
//	defer c.Disconnect(ctx)
//	if err := c.Query(ctx, client.Text("My name is Ada.")); err != nil {
//		return err
//	}
//	for m, err := range c.Response(ctx) { // until the end of this turn
//		if err != nil {
//			return err
//		}
//		fmt.Println(m.Text())
//	}
//
// [With] does the connecting and the disconnecting around a function.
//
// One CLI frame by frame, whose permission requests the program answers in its own loop: [Session].
//
//	s, err := client.StartSession(ctx, client.Options{PermissionPromptToolName: "stdio"})
//	if err != nil {
//		return err
//	}
//	defer s.Shutdown(ctx)
//	for m, err := range s.QueryStream(ctx, "Clean up.") {
//		if err != nil {
//			return err
//		}
//		if r, ok := client.ToolRequestOf(m); ok {
//			if err := s.SendControlResponse(ctx, r.Deny("not today")); err != nil {
//				return err
//			}
//		}
//	}
//
// All three stand on one core, take the same [Options] and have the same callbacks; Client and Session share the control requests.
//
// # Options
//
// The zero Options is a session with the CLI's own defaults, and an option that is not set is not sent. They come in groups: where and
// how the CLI is started (CLIPath, Cwd, Env, ExtraArgs), the model and its bounds (Model, Effort, MaxTurns, MaxBudgetUSD), what it
// is told (SystemPrompt, OutputSchema), its tools and subagents (Tools, AllowedTools, Agents), permissions and hooks (PermissionMode,
// CanUseTool, Hooks), which session it is (Resume, Continue, ForkSession), settings (Settings, Sandbox, SettingSources), MCP servers
// (MCPServers, ExternalMCPServers), what else is written (PartialMessages), and what concerns this side only (OnStderr, MaxFrame,
// MaxUnread, Escalation). docs/options.md names for each its flag and what the official SDKs call it.
//
// # Reading
//
// A [Message] is a line of the CLI: its Type, its Raw bytes, and typed views of them, such as m.Assistant(), m.Result() or m.System();
// m.Text() is what it says. Look at the Type first, and pass over what you do not know: CLIs of tomorrow write more kinds. Messages
// arrive once and in order, and whatever was read before a failure comes before the error. Unread messages wait, up to MaxUnread bytes, and hold up
// nothing: callbacks and control requests are served whether somebody reads or not. A CLI that asks on with 10,000 requests unanswered is ended.
//
// A turn ends with its result; Response and [Session.QueryStream] also know the turns whose result is not their end. A
// result with is_error is a message like any other. Leaving a loop over a Client or a Session leaves the session as it is, and the next
// one goes on where it stopped; leaving a loop over [Query] ends its CLI.
//
// # Asking
//
// [Text] is a prompt of one text, [User] one of content blocks, [Stream] one of many messages that come when the session is ready for
// them. [Client.Interrupt], [Client.SetModel], [Client.SetPermissionMode] and so on are control requests: each waits for the CLI's own answer, from
// any goroutine, also in the middle of a turn. [Client.Request] sends those that have no method here.
//
// # Callbacks
//
// [Options.CanUseTool] decides whether a tool may run; [Options.Hooks] run at the CLI's events; the tools of [Options.MCPServers] are
// functions of the program. Each call runs in a goroutine of its own, perhaps several at once, and may use the client. Its context
// ends when the CLI withdraws the question and when the session ends; the answer is then not sent. A callback that fails or panics is
// answered as an error, never as a consent.
//
//	opts.CanUseTool = func(ctx context.Context, r client.PermissionRequest) (client.PermissionResult, error) {
//		if r.ToolName == "Read" {
//			return client.Allow(), nil
//		}
//		return client.Deny("only reading is allowed"), nil
//	}
//
// What nobody is there to answer is refused, an elicitation is declined: the CLI never waits for ever. Left alone is only what another
// host on the same session has to answer: its tools, and dialogs that were not declared.
//
// # In-process tools
//
// [NewServer] makes an MCP server of functions that take raw arguments. Any server of the official MCP Go SDK does as well, with typed
// tools, structured content, images, resources and prompts. The CLI knows its tools as mcp__NAME__TOOL.
//
// # Errors
//
// Every error of this package is an [*Error]. What it is about is its [Kind], for errors.Is; what is known besides, for errors.As:
//
//	var failure *client.Error
//	switch {
//	case errors.Is(err, client.CLINotFound):
//		return errors.New("install claude, or set CLIPath")
//	case errors.Is(err, client.ProcessExit) && errors.As(err, &failure) && failure.ExitCode != nil:
//		return fmt.Errorf("exit code %d: %s", *failure.ExitCode, failure.Stderr)
//	case errors.Is(err, client.ControlError) && errors.As(err, &failure):
//		return fmt.Errorf("claude refused %s: %s", failure.Op, failure.Message)
//	}
//
// errors.Is finds the cause, too: context.Canceled, a prompt stream's own error, an error of package transport. A [*BacklogError] says that
// nobody read until MaxUnread was passed, [ErrNotPending] that an answer of a Session came too late.
//
// # Contexts and goroutines
//
// Every method may be called from any goroutine at any time, and every call ends: with its answer, with its context, or with the
// reason why the CLI is gone. A context that ends loses no message.
//
// The context of a call is for the call. That of [Client.Connect] is for connecting: the client lives on until [Client.Disconnect]. That
// of [Query] is the whole run's. That of [StartSession] and [NewSession] is the session's, which ends with it; a Session that nobody refers to
// any more ends too.
//
// # stdin
//
// The CLI needs its stdin as long as it may still ask something: for a permission, for a hook, for a tool of the program. A Client and a
// Session keep it open until they are ended. Query closes it when the CLI says that it is idle after the last prompt; where a CLI
// does not say so, when each prompt had its result, no agent is at work and no request is open. The waits for background work are
// bounded.
//
// # Shutdown
//
// When a session is over its process is over. [Client.Disconnect] and [Session.Shutdown] end stdin first, so that the CLI can finish and
// write its transcript, then send SIGTERM, then kill the process group, after the graces of [Options.Escalation]; the end of their context cuts the
// graces short. What the CLI wrote until its end can still be read.
//
// # Testing
//
// Programs that use this package are tested without a model in two ways. The fake claude of this module plays a script as a process of
// its own; the CLI path is all that changes. Every example of this package runs that way:
//
//	opts := client.Options{CLIPath: "testdata/refused/claude"} // made by: mockclaude install testdata/refused refused.yaml
//
// A transport in memory needs no process; its other end is played by the test:
//
//	ours, peer := transport.Pipe()
//	opts := client.Options{Open: func(context.Context) (transport.Transport, error) { return ours, nil }}
//	frame, err := peer.ReadFrame() // what the client wrote
//
// # More
//
// docs/protocol.md explains the protocol below, docs/options.md every option, docs/rules.md what an SDK has to keep, docs/mockclaude.md the fake. The
// catalogue of this module judges both faces: wiretrial run, and wiretrial run --sdk go-session.
package client
