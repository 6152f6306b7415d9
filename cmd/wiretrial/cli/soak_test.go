//go:build linux

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/harness/soak"
)

func TestSoakAddsUp(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "soak", "--catalogue", own, "turns/hello", "turns/polite", "--out", "{tmp}/out", "--runs", "2")
	if code := c.code(); code != 0 || !strings.Contains(c.all(), "whole runs: 2 idle of turns/hello turns/polite --catalogue") {
		t.Errorf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
	}
	for _, more := range []struct {
		args []string
		want string
	}{
		{[]string{"--runs", "2"}, "whole runs: 2 idle of"}, // it holds what is asked for
		{[]string{"--runs", "1", "--load", "1"}, "whole runs: 2 idle of turns/hello turns/polite --catalogue testdata, 1 loaded"},
		{[]string{"--status", "--each"}, "turns/hello@client: 3× pass"},
	} {
		again := newCommand(t, append([]string{"soak", "--catalogue", own, "turns/hello", "turns/polite", "--out", filepath.Join(c.tmp, "out")}, more.args...)...)
		want := strings.Replace(more.want, "testdata", own, 1)
		if code := again.code(); code != 0 || !strings.Contains(again.all(), want) {
			t.Errorf("%q: exit %d; it printed\n%s\n%s", more.args, code, &again.out, &again.err)
		}
		again.nothingLeft()
	}
}

func TestSoakFindsAChangedVerdict(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "soak", "--catalogue", own, "turns/hello", "--entry", "client", "--out", "{tmp}/out", "--runs", "2", "--seed", "7f00", "--cut", "7",
		"--", "{exe}", badRole, "forgets", "{tmp}/memory")
	code := c.code()
	for _, want := range []string{
		"✗ turns/hello@client flaky", "1× pass, first with", "1× fail ", "wiretrial run turns/hello@client --seed 7f01 --cut 7 -- ", "--seed 7f02 --cut 7 -- ", "exit 1: 1 case changed",
	} {
		if code != 1 || !strings.Contains(c.all(), want) {
			t.Errorf("exit %d, %q is missing; it printed\n%s\n%s", code, want, &c.out, &c.err)
		}
	}
	kept, _ := filepath.Glob(filepath.Join(c.tmp, "out", "run2-*.ndjson"))
	if len(kept) != 1 {
		t.Fatalf("what happened was kept in %v", kept)
	}
	shown := newCommand(t, "render", kept[0])
	if shown.code(); !strings.Contains(shown.all(), "turns/hello@client") {
		t.Errorf("render: %s", shown.all())
	}
	c.nothingLeft()
}

// What a kill leaves of a run is gone on with: under its seed, and without what was played.
func TestSoakGoesOnWithItsRun(t *testing.T) {
	t.Parallel()
	first := newCommand(t, "soak", "--catalogue", own, "turns/hello", "turns/polite", "--out", "{tmp}/out")
	if code := first.code(); code != 0 {
		t.Fatalf("exit %d; it printed\n%s\n%s", code, &first.out, &first.err)
	}
	path := filepath.Join(first.tmp, "out", soak.FileName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n") // head, run, plays, end and nothing
	cut := strings.Join(lines[:3], "") + lines[3][:len(lines[3])/2]
	if err := os.WriteFile(path, []byte(cut), 0o600); err != nil {
		t.Fatal(err)
	}
	again := newCommand(t, "soak", "--catalogue", own, "turns/hello", "turns/polite", "--out", filepath.Dir(path))
	if code := again.code(); code != 0 {
		t.Errorf("exit %d; it printed\n%s\n%s", code, &again.out, &again.err)
	}
	now, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(now); !strings.HasPrefix(got, strings.Join(lines[:3], "")) || strings.Count(got, "\n") != len(lines)-1 || strings.Count(got, `"t":"run"`) != 1 {
		t.Errorf("it was\n%s\nand is\n%s", text, got)
	}
}

// A soak that is killed leaves nothing running, and its record can be read.
func TestSoakIsKilled(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "soak", "--catalogue", own, "turns", "--out", "{tmp}/out", "--runs", "1000", "--load", "1", "-j", "1", "--deviations", "none", "--", "{exe}", badRole, "none", "{token}")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(c.tmp, "out")
	plays := func() int {
		n := 0
		if tally, err := soak.Load(dir); err == nil {
			for _, s := range tally.Sums() {
				n += s.Plays()
			}
		}
		return n
	}
	for limit := time.Now().Add(4 * time.Minute); plays() < 2 && time.Now().Before(limit); {
		time.Sleep(10 * time.Millisecond) // nobody tells when a file grows
	}
	before := plays()
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	c.nothingLeft()
	if before < 2 {
		t.Fatalf("%d plays in four minutes", before)
	}
	again := newCommand(t, "soak", "--out", dir, "--status")
	if again.code(); !strings.Contains(again.all(), "plays, each at least") {
		t.Errorf("after the kill: %s", again.all())
	}
}

func TestSoakRefuses(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), soak.FileName)
	if err := os.WriteFile(file, []byte("hello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args []string
		code int
		say  string
	}{
		"no folder":      {nil, 2, "want --out DIR"},
		"no record":      {[]string{"--out", "{tmp}/none", "--status"}, 2, "no such file"},
		"a bad record":   {[]string{"--out", filepath.Dir(file), "turns/hello"}, 3, "line 1"},
		"no runs":        {[]string{"--out", "{tmp}/o", "--runs", "0"}, 2, "--runs 0"},
		"a bad load":     {[]string{"--out", "{tmp}/o", "--load", "heavy"}, 2, "--load"},
		"a bad cut":      {[]string{"--out", "{tmp}/o", "--cut", "x"}, 2, "--cut"},
		"nothing chosen": {[]string{"--out", "{tmp}/o", "nothing/there"}, 2, "no scenario"},
		"no command":     {[]string{"--out", "{tmp}/o", "--"}, 2, "no command behind --"},
		"unknown SDK":    {[]string{"--out", "{tmp}/o", "--sdk", "pyton"}, 2, "did you mean python"},
		"no adapter":     {[]string{"--out", "{tmp}/o", "turns/hello", "--", "/bin/false"}, 3, "hello"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"soak", "--catalogue", own}, test.args...)
			if c := newCommand(t, args...); c.code() != test.code || !strings.Contains(c.all(), test.say) {
				t.Errorf("exit %d; it printed\n%s\n%s", c.ProcessState.ExitCode(), &c.out, &c.err)
			}
		})
	}
}
