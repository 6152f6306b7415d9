//go:build linux

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

// registry puts a package manager before the real one that knows a single release, of which nothing can be installed.
func registry(c *command) {
	c.t.Helper()
	script := `#!/bin/sh
case "$*" in
*"index versions"*) echo "Available versions: 0.1.44" ;;
*sys.executable*) echo "$0" ;;
*download*) echo "ERROR: Could not find a version (from versions: 0.1.44, 0.1.45)" >&2; exit 1 ;;
*) echo "ERROR: the cheese is out" >&2; exit 1 ;;
esac
`
	dir := filepath.Join(c.tmp, "bin")
	if err := os.Mkdir(dir, 0o755); err != nil {
		c.t.Fatal(err)
	}
	put(c.t, filepath.Join(dir, "python3"), script, 0o755)
	c.Env[0] = "PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH")
}

func TestSeveralSDKsMakeAMatrixThatCanBeRenderedAgain(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "run", "--catalogue", own, "turns/hello", "turns/wrong", "--sdk", "go", "--sdk", "go-session", "--out", "{tmp}/out")
	if code := c.code(); code != 1 {
		t.Errorf("exit %d, want that of a failure\n%s\n%s", code, &c.out, &c.err)
	}
	for _, want := range []string{"go-session", "turns/hello", "✗ fail", "✓ pass", "exit 1: "} {
		if !strings.Contains(c.out.String(), want) {
			t.Errorf("the matrix lacks %q:\n%s", want, &c.out)
		}
	}
	for _, name := range []string{"go", "go-session"} {
		one := newCommand(t, "render", filepath.Join(c.tmp, "out", name, eventlog.FileName))
		if code := one.code(); code != 0 || !strings.Contains(one.out.String(), "✗ turns/wrong") {
			t.Errorf("render of the column %s: exit %d\n%s\n%s", name, code, &one.out, &one.err)
		}
	}
	again := newCommand(t, "render", filepath.Join(c.tmp, "out"))
	if code := again.code(); code != 0 || again.out.String() != c.out.String() {
		t.Errorf("render: exit %d\n%s\nthe run printed\n%s", code, &again.out, &c.out)
	}
	c.nothingLeft()
}

func TestAReleaseThatIsGoneIsAColumnWithoutAVerdict(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ sdk, says string }{
		"never published":  {"python@9.9.9", "gone: python@9.9.9: the registry has no such release of claude-agent-sdk"},
		"does not install": {"python@0.1.44", "the cheese is out"},
		"withdrawn":        {"python@0.1.45", "the cheese is out"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCommand(t, "run", "--catalogue", own, "turns/hello", "--sdk", test.sdk, "--sdk", "go", "--out", "{tmp}/out")
			registry(c)
			if code := c.code(); code != 3 || !strings.Contains(c.all(), test.says) {
				t.Errorf("exit %d, want 3 and %q\n%s\n%s", code, test.says, &c.out, &c.err)
			}
			if !strings.Contains(c.out.String(), "✓ pass") || strings.Contains(c.out.String(), "fail") {
				t.Errorf("want the other column's pass, and no verdict on what is gone:\n%s", &c.out)
			}
			again := newCommand(t, "render", filepath.Join(c.tmp, "out"))
			if code := again.code(); code != 0 || again.out.String() != c.out.String() {
				t.Errorf("render: exit %d\n%s\nthe run printed\n%s", code, &again.out, &c.out)
			}
			c.nothingLeft()
		})
	}
}

func TestAMatrixRefusesWhatSpeaksOfOneSDK(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"an adapter of one's own": {[]string{"--sdk", "go", "--sdk", "go-session", "--", "true"}, "want one of them"},
		"a log on stdout":         {[]string{"--sdk", "go", "--sdk", "go-session", "--json"}, "--out DIR keeps them"},
		"a part of a plan":        {[]string{"--sdk", "go", "--sdk", "go-session", "--shard", "1/2"}, "run each --sdk by itself"},
		"one SDK twice":           {[]string{"--sdk", "go", "--sdk", "go"}, "go is named twice"},
		"an unknown SDK":          {[]string{"--sdk", "go", "--sdk", "pyhton@1"}, `unknown SDK "pyhton"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCommand(t, append([]string{"run", "--catalogue", own, "turns/hello"}, test.args...)...)
			if code := c.code(); code != 2 || !strings.Contains(c.all(), test.says) {
				t.Errorf("exit %d, want 2 and %q\n%s\n%s", code, test.says, &c.out, &c.err)
			}
		})
	}
}

func TestRenderRefusesABadListOfColumns(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		list string
		code int
		says string
	}{
		"no JSON":        {"[", 2, "want a list of folders"},
		"empty":          {"[]", 2, "0 folders"},
		"a path outside": {`["../../etc"]`, 2, "escapes"},
		"never run":      {`["python@0.1.0"]`, 4, "it was not run"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCommand(t, "render", "{tmp}")
			if err := os.WriteFile(filepath.Join(c.tmp, "columns.json"), []byte(test.list), 0o600); err != nil {
				t.Fatal(err)
			}
			if code := c.code(); code != test.code || !strings.Contains(c.all(), test.says) {
				t.Errorf("exit %d, want %d and %q\n%s\n%s", code, test.code, test.says, &c.out, &c.err)
			}
		})
	}
}
