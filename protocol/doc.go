// Package protocol is what may be said between an Agent SDK and the claude command line: the messages and control
// requests with their names on the wire, the delivery classes, and the numbered rules that scenarios refer to. Its
// sub-package schema holds the JSON Schemas of the lines.
//
// It is not a transport and not a client: nothing here reads or writes a stream, starts a process, keeps state or knows
// an order of messages. It works on single lines, given as bytes without their line feed.
//
// A line is decoded once, cheaply: [Decode] checks that it is one JSON object and reads what is needed to route it. The
// bytes stay in [Message.Raw] as they came, so that unknown types, unknown fields and numbers beyond a double survive. The
// typed views ([Message.Assistant], [Message.Result], [Message.CanUseTool], ...) are made when somebody asks for them, and
// they are lenient: a field that is missing or of another type is left at its zero value and fails nothing, because the CLI
// changes its shapes between releases. Names are matched exactly; the wire mixes snake_case and camelCase.
//
// All functions are pure and safe for concurrent use. Values alias the line that they were decoded from: who changes or
// reuses that buffer changes them too.
package protocol
