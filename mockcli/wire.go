package mockcli

// The events of a mock.
const (
	EvHello     = "hello"
	EvLine      = "line"       // N, Data: one line of stdin without its line feed
	EvBytes     = "bytes"      // Data: what counted reading took
	EvEOF       = "eof"        // Data: the rest without a line feed
	EvReadError = "read_error" // Errno
	EvSignal    = "signal"     // Signal, Action
	EvBlocked   = "blocked"    // ID, N: the write of that command waits for its reader after N bytes
	EvDone      = "done"       // ID, OK, Err: a command ended
)

// The operations of a Command.
const (
	OpRead    = "read"    // Mode ModeLines, ModeOff or ModeBytes with N; Gulp. Done once the mode holds
	OpWrite   = "write"   // FD, Data, Cut, Cuts, Drain. Done has N, Pieces, and Left where a drain was not completed
	OpDrain   = "drain"   // FD. Done has Left; Err is EPIPE where the reader is gone, ETIMEDOUT after WithinMS
	OpPending = "pending" // FD. Done has N, the bytes that wait for the reader
	OpSync    = "sync"    // done once stdin is empty and all of it reported; Left is what lies there while reading is off
	OpSetbuf  = "setbuf"  // FD, N. Done has N, the size read back, and Kind
	OpClose   = "close"   // FD 0, 1 or 2. Ends a blocked write of that descriptor with EBADF
	OpIgnore  = "ignore"  // Sig: its events say Action ignored
	OpDefault = "default" // Sig: its events say Action exit
	OpSpawn   = "spawn"   // Inherit, Setsid; Argv, empty: the mock's own grandchild role. Done has Child
	OpExit    = "exit"    // Code
	OpDie     = "die"     // Sig
	OpProbe   = "probe"   // Text and Code, or Hang
)

// The modes of OpRead. Reading is off until the first one.
const (
	ModeLines = "lines"
	ModeOff   = "off"
	ModeBytes = "bytes"
)

// The actions of a signal event: what a mock without a harness would have done.
const (
	ActionExit    = "exit"
	ActionIgnored = "ignored"
)

// Event is what a mock reports to its harness. On the socket it is one line of JSON without Data, and, where Data is not empty, a
// key raw with its length; that many bytes follow the line feed. Seq counts from 1 over all events of one mock and is the only
// order that counts for it; T is CLOCK_MONOTONIC in nanoseconds.
type Event struct {
	Ev  string `json:"ev"` // one of the Ev constants
	Seq uint64 `json:"seq"`
	T   int64  `json:"t"`

	// hello
	PID   int               `json:"pid,omitempty"`
	PPID  int               `json:"ppid,omitempty"`
	PGID  int               `json:"pgid,omitempty"`
	Argv  [][]byte          `json:"argv,omitempty"` // base64 on the wire
	Env   [][]byte          `json:"env,omitempty"`
	Cwd   string            `json:"cwd,omitempty"`
	Exe   string            `json:"exe,omitempty"`
	Via   string            `json:"via,omitempty"` // how the harness was found: exe, argv0 or env
	Dir   string            `json:"dir,omitempty"` // directory in which FileName was found; empty if via env
	Probe bool              `json:"probe,omitempty"`
	Stdio []string          `json:"stdio,omitempty"` // pipe, socket, file, tty, null or other, for descriptors 0, 1, 2
	FDs   map[string]string `json:"fds,omitempty"`   // descriptor -> link, without the mock's own

	N    int    `json:"n,omitempty"`   // line: number from 1; blocked, done of write: bytes; done of pending, setbuf: value
	Data []byte `json:"b64,omitempty"` // line without its line feed, bytes, rest at eof

	Signal string `json:"sig,omitempty"`    // SIGTERM, ...
	Action string `json:"action,omitempty"` // exit or ignored
	Errno  string `json:"errno,omitempty"`

	ID     int    `json:"id,omitempty"` // command that this event is about
	OK     bool   `json:"ok,omitempty"`
	Err    string `json:"err,omitempty"`
	Pieces int    `json:"pieces,omitempty"`
	Left   int    `json:"left,omitempty"`
	Kind   string `json:"kind,omitempty"` // setbuf: pipe or socket
	Child  int    `json:"child,omitempty"`
}

// Command is what a harness tells a mock, framed as an Event is. Commands run in order; one with BG runs beside the following ones.
// Each gets exactly one done event with its ID. Exit, sync and pending with BG do not wait for their turn: they overtake a write that nobody reads.
type Command struct {
	ID   int    `json:"id"`
	Op   string `json:"op"` // read, write, drain, pending, sync, setbuf, close, ignore, default, spawn, exit, die, probe
	BG   bool   `json:"bg,omitempty"`
	Mode string `json:"mode,omitempty"` // read: lines, off, bytes
	N    int    `json:"n,omitempty"`    // read bytes, setbuf
	Gulp int    `json:"gulp,omitempty"` // read: size of a read in bytes; zero: the default
	FD   int    `json:"fd"`
	Data []byte `json:"b64,omitempty"`
	// Cut is the size of the pieces of a write, Cuts its offsets; Drain waits after each piece until the peer took it.
	Cut   int   `json:"cut,omitempty"`
	Cuts  []int `json:"cuts,omitempty"`
	Drain bool  `json:"drain,omitempty"`
	// GrowMS doubles Cut each time that the write has taken so long, in ms; zero: never.
	GrowMS int `json:"grow_ms,omitempty"`
	// WithinMS bounds the waits of drain, and of each drained piece of a write; zero: 10,000 ms.
	WithinMS int      `json:"within_ms,omitempty"`
	Sig      string   `json:"sig,omitempty"`
	Argv     []string `json:"argv,omitempty"` // spawn
	// Inherit are the descriptors that a grandchild keeps; Setsid gives it a session of its own.
	Inherit []int  `json:"inherit,omitempty"`
	Setsid  bool   `json:"setsid,omitempty"`
	Code    int    `json:"code,omitempty"`
	Text    string `json:"text,omitempty"` // probe: what the version probe prints
	Hang    bool   `json:"hang,omitempty"` // probe: never answer
}

// overtakes tells whether the command does not wait for those before it.
func (c Command) overtakes() bool {
	return c.BG && (c.Op == OpExit || c.Op == OpSync || c.Op == OpPending)
}
