package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/deviations"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/harness/shard"
	"github.com/wiretrial/wiretrial/scenarios"
)

// ciFlags are the flags of run that CI needs.
type ciFlags struct {
	outputs
	shard, failed string
}

func (g *ciFlags) add(cmd *cobra.Command) {
	g.outputs.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&g.shard, "shard", "", "play only part `i/n` of the plan, or the part that the CI system's variables name (env); see wiretrial merge")
	fl.StringVar(&g.failed, "failed", "", "play only what failed last: in `LOG`, else in the log in --out, else when it was last played against this SDK")
	fl.Lookup("failed").NoOptDefVal = lastRun
}

// lastRun is --failed without a log.
const lastRun = "last"

// part is what of the plan a run plays, and what a merge needs to know about the whole.
type part struct {
	plan eventlog.Plan // Digest, Catalogue, Record and Shard
}

// spec is the shard that was asked for; nil: the whole plan.
func (a *app) spec(f *runFlags) (*shard.Spec, error) {
	if f.shard == "" {
		return nil, nil
	}
	if f.failed != "" {
		return nil, usagef("--failed and --shard: want one of them; --failed --out DIR plays what failed in the shard whose log is in DIR")
	}
	if f.shard != "env" {
		s, err := shard.Parse(f.shard)
		if err != nil {
			return nil, usagef("--shard %w", err)
		}
		return &s, nil
	}
	s, err := shard.FromEnv(a.getenv)
	if err != nil {
		return nil, usagef("--shard env: %w", err)
	}
	if file := a.getenv(shard.StatusVariable); file != "" { // Bazel looks whether it is there
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			return nil, faultf("--shard env: $%s: %w", shard.StatusVariable, err)
		}
	}
	return &s, nil
}

// choose picks the cases of a run: those that the patterns and flags select, of them those that failed last or those of the shard, in the order that the
// seed gives. It checks the files that the run is to write as well.
func (a *app) choose(f *runFlags, cat *scenarios.Catalogue, patterns []string, cfg *harness.Config) (selection, part, error) {
	if err := f.outputs.check(); err != nil {
		return selection{}, part{}, err
	}
	spec, err := a.spec(f)
	if err != nil {
		return selection{}, part{}, err
	}
	f.slow = f.slow || f.failed != "" // what failed was selected once
	sel, err := f.pick(cat, patterns)
	if err == nil {
		err = f.pickFailed(&sel)
	}
	if err == nil && f.seed != "" {
		cfg.Seed, err = f.seedValue()
	}
	if err != nil {
		return sel, part{}, err
	}
	p, err := f.divide(spec, cat, &sel, &cfg.Seed)
	sel.shuffle(cfg.Seed)
	return sel, p, err
}

// divide leaves the cases of the shard. Without --seed the shards of a plan share one that the plan gives.
func (f *runFlags) divide(s *shard.Spec, cat *scenarios.Catalogue, sel *selection, seed *uint64) (part, error) {
	var ids []string
	for _, c := range sel.cases {
		ids = append(ids, c.ID)
	}
	p := part{eventlog.Plan{
		Digest: shard.Digest(ids), Settings: f.settings(), Catalogue: shard.CatalogueDigest(cat.Files),
	}}
	if s == nil {
		return p, nil
	}
	p.plan.Shard = &eventlog.Shard{Index: s.Index, Total: s.Total, Whole: len(ids), Source: s.Source}
	if f.seed == "" {
		*seed = shard.Seed(p.plan.Digest)
	}
	sel.cases = s.Pick(sel.cases)
	if len(sel.cases) == 0 {
		return p, unprovenf("nothing was executed: shard %s of %s is empty; use at most %s", s, report.Plural(len(ids), "scenario"), report.Plural(len(ids), "shard"))
	}
	return p, nil
}

// settings are the flags that change how cases are played and judged, and are the same for all shards of a plan.
func (f *runFlags) settings() string {
	var words []string
	for _, s := range []struct {
		name string
		set  bool
		text string
	}{{"--cut", f.cut != "", f.cut}, {"--timeout", f.timeout > 0, f.timeout.String()}, {"--rerun", f.rerun > 0, strconv.Itoa(f.rerun)}} {
		if s.set {
			words = append(words, s.name, s.text)
		}
	}
	return strings.Join(words, " ")
}

// partial judges for one shard: whether a finding over all runs is gone, all shards say together.
type partial struct{ inner harness.Judge }

// Judge implements harness.Judge: it leaves what passes unexpectedly a pass here; the merge reads from its deviation what it may be.
func (p partial) Judge(c *eventlog.Case, release string) {
	p.inner.Judge(c, release)
	if c.ID == harness.LeftBehind && c.Verdict == eventlog.UnexpectedPass {
		c.Verdict = eventlog.Pass
	}
}

// mark adds what only the command knows to the plan's record.
func (p part) mark(plan eventlog.Plan, set *deviations.Set) *eventlog.Plan {
	plan.Digest, plan.Settings, plan.Catalogue, plan.Shard = p.plan.Digest, p.plan.Settings, p.plan.Catalogue, p.plan.Shard
	if set != nil {
		plan.Record = set.Digest
	}
	return &plan
}

// say puts what a shard came to into words that do not claim the whole.
func (p part) say(end *eventlog.Ending) {
	s := p.plan.Shard
	if s == nil {
		return
	}
	end.Why = fmt.Sprintf("shard %d/%d: %s; what the whole plan proves, wiretrial merge says", s.Index, s.Total, end.Why)
}

// logIn finds the log that a path names: a file, or the one in a folder of --out.
func logIn(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, eventlog.FileName)
	}
	return path
}
