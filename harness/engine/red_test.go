package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/scenarios"
)

// red is a scenario that a lie fails, by exactly one check at exactly one step, and that the honest adapter passes.
type red struct {
	name  string
	lie   string
	entry scenarios.Entry
	text  string
	check string
	step  int           // 0: a law of the end
	limit time.Duration // deadline of an observation
}

const turnOf = `
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
  set: {text: the truth}
- cli.writes: result
- sdk.yields: result
`

const twoMessages = `
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
  set: {text: the truth}
- cli.writes: assistant
  set: {text: nothing but}
- cli.writes: result
- sdk.yields: result
`

const matched = `
- sdk.start: go on
- cli.reads: user
  match: {message.content: {contains: go on}}
- cli.writes: assistant
  set: {text: the truth}
- sdk.yields: assistant
  match: {text: the truth}
- cli.writes: result
- sdk.yields: result
`

const interrupted = `
- sdk.start: go on
- cli.reads: user
- sdk.interrupt:
- cli.reads: control_request/interrupt
- sdk.pending: interrupt
- cli.answers: interrupt
- sdk.returns: interrupt
  within: 5s
- cli.writes: result
- sdk.yields: result
`

const twoInterrupts = `
- sdk.start: go on
- cli.reads: user
- sdk.interrupt:
- cli.reads: control_request/interrupt
- cli.answers: interrupt
- sdk.returns: interrupt
- sdk.interrupt:
- cli.reads: control_request/interrupt
- cli.answers: interrupt
- sdk.returns: interrupt
- cli.writes: result
- sdk.yields: result
`

const refusedInterrupt = `
- sdk.start: go on
- cli.reads: user
- sdk.interrupt:
- cli.reads: control_request/interrupt
- cli.answers: interrupt
  error: not now
- sdk.fails: interrupt
  kind: control_error
  match: {message: {contains: not now}}
- cli.writes: result
- sdk.yields: result
`

const permission = `
- sdk.start: {prompt: go on, callbacks: [can_use_tool]}
- cli.reads: user
- cli.writes: can_use_tool
  as: p1
- sdk.asks: can_use_tool
  reply: {behavior: deny, message: one}
- cli.reads: control_response/p1
- cli.drained:
- cli.writes: result
- sdk.yields: result
`

const forked = `
- sdk.start: {prompt: go on, callbacks: [can_use_tool]}
- cli.reads: user
- cli.writes: can_use_tool
  as: p1
- sdk.asks: can_use_tool
  reply: {behavior: deny, message: one}
- either:
  - - cli.reads: control_response/p1
      where: {response.response.message: one}
  - - cli.reads: control_response/p1
      where: {response.response.message: two}
- cli.writes: result
- sdk.yields: result
`

const ending = `
- sdk.start: go on
- cli.reads: user
- cli.writes: result
- sdk.yields: result
- cli.reads: eof
- cli.exits: 0
- sdk.returns: session
`

// reds has at least one row for each check that a single case can fail.
func reds() []red {
	return []red{
		{name: "a line that is awaited never comes", lie: "mute-interrupt", text: interrupted, check: engine.CheckDeadline, step: 4},
		{name: "an operation ends too late", lie: "endless-interrupt", text: interrupted, check: engine.CheckWithin, step: 7},
		{name: "a timeout fires too early", lie: "hasty-start", check: engine.CheckAfter, step: 3, text: `
cli: {serves: []}
steps:
- sdk.start: {prompt: go on, options: {initialize_timeout: 2500ms}}
- cli.reads: control_request/initialize
- sdk.fails: start
  kind: timeout
  after: 2s
`},
		{name: "stdin ends before the result", lie: "closes-stdin", entry: scenarios.OneShot, text: ending, check: engine.CheckSince, step: 5},
		{name: "a yielded text is altered", lie: "changes-text", text: matched, check: engine.CheckMatch, step: 4},
		{name: "a prompt is altered", lie: "changes-prompt", text: matched, check: engine.CheckLineMatch, step: 2},
		{name: "a line lacks what the protocol wants", lie: "bare-user", text: turnOf, check: engine.CheckLineSchema, step: 2},
		{name: "an answer to nobody", lie: "foreign-answer", text: permission, check: engine.CheckLineID, step: 5},
		{name: "one id for two requests", lie: "reuses-ids", text: twoInterrupts, check: engine.CheckLineID, step: 8},
		{name: "initialize twice", lie: "initializes-twice", text: turnOf, check: engine.CheckLineOrder, step: 2},
		{name: "a hook that is declared is not registered", lie: "registers-no-hook", entry: scenarios.OneShot, check: engine.CheckLineMatch, step: 2, text: `
- sdk.start: {prompt: go on, callbacks: [PreToolUse]}
- cli.reads: user
- cli.writes: hook_callback
- sdk.asks: PreToolUse
  reply: {}
- cli.reads: control_response/hook_callback
- cli.writes: result
- sdk.yields: result
`},
		{name: "a line too many", lie: "prompts-twice", text: turnOf, check: engine.CheckLineLeft},
		{name: "stdin closed before an answer", lie: "closes-stdin", entry: scenarios.OneShot, text: permission, check: engine.CheckClosed, step: 5},
		{name: "a line in the silence", lie: "speaks-later", check: engine.CheckQuiet, step: 3, text: `
- sdk.start: go on
- cli.reads: user
- quiet: 1s
- cli.writes: result
- sdk.yields: result
`},
		{name: "a signal at once after the end of stdin", lie: "terminates-at-once", entry: scenarios.Client, check: engine.CheckQuiet, step: 8, text: turnOf + `
- sdk.disconnect:
- cli.reads: eof
- quiet: 1s
- cli.exits: 0
`},
		{name: "an operation ends before its answer", lie: "early-interrupt", text: interrupted, check: engine.CheckPending, step: 5},
		{name: "an operation fails for nothing", lie: "interrupt-fails", text: twoInterrupts, check: engine.CheckFails, step: 6},
		{name: "a failure of another kind", lie: "other-kind", text: refusedInterrupt, check: engine.CheckFailsKind, step: 6},
		{name: "a failure without its reason", lie: "other-text", text: refusedInterrupt, check: engine.CheckFailsMatch, step: 6},
		{name: "a failure taken for success", lie: "swallows-failure", text: refusedInterrupt, check: engine.CheckReturns, step: 6},
		{name: "a session's failure taken for success", lie: "swallows-end", entry: scenarios.OneShot, check: engine.CheckReturns, step: 4, text: `
- sdk.start: go on
- cli.reads: user
- cli.exits: 3
- sdk.fails: session
  kind: process_exit
`},
		{name: "a session fails after a good end", lie: "fails-at-the-end", entry: scenarios.OneShot, text: turnOf, check: engine.CheckFails},
		{name: "a message is lost", lie: "drops-message", text: turnOf, check: engine.CheckMissing},
		{name: "a message comes twice", lie: "doubles-message", text: turnOf, check: engine.CheckDuplicate},
		{name: "two messages change places", lie: "swaps-messages", text: twoMessages, check: engine.CheckOrder},
		{name: "a message that no step looks at is altered", lie: "changes-text", text: turnOf, check: engine.CheckValue},
		{name: "a control frame reaches the user", lie: "yields-control", text: turnOf, check: engine.CheckNever},
		{name: "a message that nobody wrote", lie: "makes-up-messages", text: turnOf, check: engine.CheckNever},
		{name: "a callback that nobody asked for", lie: "makes-up-calls", text: turnOf, check: engine.CheckCallback},
		{name: "an exception escapes into the host", lie: "exception-escapes", text: matched, check: engine.CheckHost, step: 4},
		{name: "a signal without a reason", lie: "terminates", text: turnOf + "- cli.exits: 0\n", check: engine.CheckSignal},
		{name: "no branch admits what came", lie: "other-denial", text: forked, check: engine.CheckBranch, step: 5},
		{name: "descriptors beyond a bound", lie: "hoards-descriptors", limit: 500 * time.Millisecond, check: engine.CheckUses, step: 3, text: `
- sdk.start: go on
- cli.reads: user
- sdk.uses: {fds: {below: 100}}
- cli.writes: result
- sdk.yields: result
`},
		{name: "a CLI is left running", lie: "never-disconnects", text: turnOf, limit: time.Second, check: engine.CheckProcess},
	}
}

func TestEachCheckCanFail(t *testing.T) {
	t.Parallel()
	for _, r := range reds() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			entry := r.entry
			if entry == "" {
				entry = scenarios.Client
			}
			c := load(t, r.text, entry)
			mustFail(t, bounded(r.limit, r.check, r.step, func(limit time.Duration) engine.Result {
				liar := newStage(t, r.lie)
				liar.limit = limit
				return liar.play(c)
			}), r.check, r.step)
			mustPass(t, newStage(t, honest).play(c))
		})
	}
}

// TestNoCheckIsIdle holds the table against the closed set. What only many cases together can show is shown in package harness.
func TestNoCheckIsIdle(t *testing.T) {
	t.Parallel()
	covered := []string{engine.CheckGrowth, engine.CheckFD, engine.CheckFile}
	for _, r := range reds() {
		covered = append(covered, r.check)
	}
	for _, r := range storeRules() { // where the store itself lacks, or keeps, what the script wants of it
		covered = append(covered, r.check)
	}
	for _, c := range engine.Checks() {
		if !slices.Contains(covered, c) {
			t.Errorf("no test fails the check %s", c)
		}
	}
}
