package report

import (
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSafe(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain text":       "plain text",
		"été, 日本語, 😀":      "été, 日本語, 😀",
		"a\nb\tc\rd":       `a\nb\tc\rd`,
		"\x1b[31mred":      `\x1b[31mred`,
		"\x7f\u0085\u009b": `\x7f\x85\x9b`,
		"\u202eabc\u2066":  `\u202eabc\u2066`,
		"a\u200bb\ufeff":   `a\u200bb\ufeff`,
		"\u2028\u2029":     `\u2028\u2029`,
		"bad\xffbytes":     `bad\xffbytes`,
		"\U000e0041":       `\U000e0041`,
		"a\u0301":          "a\u0301", // a combining accent is text
	} {
		if got := Safe(in); got != want {
			t.Errorf("Safe(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzSafe(f *testing.F) {
	f.Add("\x1b[31m\u202e\xff", 20)
	f.Fuzz(func(t *testing.T, s string, width int) {
		safe := Safe(s)
		if !utf8.ValidString(safe) || strings.IndexFunc(safe, hidden) >= 0 {
			t.Fatalf("Safe(%q) = %q", s, safe)
		}
		width = max(10, min(width, 200))
		for _, line := range wrap(safe, width) {
			if columns(line) > width {
				t.Fatalf("%q is wider than %d", line, width)
			}
		}
		if columns(clip(safe, width)) > width {
			t.Fatalf("clip(%q, %d) is too wide", safe, width)
		}
	})
}

// What is quoted comes back from a shell as it was.
func TestQuoteSurvivesAShell(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to ask")
	}
	words := []string{"", "plain", "a b", "it's", `"$HOME"`, "a*b?[c]", "x@y[row]", "-n", "`id`", "$(id)", "a\\b", "é", "a\nb", "~", "#x", "a;b|c&d", "!1", "=x", "{a,b}"}
	out, err := exec.Command(shell, "-c", `for w in `+QuoteAll(words)+`; do printf '%s\0' "$w"; done`).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); strings.Join(got, "|") != strings.Join(words, "|") {
		t.Errorf("got %q, want %q", got, words)
	}
	if Quote("a/b-c_d.e:1@x=y,z") != "a/b-c_d.e:1@x=y,z" {
		t.Error("a plain word is quoted")
	}
}
