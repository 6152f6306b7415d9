// Package protocol is what may be said between an Agent SDK and the claude command line: the messages and control
// requests with their names on the wire, the delivery classes, and the numbered rules that scenarios refer to. Its
// sub-package schema holds the JSON Schemas of the lines.
//
// It is not a transport and not a client: nothing here reads or writes a stream, starts a process, keeps state or knows
// an order of messages. It works on single lines, given as bytes without their line feed.
//
// A line is decoded once, cheaply: [Decode] checks that it is one JSON object and reads what is needed to route it. The
// bytes stay in [Message.Raw] as they came, so that unknown types, unknown fields and numbers beyond a double survive. The
// typed views are made when somebody asks for them: [Message.Typed] returns the Go type of a message's kind for a type switch
// ([MessageKinds] lists them), [Block.Typed] that of a content block, [HookCallback.HookInput] that of a hook's input, [View] reads any
// object into a struct. They are lenient: a field that is missing or of another type is left at its zero value and fails nothing,
// because the CLI changes its shapes between releases. Names are matched exactly; the wire mixes snake_case and camelCase.
//
// Each kind of control request has a type, [SetModel] say, and one for what answers it with content, [SetModelResult] ([RequestKinds]
// lists both); [RawRequest] is any other. What an SDK answers to the CLI is made by hand or by a function: [PermissionResult],
// [PermissionUpdate], [HookOutput], [ElicitationResult], [UserDialogResult]. These keep the JSON that they were read from in Raw and are
// written as that, so clear Raw to change one.
//
// Lines are made by [EncodeUser], [EncodeRequest], [EncodeSuccess], [EncodeError] and [EncodeCancel]. [Rules] are what an SDK has to keep,
// [DeliveryOf] says which messages its user may count on.
//
// Names tell the group: a message or a request is named as its subtype (TaskStarted, MCPStatus), a block ends in Content (ToolUseContent),
// the answer of the CLI in Result, a hook's input in Input and what it alone may answer in Output. What stands inside of these is named by
// what it is. Sub, Type, System, Hook, Event, Delta and Block begin the constants for words of the wire.
//
// All functions are pure and safe for concurrent use. Raw texts alias the line that they were decoded from: who changes or
// reuses that buffer changes them too. Raw, and the MarshalJSON method of a message and of its views, give what they were decoded from
// byte for byte; json.Marshal gives the same JSON, but takes out white space between its parts and escapes <, > and &, as it does for all.
package protocol
