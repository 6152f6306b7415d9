package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wiretrial/wiretrial/adapters"
	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/harness/verdict"
	"github.com/wiretrial/wiretrial/harness/versions"
	"github.com/wiretrial/wiretrial/internal/release"
	"github.com/wiretrial/wiretrial/scenarios"
)

// bisectFlags are the flags of bisect as written.
type bisectFlags struct {
	run       runFlags
	sdk       string
	good, bad string
	withdrawn bool
}

func (a *app) bisectCommand() *cobra.Command {
	f := &bisectFlags{}
	f.run.slow, f.run.deviations = true, none
	cmd := &cobra.Command{
		Use:   "bisect SCENARIO --sdk NAME --good V --bad V",
		Short: "Find the release of an SDK in which a verdict changed",
		Long: `Find the release of an SDK in which a verdict changed, by binary search over the releases that its registry lists. Either end may be
the older one, so that both a regression and a fix can be found.

SCENARIO is an id or a pattern. What is searched for is the cases that pass in the good release and fail in the bad one; a release is bad
if one of them fails. Every release is judged twice, and one that comes to two verdicts ends the search. Recorded deviations do not count. Releases
that cannot be had, or cannot be judged, are gone around and named. Pre-releases and withdrawn ones are left out and named.

Exit: 0 found; 1 a verdict is flaky; 2 usage, a release that is not published, a good one that is not good or a bad one that is not bad; 3 the
harness, an adapter or a toolchain is at fault; 130 interrupted.`,
		Example: "  wiretrial bisect stdin/mcp-after-prompt --sdk python --good 0.1.48 --bad 0.1.44 --withdrawn",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return a.bisect(c.Context(), f, args) },

		ValidArgsFunction: a.completeIDs,
	}
	fl := cmd.Flags()
	fl.StringVar(&f.sdk, "sdk", "", "the SDK, by `NAME`; see wiretrial sdk list")
	fl.StringVar(&f.good, "good", "", "a `RELEASE` in which the scenario passes")
	fl.StringVar(&f.bad, "bad", "", "a `RELEASE` in which it fails")
	fl.BoolVar(&f.withdrawn, "withdrawn", false, "ask for withdrawn releases too: some can still be had")
	entryFlag(cmd, &f.run.entry)
	fl.StringVar(&f.run.seed, "seed", "", "seed of words and cuts, in `HEX` (default: random)")
	catalogueFlag(cmd, &f.run.catalogue)
	_ = cmd.RegisterFlagCompletionFunc("sdk", a.completeSDKs)
	return cmd
}

// bisect asks the registry and searches.
func (a *app) bisect(ctx context.Context, f *bisectFlags, patterns []string) error {
	if err := f.check(); err != nil {
		return err
	}
	p, err := a.plan(&f.run, patterns)
	if err != nil {
		return err
	}
	list, err := adapters.Releases(ctx, f.sdk, a.tell)
	if err != nil {
		return provisionError(ctx, err)
	}
	b := &bisection{
		f: f, scenario: strings.Join(patterns, " "), list: list, out: a.Stdout, judge: a.judge(f, p),
		quoted: report.QuoteAll(patterns) + f.again(p),
	}
	return b.run(ctx)
}

// check refuses what cannot be meant before anything is asked.
func (f *bisectFlags) check() error {
	switch {
	case f.sdk == "":
		return usagef("bisect: want --sdk NAME")
	case builtIn(f.sdk):
		return usagef("bisect --sdk %s: the Go client is built in and has no releases here", f.sdk)
	case strings.Contains(f.sdk, "@"):
		return usagef("bisect --sdk %s: want a name without a release; --good and --bad name them", f.sdk)
	case f.good == "" || f.bad == "":
		return usagef("bisect: want --good RELEASE and --bad RELEASE")
	case f.good == f.bad:
		return usagef("bisect: --good and --bad are both %s; want two releases", f.good)
	}
	return nil
}

// again are the flags that a command needs to show the same cases.
func (f *bisectFlags) again(p plan) string {
	text := ""
	if slices.ContainsFunc(p.cfg.Cases, func(c scenarios.Case) bool { return c.Slow > 0 }) {
		text = " --slow"
	}
	if f.run.entry != "" {
		text += " --entry " + f.run.entry
	}
	if f.run.catalogue != "" {
		text += " --catalogue " + report.Quote(f.run.catalogue)
	}
	return text
}

// bisection is one search: over a list, with a judge, both of which tests replace.
type bisection struct {
	f        *bisectFlags
	scenario string
	quoted   string // the scenarios and flags as a shell takes them
	list     []adapters.Release
	judge    versions.Judge
	out      io.Writer
}

func (b *bisection) run(ctx context.Context) error {
	candidates, err := b.candidates()
	if err != nil {
		return err
	}
	b.say("bisect %s over %s of %s, from %s to %s", b.scenario, report.Plural(len(candidates), "release"), b.f.sdk, candidates[0], candidates[len(candidates)-1])
	found, err := versions.Search(ctx, candidates, b.f.good, b.f.bad, b.tell)
	if err != nil {
		return bisectError(ctx, b.f.sdk, err)
	}
	b.print(found)
	return nil
}

// candidates are the releases between the two ends, oldest first, without those that the registry withdrew and pre-releases. The ends are
// among them whatever they are.
func (b *bisection) candidates() ([]string, error) {
	low, high := b.f.good, b.f.bad
	if release.Compare(low, high) > 0 {
		low, high = high, low
	}
	for _, end := range []string{b.f.good, b.f.bad} {
		if err := b.published(end); err != nil {
			return nil, err
		}
	}
	var out, early, withdrawn []string
	for _, r := range b.list {
		switch end := r.Version == low || r.Version == high; {
		case release.Compare(r.Version, low) < 0 || release.Compare(r.Version, high) > 0:
		case end:
			out = append(out, r.Version)
		case r.Pre:
			early = append(early, r.Version)
		case r.Withdrawn && !b.f.withdrawn:
			withdrawn = append(withdrawn, r.Version)
		default:
			out = append(out, r.Version)
		}
	}
	b.leftOut("pre-release", early, "")
	b.leftOut("withdrawn release", withdrawn, "; --withdrawn asks for them too")
	return out, nil
}

// published refuses an end that the registry does not tell of.
func (b *bisection) published(end string) error {
	var near []string
	for _, r := range b.list {
		if r.Version == end {
			return nil
		}
		if !r.Withdrawn && (len(near) == 0 || release.Compare(r.Version, end) < 0) {
			near = []string{r.Version}
		}
	}
	text := fmt.Sprintf("%s@%s is not published, or older than what the adapter can drive", b.f.sdk, end)
	if len(near) > 0 {
		text += "; the nearest is " + near[0]
	}
	return usagef("%s", text)
}

// someReleases bounds a list of releases in a line.
const someReleases = 12

func (b *bisection) leftOut(what string, releases []string, hint string) {
	if len(releases) == 0 {
		return
	}
	names := strings.Join(releases[:min(len(releases), someReleases)], ", ")
	if more := len(releases) - someReleases; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	b.say("left out: %s (%s)%s", report.Plural(len(releases), what), names, hint)
}

// tell probes a release and says what came of it.
func (b *bisection) tell(ctx context.Context, release string) (versions.Probe, error) {
	p, err := b.judge(ctx, release)
	if err == nil {
		b.say("  %-10s %-6s %s", p.Release, p.Outcome, p.Why)
	}
	return p, err
}

func (b *bisection) say(format string, args ...any) {
	fmt.Fprintln(b.out, report.Safe(fmt.Sprintf(format, args...)))
}

// print says what was found, and how to see it.
func (b *bisection) print(found versions.Found) {
	first, second, did := found.Good, found.Bad, "broken"
	if found.Fixed {
		first, second, did = found.Bad, found.Good, "fixed"
	}
	b.say("")
	if unknown := b.unknown(found, first.Release, second.Release); unknown == "" {
		b.say("%s in %s %s: %s is %s, %s is %s", did, b.f.sdk, second.Release, first.Release, first.Outcome, second.Release, second.Outcome)
	} else {
		b.say("%s after %s %s and by %s; nothing can be said of %s", did, b.f.sdk, first.Release, second.Release, unknown)
	}
	spec := func(p versions.Probe) string { return " --sdk " + b.f.sdk + "@" + p.Release }
	command := "  wiretrial run " + b.quoted + " --deviations none"
	b.say("%s", command+spec(first)+spec(second))
	b.say("%s", command+spec(first))
	b.say("%s", command+spec(second))
}

// unknown lists the releases between two that were left out or came to nothing: the change may be in any of them.
func (b *bisection) unknown(found versions.Found, first, second string) string {
	var names []string
	for _, r := range b.list {
		if release.Compare(r.Version, first) <= 0 || release.Compare(r.Version, second) >= 0 {
			continue
		}
		why := "pre-release"
		if r.Withdrawn {
			why = "withdrawn"
		}
		for _, p := range found.Between {
			if p.Release == r.Version {
				why = string(p.Outcome)
			}
		}
		if len(names) <= someReleases {
			names = append(names, r.Version+" ("+why+")")
		}
	}
	if len(names) > someReleases {
		names[someReleases] = "more"
	}
	return strings.Join(names, ", ")
}

// bisectError gives an error of a search its exit code.
func bisectError(ctx context.Context, sdk string, err error) error {
	var end *versions.EndError
	var exit *exitError
	switch {
	case ctx.Err() != nil:
		return &exitError{code: verdict.Interrupted, err: errors.New("interrupted before the release was found")}
	case errors.As(err, &exit):
		return err
	case !errors.As(err, &end):
		return faultf("%w", err)
	case errors.Is(err, versions.ErrFlaky):
		return &exitError{code: verdict.Failed, err: fmt.Errorf("%s: %w; a race must be made certain before it can be searched for", sdk, err)}
	}
	return usagef("%s: %w", sdk, err)
}
