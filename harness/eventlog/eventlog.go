// Package eventlog is the record of a run: one append-only NDJSON file from which everything printed is rendered.
//
// It is not a report: it holds what happened, never how it looks, and it decides nothing.
package eventlog

// Schema is the version of the log's format, in the first record of every log.
const Schema = 1

// Record is one line of the log. Exactly one of the pointers is set, and T names it.
type Record struct {
	T     string  `json:"t"` // run, plan, start, trace, case, note, end
	Run   *Run    `json:"run,omitempty"`
	Plan  *Plan   `json:"plan,omitempty"`
	Start *Start  `json:"start,omitempty"`
	Trace *Trace  `json:"trace,omitempty"`
	Case  *Case   `json:"case,omitempty"`
	Note  *Note   `json:"note,omitempty"`
	End   *Ending `json:"end,omitempty"`
}

// Run opens a log: what is tested, by what, and how to do it again.
type Run struct {
	Schema   int      `json:"schema"`
	Version  string   `json:"version"` // of wiretrial
	Date     string   `json:"date"`    // RFC 3339, UTC
	Seed     string   `json:"seed"`    // hexadecimal
	Platform string   `json:"platform"`
	Adapter  string   `json:"adapter"` // name and version
	SDK      string   `json:"sdk"`     // name
	Release  string   `json:"release"` // the SDK's version
	Language string   `json:"language"`
	Runtime  string   `json:"runtime"`
	Features []string `json:"features"`
	Idiom    string   `json:"idiom"`
	Rerun    string   `json:"rerun"`           // flags that select this SDK again: "--sdk python@0.2.187" or "-- CMD ARGS"
	Proven   bool     `json:"proven"`          // quiet and hangs can be proven on this platform
	Trace    bool     `json:"trace,omitempty"` // --trace: what happened on the channels is part of the report
}

// Plan says what was selected before anything ran.
type Plan struct {
	Cases       int            `json:"cases"` // without the finding about the whole run
	Files       int            `json:"files"`
	SlowLeftOut int            `json:"slow_left_out"`
	Levels      map[string]int `json:"levels"`

	// Digests tell plans apart; they are those of the whole plan, also where only a shard of it ran. Empty: not recorded.
	Digest    string `json:"digest,omitempty"`    // of the ids
	Settings  string `json:"settings,omitempty"`  // the flags that change how they are played
	Catalogue string `json:"catalogue,omitempty"` // of the scenario files
	Record    string `json:"record,omitempty"`    // of the deviations
	Shard     *Shard `json:"shard,omitempty"`     // nil: the whole plan ran
	Merged    int    `json:"merged,omitempty"`    // of how many shards this log was made; zero: of none
}

// Shard says which part of a plan a run plays.
type Shard struct {
	Index  int    `json:"index"` // counts from 1
	Total  int    `json:"total"`
	Whole  int    `json:"whole"`  // cases of the whole plan
	Source string `json:"source"` // what said so: --shard, or a system with its variables
}

// Start opens a case.
type Start struct {
	ID   string `json:"id"`
	Slow bool   `json:"slow,omitempty"`
}

// Trace is one thing that happened on one of the channels, written with --trace and for failed cases.
type Trace struct {
	ID      string  `json:"id"`
	MS      float64 `json:"ms"`      // since the case began
	Channel string  `json:"channel"` // sdk or cli
	Session string  `json:"session,omitempty"`
	Text    string  `json:"text"` // bounded, secrets redacted
}

// Verdict is what a case came to.
type Verdict string

// The verdicts, in the order of the summary.
const (
	Pass           Verdict = "pass"
	Fail           Verdict = "fail"
	Known          Verdict = "known"           // failed exactly as a deviation records
	UnexpectedPass Verdict = "unexpected-pass" // a deviation says it fails, and it passed
	Unsupported    Verdict = "unsupported"     // the SDK does not declare a feature that the case needs
	Flaky          Verdict = "flaky"           // its verdict changed when it ran again
	Broken         Verdict = "error"           // the harness's or the adapter's fault, never the SDK's
	Differs        Verdict = "differs"         // a may that failed: recorded, no failure
)

// Case closes a case: its verdict and, for a failure, all that a reader needs to see it.
type Case struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Level     string   `json:"level"`
	Rules     []string `json:"rules,omitempty"`
	Seen      []string `json:"seen,omitempty"`
	Verdict   Verdict  `json:"verdict"`
	MS        float64  `json:"ms"`
	Attempts  []string `json:"attempts,omitempty"` // verdicts of all runs when it ran more than once
	Missing   []string `json:"missing,omitempty"`  // features; unsupported
	Failure   *Failure `json:"failure,omitempty"`
	Steps     []Row    `json:"steps,omitempty"`
	Notes     []string `json:"notes,omitempty"` // checks that were skipped, the branches taken, the timer waited for
	Where     string   `json:"where,omitempty"` // file:line
	Deviation string   `json:"deviation,omitempty"`
}

// Failure is the one check that decided.
type Failure struct {
	Step  int    `json:"step"` // Row.N; zero: a law, after the last step
	Check string `json:"check"`
	Kind  string `json:"kind,omitempty"` // of an SDK's error
	Class string `json:"class"`
	Text  string `json:"text"`           // one sentence
	Path  string `json:"path,omitempty"` // gjson path of a mismatch
	Want  string `json:"want,omitempty"`
	Got   string `json:"got,omitempty"`
	Where string `json:"where,omitempty"` // file:line:col
	Fault string `json:"fault"`           // whose fault it probably is, and why
}

// Row is one row of the screenplay.
type Row struct {
	N      int    `json:"n"`
	Side   string `json:"side"`             // sdk, cli or both
	Text   string `json:"text"`             // what the step says
	Status string `json:"status,omitempty"` // ok, fail, void, optional, or empty when it was not reached
	Detail string `json:"detail,omitempty"`
}

// Note is something that is not about one case.
type Note struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// The kinds of note.
const (
	NoteFault     = "fault"     // what kept the run from running
	NoteCanary    = "canary"    // a canary that did not hold
	NoteStale     = "stale"     // a recorded deviation that names no scenario
	NoteExpired   = "expired"   // one that is over its day
	NoteExpiring  = "expiring"  // one that soon will be
	NoteLost      = "lost"      // a recorded feature that is not declared any more
	NoteGained    = "gained"    // a feature that is not recorded yet
	NoteWithdrawn = "withdrawn" // why the registry took the release off its list
	NoteGone      = "gone"      // why the release could not be had
)

// Ending closes a log; a log without one was cut short.
type Ending struct {
	Counts  map[Verdict]int            `json:"counts"`
	Levels  map[string]map[Verdict]int `json:"levels"`
	Classes map[string]int             `json:"classes,omitempty"`
	MS      float64                    `json:"ms"`
	Exit    int                        `json:"exit"`
	Why     string                     `json:"why"` // one sentence for the exit code
}
