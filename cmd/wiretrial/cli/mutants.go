package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
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
	run    runFlags
	write  string
	names  []string
	others int
	stale  bool
	full   bool
	state  string
}

func (a *app) mutantsCommand() *cobra.Command {
	f := &mutantFlags{}
	cmd := &cobra.Command{
		Use:   "mutants [PATTERN...]",
		Short: "Show that every scenario catches a fault: the kill matrix",
		Long: `Hold clients with one known fault each against the scenarios that must catch them and some others, an SDK that does nothing against
every scenario, and one that consents to everything against those in which the CLI asks. The reference client must pass them all.

A PATTERN selects scenarios as for run. --write records what was played in the folder docs: the kill matrix as a page and as data; what
was not played stays as it was recorded. --full holds every client against every scenario; it goes on where it was when it is killed.

Exit: 0 every fault was caught; 1 a fault survived a scenario that must catch it, a scenario catches none, or the reference failed; 2 usage;
3 the harness is at fault; 130 interrupted.`,
		Example: "  wiretrial mutants\n  wiretrial mutants framing --mutant line-cap\n  wiretrial mutants --stale --slow --write\n" +
			"  wiretrial mutants --full --state ~/matrix",
		RunE: func(c *cobra.Command, args []string) error { return a.mutants(c.Context(), f, args) },

		ValidArgsFunction: a.completeIDs,
	}
	fl := cmd.Flags()
	slowFlag(cmd, &f.run.slow)
	fl.BoolVar(&f.run.json, "json", false, "write the matrix to stdout as JSON, and the report to stderr")
	fl.IntVarP(&f.run.jobs, "jobs", "j", 0, "`N` mutants at a time (default: by the number of CPUs)")
	fl.StringVar(&f.run.seed, "seed", "", "seed of words, cuts and of the others, in `HEX` (default: random)")
	catalogueFlag(cmd, &f.run.catalogue)
	fl.StringVar(&f.write, "write", "", "record the matrix in `DIR` as kill-matrix.md and kill-matrix.json (default without a value: docs)")
	fl.Lookup("write").NoOptDefVal = "docs"
	fl.StringSliceVar(&f.names, "mutant", nil, "only the mutants of these `NAMES`")
	fl.IntVar(&f.others, "others", 20, "hold each mutant against `N` scenarios, too, that it does not name; the seed chooses them")
	fl.BoolVar(&f.stale, "stale", false, "only what the record in docs (or of --write) does not know as it is today")
	fl.BoolVar(&f.full, "full", false, "every mutant against every scenario: the whole matrix")
	fl.StringVar(&f.state, "state", "kill-matrix.state", "with --full, keep in `DIR` what was played, and at the end full.md and full.json")
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
	slices.SortStableFunc(sel.cases, func(x, y scenarios.Case) int { return strings.Compare(x.ID, y.ID) })
	g, err := f.gate(cat, sel.cases, seed)
	if err != nil {
		return err
	}
	if len(g.subjects) == 0 {
		fmt.Fprintln(a.Stdout, "nothing to play: the record knows the mutants and scenarios that were selected as they are")
		return f.record(g, matrix.Matrix{})
	}
	began := a.now()
	m, err := a.playMatrix(ctx, f, g)
	switch {
	case ctx.Err() != nil:
		return &exitError{code: verdict.Interrupted, err: f.interrupted()}
	case err != nil:
		return faultf("%w", err)
	}
	if len(f.names) > 0 || f.stale {
		m.Idle = nil // a file may be another mutant's to kill
	}
	if err := f.record(g, m); err != nil {
		return err
	}
	return a.showMatrix(f, m, a.now().Sub(began))
}

// playMatrix plays the gate in a private folder.
func (a *app) playMatrix(ctx context.Context, f *mutantFlags, g gate) (matrix.Matrix, error) {
	dir, err := privateFolder()
	if err != nil {
		return matrix.Matrix{}, err
	}
	defer os.RemoveAll(dir)
	cfg := matrix.Config{
		Exe: a.Exe, Reference: []string{a.Exe, RoleAdapter, goSDK}, Dir: dir, Seed: g.seed, Jobs: f.jobs(), Others: f.others, Whole: f.full,
		Adapter:  func(name string) []string { return []string{a.Exe, RoleMutant, name} },
		Subjects: g.subjects, Cases: g.cases, Progress: a.mutantDone,
	}
	if f.full {
		if cfg.State, err = matrix.OpenState(f.state, g.known); err != nil {
			return matrix.Matrix{}, err
		}
		defer cfg.State.Close()
	}
	return matrix.Run(ctx, cfg)
}

// interrupted says what an interrupt leaves.
func (f *mutantFlags) interrupted() error {
	if f.full {
		return fmt.Errorf("interrupted; --full --state %s goes on from what was played", f.state)
	}
	return errors.New("interrupted; nothing was judged and nothing recorded")
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
	if m.OK() {
		return nil
	}
	return concluded(verdict.Failed, "the gate failed")
}
