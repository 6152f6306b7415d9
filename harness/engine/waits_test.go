package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/scenarios"
)

// TestEachOrder plays every order of two acts.
func TestEachOrder(t *testing.T) {
	t.Parallel()
	cases := loadAll(t, `
- sdk.start: go on
- cli.reads: user
- each_order:
  - sdk.interrupt:
  - cli.writes: assistant
- cli.reads: control_request/interrupt
- cli.answers: interrupt
- sdk.returns: interrupt
- cli.writes: result
- sdk.yields: result
`)
	if len(cases) != 2 {
		t.Fatalf("%d cases, wanted 2", len(cases))
	}
	for i := range cases {
		mustPass(t, newStage(t, honest).play(&cases[i]))
	}
}

// TestSinceIsNoRace plays both verdicts many times: a barrier decides them, not the clock.
func TestSinceIsNoRace(t *testing.T) {
	t.Parallel()
	rounds := 50
	if testing.Short() {
		rounds = 10
	}
	play := func(name, text string, judge func(*testing.T, engine.Result)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := load(t, text, scenarios.Client)
			s := newStage(t, honest)
			for range rounds {
				res := s.play(c)
				judge(t, res)
				if t.Failed() {
					return
				}
				if res.Unsettled {
					s = newStage(t, honest)
				}
			}
		})
	}
	play("after", `
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
  as: cause
- sdk.interrupt:
- cli.reads: control_request/interrupt
  since: cause
- cli.answers: interrupt
- cli.writes: result
- sdk.yields: result
`, mustPass)
	play("before", `
- sdk.start: go on
- cli.reads: user
- sdk.interrupt:
- cli.writes: assistant
  as: cause
- cli.reads: control_request/interrupt
  since: cause
`, func(t *testing.T, res engine.Result) { mustFail(t, res, engine.CheckSince, 5) })
}

// TestHowTheFakeEnds holds law 5: once no step is left it exits 0 at the end of stdin and 143 at SIGTERM, also at one that came before.
func TestHowTheFakeEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, lie, text, want string }{
		{"end of stdin", honest, turnOf, "ended: exit code 0"},
		{"SIGTERM before the last step", "terminates", `
- sdk.start: go on
- cli.reads: user
- cli.gets: SIGTERM
- cli.writes: result
- sdk.yields: result
`, "ended: exit code 143"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			res := newStage(t, c.lie).play(load(t, c.text, scenarios.Client))
			if trace := traceOf(res); !strings.Contains(trace, c.want) {
				t.Errorf("the trace does not have %q:\n%s", c.want, trace)
			}
		})
	}
}

const twoTurns = `
- sdk.start: one
- cli.reads: user
- cli.writes: [assistant, result]
- sdk.yields: result
- sdk.query: two
- cli.reads: user
- cli.writes: [assistant, result]
- sdk.yields: result
`

const byHand = `
- sdk.start: {prompt: one, read: none}
- cli.reads: user
- cli.writes: [assistant, result]
- sdk.read: 1
- sdk.returns: read
- sdk.yields: assistant
- sdk.read: turn
- sdk.returns: read
- sdk.yields: result
- sdk.query: two
- cli.reads: user
- cli.writes: [assistant, result]
- sdk.read: turn
- sdk.yields: assistant
- sdk.yields: result
`

// TestAReadThatNothingEnds: the session of an SDK that can do nothing beside a read is given up, which is no failure.
func TestAReadThatNothingEnds(t *testing.T) {
	t.Parallel()
	s := newStage(t, honest)
	s.a = hiding{s.a, []string{"concurrent.any", "concurrent.interrupt"}}
	res := s.play(load(t, `
- sdk.start: {prompt: one, read: none}
- cli.reads: user
- cli.writes: [assistant, result]
- sdk.read: all
- sdk.yields: result
`, scenarios.Client))
	if res.Err != nil || res.Failure != nil || !res.Unsettled || !strings.Contains(strings.Join(res.Notes, " "), "was not closed") {
		t.Errorf("got %+v\n%s", res.Failure, traceOf(res))
	}
}

// TestReadersOfSDKs plays SDKs that can do less at a time.
func TestReadersOfSDKs(t *testing.T) {
	t.Parallel()
	anything, interrupts := []string{"concurrent.any"}, []string{"concurrent.any", "concurrent.interrupt"}
	for _, c := range []struct {
		name   string
		hidden []string
		text   string
		lacks  bool
	}{
		{"interrupt only, two turns", anything, twoTurns, false},
		{"interrupt only, an interrupt", anything, interrupted, false},
		{"nothing beside a read, two turns", interrupts, twoTurns, false},
		{"nothing beside a read, an interrupt", interrupts, interrupted, true},
		{"nothing beside a read, a callback", interrupts, permission, false},
		{"anything, by hand", nil, byHand, false},
		{"interrupt only, by hand", anything, byHand, false},
		{"nothing beside a read, by hand", interrupts, byHand, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, honest)
			s.a = hiding{s.a, c.hidden}
			watch := &counting{Adapter: s.a, open: map[int]bool{}}
			s.a = watch
			res := s.play(load(t, c.text, scenarios.Client))
			if c.lacks {
				if res.Missing == nil {
					t.Errorf("not unsupported: %+v", res)
				}
				return
			}
			mustPass(t, res)
			if len(c.hidden) == 2 && watch.cancels > 0 {
				t.Errorf("%d operations were cancelled on an adapter that can only be killed", watch.cancels)
			}
		})
	}
}

// counting counts cancels.
type counting struct {
	engine.Adapter
	open    map[int]bool
	cancels int
}

func (c *counting) Cancel(id int) error {
	c.cancels++
	return c.Adapter.Cancel(id)
}

// restless is an adapter whose rest cannot be proven, as on a platform without /proc, and which is kept from running for a time.
type restless struct {
	engine.Adapter
	began   time.Time
	starved time.Duration
}

func (r restless) Quiet(context.Context, host.QuietOptions) (host.Quiet, error) {
	return host.Quiet{Why: host.WhyUnknown}, nil
}

func (r restless) RunQueueWait() (time.Duration, bool) {
	return min(time.Since(r.began), r.starved), true
}

const promised = `
- sdk.start: go on
- cli.reads: user
- sdk.interrupt:
- cli.reads: control_request/interrupt
- cli.answers: interrupt
- sdk.returns: interrupt
  within: 500ms
- cli.writes: result
- sdk.yields: result
`

// TestPromisesOfAStarvedSDK holds that the time for which the SDK waited for a CPU is not counted, and told.
func TestPromisesOfAStarvedSDK(t *testing.T) {
	t.Parallel()
	starve := func(t *testing.T, d time.Duration) engine.Result {
		s := newStage(t, "late-interrupt") // by 2 s
		s.a = restless{Adapter: s.a, began: time.Now(), starved: d}
		return s.play(load(t, promised, scenarios.Client))
	}
	t.Run("all the time", func(t *testing.T) {
		t.Parallel()
		mustPass(t, starve(t, time.Hour))
	})
	t.Run("not at all", func(t *testing.T) {
		t.Parallel()
		res := starve(t, 0)
		mustFail(t, res, engine.CheckWithin, 6)
		if res.Failure != nil && !strings.Contains(res.Failure.Text, "waited 0s for a CPU") {
			t.Errorf("the text does not tell the wait: %s", res.Failure.Text)
		}
	})
}

// TestPromisesCountFromTheLastPiece holds that an SDK that takes its bytes piece by piece is late only after the last of them.
func TestPromisesCountFromTheLastPiece(t *testing.T) {
	t.Parallel()
	s := newStage(t, "reads-slowly")
	began := time.Now()
	mustPass(t, s.play(load(t, `
- sdk.start: go on
- cli.reads: user
- cli.writes: result
  cut: 4
- sdk.yields: result
  within: 500ms
`, scenarios.Client))) // over 300 pieces, 2 ms each
	if took := time.Since(began); took < 600*time.Millisecond {
		t.Errorf("took %s; its pieces alone take longer", took)
	}
}

// trickle is a restless adapter whose events come one by one, in a fixed time each.
type trickle struct {
	restless
	events chan host.Event
}

func newTrickle(ctx context.Context, a engine.Adapter, gap time.Duration) trickle {
	tr := trickle{restless{Adapter: a}, make(chan host.Event)}
	go func() { // ends with its test
		due := time.Now()
		for e := range a.Events() {
			if due = due.Add(gap); time.Since(due) > time.Second {
				due = time.Now() // it had nothing to bring
			}
			time.Sleep(time.Until(due))
			select {
			case tr.events <- e:
			case <-ctx.Done():
				return
			}
		}
		close(tr.events)
	}()
	return tr
}

func (t trickle) Events() <-chan host.Event { return t.events }

// TestADeadlineDoesNotPassAmidAFlood holds that a message is waited for as long as those before it keep coming, and not for ever.
func TestADeadlineDoesNotPassAmidAFlood(t *testing.T) {
	t.Parallel()
	flood := func(t *testing.T, limit time.Duration, messages string) engine.Result {
		s := newStage(t, honest)
		s.a, s.limit = newTrickle(t.Context(), s.a, 4*time.Millisecond), limit
		return s.play(load(t, strings.Replace(`
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
  set: {text: "m${i}"}
  times: N
- cli.writes: result
- sdk.yields: result
`, "N", messages, 1), scenarios.Client))
	}
	t.Run("of twice its time", func(t *testing.T) {
		t.Parallel()
		mustPass(t, flood(t, 2*time.Second, "750"))
	})
	t.Run("of a minute", func(t *testing.T) {
		t.Parallel()
		res := bounded(time.Second, engine.CheckDeadline, 5, func(limit time.Duration) engine.Result { return flood(t, limit, "15000") })
		mustFail(t, res, engine.CheckDeadline, 5)
	})
}

// parrot is a restless adapter that says its first message again for ever, sooner than it can be handled if it is long.
type parrot struct {
	restless
	events chan host.Event
}

func newParrot(ctx context.Context, a engine.Adapter) parrot {
	p := parrot{restless{Adapter: a}, make(chan host.Event, 64)}
	go func() { // ends with its test
		for e := range a.Events() {
			for {
				select {
				case p.events <- e:
				case <-ctx.Done():
					return
				}
				if e.Method != contract.NoteMessage {
					break
				}
			}
		}
		close(p.events)
	}()
	return p
}

func (p parrot) Events() <-chan host.Event { return p.events }

// TestAWaitAmidEndlessEventsEnds holds that a wait ends though there is always another event to be handled.
func TestAWaitAmidEndlessEventsEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	res := bounded(100*time.Millisecond, engine.CheckDeadline, 4, func(limit time.Duration) engine.Result {
		s := newStage(t, honest)
		s.a, s.limit = newParrot(t.Context(), s.a), limit
		return s.playIn(ctx, load(t, `
- sdk.start: go on
- cli.reads: user
- cli.writes: assistant
  set: {text: "${fill:e*100000}"}
- sdk.yields: result
`, scenarios.Client))
	})
	mustFail(t, res, engine.CheckDeadline, 4)
}

// TestHangs tells the three verdicts of a wait apart: proven, a time bound, a timer beyond the bound.
func TestHangs(t *testing.T) {
	t.Parallel()
	t.Run("proven", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, "mute-interrupt")
		s.limit = time.Minute // who waits for it has no proof
		res := s.play(load(t, promised, scenarios.Client))
		mustFail(t, res, engine.CheckDeadline, 4)
		wantText(t, res, "never came: proven, nothing moves")
	})
	t.Run("not to be proven", func(t *testing.T) {
		t.Parallel()
		res := bounded(700*time.Millisecond, engine.CheckDeadline, 4, func(limit time.Duration) engine.Result {
			s := newStage(t, "mute-interrupt")
			s.a, s.limit = restless{Adapter: s.a}, limit
			return s.play(load(t, promised, scenarios.Client))
		})
		mustFail(t, res, engine.CheckDeadline, 4)
		wantText(t, res, "not proven to be a hang")
	})
	t.Run("a timer beyond the bound", func(t *testing.T) {
		t.Parallel()
		res := newStage(t, "endless-interrupt").play(load(t, strings.Replace(promised, "500ms", "5s", 1), scenarios.Client)) // a proof takes its time
		mustFail(t, res, engine.CheckWithin, 6)
		wantText(t, res, "timer of the SDK")
		if res.Failure != nil && res.Failure.Class != "late" {
			t.Errorf("class is %s, wanted late", res.Failure.Class)
		}
	})
}

func wantText(t *testing.T, res engine.Result, text string) {
	t.Helper()
	if res.Failure != nil && !strings.Contains(res.Failure.Text, text) {
		t.Errorf("the text is %q, wanted %q", res.Failure.Text, text)
	}
}

// TestASkippedSinceIsSaid: where no barrier can be proven the check is skipped, and the run says so.
func TestASkippedSinceIsSaid(t *testing.T) {
	t.Parallel()
	s := newStage(t, honest)
	s.a = restless{Adapter: s.a}
	res := s.play(load(t, `
- sdk.start: go on
- cli.reads: user
- sdk.disconnect:
- cli.reads: eof
- cli.exits: 0
- sdk.returns: disconnect
`, scenarios.Client))
	mustPass(t, res)
	if !strings.Contains(strings.Join(res.Notes, "\n"), "was not checked") {
		t.Errorf("notes are %q", res.Notes)
	}
}

// TestInterruptedCasesHaveNoVerdict: a run that is ended from outside is an error, never a failure.
func TestInterruptedCasesHaveNoVerdict(t *testing.T) {
	t.Parallel()
	s := newStage(t, honest)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	res := s.playIn(ctx, load(t, `
- sdk.start: go on
- cli.reads: user
- quiet: 30s
- cli.writes: result
- sdk.yields: result
`, scenarios.Client))
	if res.Err == nil || res.Failure != nil || !res.Unsettled {
		t.Errorf("got %+v", res)
	}
}
