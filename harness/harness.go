// Package harness runs a plan of cases against one SDK: it lends adapters to lanes, gives every case private directories, proves with
// canaries that red can be red, looks for what an SDK leaves behind, and records everything in the event log.
//
// It is not the engine that plays one case (package engine), and it prints nothing: reports are rendered from the log.
package harness

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// Target is the SDK under test as a command.
type Target struct {
	Name  string            // go, python, or the user's command
	Argv  []string          // the adapter
	Env   map[string]string // what the adapter needs beyond the allow-list
	Rerun string            // flags that select it again
}

// Sink takes the records of a run, in order; it must be safe for concurrent use.
type Sink interface {
	Write(eventlog.Record) error
}

// Discard is a Sink for records that nobody reads: what a run came to is in its Outcome.
type Discard struct{}

// Write implements Sink, and never fails.
func (Discard) Write(eventlog.Record) error { return nil }

// Judge decides what a case's outcome is worth against what is recorded. It changes Verdict and Deviation only.
type Judge interface {
	Judge(c *eventlog.Case, release string)
}

// Config is one run.
type Config struct {
	Target   Target
	Cases    []scenarios.Case
	Exe      string // this binary: the reaper
	Fake     string // the binary that becomes the fake claude; empty: Exe
	Version  string
	Date     time.Time // of the run, UTC
	Jobs     int       // lanes; at least 1
	Seed     uint64
	Cut      int
	CutAny   bool
	Rerun    int // how often a failed case runs again; a changed verdict is flaky
	Trace    bool
	Timeout  time.Duration // of one case; zero: none but the deadlines of its steps
	Deadline time.Duration // of one observation; zero: the engine's default
	Dir      string        // private directory for everything of the run; removed by the caller
	Scratch  string        // what the reaper removes if this process is killed; empty: Dir
	SlowLeft int           // slow files that were not selected
	Judge    Judge         // nil: nothing is recorded
	// NoCanaries is for controls, whose adapters are meant to be caught by scenarios instead.
	NoCanaries bool
}

// Outcome is what Run found, beside the log.
type Outcome struct {
	Cases       []eventlog.Case // in the order of the plan
	Hello       contract.Hello
	Canary      error // a canary that did not hold; nothing else ran then
	Interrupted bool
}

// Run runs the plan. Its error is the harness's or the adapter's fault before any case could run; *host.StartError says why an adapter
// did not start. Everything that it started is gone when it returns.
func Run(ctx context.Context, cfg Config, sink Sink) (Outcome, error) {
	return newRunner(cfg, sink).run(ctx)
}

func (r *runner) run(ctx context.Context) (Outcome, error) {
	defer r.closePool()
	hello, err := r.greet(ctx)
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{Hello: hello}
	r.release = hello.SDK.Version
	if err := r.record(hello); err != nil {
		return out, err
	}
	if !r.cfg.NoCanaries {
		if err := r.canaries(ctx, hello); err != nil {
			out.Canary, out.Interrupted = err, ctx.Err() != nil
			return out, r.write(eventlog.Record{T: "note", Note: &eventlog.Note{Kind: eventlog.NoteCanary, Text: err.Error()}})
		}
	}
	err = r.lanes(ctx, hello)
	out.Interrupted = ctx.Err() != nil
	if left := r.leftBehind(); left != nil && err == nil {
		err = r.write(eventlog.Record{T: "case", Case: left})
		out.Cases = append(r.results(), *left)
		return out, err
	}
	out.Cases = r.results()
	return out, err
}

// runner is one run under way.
type runner struct {
	cfg   Config
	sink  Sink
	pool  *host.Pool
	began time.Time

	sweeps sync.WaitGroup

	mu     sync.Mutex
	done   map[int]eventlog.Case
	played bool // by a session, which keeps no results
	dirs   int
	fault  error

	release string // of the SDK
	remains remains
	engine  func(context.Context, *scenarios.Case, engine.Adapter, engine.Fakes, engine.Options) engine.Result // engine.Run
}

func newRunner(cfg Config, sink Sink) *runner {
	if cfg.Fake == "" {
		cfg.Fake = cfg.Exe
	}
	// One link or copy beside the clients: theirs are hard links to it then, also where the binary lies on another device.
	if near, err := mockcli.LinkClaude(filepath.Join(cfg.Dir, "fake"), cfg.Fake); err == nil {
		cfg.Fake = near
	}
	r := &runner{cfg: cfg, sink: sink, began: time.Now(), remains: remains{root: cfg.Dir}, engine: engine.Run}
	env := host.EnvAllow(os.Environ(), nil, cfg.Target.Env)
	r.pool = host.NewPool(host.Spec{Name: cfg.Target.Name, Argv: cfg.Target.Argv, Env: env, Scratch: cmp.Or(cfg.Scratch, cfg.Dir), Boot: bootBound}, r.boot)
	return r
}

func (r *runner) closePool() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_ = r.pool.Close(ctx)
	r.sweeps.Wait()
}

// boot starts an adapter with private directories of its own: no two see each other's files, and what one leaves there is its own doing.
func (r *runner) boot(ctx context.Context, s host.Spec) (*host.Adapter, error) {
	dir, err := r.newDir("a")
	if err != nil {
		return nil, err
	}
	private := map[string]string{"HOME": filepath.Join(dir, "home"), "TMPDIR": filepath.Join(dir, "tmp")}
	for _, name := range slices.Sorted(maps.Keys(private)) {
		if slices.ContainsFunc(s.Env, func(pair string) bool { return strings.HasPrefix(pair, name+"=") }) {
			continue // the target's own, or the case's
		}
		if err := os.MkdirAll(private[name], 0o700); err != nil {
			return nil, fmt.Errorf("cannot make a private directory: %w", err)
		}
		s.Env = append(slices.Clone(s.Env), name+"="+private[name])
	}
	return host.Start(ctx, s)
}

// bootBound is how long an adapter may take to say hello, without the time for which it waited for a CPU: interpreters take seconds.
const bootBound = 60 * time.Second

// greet boots the first adapter, which every lane may use later.
func (r *runner) greet(ctx context.Context) (contract.Hello, error) {
	if r.cfg.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.cfg.Timeout)
		defer cancel()
	}
	a, err := r.pool.Get(ctx, "", nil)
	if err != nil {
		return contract.Hello{}, err
	}
	h := a.Hello()
	r.pool.Put(a, true)
	return h, checkHello(h)
}

// checkHello refuses what is outside the contract's closed sets.
func checkHello(h contract.Hello) error {
	known := contract.Features()
	for _, f := range h.Features {
		if !slices.Contains(known, f) {
			return fmt.Errorf("adapter %s declares the feature %q, which is not in the contract: adapter fault; see docs/adapters.md for the closed set", h.Adapter.Name, f)
		}
	}
	return nil
}

func (r *runner) record(h contract.Hello) error {
	err := r.write(eventlog.Record{T: "run", Run: &eventlog.Run{
		Schema: eventlog.Schema, Version: r.cfg.Version, Date: r.cfg.Date.UTC().Format(time.RFC3339), Seed: strconv.FormatUint(r.cfg.Seed, 16),
		Platform: runtime.GOOS + "/" + runtime.GOARCH, Adapter: h.Adapter.Name + " " + h.Adapter.Version, SDK: h.SDK.Name,
		Release: h.SDK.Version, Language: h.SDK.Language, Runtime: h.SDK.Runtime, Features: h.Features, Idiom: h.Idiom,
		Rerun: r.cfg.Target.Rerun, Proven: runtime.GOOS == "linux",
	}})
	if err != nil {
		return err
	}
	levels, files := map[string]int{}, map[string]bool{}
	for _, c := range r.cfg.Cases {
		levels[string(c.Level)]++
		files[c.File.ID] = true
	}
	return r.write(eventlog.Record{T: "plan", Plan: &eventlog.Plan{
		Cases: len(r.cfg.Cases), Files: len(files), SlowLeftOut: r.cfg.SlowLeft, Levels: levels,
	}})
}

func (r *runner) write(rec eventlog.Record) error {
	if err := r.sink.Write(rec); err != nil {
		return fmt.Errorf("event log: %w", err)
	}
	return nil
}

// slowLanes is how many lanes of their own slow cases get: they wait, they do not compute. Each holds an adapter, so it is no higher than it takes
// for the slow tier to end with its longest case.
const slowLanes = 12

// lanes plays all cases: the slow ones beside the others, not after them.
func (r *runner) lanes(ctx context.Context, h contract.Hello) error {
	r.done = map[int]eventlog.Case{}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	quick, slow := make(chan int), make(chan int)
	var wg sync.WaitGroup
	lane := func(work <-chan int) {
		defer wg.Done()
		for i := range work {
			if err := r.one(ctx, i, h); err != nil {
				r.fail(err, cancel)
			}
		}
	}
	for range max(1, r.cfg.Jobs) {
		wg.Add(1)
		go lane(quick)
	}
	first, then := r.order()
	for range min(slowLanes, len(first)) {
		wg.Add(1)
		go lane(slow)
	}
	wg.Add(2)
	go deal(ctx, &wg, slow, first)
	go deal(ctx, &wg, quick, then)
	wg.Wait()
	return r.fault
}

// deal hands out cases until ctx ends.
func deal(ctx context.Context, wg *sync.WaitGroup, to chan<- int, cases []int) {
	defer wg.Done()
	defer close(to)
	for _, i := range cases {
		select {
		case to <- i:
		case <-ctx.Done():
			return
		}
	}
}

// fail remembers the first fault of the run and ends it.
func (r *runner) fail(err error, cancel func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault == nil {
		r.fault = err
	}
	cancel()
}

func (r *runner) results() []eventlog.Case {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]eventlog.Case, 0, len(r.done))
	for _, i := range slices.Sorted(maps.Keys(r.done)) {
		out = append(out, r.done[i])
	}
	return out
}

// hostKey tells adapters with different environments apart.
func hostKey(c scenarios.Case) string {
	if len(c.Host.Env) == 0 && c.Host.Locale == "" {
		return ""
	}
	key := "locale=" + c.Host.Locale
	for _, k := range slices.Sorted(maps.Keys(c.Host.Env)) {
		key += "\x00" + k + "=" + c.Host.Env[k]
	}
	return key
}

// hostEnv is what a case adds to the environment of its adapter.
func hostEnv(c scenarios.Case) map[string]string {
	env := maps.Clone(c.Host.Env)
	if c.Host.Locale == "" {
		return env
	}
	if env == nil {
		env = map[string]string{}
	}
	env["LC_ALL"], env["LANG"] = c.Host.Locale, c.Host.Locale
	return env
}

// caseSeed gives each case words of its own that do not depend on what else was selected.
func caseSeed(seed uint64, id string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	return rand.New(rand.NewPCG(seed, h)).Uint64()
}
