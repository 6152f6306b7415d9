package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/mockcli"
)

// TestMain lets the test binary be mockclaude: the fake that it installs is a link to it.
func TestMain(m *testing.M) {
	if mockcli.IsMock(os.Args) {
		os.Exit(run(os.Args, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// documented installs the script of docs/mockclaude.md as that page tells the reader to, and returns the page and the path of claude.
func documented(t *testing.T) (page, claude string) {
	t.Helper()
	b, err := os.ReadFile("../../docs/mockclaude.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(b)
	if block == nil {
		t.Fatal("the page shows no script")
	}
	file := filepath.Join(t.TempDir(), "refused.yaml")
	if err := os.WriteFile(file, block[1], 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	dir := filepath.Join(t.TempDir(), "testdata", "refused")
	if code := run([]string{"mockclaude", "install", dir, file}, &stdout, &stderr); code != 0 {
		t.Fatalf("install: exit %d: %s", code, &stderr)
	}
	return string(b), strings.TrimSuffix(stdout.String(), "\n")
}

// ask runs the app of the page on the fake, with a user that decides so, and returns what it saw.
func ask(claude string, decision client.PermissionResult) (seen []string, err error) {
	var mu sync.Mutex // callbacks run beside the reading
	see := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, what)
	}
	o := client.Options{CLIPath: claude, CanUseTool: func(_ context.Context, r client.PermissionRequest) (client.PermissionResult, error) {
		see("asked " + r.ToolName)
		return decision, nil
	}}
	for m, e := range client.Query(context.Background(), client.Text("tidy up"), o) {
		if e != nil {
			return seen, e
		}
		see(m.Kind() + " " + m.Text())
	}
	return seen, nil
}

func TestWorkedExample(t *testing.T) {
	t.Parallel()
	_, claude := documented(t)
	seen, err := ask(claude, client.Deny("hands off"))
	got := strings.Join(seen, "\n")
	for _, want := range []string{"system/init", "asked Bash", "assistant I left it alone.", "result/success"} {
		if !strings.Contains(got, want) {
			t.Errorf("the app saw %q, %v, want %s", got, err, want)
		}
	}
	if err != nil {
		t.Error(err)
	}
}

func TestWorkedExampleRefuted(t *testing.T) {
	t.Parallel()
	page, claude := documented(t)
	seen, err := ask(claude, client.Allow())
	if err == nil {
		t.Fatalf("consent passed for refusal: %q", seen)
	}
	shown := regexp.MustCompile("(?s)```text\n(.*?)```").FindStringSubmatch(page)
	for _, line := range strings.Split(strings.TrimSpace(shown[1]), "\n") {
		line = strings.TrimPrefix(line, "mockclaude: testdata/refused/")
		if !strings.Contains(err.Error(), line) {
			t.Errorf("the page shows %q, which is not in: %v", line, err)
		}
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		args []string
		code int
		want string
	}{
		"help":          {[]string{"--help"}, 0, "mockclaude install DIR FILE"},
		"install alone": {[]string{"install"}, 2, "usage: mockclaude install"},
		"no file":       {[]string{"install", "d", "/does/not/exist.yaml"}, 2, "no such file"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if code := run(append([]string{"/usr/bin/mockclaude"}, tc.args...), &out, &out); code != tc.code || !strings.Contains(out.String(), tc.want) {
				t.Errorf("exit %d, %q", code, &out)
			}
		})
	}
}
