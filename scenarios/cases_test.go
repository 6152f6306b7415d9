package scenarios

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// head is what every file of these tests begins with.
const head = "title: A reply arrives\nlevel: should\n"

func mustLoad(t testing.TB, text string) *File {
	t.Helper()
	f, err := Load("area/name.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mustCases(t testing.TB, text string) []Case {
	t.Helper()
	cases, err := mustLoad(t, text).Cases()
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

func ids(cases []Case) []string {
	var out []string
	for _, c := range cases {
		out = append(out, c.ID)
	}
	return out
}

func TestCaseIDs(t *testing.T) {
	t.Parallel()
	const prompt = "- sdk.start: go\n- cli.reads: user\n"
	const two = "- each_order:\n  - cli.writes: init\n  - - cli.writes: state\n    - cli.drained:\n"
	for _, tt := range []struct {
		name, extra, steps string
		want               []string
	}{
		{"both entries", "", prompt, []string{"area/name@oneshot", "area/name@client"}},
		{"one by hand", "entry: [oneshot]\n", prompt, []string{"area/name"}},
		{"no prompt", "", "- sdk.start:\n", []string{"area/name"}},
		{"an operation", "", prompt + "- sdk.interrupt:\n", []string{"area/name"}},
		{"break and cancel", "", prompt + "- sdk.break:\n- sdk.cancel: session\n", []string{"area/name@oneshot", "area/name@client"}},
		{"the start's return", "", prompt + "- sdk.returns: start\n", []string{"area/name"}},
		{"the start's return by name", "", "- sdk.start: go\n  as: s\n- sdk.returns: s\n", []string{"area/name"}},
		{"in a branch", "", prompt + "- either:\n  - - cli.dismissed:\n  - - cli.gone:\n    - sdk.query: two\n", []string{"area/name"}},
		{"read none", "", "- sdk.start: {prompt: go, read: none}\n", []string{"area/name"}},
		{"read none by hand", "entry: [oneshot, client]\n", "- sdk.start: {prompt: go, read: none}\n- sdk.read: 1\n", []string{"area/name@oneshot", "area/name@client"}},
		{"rows", "variants: {a: {p: go}, \"null\": {p: on}}\nentry: [client]\n", "- sdk.start: ${variant.p}\n", []string{"area/name[a]", "area/name[null]"}},
		{"orders", "entry: [client]\n", prompt + two, []string{"area/name[o12]", "area/name[o21]"}},
		{"rows, two blocks", "variants: {r: {p: go}}\nentry: [client]\n", "- sdk.start: ${variant.p}\n" + two + two,
			[]string{"area/name[r,o12,p12]", "area/name[r,o12,p21]", "area/name[r,o21,p12]", "area/name[r,o21,p21]"}},
		{"one row binds all", "variants: {a: {s: go}, b: {s: {callbacks: []}}}\n", "- sdk.start: ${variant.s}\n", []string{"area/name[a]", "area/name[b]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := ids(mustCases(t, head+tt.extra+"steps:\n"+tt.steps))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ids (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVariantsFillTheSteps(t *testing.T) {
	t.Parallel()
	cases := mustCases(t, head+`entry: [client]
variants:
  one: {n: 3, text: a, size: 64KiB, frames: [init, x], kind: [closed, other], match: {"exit_code": 7}, big: 12345678901234567890, level: must, no: no}
frames:
  x: '{"type":"user","n":${variant.big}}'
steps:
- sdk.start: {prompt: "<${variant.text}>", callbacks: [can_use_tool]}
- cli.writes: ${variant.frames}
  times: ${variant.n}
  cut: ${variant.size}
  set: {"a.${variant.text}": "${variant.n}", b: "${variant.no}", c: "${i}"}
- sdk.fails: session
  kind: ${variant.kind}
  match: ${variant.match}
`)
	c := cases[0]
	if c.Level != Must {
		t.Errorf("level of the row: want must, got %s", c.Level)
	}
	if got := c.Frames["x"].JSON; got != `{"type":"user","n":12345678901234567890}` {
		t.Errorf("a number in JSON text is not as written: %s", got)
	}
	w := c.Steps[1]
	got := []any{c.Steps[0].Arg.(map[string]any)["prompt"], w.Arg, w.Times, w.Cut, w.Set[0].Path, w.Set[0].Value, w.Set[1].Value, w.Set[2].Value,
		c.Steps[2].Kind, c.Steps[2].Match[0].Path, c.Steps[2].Match[0].Value}
	want := []any{"<a>", []any{"init", "x"}, 3, 65536, "a.a", json.Number("3"), "no", "${i}", []string{"closed", "other"}, "exit_code", json.Number("7")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStepsAreNumberedOverAllBranches(t *testing.T) {
	t.Parallel()
	c := mustCases(t, head+`entry: [client]
steps:
- sdk.start: go
- either:
  - - cli.reads: user
    - cli.writes: result
  - - sdk.fails: session
- cli.exits: 0
`)[0]
	var got []string
	for s := range All(c.Steps) {
		got = append(got, fmt.Sprint(s.Index, " ", s.Key(), " ", s.Pos.Line))
	}
	want := []string{"1 sdk.start 5", "2 either 6", "3 cli.reads 7", "4 cli.writes 8", "5 sdk.fails 9", "6 cli.exits 10"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOrdersPutGroupsInPlace(t *testing.T) {
	t.Parallel()
	cases := mustCases(t, head+"entry: [client]\nsteps:\n- sdk.start: go\n- each_order:\n  - cli.writes: init\n  - - cli.writes: state\n    - cli.drained:\n  - sdk.interrupt:\n- cli.exits: 0\n")
	if len(cases) != 6 || cases[3].ID != "area/name[o231]" {
		t.Fatalf("want six orders with o231 the fourth, got %v", ids(cases))
	}
	var got []string
	for s := range All(cases[3].Steps) {
		got = append(got, s.Key())
	}
	if diff := cmp.Diff([]string{"sdk.start", "cli.writes", "cli.drained", "sdk.interrupt", "cli.writes", "cli.exits"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFeatures(t *testing.T) {
	t.Parallel()
	client := func(more ...string) string {
		return strings.Join(slices.Sorted(slices.Values(append([]string{"connect", "query", "receive"}, more...))), " ")
	}
	const go1 = "- sdk.start: {prompt: go, callbacks: [can_use_tool]}\n- cli.reads: user\n"
	const ask = "- cli.writes: can_use_tool\n  as: p1\n- sdk.asks: can_use_tool\n  as: a1\n"
	for _, tt := range []struct{ name, head, steps, want string }{
		{"one-shot", "entry: [oneshot]\n", "- sdk.start: go\n", "prompt"},
		{"client", "entry: [client]\n", "- sdk.start: go\n", client()},
		{"by need", "entry: [client]\nneeds: [interrupt.answered]\n", "- sdk.start: go\n", client("interrupt.answered")},
		{"stream", "entry: [oneshot]\n", "- sdk.start: {prompt: stream}\n- sdk.feed: end\n", "prompt prompt.stream"},
		{"pull", "entry: [oneshot]\n", "- sdk.start: {prompt: go, read: none}\n- sdk.read: 1\n", "prompt prompt.pull receive"},
		{"turn", "", "- sdk.start: {prompt: go, read: none}\n- sdk.read: turn\n", client("receive.turn")},
		{"callbacks", "entry: [oneshot]\n", "- sdk.start: {prompt: go, callbacks: [can_use_tool, Stop, a/b, {stderr: {raise: x}}]}\n",
			"callback.can_use_tool callback.hook callback.mcp_tool prompt stderr"},
		{"throws", "entry: [client]\n", go1 + "- sdk.asks: can_use_tool\n  reply: {raise: x}\n", client("callback.can_use_tool", "callback.throws")},
		{"throws late", "entry: [client]\n", go1 + ask + "- sdk.reply: a1\n  with: {raise: x}\n", client("callback.can_use_tool", "callback.throws")},
		{"withdrawn", "entry: [client]\n", go1 + ask + "- sdk.cancels: a1\n", client("callback.can_use_tool", "callback.withdrawn")},
		{"cancel", "entry: [client]\n", "- sdk.start: go\n- sdk.cancel: session\n", client("cancel.sdk")},
		{"operation by name", "", "- sdk.start:\n- sdk.call: {op: stop_task, args: {task_id: t}}\n", client("stop_task")},
		{"disconnect beside the default reader", "", go1 + "- sdk.disconnect:\n", client("callback.can_use_tool", "disconnect")},
		{"interrupt beside the default reader", "", go1 + "- sdk.interrupt:\n", client("callback.can_use_tool", "concurrent.interrupt", "interrupt")},
		{"interrupt with nobody reading", "", "- sdk.start: {prompt: go, read: none}\n- sdk.interrupt:\n", client("interrupt")},
		{"interrupt beside a read", "", "- sdk.start: {prompt: go, read: none}\n- cli.reads: user\n- sdk.read: all\n  task: r\n- sdk.interrupt:\n",
			client("concurrent.interrupt", "context.task", "interrupt")},
		{"query beside a read", "", "- sdk.start: {prompt: go, read: none}\n- cli.reads: user\n- sdk.read: all\n  task: r\n- sdk.query: two\n",
			client("concurrent.any", "context.task")},
		{"another task, after the return", "", "- sdk.start:\n- sdk.returns: start\n- sdk.mcp_status:\n  task: b\n- sdk.returns: mcp_status\n- sdk.ping:\n  task: c\n",
			client("context.task", "mcp_status", "ping")},
		{"two tasks", "", "- sdk.start:\n- sdk.returns: start\n- sdk.mcp_status:\n  task: b\n- sdk.ping:\n  task: c\n",
			client("concurrent.any", "context.task", "mcp_status", "ping")},
		{"other loop", "", "- sdk.start:\n- sdk.returns: start\n- sdk.query: two\n  task: elsewhere\n", client("context.loop")},
		{"inside a callback", "", go1 + ask + "- sdk.set_model: {model: m}\n  task: a1\n",
			client("callback.can_use_tool", "concurrent.any", "context.callback", "set_model")},
		{"end of a task", "", "- sdk.start: go\n  task: t\n- cli.reads: user\n- sdk.ends: t\n", client("context.task", "task.end")},
		{"two sessions", "", "- sdk.start:\n- sdk.start:\n  session: b\n- sdk.disconnect:\n  session: b\n", client("disconnect")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cases := mustCases(t, head+tt.head+"steps:\n"+tt.steps)
			if got := strings.Join(cases[len(cases)-1].Features, " "); got != tt.want {
				t.Errorf("want %s\ngot  %s", tt.want, got)
			}
		})
	}
}

func TestFileKeys(t *testing.T) {
	t.Parallel()
	f := mustLoad(t, head+`rules: [FRM-01]
seen: [B092, py#98]
entry: [client]
needs: [receive.turn]
slow: 12
repeat: 50
formerly: [old/name]
host: {locale: C, env: {A: "1"}}
cli: {version: exit 1, pipe: {stdin: 4KiB, stdout: 700}, gulp: 1KiB, startup: 400ms, ignores: [eof, SIGTERM], serves: []}
steps:
- sdk.start: go
`)
	cases, err := f.Cases()
	if err != nil {
		t.Fatal(err)
	}
	c := cases[0]
	want := CLI{Version: "exit 1", StdinPipe: 4096, StdoutPipe: 700, Gulp: 1024, Startup: 400 * time.Millisecond, IgnoresEOF: true,
		Ignores: []string{"SIGTERM"}, Serves: []string{}, ServesGiven: true}
	if diff := cmp.Diff(want, c.CLI, cmp.Transformer("empty", func(s []string) string { return strings.Join(s, ",") })); diff != "" {
		t.Errorf("cli (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Host{Env: map[string]string{"A": "1"}, Locale: "C"}, c.Host); diff != "" {
		t.Errorf("host (-want +got):\n%s", diff)
	}
	if f.ID != "area/name" || f.Slow != 12*time.Second || c.Repeat != 50 || !slices.Equal(f.Formerly, []string{"old/name"}) {
		t.Errorf("got %+v", f)
	}
	plain := mustCases(t, head+"steps:\n- sdk.start: go\n")[0]
	if diff := cmp.Diff(CLI{Serves: []string{"initialize"}}, plain.CLI); diff != "" {
		t.Errorf("cli by default (-want +got):\n%s", diff)
	}
}

func TestCasesOfAFileThatWasNotLoaded(t *testing.T) {
	t.Parallel()
	var found Problems
	if _, err := (&File{}).Cases(); !errors.As(err, &found) {
		t.Errorf("want Problems, got %v", err)
	}
}
