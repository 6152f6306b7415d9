package cli

import (
	"time"

	"github.com/spf13/cobra"
)

// The flags that several commands have.

func catalogueFlag(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "catalogue", "", "scenario files AREA/NAME.yaml below `DIR` instead of the built-in ones")
}

func levelFlag(cmd *cobra.Command, level *string) {
	cmd.Flags().StringVar(level, "level", "", "`LEVEL`: must (those alone), should (must too) or may (all, the default)")
	_ = cmd.RegisterFlagCompletionFunc("level", cobra.FixedCompletions([]string{"must", "should", "may"}, cobra.ShellCompDirectiveNoFileComp))
}

func entryFlag(cmd *cobra.Command, entry *string) {
	cmd.Flags().StringVar(entry, "entry", "", "only one entry point: oneshot or client (`ENTRY`)")
	_ = cmd.RegisterFlagCompletionFunc("entry", cobra.FixedCompletions([]string{"oneshot", "client"}, cobra.ShellCompDirectiveNoFileComp))
}

func slowFlag(cmd *cobra.Command, slow *bool) {
	cmd.Flags().BoolVar(slow, "slow", false, "select slow scenarios too")
}

func jobsFlag(cmd *cobra.Command, jobs *int) {
	cmd.Flags().IntVarP(jobs, "jobs", "j", 0, "`N` scenarios at a time (default: by the number of CPUs)")
}

// ownAdapter splits the arguments at --: what stands before it, and the user's adapter.
func ownAdapter(c *cobra.Command, args []string) (before, command []string, err error) {
	at := c.ArgsLenAtDash()
	if at < 0 {
		return args, nil, nil
	}
	if at == len(args) {
		return nil, nil, usagef("no command behind --: want -- CMD ARGS")
	}
	return args[:at], args[at:], nil
}

// day is the day of --today, or today.
func day(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now.UTC(), nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, usagef("--today %q: want a date like 2027-01-31", text)
	}
	return day, nil
}
