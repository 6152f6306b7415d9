package parts_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/internal/parts"
)

func TestTheKeyOfATranscript(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]parts.StoreKey{
		"/c/projects/-w/s.jsonl":                          {ProjectKey: "-w", SessionID: "s"},
		"/c/projects/-w/s/subagents/agent-1.jsonl":        {ProjectKey: "-w", SessionID: "s", Subpath: "subagents/agent-1"},
		"/c/projects/-w/s/subagents/run/1/agent-2.jsonl":  {ProjectKey: "-w", SessionID: "s", Subpath: "subagents/run/1/agent-2"},
		"/c/projects/-w/s/subagents/../subagents/a.jsonl": {ProjectKey: "-w", SessionID: "s", Subpath: "subagents/a"},
		"/c/projects/s.jsonl":                             {},
		"/c/projects/-w/s.json":                           {},
		"/c/projects/-w/s/a.jsonl":                        {},
		"/c/projects":                                     {},
		"/c/other/-w/s.jsonl":                             {},
		"/c/projects/../../etc/x/y/passwd":                {},
		"relative.jsonl":                                  {},
		"":                                                {},
	} {
		got, ok := parts.StoreKeyOf(file, "/c/projects")
		if got != want || ok != (want != parts.StoreKey{}) {
			t.Errorf("%q: got %+v, %t, want %+v", file, got, ok, want)
		}
	}
}

func TestTheKeyOfAProject(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(dir, strings.Repeat("d/", 60)+strings.Repeat("x", 100))
	for _, path := range []string{dir, filepath.Join(dir, "a b.ü😀")} {
		key, err := parts.ProjectKey(path)
		if err != nil || strings.Trim(key, "-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") != "" {
			t.Errorf("%s: got %q, %v", path, key, err)
		}
	}
	key, err := parts.ProjectKey(long)
	if err != nil || len(key) < 202 || len(key) > 210 || key[200] != '-' {
		t.Errorf("a long path has the key %q (%d), %v", key, len(key), err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Skip("this system makes no links")
	}
	a, _ := parts.ProjectKey(link)
	if b, _ := parts.ProjectKey(dir); a != b {
		t.Errorf("a link has the key %q, its target %q", a, b)
	}
}

// unsafe are subpaths that lead out of their directory, on some system.
func unsafe() []string {
	return []string{"", "/etc/passwd", `\\host\share`, "..", "../x", "a/../../x", "a/..", "./a", "a/./b", `a\..\..\x`, "C:x", "c:/x", "a\x00b"}
}

func TestSafeSubpaths(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"subagents/agent-1", "a", "a/b/c", "..a/b..", "a..b"} {
		if !parts.SafeSubpath(s) {
			t.Errorf("%q is refused", s)
		}
	}
	for _, s := range unsafe() {
		if parts.SafeSubpath(s) {
			t.Errorf("%q is let through", s)
		}
	}
}

func FuzzSafeSubpath(f *testing.F) {
	for _, s := range append(unsafe(), "subagents/agent-1") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !parts.SafeSubpath(s) {
			return
		}
		rel, err := filepath.Rel("/base", filepath.Join("/base", filepath.FromSlash(s)))
		if err != nil || rel == "." || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			t.Errorf("%q leads to %q, %v", s, rel, err)
		}
	})
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"claudeAiOauth":{"accessToken":"a","refreshToken":"r","n":12345678901234567890},"other":1}`: `{"claudeAiOauth":{"accessToken":"a","n":12345678901234567890},"other":1}`,
		`{"hybridOauth":{"refreshToken":"r"}}`:                                                        `{"hybridOauth":{}}`,
		`{"claudeAiOauth":{"accessToken": "a"}}`:                                                      `{"claudeAiOauth":{"accessToken": "a"}}`,
		`{"claudeAiOauth":null}`:                                                                      `{"claudeAiOauth":null}`,
		`[1]`:                                                                                         `[1]`,
		`no JSON`:                                                                                     `no JSON`,
		``:                                                                                            ``,
	} {
		if got := string(parts.Redact([]byte(in))); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func FuzzRedact(f *testing.F) {
	f.Add(`{"claudeAiOauth":{"accessToken":"a","refreshToken":"r"}}`)
	f.Fuzz(func(t *testing.T, in string) {
		out := parts.Redact([]byte(in))
		if json.Valid([]byte(in)) && !json.Valid(out) {
			t.Errorf("%q became %q", in, out)
		}
	})
}

func TestAttemptsToAppendEnd(t *testing.T) {
	t.Parallel()
	n := 1
	for ; n < 100; n++ {
		if _, again := parts.AppendPause(n); !again {
			break
		}
	}
	if n != 3 {
		t.Errorf("there are %d attempts, want 3", n)
	}
}
