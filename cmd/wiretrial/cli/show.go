package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/harness/rulebook"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/scenarios"
)

// listed is one scenario in list --json.
type listed struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Level    string   `json:"level"`
	Entry    string   `json:"entry"`
	Rules    []string `json:"rules"`
	Seen     []string `json:"seen"`
	Features []string `json:"features"` // what an SDK must declare to run it
	SlowMS   int64    `json:"slow_ms,omitempty"`
	File     string   `json:"file"`
}

func (a *app) listCommand() *cobra.Command {
	var asJSON bool
	var dir string
	cmd := &cobra.Command{
		Use:   "list [PATTERN...]",
		Short: "List scenarios; nothing is started",
		RunE: func(_ *cobra.Command, args []string) error {
			cat, err := openCatalogue(dir)
			if err != nil {
				return err
			}
			cases, err := named(cat, args)
			if err != nil {
				return err
			}
			if asJSON {
				return unwritten(a.listJSON(cases))
			}
			return unwritten(report.List(a.Stdout, cases, a.look(a.Stdout)))
		},
		ValidArgsFunction: a.completeIDs,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON, with rules, sources and features")
	catalogueFlag(cmd, &dir)
	return cmd
}

// unwritten is the error of an output that took no more: not the user's fault.
func unwritten(err error) error {
	if err == nil {
		return nil
	}
	return faultf("output: %w", err)
}

func (a *app) listJSON(cases []scenarios.Case) error {
	out := make([]listed, len(cases))
	for i, c := range cases {
		out[i] = listed{
			ID: c.ID, Title: c.File.Title, Level: string(c.Level), Entry: string(c.Entry), Rules: texts(c.File.Rules), Seen: texts(c.File.Seen),
			Features: texts(c.Features), SlowMS: c.Slow.Milliseconds(), File: c.File.Pos.File,
		}
	}
	enc := json.NewEncoder(a.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

// texts is never null in JSON.
func texts(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func (a *app) explainCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "explain ID...",
		Short: "Show scenarios as screenplays, or rules with what shows them; nothing is started",
		Long: `Show scenarios as screenplays, or rules with what shows them; nothing is started.

An ID is a scenario or a pattern of them as for run, the id of a rule (CTL-21), or the area of rules (CTL).`,
		Example: "  wiretrial explain permissions/deny\n  wiretrial explain CTL-21\n  wiretrial explain STD",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.explain(dir, args) },

		ValidArgsFunction: a.completeIDsAndRules,
	}
	catalogueFlag(cmd, &dir)
	return cmd
}

// explain prints the rules that are named, then the scenarios.
func (a *app) explain(dir string, args []string) error {
	var rules, patterns []string
	for _, arg := range args {
		if rulebook.Names(arg) {
			rules = append(rules, arg)
		} else {
			patterns = append(patterns, arg)
		}
	}
	cat, err := openCatalogue(dir)
	if err != nil {
		return err
	}
	entries, missing := rulebook.Select(cat, rules)
	if missing != "" {
		return usagef("unknown rule %s: want an id such as CTL-21 or an area (%s)", missing, areas())
	}
	var cases []scenarios.Case
	if len(patterns) > 0 {
		if cases, err = named(cat, patterns); err != nil {
			return err
		}
	}
	if err := unwritten(report.ExplainRules(a.Stdout, entries, a.look(a.Stdout))); err != nil {
		return err
	}
	return unwritten(report.Explain(a.Stdout, cases, a.look(a.Stdout)))
}

// areas lists the areas of rules.
func areas() string {
	var names []string
	for _, area := range protocol.Areas() {
		names = append(names, area.Name)
	}
	return strings.Join(names, ", ")
}

func (a *app) renderCommand() *cobra.Command {
	var out outputs
	cmd := &cobra.Command{
		Use:   "render LOG|DIR",
		Short: "Print the report of an event log again",
		Long: `Print the report of an event log again, as the run printed it. DIR is what --out named: the folder of one run, or of a matrix.

Exit: 0 the log is whole, whatever the run came to; 4 its end is missing; 2 it cannot be read.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.render(args[0], &out) },
	}
	out.add(cmd)
	return cmd
}

// render prints what a log holds, also one that was cut.
func (a *app) render(path string, out *outputs) error {
	if err := out.check(); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return a.renderFolder(path, out)
	}
	m, err := readLog(path)
	if err != nil {
		return err
	}
	if err := errors.Join(unwritten(a.show(a.Stdout, m)), out.publish(m)); err != nil {
		return err
	}
	if m.End == nil {
		return unprovenf("%s: %s", path, cmp.Or(m.Cut, "its end is missing"))
	}
	return nil
}

// readLog reads a log, also one that was cut.
func readLog(path string) (*report.Model, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usagef("%w", err)
	}
	defer file.Close()
	m, err := modelOf(file)
	if err != nil {
		return nil, usagef("%s: %w", path, err)
	}
	return m, nil
}

// modelOf adds up a log; that it was cut is no error, but stands in the model.
func modelOf(log io.Reader) (*report.Model, error) {
	m := report.NewModel()
	err := eventlog.Scan(log, m.Add)
	if errors.Is(err, eventlog.ErrCut) {
		m.Cut, err = err.Error(), nil
	}
	return m, err
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.Stdout, "wiretrial %s (%s %s/%s, adapter contract %d, log schema %d)\n",
				version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, contract.Version, eventlog.Schema)
			return unwritten(err)
		},
	}
}

// completeIDsAndRules completes ids of scenarios and of rules.
func (a *app) completeIDsAndRules(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	out, directive := a.completeIDs(cmd, args, word)
	for _, r := range protocol.Rules() {
		if strings.HasPrefix(r.ID, word) {
			out = append(out, r.ID+"\t"+r.Sentence)
		}
	}
	return out, directive
}

// completeIDs completes ids of scenarios.
func (a *app) completeIDs(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	cat, err := scenarios.Embedded()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	cases, err := cat.Select(nil)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var out []string
	seen := map[string]bool{}
	for _, c := range cases {
		for _, id := range []string{c.File.ID, c.ID} {
			if strings.HasPrefix(id, word) && !seen[id] {
				seen[id] = true
				out = append(out, id+"\t"+c.File.Title)
			}
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
