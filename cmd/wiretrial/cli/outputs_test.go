//go:build linux

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a run writes into its files is what the log says: render makes the same bytes again.
func TestOutputsAreRenderedFromTheLog(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "run", "--catalogue", own, "turns/hello", "turns/wrong", "--out", "{tmp}/out", "--junit", "{tmp}/j.xml", "--summary", "{tmp}/s.md")
	if code := c.code(); code != 1 {
		t.Fatalf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
	}
	again := newCommand(t, "render", filepath.Join(c.tmp, "out"), "--junit", "{tmp}/j.xml", "--summary", "{tmp}/s.md")
	if code := again.code(); code != 0 || again.out.String() != c.out.String() {
		t.Errorf("render: exit %d\n%s\n%s", code, &again.out, &again.err)
	}
	for name, say := range map[string]string{"j.xml": `<testcase name="turns/wrong@client"`, "s.md": "<code>turns/wrong@client</code>"} {
		first, again := read(t, filepath.Join(c.tmp, name)), read(t, filepath.Join(again.tmp, name))
		if first != again || !strings.Contains(first, say) {
			t.Errorf("%s: the run wrote\n%s\nand render\n%s", name, first, again)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// A summary is appended, a JUnit file replaced, and an older one kept if there is nothing new.
func TestOutputsKeepWhatIsThere(t *testing.T) {
	t.Parallel()
	c := newCommand(t, "run", "--catalogue", own, "turns/hello", "--junit", "{tmp}/j.xml", "--summary", "{tmp}/s.md")
	for _, name := range []string{"j.xml", "s.md"} {
		if err := os.WriteFile(filepath.Join(c.tmp, name), []byte("earlier\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code := c.code(); code != 0 {
		t.Fatalf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
	}
	if got := read(t, filepath.Join(c.tmp, "s.md")); !strings.HasPrefix(got, "earlier\n## ✓ ") {
		t.Errorf("the summary is not appended:\n%s", got)
	}
	if got := read(t, filepath.Join(c.tmp, "j.xml")); strings.Contains(got, "earlier") {
		t.Errorf("the JUnit file is not replaced:\n%s", got)
	}
	if info, err := os.Stat(filepath.Join(c.tmp, "j.xml")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode of the file changed: %v, %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(c.tmp, ".j.xml-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Annotations come in GitHub Actions only, and what the SDK says is no command there.
func TestAnnotationsInActions(t *testing.T) {
	t.Parallel()
	for _, actions := range []string{"", "true"} {
		c := newCommand(t, "run", "--catalogue", own, "turns/wrong@client")
		c.Env = append(c.Env, "GITHUB_ACTIONS="+actions)
		if code := c.code(); code != 1 {
			t.Fatalf("exit %d; it printed\n%s\n%s", code, &c.out, &c.err)
		}
		if got := strings.Contains(c.out.String(), "\n::error file=testdata/catalogue/turns/wrong.yaml,line=10,title="); got != (actions == "true") {
			t.Errorf("GITHUB_ACTIONS=%s: it printed\n%s", actions, &c.out)
		}
	}
}
