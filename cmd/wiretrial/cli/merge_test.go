//go:build linux

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

// The shards of a run make the whole run again: its report, its files and its exit code; and a log that can be rendered.
func TestMerge(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, part := range []string{"1", "2", "3"} {
		c := newCommand(t, "run", "--catalogue", own, "--seed", "7f3a", "--shard", part+"/3", "--out", filepath.Join(dir, "shard-"+part))
		if code := c.code(); code != 0 && code != 1 {
			t.Fatalf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
		}
	}
	c := newCommand(t, "merge", dir, "--out", "{tmp}/out", "--junit", "{tmp}/j.xml", "--summary", "{tmp}/s.md")
	if code := c.code(); code != 1 || !strings.Contains(c.all(), "exit 1: 2 failed;") || !strings.Contains(c.all(), "all 3, merged") || !strings.Contains(c.all(), "total 5 2") {
		t.Fatalf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
	}
	again := newCommand(t, "render", filepath.Join(c.tmp, "out"), "--junit", "{tmp}/j.xml", "--summary", "{tmp}/s.md")
	if code := again.code(); code != 0 || again.out.String() != c.out.String() {
		t.Errorf("render: exit %d\n%s\n%s\nmerge printed\n%s", code, &again.out, &again.err, &c.out)
	}
	for _, name := range []string{"j.xml", "s.md"} {
		if read(t, filepath.Join(c.tmp, name)) != read(t, filepath.Join(again.tmp, name)) {
			t.Errorf("%s: merge and render differ", name)
		}
	}
	refusals(t, dir)
}

func refusals(t *testing.T, dir string) {
	t.Helper()
	log := func(part string) string { return filepath.Join(dir, "shard-"+part, eventlog.FileName) }
	short := filepath.Join(t.TempDir(), "short.ndjson")
	if err := os.WriteFile(short, []byte(read(t, log("3"))[:400]), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args []string
		code int
		say  string
	}{
		"missing":   {[]string{log("1"), filepath.Dir(log("2"))}, 4, "1 of 3 shards are missing: 3/3"},
		"cut":       {[]string{log("1"), log("2"), short}, 4, "the shard is incomplete"},
		"twice":     {[]string{log("1"), log("2"), log("3"), copied(t, log("3"))}, 2, "are both shard 3/3"},
		"no folder": {[]string{"nowhere"}, 2, "no such file"},
		"no log":    {[]string{t.TempDir()}, 4, "no log.ndjson in it"},
		"no shard":  {[]string{"testdata/catalogue/turns/hello.yaml"}, 2, "not a record"},
		"none":      {nil, 2, "requires at least 1 arg"},
	} {
		c := newCommand(t, append([]string{"merge"}, test.args...)...)
		if code := c.code(); code != test.code || !strings.Contains(c.all(), test.say) || c.out.Len() > 0 {
			t.Errorf("%s: exit %d, want %d and %q; it printed\n%s\n%s", name, code, test.code, test.say, &c.out, &c.err)
		}
	}
}

func copied(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy.ndjson")
	if err := os.WriteFile(to, []byte(read(t, path)), 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}
