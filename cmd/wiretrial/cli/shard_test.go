//go:build linux

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

// planned runs the command and returns what its log says about the plan, and the ids that it played.
func planned(t *testing.T, dir string) (plan eventlog.Plan, run eventlog.Run, ids []string) {
	t.Helper()
	recs, err := logOf(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range recs {
		switch {
		case r.Run != nil:
			run = *r.Run
		case r.Plan != nil:
			plan = *r.Plan
		case r.Start != nil:
			ids = append(ids, r.Start.ID)
		}
	}
	return plan, run, ids
}

// The shards of a plan have each case once, agree on the plan and on the seed, and claim no more than their part.
func TestShards(t *testing.T) {
	t.Parallel()
	seen, digest, seed := map[string]int{}, "", ""
	for _, part := range []string{"1/2", "2/2"} {
		c := newCommand(t, "run", "--catalogue", own, "turns/hello", "turns/polite", "--shard", part, "--out", "{tmp}/out")
		if code := c.code(); code != 0 || !strings.Contains(c.all(), "ok: shard "+part+": 1 must scenario passed") {
			t.Fatalf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
		}
		plan, run, ids := planned(t, filepath.Join(c.tmp, "out"))
		for _, id := range ids {
			seen[id]++
		}
		if s := plan.Shard; s == nil || s.Total != 2 || s.Whole != 4 || s.Source != "--shard" || plan.Cases != 2 || plan.Catalogue == "" {
			t.Errorf("%s: the plan says %+v", part, plan)
		}
		if digest != "" && (digest != plan.Digest || seed != run.Seed) {
			t.Errorf("the shards do not agree: digest %s and %s, seed %s and %s", digest, plan.Digest, seed, run.Seed)
		}
		digest, seed = plan.Digest, run.Seed
		c.nothingLeft()
	}
	if len(seen) != 4 {
		t.Errorf("the shards played %v", seen)
	}
}

func TestShardFromTheEnvironment(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "run", "--catalogue", own, "turns/hello", "turns/polite", "--shard", "env", "--out", "{tmp}/out")
	status := filepath.Join(c.tmp, "status")
	c.Env = append(c.Env, "TEST_SHARD_INDEX=1", "TEST_TOTAL_SHARDS=2", "TEST_SHARD_STATUS_FILE="+status)
	if code := c.code(); code != 0 || !strings.Contains(c.all(), "shard 2/2") || !strings.Contains(c.all(), "Bazel, TEST_SHARD_INDEX and TEST_TOTAL_SHARDS") {
		t.Errorf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
	}
	if _, err := os.Stat(status); err != nil {
		t.Errorf("Bazel was not told: %v", err)
	}
	if plan, _, _ := planned(t, filepath.Join(c.tmp, "out")); plan.Shard == nil || plan.Shard.Index != 2 {
		t.Errorf("the plan says %+v", plan)
	}
}

// A CI system's variables change nothing for who did not ask.
func TestNoShardUnasked(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "run", "--catalogue", own, "turns/hello", "--out", "{tmp}/out")
	c.Env = append(c.Env, "TEST_SHARD_INDEX=1", "TEST_TOTAL_SHARDS=2")
	if code := c.code(); code != 0 {
		t.Errorf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
	}
	if plan, _, ids := planned(t, filepath.Join(c.tmp, "out")); plan.Shard != nil || len(ids) != 2 {
		t.Errorf("the plan says %+v, and %v ran", plan, ids)
	}
}

// What failed last runs again: from the cache, from --out and from a log that is named.
func TestFailedRunsAgain(t *testing.T) {
	t.Parallel()
	first := newCommand(t, "run", "--catalogue", own, "--seed", "7f3a", "--out", "{tmp}/out")
	if code := first.code(); code != 1 {
		t.Fatalf("exit %d; it printed\n%s\n%s", code, &first.out, &first.err)
	}
	again := func(args ...string) *command {
		c := newCommand(t, append([]string{"run", "--catalogue", own}, args...)...)
		c.Env = first.Env
		return c
	}
	log := filepath.Join(first.tmp, "out")
	for name, args := range map[string][]string{
		"as remembered": {"--failed"}, "of a folder": {"--failed=" + log}, "of a log": {"--failed=" + filepath.Join(log, eventlog.FileName)}, "of --out": {"--failed", "--out", log},
	} {
		c := again(args...)
		if code := c.code(); code != 1 || !strings.Contains(c.all(), "exit 1: 2 failed") || !strings.Contains(c.all(), "seed 7f3a") || strings.Contains(c.all(), "turns/hello") {
			t.Errorf("%s: exit %d; it printed\n%s\n%s", name, code, &c.out, &c.err)
		}
	}
	if c := again("turns/hello"); c.code() != 0 { // what it did not play stays remembered
		t.Errorf("it printed\n%s\n%s", &c.out, &c.err)
	}
	if c := again("--failed", "turns/wrong@client"); c.code() != 1 || !strings.Contains(c.all(), "exit 1: 1 failed") {
		t.Errorf("it printed\n%s\n%s", &c.out, &c.err)
	}
	if c := again("--failed", "turns/hello"); c.code() != 4 || !strings.Contains(c.all(), "nothing of what is selected failed") {
		t.Errorf("it printed\n%s\n%s", &c.out, &c.err)
	}
}

// What is left behind is decided over all runs, so all of them run again.
func TestFailedRunsAllIfSomethingWasLeft(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "run", "--catalogue", own, "turns/hello", "--failed={tmp}/log", "--out", "{tmp}/out")
	const log = `{"t":"run","run":{"schema":1,"seed":"7f3a"}}
{"t":"case","case":{"id":"turns/hello@client","level":"must","verdict":"pass"}}
{"t":"case","case":{"id":"process/left-behind","level":"must","verdict":"fail"}}
`
	if err := os.WriteFile(filepath.Join(c.tmp, "log"), []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := c.code(); code != 0 || !strings.Contains(c.all(), "seed 7f3a") {
		t.Errorf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
	}
	if _, _, ids := planned(t, filepath.Join(c.tmp, "out")); len(ids) != 2 {
		t.Errorf("%v ran", ids)
	}
}
