package transport

import (
	"context"
	"errors"
	"io"
	"time"
)

// Command is what to start. Nothing in it goes through a shell.
type Command struct {
	// Path is the executable: a path, or a name without a separator, looked up in PATH of this process.
	// A relative path is relative to this process's directory, not to Dir.
	Path string
	// Args are the arguments after argv[0].
	Args []string
	// Env is the whole environment as KEY=VALUE; nothing is inherited, so nil is an empty one.
	Env []string
	// Dir is the working directory; empty is this process's.
	Dir string
}

// The defaults of Options.
const (
	// DefaultStderrTail is how much of the end of stderr is kept, in bytes: 64 KiB.
	DefaultStderrTail = 64 << 10
	// DefaultDrainGrace is how long output is awaited after the process ended while something else holds
	// its pipe open: 250 ms.
	DefaultDrainGrace = 250 * time.Millisecond
)

// Options are how a Process behaves. The zero value is the product's behaviour.
type Options struct {
	// Framing are the rules of the Framer.
	Framing FramerOptions
	// Escalation are the graces of Close.
	Escalation Escalation
	// StderrTail is how much of the end of stderr is kept, in bytes; 0 is DefaultStderrTail.
	StderrTail int
	// OnStderr, if not nil, is called with each line of stderr, without its line feed.
	OnStderr func(line string)
	// DrainGrace is the silence after the process's end that ends its output too, if another process
	// holds the pipe; 0 is DefaultDrainGrace, negative waits for the pipe's end.
	DrainGrace time.Duration
	// KillGroupOnExit also kills the process group when the process ends by itself.
	KillGroupOnExit bool

	// NewFramer, NewWriter, NewStderr and Close replace a piece; nil is the product's.
	NewFramer func(io.Reader) FrameReader
	NewWriter func(io.WriteCloser) FrameWriter
	NewStderr func() StderrReader
	Close     ClosePolicy
}

// StderrReader reads all of a stderr and keeps its end. [StderrTail] is the product's one.
type StderrReader interface {
	// Drain reads r to its end. It runs once, on its own goroutine.
	Drain(r io.Reader)
	// Tail gives the end of what was read, and how many bytes came before it. Any goroutine may call it.
	Tail() (tail string, dropped int64)
}

// StderrTail is the product's StderrReader.
type StderrTail struct{}

// NewStderrTail keeps the last size bytes and calls onLine, if not nil, with each line.
func NewStderrTail(size int, onLine func(string)) *StderrTail { return &StderrTail{} }

// Drain reads r to its end.
func (s *StderrTail) Drain(r io.Reader) {}

// Tail gives the end of what was read.
func (s *StderrTail) Tail() (string, int64) { return "", 0 }

// Why a process could not be started, for errors.Is on a [*SpawnError].
var (
	// ErrNotFound: there is no such executable.
	ErrNotFound = errors.New("executable not found")
	// ErrNotExecutable: it is there but may not or cannot be executed.
	ErrNotExecutable = errors.New("not executable")
	// ErrNoDir: the working directory is not there, or is no directory, or may not be entered.
	ErrNoDir = errors.New("working directory not usable")
	// ErrBadInterpreter: it is a script whose interpreter is not there.
	ErrBadInterpreter = errors.New("interpreter not found")
	// ErrArgsTooLong: arguments and environment are longer than the system allows.
	ErrArgsTooLong = errors.New("arguments too long")
)

// SpawnError is a process that could not be started.
type SpawnError struct {
	// Kind is ErrNotFound, ErrNotExecutable, ErrNoDir, ErrBadInterpreter, ErrArgsTooLong, or nil if none fits.
	Kind error
	// Path is the executable, Dir the working directory, as asked for.
	Path, Dir string
	// Detail says more: the interpreter, the longest argument; may be empty.
	Detail string
	// Err is what the system said.
	Err error
}

// Error says what could not be started, why, and what to do.
func (e *SpawnError) Error() string { return e.Err.Error() }

// Unwrap gives the kind and what the system said.
func (e *SpawnError) Unwrap() []error { return []error{e.Err} }

// Process is a claude as a subprocess. It is a [Transport].
type Process struct{}

var _ Transport = (*Process)(nil)

// Start starts a process. ctx is for the start only: its end later changes nothing.
func Start(ctx context.Context, cmd Command, opts Options) (*Process, error) { return &Process{}, nil }

// PID is the process's id.
func (p *Process) PID() int { return 0 }

// ReadFrame is as in Transport.
func (p *Process) ReadFrame() ([]byte, error) { return nil, io.EOF }

// WriteFrame is as in Transport.
func (p *Process) WriteFrame(ctx context.Context, frame []byte) error { return nil }

// CloseInput is as in Transport.
func (p *Process) CloseInput() error { return nil }

// Close is as in Transport.
func (p *Process) Close(ctx context.Context) error { return nil }

// Done is as in Transport.
func (p *Process) Done() <-chan struct{} { return nil }

// Exit is as in Transport.
func (p *Process) Exit() Exit { return Exit{} }
