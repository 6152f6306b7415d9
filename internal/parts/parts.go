package parts

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// Parts are the pieces of one client. [Default] gives the product's; to exchange one, take those and set a field. A piece that keeps state across sessions (as a fault may) keeps it in its closure.
type Parts struct {
	// Admit tells whether a client may be connected; open says that a session of it is.
	Admit func(open bool) bool
	// Scope gives the context of a client's connecting for that of its call.
	Scope func(ctx context.Context) context.Context
	// Argv gives the arguments after argv[0].
	Argv func(Spec) []string
	// TooLong tells whether a value cannot be an argument, so that it travels in initialize or in a file.
	TooLong func(value string) bool
	// Env gives the CLI's environment from the client's own.
	Env func(s Spec, inherited []string) []string
	// Find gives the executable for a path or, if that is empty, finds claude.
	Find func(path string) (string, error)
	// Open starts the CLI.
	Open func(ctx context.Context, c transport.Command, o transport.Options) (transport.Transport, error)
	// Wrap stands between the session and its transport, whoever opened that.
	Wrap func(transport.Transport) transport.Transport

	// Decode makes a message of a frame.
	Decode func(frame []byte) (protocol.Message, error)
	// Faulty decides on a line that is no message: nil skips it, an error ends the session.
	Faulty func(err error) error
	// Inbound stands between the decoder and the router. It runs on the reading goroutine and must not wait.
	Inbound func(next func(protocol.Message)) func(protocol.Message)

	// Initialize runs the opening request, which send writes and awaits. ctx carries the timeout.
	Initialize func(ctx context.Context, send Exchange) (protocol.Message, error)
	// Request makes the line of a control request.
	Request func(id protocol.ID, r protocol.Request) ([]byte, error)
	// Pending gives the table of the client's own open requests.
	Pending func() Pending

	// Handler stands before the session's own handler of the CLI's requests.
	Handler func(own Handler) Handler
	// Run runs the handling of one request of the CLI.
	Run func(task func())
	// Answer makes the line that answers a request of the CLI; nil is silence.
	Answer func(r Request, o Outcome) []byte

	// Prompt stands between a prompt stream and the session.
	Prompt func(next Pull) Pull
	// Queue gives the queue of messages that wait for the consumer; limit is in bytes.
	Queue func(limit int64) Queue
	// Turns gives the judge of where turns end.
	Turns func() Turns
	// InputEnd gives the judge of a one-shot session's end; ceiling bounds its waits, 0 is no bound.
	InputEnd func(ceiling time.Duration) InputEnd
	// End tells how a session ended; nil is a good end.
	End func(Ending) *Failure

	// Append stands before the user's session store.
	Append func(own Append) Append
	// Load stands before the loading from it.
	Load func(own Load) Load
	// AppendPause gives the wait after a failed attempt to append, counted from 1; ok is false after the last.
	AppendPause func(attempt int) (pause time.Duration, ok bool)
	// SafeSubpath tells whether a store's subpath names a file inside its session's directory.
	SafeSubpath func(subpath string) bool
	// Redact gives the credentials that a CLI with a directory of its own is handed.
	Redact func(credentials []byte) []byte
	// WriteFile writes a file of such a directory, RemoveDir removes the directory.
	WriteFile func(path string, data []byte) error
	RemoveDir func(dir string) error
}

// Exchange writes a request and waits for its answer.
type Exchange func(ctx context.Context) (protocol.Message, error)

// Pull gives the next user line of a prompt stream, io.EOF at its end.
type Pull func(ctx context.Context) (json.RawMessage, error)

// Request is a control request of the CLI.
type Request struct {
	ID      protocol.ID
	Message protocol.Message
}

// Handler answers a request of the CLI: a value for success, an error for a refusal. ctx ends when the request is
// withdrawn and when the session ends.
type Handler func(ctx context.Context, r Request) (any, error)

// Outcome is what became of a request of the CLI.
type Outcome struct {
	Value any
	Err   error
	// Withdrawn says that the CLI no longer wants an answer, Ended that the session is over.
	Withdrawn, Ended bool
}

// Default gives the product's pieces.
func Default() *Parts {
	return &Parts{
		Admit: func(open bool) bool { return !open },
		Scope: func(ctx context.Context) context.Context { return ctx },
		Argv:  Argv, TooLong: TooLong, Env: Env, Find: Find, Open: Open,
		Wrap:    func(t transport.Transport) transport.Transport { return t },
		Decode:  protocol.Decode,
		Faulty:  Faulty,
		Inbound: func(next func(protocol.Message)) func(protocol.Message) { return next },
		Initialize: func(ctx context.Context, send Exchange) (protocol.Message, error) {
			return send(ctx)
		},
		Request:  protocol.EncodeRequest,
		Pending:  NewPending,
		Handler:  func(own Handler) Handler { return own },
		Run:      func(task func()) { go task() },
		Answer:   Answer,
		Prompt:   func(next Pull) Pull { return next },
		Queue:    NewQueue,
		Turns:    NewTurns,
		InputEnd: NewInputEnd,
		End:      End,

		Append:      func(own Append) Append { return own },
		Load:        func(own Load) Load { return own },
		AppendPause: AppendPause,
		SafeSubpath: SafeSubpath,
		Redact:      Redact,
		WriteFile:   WritePrivate,
		RemoveDir:   os.RemoveAll,
	}
}
