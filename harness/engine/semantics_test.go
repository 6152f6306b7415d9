package engine_test

import (
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/scenarios"
)

// rule is one rule of the language, shown on the honest adapter: check is what fails, empty for a pass.
type rule struct {
	name  string
	entry scenarios.Entry // empty: client
	text  string
	check string
	step  int
	void  int    // a step that has no effect
	note  string // a note of the run
	got   string // what the failure must tell
}

func rules() []rule {
	return []rule{
		{name: "an observation takes an event that came before its turn", text: `
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
- cli.writes: result
- sdk.yields: result
- sdk.yields: assistant
`},
		{name: "within a lane the oldest is taken, and a wrong one is not skipped", check: engine.CheckMatch, step: 5, got: "one", text: `
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
  set: {text: one}
- cli.writes: assistant
  set: {text: two}
- sdk.yields: assistant
  match: {text: two}
- cli.writes: result
`},
		{name: "where narrows the lane before the oldest is taken", text: `
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
  set: {text: one}
- cli.writes: assistant
  set: {text: two}
- sdk.yields: assistant
  where: {text: two}
- sdk.yields: assistant
  match: {text: one}
- cli.writes: result
- sdk.yields: result
`},
		{name: "a message far behind others is found", text: `
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
  set: {text: "m${i}"}
  times: 10000
- cli.writes: result
- sdk.yields: assistant
  where: {text: m10000}
- sdk.yields: assistant
  match: {text: m1}
- sdk.yields: result
`},
		{name: "an optional message is checked when it comes", check: engine.CheckMatch, step: 3, got: "one", text: `
- sdk.start: go on
- cli.reads: user
- sdk.yields: assistant
  optional: true
  match: {text: two}
- cli.writes: assistant
  set: {text: one}
- cli.writes: result
- sdk.yields: result
`},
		{name: "an optional return is checked when it comes", check: engine.CheckMatch, step: 4, got: "1", text: `
- sdk.start: {prompt: go on, read: none}
- cli.reads: user
- sdk.read: 1
- sdk.returns: read
  optional: true
  match: {count: 2}
- cli.writes: [assistant, result]
- sdk.yields: assistant
- quiet: 50ms
`},
		{name: "what a where refused is looked at again when its words are known", text: `
- sdk.start: go on
- cli.reads: user
- sdk.yields: assistant
  as: echo
  optional: true
  where: {text: "${said.message.content.0.text}"}
- cli.writes: assistant
  set: {text: one}
- cli.writes: assistant
  set: {text: one}
- quiet: 50ms
- sdk.yields: assistant
  as: said
- cli.writes: result
- sdk.yields: result
- cli.writes: assistant
  set: {text: "${echo.message.content.0.text} more"}
- sdk.yields: assistant
  match: {text: one more}
- cli.writes: result
`},
		{name: "an act does not wait for its effect", text: `
- sdk.start: go on
- cli.writes: assistant
- cli.writes: result
- cli.reads: user
- sdk.yields: result
`},
		{name: "a line lane fails at once at the end of stdin", check: engine.CheckClosed, step: 4, text: `
- sdk.start: go on
- cli.reads: user
- sdk.disconnect:
- cli.reads: control_request/interrupt
- cli.exits: 0
`},
		{name: "an ending belongs to the act before it", text: `
- sdk.start: go on
- cli.reads: user
- sdk.disconnect:
- cli.reads: eof
- cli.exits: 0
- sdk.returns: disconnect
`},
		{name: "an ending before the act before it", check: engine.CheckSince, step: 5, text: `
- sdk.start: go on
- cli.reads: user
- sdk.disconnect:
- cli.writes: keep_alive
- cli.reads: eof
- cli.exits: 0
- sdk.returns: disconnect
`},
		{name: "an ending may name an earlier act", text: `
- sdk.start: go on
- cli.reads: user
- sdk.disconnect:
- cli.writes: keep_alive
- cli.reads: eof
  since: disconnect
- cli.exits: 0
- sdk.returns: disconnect
`},
		{name: "the fake ends by its steps only", text: `
- sdk.start: go on
- cli.reads: user
- sdk.disconnect:
- cli.reads: eof
- quiet: 150ms
- sdk.pending: disconnect
- cli.exits: 0
- sdk.returns: disconnect
`},
		{name: "of two branches whose events lie there the first listed is taken", note: "took the branch of sdk.yields: result", text: `
- sdk.start: go on
- cli.reads: user
- cli.writes: [assistant, result]
- quiet: 50ms
- either:
  - - sdk.yields: result
  - - sdk.yields: assistant
- sdk.yields: assistant
`},
		{name: "a head chooses by where and its match may fail", check: engine.CheckMatch, step: 5, got: "one", text: `
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
  set: {text: one}
- either:
  - - sdk.yields: assistant
      match: {text: two}
  - - sdk.yields: assistant
      match: {text: one}
- cli.writes: result
`},
		{name: "an event that no head admits fails at once, with a diff for each", check: engine.CheckBranch, step: 4, got: `"two"; sdk.yields`, text: `
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
  set: {text: one}
- either:
  - - sdk.yields: assistant
      where: {text: two}
  - - sdk.yields: assistant
      where: {text: three}
- cli.writes: result
`},
		{name: "an optional line that comes later is no line too many", text: `
- sdk.start: go on
- cli.reads: user
- cli.reads: control_request/interrupt
  optional: true
- sdk.interrupt:
- cli.writes: result
- sdk.yields: result
- quiet: 50ms
- cli.exits: 0
- sdk.fails: interrupt
`},
		{name: "an optional line that never comes is not missed", text: `
- sdk.start: go on
- cli.reads: user
- cli.reads: control_request/interrupt
  optional: true
- cli.writes: result
- sdk.yields: result
`},
		{name: "times and from count i", text: `
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
  set: {text: "m${i}"}
  times: 3
  from: 4
- sdk.yields: assistant
  match: {text: "m${i}"}
  times: 3
  from: 4
- cli.writes: result
- sdk.yields: result
`},
		{name: "captures of a line and of a call", text: `
- sdk.start: {prompt: go on, callbacks: [can_use_tool]}
- cli.reads: user
- cli.writes: can_use_tool
  as: p1
- sdk.asks: can_use_tool
  as: q1
- cli.writes: assistant
  set: {text: "${q1.tool_name} for ${user.message.content}"}
- sdk.yields: assistant
  match: {text: Bash for go on}
- sdk.reply: q1
  with: {behavior: allow, updatedInput: {tool: "${q1.tool_name}"}}
- cli.reads: control_response/p1
  match: {response.response.updatedInput.tool: Bash}
- cli.writes: result
- sdk.yields: result
`},
		{name: "the operation and the line of one name are two things", text: `
- sdk.start: go on
- cli.reads: user
- sdk.interrupt:
- cli.reads: control_request/interrupt
- cli.writes: '{"type":"control_response","response":{"subtype":"success","request_id":"${interrupt.request_id}","response":{"said":"yes"}}}'
- sdk.returns: interrupt
- cli.writes: result
- sdk.yields: result
`},
		{name: "a reply to a call that was withdrawn is void", void: 7, text: `
- sdk.start: {prompt: go on, callbacks: [can_use_tool]}
- cli.reads: user
- cli.writes: can_use_tool
  as: p1
- sdk.asks: can_use_tool
  as: q1
- cli.writes: cancel
- sdk.cancels: q1
- sdk.reply: q1
  with: {behavior: allow}
- cli.writes: result
- sdk.yields: result
`},
		{name: "a streamed prompt is fed as the SDK asks", text: `
- sdk.start: {prompt: stream}
- sdk.feed: '{"type":"user","message":{"role":"user","content":"first"}}'
- cli.reads: user
  match: {message.content: first}
- sdk.feed: '{"type":"user","message":{"role":"user","content":"second"}}'
- cli.reads: user
  match: {message.content: second}
- sdk.feed: end
- cli.writes: result
- cli.writes: result
- sdk.yields: result
  times: 2
`},
		{name: "a prompt stream that fails fails the session", entry: scenarios.OneShot, text: `
- sdk.start: {prompt: stream}
- sdk.feed: {raise: out of ink}
- cli.dismissed:
- cli.exits: 0
- sdk.fails: session
  kind: prompt_error
`},
		{name: "the end of a session whose CLI exited by itself is nobody's", text: `
- sdk.start: go on
- cli.reads: user
- cli.writes: result
- sdk.yields: result
- cli.exits: 3
- cli.gone:
`},
		{name: "a failure that a step takes excuses the other calls of its session", entry: scenarios.OneShot, text: `
- sdk.start: go on
- cli.reads: user
- cli.exits: 3
- sdk.fails: session
  kind: process_exit
  match: {exit_code: 3}
`},
		{name: "a success where a failure was due", check: engine.CheckReturns, step: 5, entry: scenarios.OneShot, text: `
- sdk.start: go on
- cli.reads: user
- cli.writes: result
- cli.exits: 0
- sdk.fails: session
`},
		{name: "two sessions of one host have lanes of their own", text: `
- sdk.start: first
- sdk.start: second
  session: b
- cli.reads: user
  session: b
  match: {message.content: second}
- cli.reads: user
  match: {message.content: first}
- cli.writes: result
  session: b
- cli.writes: result
- sdk.yields: result
  session: b
- sdk.yields: result
`},
		{name: "reading by hand", text: `
- sdk.start: {prompt: go on, read: none}
- cli.reads: user
- cli.writes: [assistant, result]
- sdk.read: 1
- sdk.returns: read
  match: {count: 1}
- sdk.yields: assistant
- sdk.read: turn
- sdk.yields: result
`},
		{name: "after a loop that was left a prefix is enough", entry: scenarios.OneShot, text: `
- sdk.start: {prompt: go on, read: 1}
- cli.reads: user
- cli.writes: [assistant, assistant, result]
- sdk.yields: assistant
- cli.dismissed:
- cli.exits: 0
- sdk.returns: session
`},
	}
}

func TestRulesOfTheLanguage(t *testing.T) {
	t.Parallel()
	for _, r := range append(rules(), storeRules()...) {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			entry := r.entry
			if entry == "" {
				entry = scenarios.Client
			}
			res := newStage(t, honest).play(load(t, r.text, entry))
			if r.check == "" {
				mustPass(t, res)
			} else {
				mustFail(t, res, r.check, r.step)
			}
			if r.got != "" && (res.Failure == nil || !strings.Contains(res.Failure.Got, r.got)) {
				t.Errorf("the failure does not tell %q: %+v", r.got, res.Failure)
			}
			if r.note != "" && !strings.Contains(strings.Join(res.Notes, "\n"), r.note) {
				t.Errorf("notes are %q, wanted %q", res.Notes, r.note)
			}
			for _, m := range res.Marks {
				if void := m.Status == "void"; void != (m.Index == r.void) {
					t.Errorf("step %d is marked %s", m.Index, m.Status)
				}
			}
		})
	}
}
