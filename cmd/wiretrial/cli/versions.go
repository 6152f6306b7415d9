package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/adapters"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

// column is one SDK of a matrix.
type column struct {
	name string // python@0.1.45: the SDK, and its release if it has several
	target
	gone string // why the release cannot be had, in the words of its registry; empty: it can
}

// runAll runs against one SDK, or against several for a matrix.
func (a *app) runAll(ctx context.Context, f *runFlags, patterns []string) error {
	if len(f.sdks) == 1 {
		f.sdk = f.sdks[0]
	}
	if len(f.sdks) < 2 {
		return a.run(ctx, f, patterns)
	}
	switch {
	case len(f.command) > 0:
		return usagef("--sdk %s and -- %s: want one of them", f.sdks[0], f.command[0])
	case f.json:
		return usagef("--json writes one event log, and several --sdk make several; --out DIR keeps them")
	case f.ciFlags != (ciFlags{}):
		return usagef("--junit, --summary, --shard and --failed speak of one SDK: run each --sdk by itself")
	}
	p, err := a.plan(f, patterns)
	if err != nil {
		return err
	}
	columns, err := a.columns(ctx, f)
	if err != nil {
		return err
	}
	return a.matrix(ctx, f, p, columns)
}

// columns finds every SDK before anything runs. One that is gone is a column that says so; every other trouble ends the command.
func (a *app) columns(ctx context.Context, f *runFlags) ([]column, error) {
	var out []column
	for _, spec := range f.sdks {
		one := *f
		one.sdk = spec
		t, err := a.target(ctx, &one)
		c := column{name: spec, target: t}
		switch {
		case errors.Is(err, adapters.ErrGone) && ctx.Err() == nil:
			name, release, _ := strings.Cut(spec, "@")
			c.gone, c.Name, c.release = err.Error(), name, release
			c.Rerun = "--sdk " + report.Quote(spec)
		case err != nil:
			return nil, err
		case t.release != "":
			c.name = t.Name + "@" + t.release
		default:
			c.name = t.Name
		}
		if slices.ContainsFunc(out, func(other column) bool { return other.name == c.name }) {
			return nil, usagef("--sdk %s: %s is named twice", spec, c.name)
		}
		out = append(out, c)
	}
	return out, nil
}

// matrix runs the plan against one SDK after the other, with one seed, and prints what changed between them.
func (a *app) matrix(ctx context.Context, f *runFlags, p plan, columns []column) error {
	if err := keepColumns(f.out, columns); err != nil {
		return err
	}
	var models []*report.Model
	for _, c := range columns {
		if ctx.Err() != nil {
			break
		}
		one := *f
		one.sdk = c.name
		if f.out != "" {
			one.out = filepath.Join(f.out, c.name)
		}
		m, err := a.column(ctx, &one, p, c)
		if err != nil {
			return err
		}
		models = append(models, m)
	}
	if err := unwritten(report.Matrix(a.Stdout, models, a.look(a.Stdout))); err != nil {
		return err
	}
	end := report.MatrixEnd(models)
	if ctx.Err() != nil {
		end = end.Raise(verdict.Interrupted, "interrupted")
	}
	return concluded(end.Code, end.Why)
}

// column runs one of them. What its run came to is in the model; the error is one that ends the whole command.
func (a *app) column(ctx context.Context, f *runFlags, p plan, c column) (*report.Model, error) {
	s, err := a.session(f, p, c.target)
	if err != nil {
		return nil, err
	}
	s.silent = true
	if c.gone != "" {
		err = s.gone(c)
	} else {
		a.tell("running " + c.name)
		err = s.run(ctx)
	}
	var exit *exitError
	if s.model == nil || err != nil && !(errors.As(err, &exit) && exit.silent) || s.aborted() {
		return nil, err
	}
	return s.model, nil
}

// aborted tells whether the user asked to stop at once.
func (s *session) aborted() bool {
	select {
	case <-s.Abort:
		return true
	default:
		return false
	}
}

// gone records a release that cannot be had: a run that never was, with the words of the registry and no verdict.
func (s *session) gone(c column) error {
	closeLog, err := s.openLog()
	if err != nil {
		return err
	}
	defer closeLog()
	run := s.unopened()
	run.Release = c.release
	end := verdict.Count(nil)
	end.Exit, end.Why = verdict.Fault, "the release is gone, so nothing was judged"
	for _, rec := range []eventlog.Record{
		{T: "run", Run: run}, {T: "note", Note: &eventlog.Note{Kind: eventlog.NoteGone, Text: c.gone}}, {T: "end", End: &end},
	} {
		if err := s.Write(rec); err != nil {
			return faultf("%w", err)
		}
	}
	return nil
}

// columnsFile lists the folders of a matrix in their order, in the folder that holds them.
const columnsFile = "columns.json"

// keepColumns makes the folder of a matrix and says there what stands in it.
func keepColumns(dir string, columns []column) error {
	if dir == "" {
		return nil
	}
	var names []string
	for _, c := range columns {
		names = append(names, c.name)
	}
	data, err := json.Marshal(names)
	if err != nil {
		return faultf("%w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return faultf("folder of the results: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, columnsFile), append(data, '\n'), 0o644); err != nil {
		return faultf("folder of the results: %w", err)
	}
	return nil
}

// maxColumns bounds what columns.json may name: no user compares more.
const maxColumns = 1000

// renderFolder prints what a folder holds: a matrix, or the log of one run.
func (a *app) renderFolder(dir string, out *outputs) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return usagef("%w", err)
	}
	defer root.Close()
	names, err := readColumns(root)
	if errors.Is(err, os.ErrNotExist) {
		return a.render(filepath.Join(dir, eventlog.FileName), out)
	}
	if *out != (outputs{}) {
		return usagef("%s: --junit and --summary speak of one SDK: render the folder of each", dir)
	}
	if err != nil {
		return usagef("%s: %w", filepath.Join(dir, columnsFile), err)
	}
	var models []*report.Model
	whole := true
	for _, name := range names {
		m, err := readModel(root, name)
		if err != nil {
			return usagef("%s: %w", filepath.Join(dir, name), err)
		}
		whole = whole && m.End != nil
		models = append(models, m)
	}
	if err := unwritten(report.Matrix(a.Stdout, models, a.look(a.Stdout))); err != nil {
		return err
	}
	if !whole {
		return unprovenf("%s: a log's end is missing", dir)
	}
	return nil
}

func readColumns(root *os.Root) ([]string, error) {
	file, err := root.Open(columnsFile)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, 1<<20))
	if err != nil {
		return nil, err
	}
	var names []string
	if err := json.Unmarshal(data, &names); err != nil {
		return nil, fmt.Errorf("want a list of folders: %w", err)
	}
	if len(names) == 0 || len(names) > maxColumns {
		return nil, fmt.Errorf("%d folders: want 1 to %d", len(names), maxColumns)
	}
	return names, nil
}

// readModel reads the log of one column, also one that was cut or is not there: a run that was interrupted never came to it.
func readModel(root *os.Root, name string) (*report.Model, error) {
	file, err := root.Open(filepath.Join(name, eventlog.FileName))
	if errors.Is(err, os.ErrNotExist) {
		m := report.NewModel()
		sdk, release, _ := strings.Cut(name, "@")
		m.Run.SDK, m.Run.Release, m.Cut = sdk, release, "it was not run"
		return m, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return modelOf(file)
}
