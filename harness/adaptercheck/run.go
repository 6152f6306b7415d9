package adaptercheck

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/host"
)

// Config is one check of an adapter.
type Config struct {
	Name string            // for errors; empty: the first word of Argv
	Argv []string          // the adapter's command
	Env  map[string]string // what it needs beyond the allow-list of host.EnvAllow
	Exe  string            // this binary: reaper (host.ReaperMain behind "__reaper") and fake claude
	Dir  string            // a private, existing directory for everything of the check; its owner removes it
}

const (
	bootLimit = 60 * time.Second // for an adapter's start, see host.Spec; a Python SDK needs 1 s
	endLimit  = 20 * time.Second // for what is left at the end
)

// Run starts the adapter and checks it, and calls report (which may be nil) for each check as soon as it is decided. It returns an error
// only if the adapter does not start (*host.StartError), if ctx ended, or if the harness itself is at fault; the result then holds what was
// decided before. Nothing that it started is left when it returns.
func Run(ctx context.Context, cfg Config, report func(Check)) (Result, error) {
	return run(ctx, cfg, report, func(string) bool { return true })
}

// run makes those checks whose ids are wanted.
func run(ctx context.Context, cfg Config, report func(Check), wanted func(id string) bool) (Result, error) {
	if report == nil {
		report = func(Check) {}
	}
	r := &runner{cfg: cfg, report: report, laws: newLaws(), failed: map[string]bool{}}
	env, err := r.environment()
	if err != nil {
		return Result{}, err
	}
	r.spec = host.Spec{Name: cfg.Name, Argv: cfg.Argv, Env: env, ReaperExe: cfg.Exe, Scratch: cfg.Dir, Boot: bootLimit}
	r.pool = host.NewPool(r.spec, nil)
	defer r.closePool()
	if r.hello, err = r.greet(ctx); err != nil {
		return Result{}, err
	}
	table := slices.DeleteFunc(r.table(), func(p probe) bool { return !wanted(p.id) })
	err = r.all(ctx, table)
	return Result{Hello: r.hello, Checks: r.checks}, err
}

// runner is one check of an adapter under way. It belongs to the goroutine that called Run.
type runner struct {
	cfg    Config
	spec   host.Spec
	pool   *host.Pool
	laws   *laws
	hello  contract.Hello
	report func(Check)
	checks []Check
	failed map[string]bool
	dirs   int
}

func (r *runner) environment() ([]string, error) {
	private, err := host.PrivateHome(filepath.Join(r.cfg.Dir, "adapter"))
	if err != nil {
		return nil, fmt.Errorf("adapter check: make private directories: %w", err)
	}
	return host.EnvAllow(os.Environ(), private, r.cfg.Env), nil
}

func (r *runner) closePool() {
	ctx, cancel := context.WithTimeout(context.Background(), endLimit)
	defer cancel()
	_ = r.pool.Close(ctx) // how adapters end is a check of its own
}

// greet boots the first adapter.
func (r *runner) greet(ctx context.Context) (contract.Hello, error) {
	a, err := r.pool.Get(ctx, "", nil)
	if err != nil {
		return contract.Hello{}, err
	}
	defer r.pool.Put(a, true)
	return a.Hello(), nil
}

// probe is one row of the table of checks.
type probe struct {
	id, promise, advice, ref string
	needs                    []string // features without which it is not applicable; "a|b" is one of them
	rests                    []string // checks without which it is not worth trying
	run                      func(context.Context, *runner) error
}

// wrong is what an adapter does that the contract forbids.
type wrong struct{ problem, advice string }

func (w *wrong) Error() string { return w.problem }

func wrongf(format string, args ...any) error { return &wrong{problem: fmt.Sprintf(format, args...)} }

// skip says why a check cannot be made with this adapter.
type skip struct{ why string }

func (s *skip) Error() string { return s.why }

// Why a check is unsupported: the feature that it is about is not declared, or it needs others that are not.
const (
	notDeclared = "not declared"
	needsMore   = "needs "
)

// all runs the table in order.
func (r *runner) all(ctx context.Context, table []probe) error {
	for _, p := range table {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("adapter check: interrupted before %s: %w", p.id, err)
		}
		if err := r.one(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// one decides one check and reports it.
func (r *runner) one(ctx context.Context, p probe) error {
	c := Check{ID: p.id, Promise: p.promise, Status: Holds, Ref: p.ref}
	began := time.Now()
	err := r.try(ctx, p)
	c.Took = time.Since(began)
	var bad *wrong
	var no *skip
	var rest *blocked
	switch {
	case err == nil:
	case errors.As(err, &bad):
		c.Status, c.Problem, c.Advice = Fails, bad.problem, bad.advice
		if c.Advice == "" {
			c.Advice = p.advice
		}
	case errors.As(err, &no):
		c.Status, c.Problem = Unsupported, no.why
	case errors.As(err, &rest):
		c.Status, c.Problem = Blocked, rest.Error()
	default:
		return fmt.Errorf("adapter check: %s: %w", p.id, err)
	}
	r.failed[p.id] = c.Status == Fails || c.Status == Blocked
	r.checks = append(r.checks, c)
	r.report(c)
	return nil
}

// blocked says on which failed check a check rests.
type blocked struct{ on string }

func (b *blocked) Error() string { return b.on + " fails" }

func (r *runner) try(ctx context.Context, p probe) error {
	if c := (Check{ID: p.id}); c.Feature() != "" && !r.declares(c.Feature()) {
		return &skip{notDeclared}
	}
	if missing := r.missing(p.needs); missing != "" {
		return &skip{needsMore + missing}
	}
	for _, id := range p.rests {
		if r.failed[id] {
			return &blocked{id}
		}
	}
	return p.run(ctx, r)
}
