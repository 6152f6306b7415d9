package matrix

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/scenarios"
)

// Config is one gate.
type Config struct {
	Exe       string                        // this binary
	Reference []string                      // the reference's adapter
	Adapter   func(subject string) []string // a subject's adapter
	Subjects  []Subject
	Cases     []scenarios.Case // all that may be played
	Jobs      int              // subjects at a time
	Seed      uint64
	Deadline  time.Duration // of one observation; zero: the engine's default
	Dir       string        // private; removed by the caller
	// Progress is called after each subject; nil: never. It is called by one goroutine at a time.
	Progress func(subject string, took time.Duration)
}

// Run plays the reference and every subject, and judges. Its error is the harness's fault or the end of ctx.
func Run(ctx context.Context, cfg Config) (Matrix, error) {
	g := &gate{cfg: cfg, byFile: map[string][]scenarios.Case{}}
	var files []string
	for _, c := range cfg.Cases {
		if len(g.byFile[c.File.ID]) == 0 {
			files = append(files, c.File.ID)
		}
		g.byFile[c.File.ID] = append(g.byFile[c.File.ID], c)
	}
	if err := g.all(ctx); err != nil {
		return Matrix{}, err
	}
	return Judge(cfg.Subjects, files, g.results), ctx.Err()
}

type gate struct {
	cfg    Config
	byFile map[string][]scenarios.Case

	mu      sync.Mutex
	results []Result
	dirs    int
	err     error
}

// all plays the reference beside the subjects, several at a time, those that have most to do first.
func (g *gate) all(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	work := make(chan func() error)
	var wg sync.WaitGroup
	for range max(1, g.cfg.Jobs) {
		wg.Go(func() {
			for job := range work {
				if err := job(); err != nil {
					g.fail(err)
					cancel()
				}
			}
		})
	}
	jobs := []func() error{func() error {
		return g.timed("", func() error { return g.play(ctx, "", g.cfg.Reference, g.cfg.Cases) })
	}}
	order := slices.Clone(g.cfg.Subjects)
	slices.SortStableFunc(order, func(a, b Subject) int { return len(b.Kills) - len(a.Kills) })
	for _, s := range order {
		if !slices.ContainsFunc(s.Kills, func(file string) bool { return len(g.byFile[file]) > 0 }) {
			continue
		}
		jobs = append(jobs, func() error { return g.timed(s.Name, func() error { return g.subject(ctx, s) }) })
	}
	for _, job := range jobs {
		if ctx.Err() == nil {
			work <- job
		}
	}
	close(work)
	wg.Wait()
	return g.err
}

func (g *gate) timed(name string, f func() error) error {
	began := time.Now()
	err := f()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cfg.Progress != nil {
		g.cfg.Progress(name, time.Since(began))
	}
	return err
}

func (g *gate) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil {
		g.err = err
	}
}

// tries is how often a file is played that catches nothing: where two processes race, a busy machine may let a fault pass. A kill by
// chance is a kill, and is said to be one.
const tries = 3

// subject plays one case of each file that must kill a subject, the file's other cases only if that one did not, and then all of them again.
func (g *gate) subject(ctx context.Context, s Subject) error {
	var first []scenarios.Case
	for _, file := range s.Kills {
		if cases := g.byFile[file]; len(cases) > 0 {
			first = append(first, cases[0])
		}
	}
	argv := g.cfg.Adapter(s.Name)
	if err := g.play(ctx, s.Name, argv, first); err != nil {
		return err
	}
	for try := range tries {
		var rest []scenarios.Case
		for _, file := range s.Kills {
			cases := g.byFile[file]
			if len(cases) == 0 || g.killed(s.Name, file) {
				continue
			}
			if try == 0 {
				cases = cases[1:]
			}
			rest = append(rest, cases...)
		}
		if err := g.play(ctx, s.Name, argv, rest); err != nil {
			return err
		}
	}
	return nil
}

func (g *gate) killed(subject, file string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.ContainsFunc(g.results, func(r Result) bool { return r.Subject == subject && r.File == file && Kills(r) })
}

// discard is a log that nobody reads.
type discard struct{}

func (discard) Write(eventlog.Record) error { return nil }

// caseLimit ends a case that a fault, or the harness, does not let end: beyond the slowest scenario.
const caseLimit = 3 * time.Minute

// play plays cases with one adapter and keeps how they ended.
func (g *gate) play(ctx context.Context, subject string, argv []string, cases []scenarios.Case) error {
	if len(cases) == 0 || ctx.Err() != nil {
		return nil
	}
	dir, err := g.newDir()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	out, err := harness.Run(ctx, harness.Config{
		Target: harness.Target{Name: "subject " + subject, Argv: argv}, Cases: cases, Exe: g.cfg.Exe, Date: time.Now(), Jobs: 2,
		Seed: g.cfg.Seed, Dir: dir, Scratch: g.cfg.Dir, Deadline: g.cfg.Deadline, Timeout: caseLimit, NoCanaries: subject != "",
	}, discard{})
	if err != nil {
		return fmt.Errorf("matrix: %q: %w", subject, err)
	}
	if out.Canary != nil {
		return fmt.Errorf("matrix: %w", out.Canary)
	}
	g.keep(subject, cases, out.Cases)
	return nil
}

func (g *gate) newDir() (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dirs++
	dir := filepath.Join(g.cfg.Dir, fmt.Sprintf("m%d", g.dirs))
	return dir, os.Mkdir(dir, 0o700)
}

func (g *gate) keep(subject string, cases []scenarios.Case, ended []eventlog.Case) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, rec := range ended {
		i := slices.IndexFunc(cases, func(c scenarios.Case) bool { return c.ID == rec.ID })
		if i < 0 {
			continue // the finding about the whole run
		}
		g.results = append(g.results, Result{Subject: subject, File: cases[i].File.ID, Repeats: cases[i].Repeat > 1, Case: rec})
	}
}
