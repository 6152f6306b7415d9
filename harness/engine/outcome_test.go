package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/scenarios"
)

// TestFaultsOfAnAdapterAreErrors: what breaks the contract, and a death, are nobody's failure.
func TestFaultsOfAnAdapterAreErrors(t *testing.T) {
	t.Parallel()
	const text = `
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
- sdk.interrupt:
- cli.reads: control_request/interrupt
- cli.answers: interrupt
- sdk.returns: interrupt
- cli.writes: result
- sdk.yields: result
`
	for lie, want := range map[string]string{
		"faulty-adapter": "KeyError", "refuses-declared": "declares interrupt and refuses it", "foreign-client": "unknown client",
		"answers-nobody": "adapter fault", "dies-asked": "exit code 3",
	} {
		t.Run(lie, func(t *testing.T) {
			t.Parallel()
			res := newStage(t, lie).play(load(t, text, scenarios.Client))
			if res.Failure != nil || res.Err == nil || !strings.Contains(res.Err.Error(), want) || !res.Unsettled {
				t.Errorf("failure %+v, error %v, unsettled %v; wanted the error %q", res.Failure, res.Err, res.Unsettled, want)
			}
		})
	}
}

// TestASignalThatEndsTheHostIsTheSDKs: nobody else asks the host to end. SIGKILL may come from a system without memory.
func TestASignalThatEndsTheHostIsTheSDKs(t *testing.T) {
	t.Parallel()
	for signal, fails := range map[string]bool{"SIGTERM": true, "SIGINT": true, "SIGKILL": false, "SIGSEGV": false} {
		t.Run(signal, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, honest)
			s.a = &ended{Adapter: s.a, by: signal}
			res := s.play(load(t, interrupted, scenarios.Client))
			switch {
			case fails && (res.Failure == nil || res.Failure.Check != engine.CheckHost || !res.Unsettled):
				t.Errorf("failure %+v, error %v; wanted a failed %s", res.Failure, res.Err, engine.CheckHost)
			case !fails && (res.Err == nil || res.Failure != nil || !strings.Contains(res.Err.Error(), signal)):
				t.Errorf("failure %+v, error %v; wanted an error that names the signal", res.Failure, res.Err)
			}
		})
	}
}

// ended is an adapter whose process a signal ends when it is asked to interrupt.
type ended struct {
	engine.Adapter
	by string
}

func (e *ended) Send(method string, params any) (int, error) {
	id, err := e.Adapter.Send(method, params)
	if method == "interrupt" {
		err = errors.Join(err, e.Signal(e.by, false))
	}
	return id, err
}

func TestWhatAnSDKLacksIsUnsupported(t *testing.T) {
	t.Parallel()
	res := newStage(t, "lacks-model").play(load(t, turnOf, scenarios.Client))
	if !slices.Equal(res.Missing, []string{"option model"}) || res.Failure != nil || res.Err != nil {
		t.Errorf("got %+v", res)
	}
}

// TestADeadHostIsNoFault: after sdk.kill its open operations are void and its end is expected.
func TestADeadHostIsNoFault(t *testing.T) {
	t.Parallel()
	res := newStage(t, honest).play(load(t, `
- sdk.start: go on
- cli.reads: user
- sdk.kill: SIGKILL
- cli.reads: eof
- cli.exits: 0
`, scenarios.Client))
	if res.Failure != nil || res.Err != nil || !res.Unsettled {
		t.Errorf("got %+v", res)
	}
}

// TestRecutWritesMeanTheSame plays a turn in other pieces.
func TestRecutWritesMeanTheSame(t *testing.T) {
	t.Parallel()
	for _, o := range []engine.Options{{Cut: 40}, {CutAny: true}} {
		t.Run(fmt.Sprintf("%d %v", o.Cut, o.CutAny), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, honest)
			s.o = o
			mustPass(t, s.play(load(t, turnOf, scenarios.Client)))
		})
	}
}

// TestTheBoundOfACaseIsItsFailure: a case that takes longer than it may fails, unlike one that is ended from outside.
func TestTheBoundOfACaseIsItsFailure(t *testing.T) {
	t.Parallel()
	c := load(t, `
- sdk.start: go on
- cli.reads: user
- quiet: 60s
- cli.writes: result
- sdk.yields: result
`, scenarios.Client)
	res := bounded(400*time.Millisecond, engine.CheckDeadline, 3, func(limit time.Duration) engine.Result {
		s := newStage(t, honest)
		s.o.Timeout = limit
		return s.play(c)
	})
	mustFail(t, res, engine.CheckDeadline, 3)
}

func TestTracesGoToWhoWantsThem(t *testing.T) {
	t.Parallel()
	res := newStage(t, honest).play(load(t, turnOf, scenarios.Client))
	for _, want := range []string{"sdk connect", "cli started", `cli read {"type":"user"`, "cli wrote", "sdk yielded", "cli end of stdin"} {
		if !strings.Contains(traceOf(res), want) {
			t.Errorf("the trace has no %q:\n%s", want, traceOf(res))
		}
	}
}

func ExampleClass() {
	fmt.Println(engine.Class(engine.CheckMissing, false))
	fmt.Println(engine.Class(engine.CheckWithin, false))
	fmt.Println(engine.Class(engine.CheckMatch, true)) // of a scenario with a SEC rule
	// Output:
	// loss
	// late
	// unsafe
}

// TestASecondAnswerIsCaught wherever it is met: it may still be on its way when the step that took the first one is over.
func TestASecondAnswerIsCaught(t *testing.T) {
	t.Parallel()
	c := load(t, permission, scenarios.Client)
	res := newStage(t, "answers-twice").play(c)
	if res.Failure == nil || res.Failure.Check != engine.CheckLineID || !strings.Contains(res.Failure.Text, "answered twice") {
		t.Errorf("got %+v, %v", res.Failure, res.Err)
	}
}

// A request that is made twice at once is owed two answers.
func TestAnIDThatIsOpenTwiceMayGetTwoAnswers(t *testing.T) {
	t.Parallel()
	c := load(t, `
frames:
  p: {like: can_use_tool, set: {request_id: p}}
steps:
- sdk.start: {prompt: go on, callbacks: [can_use_tool]}
- cli.reads: user
- cli.writes: p
- sdk.asks: can_use_tool
  as: one
- cli.writes: p
- cli.writes: assistant # yielded: the second request has been read
- sdk.yields: assistant
- sdk.reply: one
  with: {behavior: deny, message: one}
- cli.reads: control_response/p
- cli.reads: control_response/p
- cli.writes: result
- sdk.yields: result
`, scenarios.Client)
	if res := newStage(t, "answers-twice").play(c); res.Failure != nil || res.Err != nil {
		t.Errorf("got %+v, %v", res.Failure, res.Err)
	}
}
