//go:build linux

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The life of a deviation: a failure is added, excuses nothing until it is explained, then is known; what passes again is taken out.
func TestDeviationsUpdate(t *testing.T) {
	t.Parallel()
	home := newCommand(t, "version")
	step := func(code int, say string, args ...string) {
		t.Helper()
		c := newCommand(t, args...)
		c.Env = home.Env
		if got := c.code(); got != code || !strings.Contains(c.all(), say) {
			t.Fatalf("%v: exit %d, want %d and %q; it printed\n%s\n%s", args, got, code, say, &c.out, &c.err)
		}
	}
	record := filepath.Join(home.tmp, "dev.yaml")
	run := []string{"run", "--catalogue", own, "--today", "2026-11-21", "turns/hello", "turns/wrong", "--deviations"}
	update := []string{"deviations", "update", record, "--catalogue", own, "--today", "2026-11-21"}

	step(2, "no run against this SDK is remembered", update...)
	step(1, "2 failed", append(run, "none")...)
	step(0, "2 added, 0 removed, 0 left to you", update...)
	step(1, "not explained yet", append(run, record)...)
	step(1, "unexplained", "deviations", "check", record, "--catalogue", own)
	src := read(t, record)
	if err := os.WriteFile(record, []byte(strings.ReplaceAll(src, "TO EXPLAIN", "because")+"# the end\n- id: turns/hello\n  versions: '*'\n  check: match\n  reason: r\n  issue: i\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	step(1, "it passes now: delete", append(run, record)...)
	step(0, "- turns/hello: it passes now", update...)
	if got, want := read(t, record), strings.ReplaceAll(src, "TO EXPLAIN", "because")+"# the end\n"; got != want {
		t.Errorf("the record is\n%s\nwant\n%s", got, want)
	}
	step(0, "turns/wrong@client known because", append(run, record)...)
	step(0, "0 added, 0 removed, 0 left", update...)
	step(0, "", "deviations", "check", record, "--catalogue", own, "--today", "2026-11-21")
	step(0, "expiring: ", "deviations", "check", record, "--catalogue", own, "--today", "2027-02-06")
	step(1, "expired: ", "deviations", "check", record, "--catalogue", own, "--today", "2027-02-19")
}

// The project's own records hold.
func TestOwnRecordsHold(t *testing.T) {
	t.Parallel()
	for _, sdk := range []string{"python", "typescript", "rust"} {
		c := newCommand(t, "deviations", "check", filepath.Join("../../../adapters", sdk, "deviations.yaml"), "--today", read(t, "../../../.ci/today")[:10])
		if code := c.code(); code != 0 {
			t.Errorf("%s: exit %d; it printed\n%s\n%s", sdk, code, &c.out, &c.err)
		}
	}
}
