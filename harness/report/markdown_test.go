package report

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

func markdown(t testing.TB, m *Model, limit int) string {
	t.Helper()
	var b bytes.Buffer
	if err := Markdown(&b, m, limit); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	for name, recs := range map[string][]eventlog.Record{"mixed.md": mixed(false), "green.md": allGreen(), "nothing.md": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, name, markdown(t, modelOf(recs), MaxMarkdown))
		})
	}
}

// A log with thousands of failures and deviations stays below the bound and says what it leaves out.
func TestMarkdownIsBounded(t *testing.T) {
	t.Parallel()
	recs := []eventlog.Record{run(false)}
	for i := range 3000 {
		c, k := denial(), denial()
		c.ID = fmt.Sprintf("permissions/deny-%d", i)
		k.ID, k.Verdict, k.Deviation = fmt.Sprintf("permissions/known-%d", i), eventlog.Known, "it says so"
		recs = append(recs, closing(c), closing(k))
	}
	for _, limit := range []int{0, 100, 1000, minMarkdown, 20_000, MaxMarkdown} {
		got := markdown(t, modelOf(recs), limit)
		if len(got) > limit {
			t.Errorf("limit %d: %d bytes", limit, len(got))
		}
		if limit >= minMarkdown && !regexp.MustCompile(`\d+ more are not shown`).MatchString(got) {
			t.Errorf("limit %d: it does not say what is missing:\n%s", limit, got[:min(len(got), 2000)])
		}
	}
	if got := markdown(t, modelOf(recs), MaxMarkdown); !strings.Contains(got, "more; the log has them |") || len(got) < MaxMarkdown/2 {
		t.Errorf("%d bytes of %d are used", len(got), MaxMarkdown)
	}
}

// Nothing that an SDK says is Markdown or HTML, and no fence is closed by what it holds.
func FuzzMarkdown(f *testing.F) {
	for _, evil := range []string{"</details><script>", "```\n# x", "| a | b |", "![x](http://x)", "\x1b[2J\u202e", strings.Repeat("&", 1000), strings.Repeat("`", 2000)} {
		f.Add(evil, 10_000)
	}
	f.Fuzz(func(t *testing.T, evil string, limit int) {
		limit = max(0, min(limit, MaxMarkdown))
		got := markdown(t, modelOf(hostileLog(evil, "a/b")), limit)
		if len(got) > limit {
			t.Errorf("limit %d: %d bytes", limit, len(got))
		}
		fence := ""
		for line := range strings.Lines(got) {
			line = strings.TrimRight(line, "\n")
			switch {
			case strings.IndexFunc(line, hidden) >= 0:
				t.Errorf("a character that cannot be seen: %q", line)
			case fence == "" && strings.HasPrefix(line, "```"):
				fence = strings.TrimSuffix(line, "text")
			case line == fence:
				fence = ""
			case fence == "" && regexp.MustCompile(`<[^/a-z]|<script`).MatchString(line):
				t.Errorf("HTML: %s", line)
			case fence != "" && strings.HasPrefix(line, fence):
				t.Errorf("a fence is closed by %q", line)
			}
		}
		if fence != "" {
			t.Errorf("a fence stays open in\n%s", got)
		}
	})
}
