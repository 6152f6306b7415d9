package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/deviations"
	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/harness/soak"
	"github.com/wiretrial/wiretrial/harness/verdict"
	"github.com/wiretrial/wiretrial/scenarios"
)

// soakFlags are the flags of soak as written.
type soakFlags struct {
	run          runFlags
	sdks         []string
	runs         int
	load         string
	status, each bool
}

func (a *app) soakCommand() *cobra.Command {
	f := &soakFlags{}
	cmd := &cobra.Command{
		Use:   "soak [PATTERN...] --out DIR [--sdk NAME[@VERSION]]... [--runs N] [--load N] [-- CMD ARGS...]",
		Short: "Run scenarios again and again, and find those that change their verdict",
		Long: `Run scenarios again and again with varied seeds and cuts, add the runs up in DIR/soak.ndjson over all invocations, and name every scenario
that told one verdict now and another then, with the seeds of both.

It stops when the record holds N whole runs of each SDK under that load. A run that was cut short, also by a kill, is gone on with.

Exit: 0 no verdict changed and nothing failed; 1 one changed, failed or passed unexpectedly; 2 usage; 3 the harness, an adapter or a
toolchain is at fault; 4 nothing was played; 130 interrupted.`,
		Example: `  wiretrial soak --out soak --runs 200
  wiretrial soak --out soak --runs 5 --sdk python --sdk typescript --load vary
  wiretrial soak --out soak --status`,
		RunE: func(c *cobra.Command, args []string) (err error) {
			if args, f.run.command, err = ownAdapter(c, args); err != nil {
				return err
			}
			return a.soak(c.Context(), f, args)
		},

		ValidArgsFunction: a.completeIDs,
	}
	fl := cmd.Flags()
	fl.StringVar(&f.run.out, "out", "", "keep the record in `DIR`")
	fl.StringArrayVar(&f.sdks, "sdk", nil, "an SDK, by `NAME[@VERSION]`; several take turns (default go)")
	fl.IntVar(&f.runs, "runs", 1, "stop when the record holds `N` whole runs of each SDK under that load")
	fl.StringVar(&f.load, "load", "0", "keep `N` other processes busy beside it; vary: every kind of run idle and as many as there are CPUs")
	fl.StringVar(&f.run.cut, "cut", vary, "write in pieces of `SIZE` or of random sizes; vary: as written, at random, of 700 bytes and of one, in turn")
	fl.StringVar(&f.run.seed, "seed", "", "seed from which each run's is counted, in `HEX` (default: random)")
	levelFlag(cmd, &f.run.level)
	entryFlag(cmd, &f.run.entry)
	jobsFlag(cmd, &f.run.jobs)
	slowFlag(cmd, &f.run.slow)
	catalogueFlag(cmd, &f.run.catalogue)
	fl.StringVar(&f.run.deviations, "deviations", "", "known deviations from `FILE` instead of each SDK's own; none for none")
	fl.BoolVar(&f.status, "status", false, "run nothing: print what the record holds")
	fl.BoolVar(&f.each, "each", false, "count the plays of every scenario in the report")
	_ = cmd.RegisterFlagCompletionFunc("sdk", a.completeSDKs)
	return cmd
}

// vary is the word for conditions that change from run to run.
const vary = "vary"

// soak runs until the record holds what is asked for.
func (a *app) soak(ctx context.Context, f *soakFlags, patterns []string) error {
	switch {
	case f.run.out == "":
		return usagef("soak adds runs up in a folder: want --out DIR")
	case f.runs < 1:
		return usagef("--runs %d: want a positive number", f.runs)
	case f.status:
		t, err := soak.Load(f.run.out)
		if err != nil {
			return usagef("--status: %w", err)
		}
		return a.soaked(ctx, f, t)
	}
	s, err := a.soaker(ctx, f, patterns)
	if err != nil {
		return err
	}
	if s.file, err = soak.Open(f.run.out); err != nil {
		return faultf("%w", err)
	}
	defer s.file.Close()
	for ctx.Err() == nil {
		kind, t := s.next()
		if t == nil {
			break
		}
		if err := s.one(ctx, kind, t); err != nil {
			return err
		}
	}
	return a.soaked(ctx, f, s.file.Tally)
}

// soaked prints the report and decides the exit code.
func (a *app) soaked(ctx context.Context, f *soakFlags, t *soak.Tally) error {
	if err := unwritten(soak.Text(a.Stdout, t, soak.Options{Each: f.each, Flag: soakFlag})); err != nil {
		return err
	}
	status := t.Status()
	if ctx.Err() != nil {
		status = status.Raise(verdict.Interrupted, "interrupted")
	}
	return concluded(status.Code, status.Why)
}

// ownCommand begins the name of a subject that is an adapter of the user's own: the rest is its command.
const ownCommand = "-- "

// soakFlag selects a subject of the record again.
func soakFlag(sdk, release string) string {
	if strings.HasPrefix(sdk, ownCommand) {
		return sdk
	}
	if builtIn(sdk) || release == "" {
		return "--sdk " + sdk
	}
	return "--sdk " + sdk + "@" + release
}

// soaker is what one invocation soaks.
type soaker struct {
	*app
	f        *soakFlags
	patterns []string
	cat      *scenarios.Catalogue
	texts    map[string]string // of scenario files, by the ids of their cases
	targets  []*target
	loads    []int
	file     *soak.File
}

// soaker checks everything before anything is started.
func (a *app) soaker(ctx context.Context, f *soakFlags, patterns []string) (*soaker, error) {
	s := &soaker{app: a, f: f, patterns: patterns, texts: map[string]string{}}
	var err error
	if s.loads, err = loads(f.load); err != nil {
		return nil, err
	}
	probe := f.run
	probe.cut = strings.TrimPrefix(probe.cut, vary)
	cfg, err := probe.config(a.now())
	if err != nil {
		return nil, err
	}
	if s.cat, err = openCatalogue(f.run.catalogue); err != nil {
		return nil, err
	}
	sel, err := probe.selection(s.cat, patterns, cfg.Seed)
	if err != nil {
		return nil, err
	}
	for _, c := range sel.cases {
		if s.texts[c.ID], err = c.File.Digest(); err != nil {
			return nil, usagef("%w", err)
		}
	}
	sdks := f.sdks
	if len(sdks) == 0 {
		sdks = []string{""} // the default, or the user's own adapter
	}
	for _, sdk := range sdks {
		flags := f.run
		flags.sdk = sdk
		t, err := a.target(ctx, &flags)
		if err != nil {
			return nil, err
		}
		if builtIn(t.Name) {
			t.release = version()
		}
		s.targets = append(s.targets, &t)
	}
	return s, nil
}

// loads decodes --load.
func loads(text string) ([]int, error) {
	if text == vary {
		return []int{0, runtime.NumCPU()}, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 1024 {
		return nil, usagef("--load %q: want a number of processes up to 1024, or %s", text, vary)
	}
	return []int{n}, nil
}

// kind is what a run of a target under a load is counted as.
func (s *soaker) kind(t *target, load int) soak.Kind {
	words := append([]string{}, s.patterns...)
	for _, flag := range []struct{ name, value string }{{"--level", s.f.run.level}, {"--entry", s.f.run.entry}, {"--catalogue", s.f.run.catalogue}} {
		if flag.value != "" {
			words = append(words, flag.name, flag.value)
		}
	}
	if s.f.run.slow {
		words = append(words, "--slow")
	}
	name := t.Name
	if len(s.f.run.command) > 0 {
		name = ownCommand + report.QuoteAll(s.f.run.command)
	}
	return soak.Kind{Subject: soak.Subject{SDK: name, Release: t.release}, Plan: strings.Join(words, " "), Loaded: load > 0}
}

// next is the target and the load of which the record holds the fewest runs; nil if it holds enough of all.
func (s *soaker) next() (soak.Kind, *soakTarget) {
	var best soak.Kind
	var found *soakTarget
	least := s.f.runs
	for _, t := range s.targets {
		for _, load := range s.loads {
			k := s.kind(t, load)
			if n := s.file.Tally.Complete(k); n < least {
				best, found, least = k, &soakTarget{t, load}, n
			}
		}
	}
	return best, found
}

// soakTarget is a target under a load.
type soakTarget struct {
	*target
	load int
}

// cuts are those of --cut vary, in turn.
func cuts() []string { return []string{"", "random", "700", "1"} }

// begin opens the next run of a kind, or finds the one that was cut short.
func (s *soaker) begin(k soak.Kind, t *soakTarget) (run soak.Run, played map[string]bool, err error) {
	if run, played, ok := s.file.Tally.Unfinished(k); ok {
		return run, played, nil
	}
	n := s.file.Tally.Next()
	seed, err := s.f.run.seedValue()
	if err != nil {
		return run, nil, err
	}
	if s.f.run.seed != "" {
		seed += uint64(n)
	}
	cut := s.f.run.cut
	if cut == vary {
		cut = cuts()[s.file.Tally.Complete(k)%len(cuts())]
	}
	run = soak.Run{
		N: n, Kind: k, Conditions: soak.Conditions{Seed: seedText(seed), Cut: cut, Load: t.load, CPUs: runtime.NumCPU()},
		Date: s.now().UTC().Format(time.RFC3339), Version: version(), Cases: len(s.texts),
	}
	return run, nil, s.file.Add(soak.Record{T: "run", Run: &run})
}

// one plays one run to its end, or goes on with one.
func (s *soaker) one(ctx context.Context, k soak.Kind, t *soakTarget) error {
	run, played, err := s.begin(k, t)
	if err != nil {
		return faultf("%w", err)
	}
	cfg, err := s.config(t, run, played)
	if err != nil {
		return err
	}
	sink := newSoakSink(s, run)
	began := s.now()
	if len(cfg.Cases) > 0 {
		if err := s.underLoad(ctx, cfg, run.Load, sink); err != nil || ctx.Err() != nil {
			return err
		}
	}
	if err := s.file.Add(soak.Record{T: "end", End: &soak.End{Run: run.N}}); err != nil {
		return faultf("%w", err)
	}
	fmt.Fprintf(s.Stderr, "run %d  %s  seed %s  cut %s  load %d: %d plays, %d of them news (%.0f s)\n", run.N, run.Subject, run.Seed, cmp.Or(run.Cut, "-"), run.Load,
		sink.plays, sink.news, s.now().Sub(began).Seconds())
	return nil
}

// config is the harness's configuration of one run, without what was played already.
func (s *soaker) config(t *soakTarget, run soak.Run, played map[string]bool) (harness.Config, error) {
	flags := s.f.run
	flags.seed, flags.cut = run.Seed, run.Cut
	cfg, err := flags.config(s.now())
	if err != nil {
		return cfg, err
	}
	sel, err := flags.selection(s.cat, s.patterns, cfg.Seed)
	if err != nil {
		return cfg, err
	}
	for _, c := range sel.cases {
		if !played[c.ID] {
			cfg.Cases = append(cfg.Cases, c)
		}
	}
	set, err := s.record(&flags, *t.target, s.cat)
	if err != nil {
		return cfg, err
	}
	cfg.Target, cfg.Judge = t.Target, deviations.NewJudge(set, cfg.Date)
	return cfg, nil
}

// underLoad plays a run beside busy processes.
func (s *soaker) underLoad(ctx context.Context, cfg harness.Config, load int, sink *soakSink) error {
	stop, err := keepBusy(s.Exe, load)
	if err != nil {
		return faultf("%w", err)
	}
	defer stop()
	out, err := s.play(ctx, cfg, sink)
	var own *exitError
	switch {
	case errors.As(err, &own):
		return err
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return faultf("%w", err)
	case out.Canary != nil:
		return faultf("a canary did not hold, so nothing was played: %w", out.Canary)
	}
	return sink.leftBehind(out.Cases)
}
