// Package engine runs one case: it drives an SDK's adapter and the fake claude on one timeline, takes what they do
// from lanes, keeps the laws that hold in every scenario, and says which check decided.
//
// It is not the harness: which cases run, on which adapter, what a failure is worth against recorded deviations and
// how it is printed are decided elsewhere. It starts no adapter and leaves none.
package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// Adapter is what the engine needs of a running adapter process; host.Adapter is one.
type Adapter interface {
	Hello() contract.Hello
	Send(method string, params any) (int, error)
	Reply(id string, result any, failure *contract.Error) error
	Cancel(id int) error
	Signal(sig string, group bool) error
	CloseInput()
	Events() <-chan host.Event
	StderrTail() string
	Quiet(ctx context.Context, opt host.QuietOptions) (host.Quiet, error)
	RunQueueWait() (wait time.Duration, ok bool)
	Usage(ctx context.Context, over time.Duration, exclude func(pid int) bool) (host.Usage, error)
}

// Fakes is where the fakes of a run report; mockcli.Listener is one.
type Fakes interface {
	Install(dir, exe string) (string, error)
	InstallReading(dir, exe string) (string, error)
	Accept(ctx context.Context) (*mockcli.Peer, error)
}

// Options are the conditions of one run.
type Options struct {
	Dir      string        // private directory of this run; clients live below it
	Exe      string        // the executable that becomes the fake claude
	Seed     uint64        // words, cuts and uuids
	Deadline time.Duration // how long an observation without a bound of its own may take; default 10 s
	Timeout  time.Duration // bound of the whole case; zero: none of its own
	Cut      int           // recuts every write that has no cut; zero: as written
	CutAny   bool          // recuts at random sizes
	Trace    func(eventlog.Trace)
}

// Mark is what became of one step.
type Mark struct {
	Index  int
	Status string // ok, fail, void or optional
	Detail string
}

// Result is what a case came to, before deviations are looked at.
type Result struct {
	Failure   *eventlog.Failure // nil if nothing failed
	Missing   []string          // features or options that the SDK lacks: unsupported
	Err       error             // the harness's or the adapter's fault: error
	Marks     []Mark
	Notes     []string
	Unsettled bool // the adapter must not be used again
	Traces    []eventlog.Trace
}

// Run runs one case on one adapter. It returns when the case is over and nothing that it started in this process is left; ctx
// ends it early.
func Run(ctx context.Context, c *scenarios.Case, a Adapter, fakes Fakes, o Options) Result {
	if missing := Lacking(c.Features, a.Hello().Features); len(missing) > 0 {
		return Result{Missing: missing}
	}
	if o.Deadline == 0 {
		o.Deadline = 10 * time.Second
	}
	if c.Slow > 0 {
		o.Deadline = max(o.Deadline, c.Slow+10*time.Second)
	}
	if o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.Timeout, errTooLong)
		defer cancel()
	}
	r := newRun(ctx, c, a, fakes, o)
	defer r.stop()
	err := r.play()
	return r.result(err)
}

// run is one case under way. All its fields belong to the one goroutine that plays the steps.
type run struct {
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	c      *scenarios.Case
	a      Adapter
	fakes  Fakes
	o      Options
	feat   map[string]bool
	chat   map[string]bool

	inbox    chan fakeEvent
	sessions map[string]*session
	order    []*session
	ops      map[int]*op
	pulls    map[string]*pull
	asks     map[string]*ask
	open     map[int]func(host.Event) // answers to calls that are no operations

	arrivals  int // events that count, over all lanes
	learned   int // grows with what a where can refer to, and with the names of what the CLI reads
	last      time.Time
	began     time.Time
	stepBegan time.Time // completion of the previous step, as the harness knows it: promises count from here
	whole     time.Time // when the last write in pieces was over
	acted     int       // what had arrived when the latest act began
	ended     bool      // the previous step took an ending
	stepTrue  time.Time // the same without the harness's own delay: lower bounds count from here
	seen      time.Time // of the event that the current step took; zero: none
	cursors   []cursor
	marks     map[string]mark
	needs     map[string]bool // acts before which a barrier is due
	outcomes  []Mark
	notes     []string
	traces    []eventlog.Trace
	draining  *fake // it waits until the SDK took every byte
	unborn    bool  // a fake was seen that has not said hello
	hostGone  bool  // the adapter's process ended
	hostKill  bool  // and a step asked for it
	unsettled bool
}

// cursor is a position in a list of steps; the stack of them is where the run stands.
type cursor struct {
	steps []scenarios.Step
	at    int
}

// mark remembers an act: what had arrived before it.
type mark struct {
	arrival int
	proven  bool
}

// inboxSize is how many events of its fakes a run may lag behind; the rest waits in their sockets. A bigger one is a third of a megabyte for
// every case.
const inboxSize = 64

func newRun(ctx context.Context, c *scenarios.Case, a Adapter, fakes Fakes, o Options) *run {
	r := &run{
		c: c, a: a, fakes: fakes, o: o,
		feat: set(a.Hello().Features), chat: set(a.Hello().Chatter),
		inbox: make(chan fakeEvent, inboxSize), sessions: map[string]*session{}, ops: map[int]*op{},
		pulls: map[string]*pull{}, asks: map[string]*ask{}, open: map[int]func(host.Event){}, marks: map[string]mark{},
		began: time.Now(), last: time.Now(), stepBegan: time.Now(), stepTrue: time.Now(),
	}
	r.ctx, r.cancel = context.WithCancel(ctx)
	r.needs = actsToMark(c.Steps)
	r.wg.Add(1)
	go r.acceptFakes()
	return r
}

// stop ends every goroutine that the run started and waits for them.
func (r *run) stop() {
	r.cancel()
	for _, s := range r.order {
		for _, f := range s.fakes {
			f.peer.Close()
		}
	}
	r.wg.Wait()
}

// play runs the steps, then the laws of the end. Whatever comes of it, what is still running is ended.
func (r *run) play() error {
	err := r.writeFiles()
	if err == nil {
		err = r.steps(r.c.Steps)
	}
	if err == nil {
		err = r.finish()
	}
	if f, failed := err.(*fail); failed && r.ctx.Err() != nil {
		err = r.stoppedAt(f)
	} else if failed {
		if gone := r.hostDied(); gone != nil {
			err = gone
		}
	}
	if cerr := r.close(err == nil); err == nil {
		err = cerr
	}
	return err
}

// result turns what stopped the run into its outcome.
func (r *run) result(err error) Result {
	res := Result{Marks: r.outcomes, Notes: r.notes, Unsettled: r.unsettled || r.hostGone || err != nil, Traces: r.traces}
	switch e := err.(type) {
	case nil:
	case *fail:
		f := e.Failure
		res.Failure = &f
	case *lack:
		res.Missing = e.names
		res.Unsettled = r.unsettled || r.hostGone
	default:
		res.Err = err
	}
	return res
}

func (r *run) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, n := range r.notes {
		if n == text {
			return
		}
	}
	r.notes = append(r.notes, text)
}

func (r *run) markStep(s scenarios.Step, status, detail string) {
	for i := range r.outcomes {
		if r.outcomes[i].Index == s.Index {
			r.outcomes[i].Status, r.outcomes[i].Detail = status, detail
			return
		}
	}
	r.outcomes = append(r.outcomes, Mark{Index: s.Index, Status: status, Detail: detail})
}

// marked tells whether a step has said itself what became of it.
func (r *run) marked(s scenarios.Step) bool {
	return slices.ContainsFunc(r.outcomes, func(m Mark) bool { return m.Index == s.Index })
}

func set(names []string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// Lacking returns the needed features that are not declared. concurrent.any includes concurrent.interrupt.
func Lacking(needed, declared []string) []string {
	have := set(declared)
	if have["concurrent.any"] {
		have["concurrent.interrupt"] = true
	}
	var out []string
	for _, n := range needed {
		if !have[n] {
			out = append(out, n)
		}
	}
	return out
}
