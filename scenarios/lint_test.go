package scenarios

import (
	"strings"
	"testing"
)

func TestLintAsksTheProtocol(t *testing.T) {
	t.Parallel()
	f := mustLoad(t, head+"rules: [OWN-01]\nseen: [own#1]\nsteps:\n- sdk.start: go\n- cli.reads: user\n")
	if got := Problems(Lint(f)).Error(); !strings.Contains(got, "OWN-01") || !strings.Contains(got, "own#1") {
		t.Errorf("want OWN-01 and own#1 unknown to the protocol, got %q", got)
	}
}

// A capture of a reply's own ask, a templated name, and what an SDK may leave out are right; a linter that refused everything would
// still pass the corpus of invalid files.
func TestLintLetsRightFilesBe(t *testing.T) {
	t.Parallel()
	const start = "steps:\n- sdk.start: {prompt: go, callbacks: [can_use_tool]}\n- cli.reads: user\n"
	for name, text := range map[string]string{
		"own ask": start + "- cli.writes: can_use_tool\n  as: p1\n- sdk.asks: can_use_tool\n  as: a1\n  reply: '{\"behavior\":\"allow\",\"updatedInput\":${a1.input}}'\n- cli.reads: control_response/p1\n",
		"times": start + "- cli.writes: can_use_tool\n  as: p${i}\n  times: 3\n- sdk.asks: can_use_tool\n  as: a${i}\n  times: 3\n" +
			"- sdk.reply: a${i}\n  with: {behavior: allow}\n  times: 3\n- cli.reads: control_response/p${i}\n  optional: true\n  times: 3\n",
		"cancelled request":      start + "- cli.writes: can_use_tool\n  as: p1\n- sdk.asks: can_use_tool\n  reply: {behavior: allow}\n- cli.writes: cancel\n  set: {request_id: p1}\n- cli.writes: result\n- sdk.yields: result\n",
		"exit before the return": "steps:\n- sdk.start: go\n- cli.reads: user\n- sdk.disconnect:\n- cli.dismissed:\n- cli.drained:\n- cli.exits: 0\n- sdk.returns: disconnect\n",
		"eof since the start":    "entry: [oneshot]\nsteps:\n- sdk.start: go\n- cli.reads: user\n- cli.reads: eof\n  since: start\n",
		"quiet, then the end":    "steps:\n- sdk.start: go\n- cli.reads: user\n- quiet: 1s\n- cli.exits: 0\n",
		"same frame twice":       "frames: {a: {like: assistant, set: {uuid: 897fd780-b6c3-54d1-bc2d-a8bc61041bbc}}}\nsteps:\n- sdk.start: go\n- cli.writes: a\n- cli.writes: a\n- sdk.yields: assistant\n",
		"one as in two branches": start + "- either:\n  - - cli.reads: control_request/interrupt\n      as: x\n  - - cli.reads: control_request/mcp_status\n      as: x\n- cli.writes: assistant\n  set: {text: \"${x.request_id}\"}\n- sdk.yields: assistant\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, p := range Lint(mustLoad(t, head+text)) {
				t.Errorf("%s", p)
			}
		})
	}
}
