package matrix

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
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
	// Others is how many files each subject is held against beside those that it names, one case of each, chosen by the seed.
	Others int
	// Whole holds each subject against every case of every file until one kills it, and Others says nothing. It takes hours.
	Whole bool
	// State keeps what a subject was played, so that a run that was killed goes on where it was; nil: nothing is kept.
	State    *State
	Seed     uint64
	Deadline time.Duration // of one observation; zero: the engine's default
	Dir      string        // private; removed by the caller
	// Progress is called after each subject; nil: never. It is called by one goroutine at a time.
	Progress func(subject string, took time.Duration)
}

// Run plays the reference and every subject, and judges. Its error is the harness's fault or the end of ctx.
func Run(ctx context.Context, cfg Config) (Matrix, error) {
	g := &gate{cfg: cfg, byFile: map[string][]scenarios.Case{}}
	for _, c := range cfg.Cases {
		if len(g.byFile[c.File.ID]) == 0 {
			g.files = append(g.files, c.File.ID)
		}
		g.byFile[c.File.ID] = append(g.byFile[c.File.ID], c)
	}
	if err := g.all(ctx); err != nil {
		return Matrix{}, err
	}
	return Judge(cfg.Subjects, g.files, g.results), ctx.Err()
}

type gate struct {
	cfg    Config
	byFile map[string][]scenarios.Case
	files  []string // in the order of the cases

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
		if !g.cfg.Whole && !slices.ContainsFunc(s.Kills, func(file string) bool { return len(g.byFile[file]) > 0 }) {
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

// subject plays the files that must kill a subject, and then others.
func (g *gate) subject(ctx context.Context, s Subject) error {
	var named []string
	for _, file := range s.Kills {
		if len(g.byFile[file]) > 0 {
			named = append(named, file)
		}
	}
	if err := g.pieces(ctx, s, named, tries); err != nil {
		return err
	}
	if g.cfg.Whole {
		return g.pieces(ctx, s, g.others(s), 1)
	}
	if s.Control {
		return nil
	}
	others := g.others(s)
	random := rand.New(rand.NewPCG(g.cfg.Seed, nameSeed(s.Name)))
	random.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	var cases []scenarios.Case
	for _, file := range others[:min(g.cfg.Others, len(others))] {
		cases = append(cases, g.byFile[file][random.IntN(len(g.byFile[file]))])
	}
	return g.play(ctx, s.Name, g.cfg.Adapter(s.Name), cases)
}

// others are the files that a subject does not name, in order.
func (g *gate) others(s Subject) []string {
	return slices.DeleteFunc(slices.Clone(g.files), func(file string) bool { return slices.Contains(s.Kills, file) })
}

func nameSeed(name string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, name)
	return h.Sum64()
}

// piece is how many files are played before what they came to is kept.
const piece = 16

// pieces plays files, a few at a time if what they come to is kept, and leaves out those that were kept before.
func (g *gate) pieces(ctx context.Context, s Subject, files []string, tries int) error {
	if g.cfg.State == nil {
		return g.cases(ctx, s, files, tries)
	}
	kept, err := g.cfg.State.open(s.Name)
	if err != nil {
		return err
	}
	files = slices.DeleteFunc(slices.Clone(files), func(file string) bool {
		g.keepResults(kept[file])
		return len(kept[file]) > 0
	})
	for _, some := range g.split(files) {
		if err := g.cases(ctx, s, some, tries); err != nil || ctx.Err() != nil {
			return err
		}
		if err := g.cfg.State.keep(s.Name, some, g.of(s.Name)); err != nil {
			return err
		}
	}
	return nil
}

// split makes the pieces: the slow files, which are mostly waits and are played side by side, are the last one.
func (g *gate) split(files []string) [][]string {
	slow := func(file string) bool { return g.byFile[file][0].Slow > 0 }
	pieces := slices.Collect(slices.Chunk(slices.DeleteFunc(slices.Clone(files), slow), piece))
	if last := slices.DeleteFunc(slices.Clone(files), func(file string) bool { return !slow(file) }); len(last) > 0 {
		pieces = append(pieces, last)
	}
	return pieces
}

// cases plays one case of each file, the file's other cases only if that one did not kill the subject, and then all of them again.
func (g *gate) cases(ctx context.Context, s Subject, files []string, tries int) error {
	var first []scenarios.Case
	for _, file := range files {
		first = append(first, g.byFile[file][0])
	}
	argv := g.cfg.Adapter(s.Name)
	if err := g.play(ctx, s.Name, argv, first); err != nil {
		return err
	}
	for try := range tries {
		var rest []scenarios.Case
		for _, file := range files {
			cases := g.byFile[file]
			if g.killed(s.Name, file) {
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

// of gives the results of a subject.
func (g *gate) of(subject string) []Result {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(g.results), func(r Result) bool { return r.Subject != subject })
}

func (g *gate) keepResults(results []Result) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.results = append(g.results, results...)
}

func (g *gate) killed(subject, file string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.ContainsFunc(g.results, func(r Result) bool { return r.Subject == subject && r.File == file && Kills(r) })
}

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
	}, harness.Discard{})
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
