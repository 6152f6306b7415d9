package cli

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wiretrial/wiretrial/harness/adaptercheck"
	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

func (a *app) adapterCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "adapter", Short: "Adapters of your own", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	f := &runFlags{}
	check := &cobra.Command{
		Use:   "check [--sdk NAME[@VERSION] | -- CMD ARGS...]",
		Short: "Check an adapter against the adapter contract",
		Long: `Check an adapter against the adapter contract; docs/adapters.md explains each check.

Exit: 0 all checks hold; 1 a check fails; 3 the adapter does not start.`,
		RunE: func(c *cobra.Command, args []string) (err error) {
			if args, f.command, err = ownAdapter(c, args); err != nil {
				return err
			}
			if len(args) > 0 {
				return usagef("unexpected argument %q: want --sdk NAME or -- CMD ARGS", args[0])
			}
			return a.adapterCheck(c.Context(), f)
		},
	}
	check.Flags().StringVar(&f.sdk, "sdk", "", "the SDK, by `NAME[@VERSION]` (default go)")
	_ = check.RegisterFlagCompletionFunc("sdk", a.completeSDKs)
	cmd.AddCommand(check)
	return cmd
}

func (a *app) adapterCheck(ctx context.Context, f *runFlags) error {
	t, err := a.target(ctx, f)
	if err != nil {
		return err
	}
	dir, err := privateFolder()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cfg := adaptercheck.Config{Name: t.Name, Argv: t.Argv, Env: t.Env, Exe: a.Exe, Dir: dir}
	res, err := adaptercheck.Run(ctx, cfg, func(c adaptercheck.Check) { a.printEscaped(adaptercheck.Text(c)) })
	switch {
	case ctx.Err() != nil:
		return &exitError{code: verdict.Interrupted, err: ctx.Err(), silent: true}
	case err != nil:
		return faultf("%w", err)
	}
	a.printEscaped(adaptercheck.Header(res.Hello) + adaptercheck.Summary(res))
	return concluded(res.ExitCode(), "a check fails")
}

// printEscaped prints lines in which others may have had a say.
func (a *app) printEscaped(text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintln(a.Stdout, report.Safe(strings.TrimRight(line, "\n")))
	}
}
