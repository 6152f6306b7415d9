package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wiretrial/wiretrial/adapters"
	"github.com/wiretrial/wiretrial/harness/report"
)

func (a *app) sdkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "sdk", Short: "SDKs that wiretrial knows by name", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	list := &cobra.Command{
		Use: "list", Short: "List the known SDKs and the versions that are installed", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.sdkList() },
	}
	install := &cobra.Command{
		Use: "install NAME[@VERSION]...", Short: "Install SDKs with the package manager of their language, once", Args: cobra.MinimumNArgs(1),
		RunE:              func(c *cobra.Command, args []string) error { return a.sdkInstall(c.Context(), args) },
		ValidArgsFunction: a.completeSDKs,
	}
	cmd.AddCommand(list, install)
	return cmd
}

func (a *app) sdkList() error {
	listing, err := adapters.List()
	if err != nil {
		return faultf("%w", err)
	}
	fmt.Fprintf(a.Stdout, "%-12s %-12s %s\n", goSDK, "built in", "the client of this project")
	fmt.Fprintf(a.Stdout, "%-12s %-12s %s\n", goSession, "built in", "the same client's other face, whose user answers the CLI himself")
	for _, sdk := range listing {
		cached := "nothing installed"
		if len(sdk.Cached) > 0 {
			cached = "installed: " + strings.Join(sdk.Cached, ", ")
		}
		fmt.Fprintf(a.Stdout, "%-12s %-12s %s, by %s; %s\n", sdk.Name, sdk.Pin, sdk.Packages[0], sdk.Tool, report.Safe(cached))
	}
	return nil
}

func (a *app) sdkInstall(ctx context.Context, specs []string) error {
	for _, spec := range specs {
		name, release, err := nameAndRelease(spec)
		if err != nil {
			return err
		}
		if builtIn(name) {
			fmt.Fprintln(a.Stdout, name, "is built in")
			continue
		}
		inst, err := adapters.Provision(ctx, name, release, a.tell)
		if err != nil {
			return provisionError(ctx, err)
		}
		fmt.Fprintf(a.Stdout, "%s %s in %s\n", inst.Name, inst.Version, report.Safe(inst.Dir))
	}
	return nil
}

func (a *app) completeSDKs(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	var out []string
	offer := func(name, about string) {
		if strings.HasPrefix(name, word) {
			out = append(out, name+"\t"+about)
		}
	}
	offer(goSDK, "built in")
	offer(goSession, "built in")
	for _, sdk := range adapters.SDKs() {
		offer(sdk.Name, sdk.Title)
		offer(sdk.Name+"@"+adapters.Latest, "the newest release")
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
