package cli

import (
	"context"
	"errors"
	"path"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/deviations"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/scenarios"
)

// runFlags are the flags of run as written.
type runFlags struct {
	sdk, level, entry, seed, cut, out, deviations, today, catalogue string
	jobs, rerun                                                     int
	slow, trace, json                                               bool
	timeout                                                         time.Duration
	command                                                         []string // behind --
	ciFlags
	sdks []string // --sdk as often as given; of one, sdk is it
}

func (a *app) runCommand() *cobra.Command {
	f := &runFlags{}
	cmd := &cobra.Command{
		Use:   "run [PATTERN...] [--sdk NAME[@VERSION] | -- CMD ARGS...]",
		Short: "Run scenarios against an SDK",
		Long: `Run scenarios against an SDK: the built-in Go client by default, a known SDK with --sdk, or your own adapter behind --.

A PATTERN is an id, an id without [row] and @entry, an area, or either with *; none selects the whole catalogue.

Several --sdk make a matrix: what changed from one to the next. It exits with the worst of what its columns came to. A release that cannot be had any
more is reported as gone, and counts as 3.

Exit: 0 at least one must passed and nothing is wrong; 1 a failure; 2 usage; 3 the harness, the adapter or a toolchain is at fault;
4 nothing was proven; 130 interrupted.`,
		Example: `  wiretrial run
  wiretrial run framing permissions/deny --sdk python
  wiretrial run stdin/mcp-after-prompt --sdk python@0.1.45 --sdk python@0.1.46
  wiretrial run -- python3 my_adapter.py`,
		RunE: func(c *cobra.Command, args []string) (err error) {
			if args, f.command, err = ownAdapter(c, args); err != nil {
				return err
			}
			return a.runAll(c.Context(), f, args)
		},
		ValidArgsFunction: a.completeIDs,
	}
	fl := cmd.Flags()
	fl.StringArrayVar(&f.sdks, "sdk", nil, "the SDK, by `NAME[@VERSION]`; see wiretrial sdk list (default go); several make a matrix")
	levelFlag(cmd, &f.level)
	entryFlag(cmd, &f.entry)
	jobsFlag(cmd, &f.jobs)
	fl.StringVar(&f.seed, "seed", "", "seed of words, cuts and the order of the plan, in `HEX` (default: random)")
	fl.StringVar(&f.cut, "cut", "", "write in pieces of `SIZE` (700, 64KiB) or of random sizes where a scenario does not say")
	fl.IntVar(&f.rerun, "rerun", 0, "run what fails or passes unexpectedly up to `N` times again; a verdict that changes is flaky")
	slowFlag(cmd, &f.slow)
	fl.BoolVar(&f.trace, "trace", false, "show what happened on the wire")
	fl.StringVar(&f.out, "out", "", "keep the event log in `DIR`")
	fl.BoolVar(&f.json, "json", false, "write the event log to stdout, and the report to stderr")
	fl.StringVar(&f.deviations, "deviations", "", "known deviations from `FILE` instead of the SDK's own; none for none")
	fl.DurationVar(&f.timeout, "timeout", 0, "bound each scenario by `D`, like 30s (default: the bounds of its steps)")
	fl.StringVar(&f.today, "today", "", "compare expiry with `DATE`, like 2027-01-31 (default: today, UTC)")
	catalogueFlag(cmd, &f.catalogue)
	f.ciFlags.add(cmd)
	_ = cmd.RegisterFlagCompletionFunc("sdk", a.completeSDKs)
	return cmd
}

// run checks everything before it starts anything.
func (a *app) run(ctx context.Context, f *runFlags, patterns []string) error {
	p, err := a.plan(f, patterns)
	if err != nil {
		return err
	}
	t, err := a.target(ctx, f)
	if err != nil {
		return err
	}
	session, err := a.session(f, p, t)
	if err != nil {
		return err
	}
	return session.run(ctx)
}

// plan is what of a run depends on no SDK.
type plan struct {
	cfg  harness.Config
	cat  *scenarios.Catalogue // that it selects from
	part part
}

func (a *app) plan(f *runFlags, patterns []string) (p plan, err error) {
	if p.cfg, err = f.config(a.now()); err != nil {
		return p, err
	}
	if p.cat, err = openCatalogue(f.catalogue); err != nil {
		return p, err
	}
	var sel selection
	if sel, p.part, err = a.choose(f, p.cat, patterns, &p.cfg); err != nil {
		return p, err
	}
	p.cfg.Cases, p.cfg.SlowLeft = sel.cases, sel.slowLeft
	return p, nil
}

// session is a run of the plan against a target, not yet begun.
func (a *app) session(f *runFlags, p plan, t target) (*session, error) {
	set, err := a.record(f, t, p.cat)
	if err != nil {
		return nil, err
	}
	cfg, judge := p.cfg, deviations.NewJudge(set, p.cfg.Date)
	cfg.Target, cfg.Judge = t.Target, judge
	if p.part.plan.Shard != nil {
		cfg.Judge = partial{judge}
	}
	return &session{app: a, f: f, cfg: cfg, judge: judge, set: set, target: t, part: p.part, began: a.now()}, nil
}

// config turns flags into the part of the configuration that depends on nothing else.
func (f *runFlags) config(now time.Time) (harness.Config, error) {
	cfg := harness.Config{Rerun: f.rerun, Trace: f.trace, Timeout: f.timeout, Jobs: f.jobs}
	switch {
	case f.jobs < 0:
		return cfg, usagef("-j %d: want a positive number of scenarios at a time", f.jobs)
	case f.jobs == 0:
		cfg.Jobs = min(max(2, 4*runtime.NumCPU()), maxJobs) // most of a scenario is waiting
	}
	if f.rerun < 0 || f.timeout < 0 {
		return cfg, usagef("--rerun and --timeout must not be negative")
	}
	var err error
	if cfg.Date, err = day(f.today, now); err != nil {
		return cfg, err
	}
	if cfg.Seed, err = f.seedValue(); err != nil {
		return cfg, err
	}
	cfg.Cut, cfg.CutAny, err = f.cutValue()
	return cfg, err
}

// maxJobs bounds the default of -j: beyond it adapters wait for each other's memory.
const maxJobs = 8

// session is one run under way: where its records go and how it ends.
type session struct {
	*app
	f      *runFlags
	cfg    harness.Config
	judge  *deviations.Judge
	set    *deviations.Set
	target target
	part   part
	silent bool // the report is printed by the caller
	began  time.Time

	model  *report.Model
	memory memory
	writer *eventlog.Writer
	opened bool // the run record was written
}

// Write makes the session the harness's sink: what only the command knows is added.
func (s *session) Write(rec eventlog.Record) error {
	if rec.Run != nil {
		run := *rec.Run
		run.Trace = s.f.trace
		rec.Run, s.opened = &run, true // the harness writes this one before it starts a lane
	}
	if rec.Plan != nil {
		rec.Plan = s.part.mark(*rec.Plan, s.set)
	}
	if rec.Case != nil {
		rec.Case = s.f.located(*rec.Case)
	}
	return s.writer.Write(rec)
}

// located turns places in the catalogue into paths that an editor can follow. Of a scenario of the user's own nobody has shown yet that it is right.
func (f *runFlags) located(c eventlog.Case) *eventlog.Case {
	root := f.catalogue
	if root == "" {
		root = "scenarios"
	}
	if c.Where != "" {
		c.Where = path.Join(filepath.ToSlash(root), c.Where)
	}
	if c.Failure != nil && c.Failure.Where != "" {
		failure := *c.Failure
		failure.Where = path.Join(filepath.ToSlash(root), failure.Where)
		if text, ok := strings.CutPrefix(failure.Fault, "SDK: "); ok && f.catalogue != "" {
			failure.Fault = "SDK or scenario: " + text
		}
		c.Failure = &failure
	}
	return &c
}

func (s *session) run(ctx context.Context) error {
	closeLog, err := s.openLog()
	if err != nil {
		return err
	}
	defer closeLog()
	out, err := s.play(ctx, s.cfg, s)
	var own *exitError
	if errors.As(err, &own) {
		return err
	}
	return s.finish(ctx, out, err)
}

// openLog opens every output of the log before anything is started.
func (s *session) openLog() (closeLog func(), err error) {
	var outs []eventlog.Output
	closeLog = func() {}
	if s.f.out != "" {
		file, err := eventlog.Create(s.f.out)
		if err != nil {
			return closeLog, faultf("%w", err)
		}
		closeLog = func() { _ = file.Close() }
		outs = append(outs, eventlog.Output{Name: file.Name(), To: file})
	}
	if s.f.json {
		outs = append(outs, eventlog.Output{Name: "stdout", To: s.Stdout})
	}
	_, live := terminal(s.Stderr)
	progress := &report.Progress{To: s.Stderr, Terminal: live && s.getenv("TERM") != "dumb", Options: s.look(s.Stderr)}
	s.model = report.NewModel()
	secrets := s.Environ
	for k, v := range s.cfg.Target.Env {
		secrets = append(secrets[:len(secrets):len(secrets)], k+"="+v)
	}
	s.writer = eventlog.NewWriter(eventlog.NewCleaner(secrets), outs, s.model.Add, s.memory.Add, progress.Add)
	return closeLog, nil
}

// seedText is a seed as flags and logs write it.
func seedText(seed uint64) string { return strconv.FormatUint(seed, 16) }
