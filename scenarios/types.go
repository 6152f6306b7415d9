// Package scenarios is the scenario language: the types of a scenario file, its strict loader, its lint, and the
// pure parts that give its words a meaning (substitution, matching, frames, lanes). It also embeds the catalogue.
//
// It is not an engine: nothing here starts a process, reads a clock or talks to anybody. The harness and the
// stand-alone player of mockcli run what this package describes.
package scenarios

import (
	"fmt"
	"time"
)

// Pos is a place in a scenario file. Line and Col count from 1; zero means unknown.
type Pos struct {
	File string
	Line int
	Col  int
}

// String returns file:line:col, the form that editors and terminals follow.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Level says what a broken promise costs.
type Level string

// The levels of a scenario: see docs/language.md.
const (
	Must   Level = "must"   // breaks against the real CLI, or loses or corrupts data
	Should Level = "should" // robustness and diagnosability of a good SDK
	May    Level = "may"    // one fair choice of several: recorded, never a failure
)

// Entry is the entry point of an SDK through which a scenario runs.
type Entry string

// The entry points.
const (
	OneShot Entry = "oneshot" // the one-shot query function
	Client  Entry = "client"  // the interactive client
)

// Value is a resolved or still templated YAML value: nil, bool, json.Number, string, []any or map[string]any.
// Strings may hold ${...} until Resolve has run.
type Value = any

// File is one scenario file as written, before its variants are applied.
type File struct {
	Pos      Pos
	ID       string // "area/name", from the path
	Title    string
	Level    Level
	Rules    []string
	Seen     []string
	Entry    []Entry // as written; nil if the file does not say
	Needs    []string
	Slow     time.Duration // zero: not slow
	Repeat   int           // zero: once
	Formerly []string
	Variants []string // names of the rows in file order; nil if none
	Source   []byte   // the file's text

	tree any // the loader's parsed document, from which Cases builds its rows
}

// Case is one scenario to run: a file with one row of its variants, one order of each each_order block and one entry
// point applied. Only captures, ${i}, ${dir} and generated text are left to substitute in its steps.
type Case struct {
	ID       string // area/name[row,o213]@entry: a stable API
	File     *File
	Row      string // name of the variant; empty if none
	Orders   []string
	Entry    Entry
	Level    Level // the file's, or the row's own
	Features []string
	Repeat   int
	Slow     time.Duration
	Host     Host
	CLI      CLI
	Files    map[string]string // by path below the run's directory: what is written there before the first step
	Frames   map[string]Frame
	Raw      map[string]string
	Steps    []Step
}

// Host describes the adapter's process.
type Host struct {
	Env    map[string]string
	Locale string
}

// CLI describes the fake claude before its first step.
type CLI struct {
	Version     string // "", "hang", "exit N", or the text that the version probe prints
	StdinPipe   int    // bytes; zero: as the SDK made it
	StdoutPipe  int
	Gulp        int           // size of the fake's reads in bytes; zero: its default
	Startup     time.Duration // pause before the first read
	IgnoresEOF  bool
	Ignores     []string // signals, "SIGTERM"
	Serves      []string // subtypes answered by themselves from the start; default initialize
	ServesGiven bool     // the file says so itself
}

// Frame is a named frame: JSON text, or a stock frame with changes.
type Frame struct {
	Pos   Pos
	JSON  string // templated JSON text; empty if Like is set
	Like  string // stock frame
	Set   []PathValue
	Unset []string
}

// PathValue is one entry of set, match or where: a gjson path and a value.
type PathValue struct {
	Pos   Pos
	Path  string
	Value Value
}

// Actor is who a step is about.
type Actor string

// The actors; None is quiet and either.
const (
	SDK   Actor = "sdk"
	Fake  Actor = "cli"
	Store Actor = "store" // the session store that the SDK's user gave it
	None  Actor = ""
	Quiet       = "quiet"  // verb of the step that shows that nothing happens
	Fork        = "either" // verb of the step that takes one of several branches
)

// Step is one step of a case. Which of the fields count depends on the verb; the loader refuses those that do not fit.
type Step struct {
	Pos   Pos
	Index int // place in the case, counted over all branches from 1, as reports number it
	Actor Actor
	Verb  string // "start", "writes", ..., "quiet", "either"; for other operations the operation's neutral name
	Arg   Value  // what stands after ACTOR.VERB:
	// Imperative tells sdk acts (sdk.verb) from sdk observations (sdk.verbs).
	Imperative bool

	As      string // templated; empty: the default name
	Session string // templated; empty: the main session
	Task    string // templated
	Since   string // templated
	Where   []PathValue
	Match   []PathValue

	Within   time.Duration
	After    time.Duration
	Optional bool
	Times    int // at least 1
	From     int // first value of ${i}; default 1

	Kind     []string // sdk.fails
	Reply    Value    // sdk.asks, store.appends, loads, lists: map, JSON text, or {raise: TEXT}
	HasReply bool
	With     Value // sdk.reply, store.answers, store.keeps
	Set      []PathValue
	Unset    []string
	Cut      int   // size of pieces in bytes
	CutAt    []int // offsets in bytes
	Whole    bool  // one write, whatever cut the run asks for
	Only     int   // first N bytes, then stop; zero: all
	ToStderr bool
	Deliver  string // "", "may", "never"
	// WrongShape says that a frame is none that the CLI of today writes, and is meant so.
	WrongShape bool
	Response   string // cli.answers: templated JSON text
	Error      string // cli.answers: templated text
	HasError   bool
	Branches   [][]Step // either
}

// Start is the decoded argument of sdk.start, after substitution.
type Start struct {
	Prompt    string
	HasPrompt bool // false: connect only
	Stream    bool // the prompt is fed by sdk.feed
	AtConnect bool // a client's prompt is given with the connecting, and not by a query after it
	Cancelled bool // the context or scope of the start has ended before it
	Callbacks []Callback
	Options   map[string]any // neutral names of the adapter contract, durations as KEY_ms, sizes as KEY_bytes
	ToolsOf   string         // options.tools_of: the session whose server objects this one shares
	Read      string         // "all", "none" or "N"
	ReadN     int            // the N
}

// CallbackKind tells the sorts of callback apart.
type CallbackKind string

// The kinds of callback that sdk.start may declare.
const (
	Permission  CallbackKind = "can_use_tool"
	Hook        CallbackKind = "hook"
	Tool        CallbackKind = "mcp_tool"
	Elicitation CallbackKind = "elicitation"
	UserDialog  CallbackKind = "user_dialog"
	Stderr      CallbackKind = "stderr"
)

// Callback is one declared callback.
type Callback struct {
	Name    string // as written: can_use_tool, elicitation, user_dialog, PreToolUse, calc/add, stderr
	Kind    CallbackKind
	Server  string // of SERVER/TOOL
	Tool    string
	Matcher string
	Timeout time.Duration
	// OnFailure is what becomes of the action when the hook fails: continue, block or empty for the CLI's own choice.
	OnFailure string
	Raise     string // stderr: fail on the first line with this text
}
