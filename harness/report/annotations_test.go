package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

func annotations(t testing.TB, recs []eventlog.Record) string {
	t.Helper()
	var b bytes.Buffer
	if err := Annotations(&b, modelOf(recs)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAnnotations(t *testing.T) {
	t.Parallel()
	recs := append(mixed(false), eventlog.Record{T: "note", Note: &eventlog.Note{Kind: "expiring", Text: "d.yaml:7:3: turns/x expires on 2027-01-31"}})
	golden(t, "annotations.txt", annotations(t, recs))
	if got := annotations(t, allGreen()); got != "" {
		t.Errorf("a green run says %q", got)
	}
}

func TestAnnotationsAreFew(t *testing.T) {
	t.Parallel()
	recs := allGreen()
	for i := range 50 {
		c := denial()
		c.ID = fmt.Sprintf("permissions/deny-%02d", i)
		recs = append(recs, closing(c))
	}
	got := annotations(t, recs)
	if n := strings.Count(got, "\n"); n != MaxAnnotations || !strings.Contains(got, "::41 more; the report has them") {
		t.Errorf("%d lines:\n%s", n, got)
	}
}

// Each line is one command of ours, whatever an SDK says.
func FuzzAnnotations(f *testing.F) {
	for _, evil := range []string{"x\n::set-output name=a::b", "\r\n::error::", "a,b:c%0A", "##[add-mask]x", "p.yaml:3:1", "\u2028::error::"} {
		f.Add(evil)
	}
	f.Fuzz(func(t *testing.T, evil string) {
		for line := range strings.Lines(annotations(t, hostileLog(evil, "a/b"))) {
			command, _, ok := strings.Cut(strings.TrimPrefix(line, "::"), "::")
			if !ok || !strings.HasPrefix(command, "error ") && !strings.HasPrefix(command, "warning ") || strings.IndexFunc(strings.TrimRight(line, "\n"), hidden) >= 0 {
				t.Errorf("%q is no command of ours", line)
			}
		}
	})
}

func TestCommandsAreSeen(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false, "all is well\n": false, "a::b\n": false, "x\n::error::y\n": true, "   ::add-mask::y": true, "said ##[command]x": true,
	} {
		if got := Commands(text); got != want {
			t.Errorf("Commands(%q) = %v", text, got)
		}
	}
}
