package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/deviations"
	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

func (a *app) deviationsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "deviations", Short: "Files of known deviations: check them, and bring them up to date", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	cmd.AddCommand(a.deviationsCheck(), a.deviationsUpdate())
	return cmd
}

func (a *app) deviationsCheck() *cobra.Command {
	var today, catalogue string
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Look for entries that are mistyped, stale, unexplained, expired, or expire within two weeks; nothing is started",
		Long: `Look for entries that are mistyped, stale, unexplained, expired, or expire within two weeks; nothing is started.

Exit: 0 nothing, or only entries that expire soon; 1 stale, unexplained or expired ones; 2 a file that cannot be read.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.checkRecords(args, today, catalogue) },
	}
	cmd.Flags().StringVar(&today, "today", "", "compare expiry with `DATE`, like 2027-01-31 (default: today, UTC)")
	catalogueFlag(cmd, &catalogue)
	return cmd
}

func (a *app) checkRecords(files []string, today, catalogue string) error {
	day, err := day(today, a.now())
	if err != nil {
		return err
	}
	cat, err := recordable(catalogue)
	if err != nil {
		return err
	}
	failed := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			return usagef("%w", err)
		}
		set, err := deviations.Load(file, src, cat, harness.LeftBehind)
		if err != nil {
			return usagef("%w", err)
		}
		for _, f := range set.Findings(day) {
			if f.Fails() {
				failed++
			}
			if _, err := fmt.Fprintf(a.Stdout, "%s: %s\n", f.Kind, report.Safe(f.Text)); err != nil {
				return unwritten(err)
			}
		}
	}
	if failed == 0 {
		return nil
	}
	return &exitError{code: verdict.Failed, err: fmt.Errorf("%s to mend", report.Plural(failed, "finding"))}
}

// recordable are the scenarios of which a record may speak: those of --catalogue, and the built-in ones.
func recordable(dir string) (deviations.Selector, error) {
	cat, err := openCatalogue(dir)
	if err != nil {
		return nil, err
	}
	return withBuiltIn(cat, dir)
}

func (a *app) deviationsUpdate() *cobra.Command {
	f := &runFlags{}
	var log string
	cmd := &cobra.Command{
		Use:   "update FILE [--log LOG] [--sdk NAME | -- CMD ARGS...]",
		Short: "Remove from a file of deviations what passes now, and add what fails and is not in it, to be explained",
		Long: `Remove from a file of deviations what passes now, and add what fails and is not in it, to be explained.

It goes by the log that --log names, else by what is remembered of the last runs against the SDK, however they judged. Comments, order and all other lines
stay as they are. Added entries excuse nothing until you have read the SDK's code and replaced "TO EXPLAIN".`,
		Example: "  wiretrial run --sdk python\n  wiretrial deviations update adapters/python/deviations.yaml --sdk python",
		RunE: func(c *cobra.Command, args []string) (err error) {
			if args, f.command, err = ownAdapter(c, args); err != nil {
				return err
			}
			if len(args) != 1 {
				return usagef("want one file of deviations, got %d", len(args))
			}
			return a.updateRecord(f, args[0], log)
		},
	}
	cmd.Flags().StringVar(&log, "log", "", "go by `LOG`, a log or the folder that --out named")
	cmd.Flags().StringVar(&f.sdk, "sdk", "", "go by the last runs against the SDK of that `NAME` (default go)")
	cmd.Flags().StringVar(&f.today, "today", "", "let an added entry hold for 90 days from `DATE` on, like 2027-01-31 (default: today, UTC)")
	catalogueFlag(cmd, &f.catalogue)
	return cmd
}

// updateRecord edits a file of deviations, or makes one.
func (a *app) updateRecord(f *runFlags, path, log string) error {
	day, err := day(f.today, a.now())
	if err != nil {
		return err
	}
	cat, err := recordable(f.catalogue)
	if err != nil {
		return err
	}
	m, err := f.lastModel(log)
	if err != nil {
		return err
	}
	src, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		src, err = newRecord(m), nil
	}
	if err != nil {
		return usagef("%w", err)
	}
	text, changes, err := deviations.Update(deviations.Source{Name: path, Text: src, Cat: cat, Extra: []string{harness.LeftBehind}}, m.Cases, m.Run.Release, day)
	if err != nil {
		return usagef("%w", err)
	}
	if string(text) != string(src) || !fileExists(path) {
		if err := writeAtomically(path, text); err != nil {
			return faultf("%w", err)
		}
	}
	return unwritten(a.tellChanges(path, changes))
}

// lastModel reads the log that an update goes by.
func (f *runFlags) lastModel(log string) (*report.Model, error) {
	path := logIn(log)
	if log == "" {
		var err error
		if path, err = f.lastLog(); err != nil {
			return nil, faultf("%w", err)
		}
		if !fileExists(path) {
			return nil, usagef("no run against this SDK is remembered; run once, or name a log with --log")
		}
	}
	m, err := readLog(path)
	if err != nil {
		return nil, err
	}
	if m.Cut != "" || m.End == nil {
		return nil, unprovenf("%s: the log is not whole, so what passes in it is not known", path)
	}
	return m, nil
}

// newRecord is a file of deviations that has none yet.
func newRecord(m *report.Model) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# What is recorded about %s. features are those that it must not lose. Each entry was read in its code.\n", report.Safe(m.Run.SDK))
	if len(m.Run.Features) > 0 {
		b.WriteString("features:\n")
		for _, f := range m.Run.Features {
			fmt.Fprintf(&b, "- %s\n", f)
		}
		b.WriteByte('\n')
	}
	return []byte(b.String() + "known:\n")
}

// tellChanges says what was done and what is left to do.
func (a *app) tellChanges(path string, changes []deviations.Change) error {
	marks := map[deviations.ChangeKind]string{deviations.Added: "+", deviations.Removed: "-", deviations.Left: "!"}
	count := map[deviations.ChangeKind]int{}
	var b strings.Builder
	for _, c := range changes {
		count[c.Kind]++
		fmt.Fprintf(&b, "%s %s: %s\n", marks[c.Kind], report.Safe(c.ID), report.Safe(c.Text))
	}
	fmt.Fprintf(&b, "%s: %d added, %d removed, %d left to you\n", report.Safe(path), count[deviations.Added], count[deviations.Removed], count[deviations.Left])
	_, err := fmt.Fprint(a.Stdout, b.String())
	return err
}
