package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wiretrial/wiretrial/adapters/mutants"
	"github.com/wiretrial/wiretrial/harness/matrix"
	"github.com/wiretrial/wiretrial/harness/verdict"
	"github.com/wiretrial/wiretrial/scenarios"
)

// mutantFlags are the flags of mutants as written.
type mutantFlags struct {
	run   runFlags
	write string
	names []string
}

func (a *app) mutantsCommand() *cobra.Command {
	f := &mutantFlags{}
	cmd := &cobra.Command{
		Use:   "mutants [PATTERN...]",
		Short: "Show that every scenario catches a fault: the kill matrix",
		Long: `Hold clients with one known fault each against the scenarios that must catch them, an SDK that does nothing against every
scenario, and one that consents to everything against those in which the CLI asks. The reference client must pass them all.

A PATTERN selects scenarios as for run. Exit: 0 every fault was caught; 1 a fault survived a scenario that must catch it, a scenario
catches none, or the reference failed; 2 usage; 3 the harness is at fault.`,
		Example: "  wiretrial mutants\n  wiretrial mutants framing --mutant line-cap",
		RunE:    func(c *cobra.Command, args []string) error { return a.mutants(c.Context(), f, args) },

		ValidArgsFunction: a.completeIDs,
	}
	fl := cmd.Flags()
	fl.BoolVar(&f.run.slow, "slow", false, "select slow scenarios too")
	fl.BoolVar(&f.run.json, "json", false, "write the matrix to stdout as JSON, and the report to stderr")
	fl.IntVarP(&f.run.jobs, "jobs", "j", 0, "mutants at a time (default: by the number of CPUs)")
	fl.StringVar(&f.run.seed, "seed", "", "`HEX` seed of words and cuts (default: random)")
	fl.StringVar(&f.run.catalogue, "catalogue", "", "scenario files AREA/NAME.yaml below `DIR` instead of the built-in ones")
	fl.StringVar(&f.write, "write", "", "write the matrix as Markdown to `FILE`, as docs/kill-matrix.md")
	fl.StringSliceVar(&f.names, "mutant", nil, "only the mutants of these `NAMES`")
	_ = cmd.RegisterFlagCompletionFunc("mutant", completeMutants)
	return cmd
}

// completeMutants completes names of mutants.
func completeMutants(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, m := range mutants.All() {
		if strings.HasPrefix(m.Name, word) {
			out = append(out, m.Name+"\t"+m.Fault)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// mutants runs the gate.
func (a *app) mutants(ctx context.Context, f *mutantFlags, patterns []string) error {
	cat, err := openCatalogue(f.run.catalogue)
	if err != nil {
		return err
	}
	seed, err := f.run.seedValue()
	if err != nil {
		return err
	}
	sel, err := f.run.selection(cat, patterns, seed)
	if err != nil {
		return err
	}
	slices.SortStableFunc(sel.cases, func(x, y scenarios.Case) int { return compareIDs(x.ID, y.ID) })
	subjects, err := f.subjects(sel.cases)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "wiretrial-")
	if err != nil {
		return faultf("private folder of the run: %w", err)
	}
	defer os.RemoveAll(dir)
	began := a.now()
	m, err := matrix.Run(ctx, matrix.Config{
		Exe: a.Exe, Reference: []string{a.Exe, RoleAdapter, goSDK}, Dir: dir, Seed: seed, Jobs: f.jobs(),
		Adapter:  func(name string) []string { return []string{a.Exe, RoleMutant, name} },
		Subjects: subjects, Cases: sel.cases, Progress: a.mutantDone,
	})
	switch {
	case ctx.Err() != nil:
		return &exitError{code: verdict.Interrupted, err: ctx.Err()}
	case err != nil:
		return faultf("%w", err)
	}
	if len(f.names) > 0 {
		m.Idle = nil // a file may be another mutant's to kill
	}
	return a.showMatrix(f, m, a.now().Sub(began))
}

func compareIDs(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (f *mutantFlags) jobs() int {
	if f.run.jobs > 0 {
		return f.run.jobs
	}
	return min(max(2, runtime.NumCPU()), maxJobs)
}

func (a *app) mutantDone(name string, took time.Duration) {
	if name == "" {
		name = "reference"
	}
	fmt.Fprintf(a.Stderr, "%6.1f s  %s\n", took.Seconds(), name)
}

// nearMutants suggests what may have been meant.
func nearMutants(name string) string {
	var names []string
	for _, m := range mutants.All() {
		names = append(names, m.Name)
	}
	near := scenarios.Nearest(name, names, 2)
	if len(near) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(near, " or ") + "?"
}

// subjects are the mutants that were asked for, and the controls with what they are held against.
func (f *mutantFlags) subjects(cases []scenarios.Case) ([]matrix.Subject, error) {
	for _, name := range f.names {
		if _, ok := mutants.Find(name); !ok {
			return nil, usagef("--mutant %s: there is none of that name%s", name, nearMutants(name))
		}
	}
	var subjects []matrix.Subject
	for _, m := range mutants.All() {
		if len(f.names) > 0 && !slices.Contains(f.names, m.Name) {
			continue
		}
		s := matrix.Subject{Name: m.Name, Group: m.Group, Fault: m.Fault, Opposite: m.Opposite, Kills: m.Kills, Control: m.IsControl()}
		switch m.Name {
		case mutants.DoNothing:
			s.Kills = matrix.Files(cases, func(scenarios.Case) bool { return true })
		case mutants.YesMan:
			s.Kills = matrix.Files(cases, matrix.Asks)
		}
		subjects = append(subjects, s)
	}
	return subjects, nil
}

// showMatrix prints what the gate came to and decides its exit code.
func (a *app) showMatrix(f *mutantFlags, m matrix.Matrix, took time.Duration) error {
	text := a.Stdout
	if f.run.json {
		text = a.Stderr
		out := json.NewEncoder(a.Stdout)
		out.SetIndent("", "  ")
		if err := out.Encode(m); err != nil {
			return faultf("writing the matrix: %w", err)
		}
	}
	fmt.Fprint(text, matrix.Text(m, took))
	if f.write != "" {
		if err := os.WriteFile(filepath.Clean(f.write), []byte(matrix.Markdown(m)), 0o644); err != nil {
			return faultf("--write: %w", err)
		}
	}
	if m.OK() {
		return nil
	}
	return &exitError{code: verdict.Failed, err: fmt.Errorf("the gate failed"), silent: true}
}
