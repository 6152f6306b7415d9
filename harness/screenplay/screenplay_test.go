package screenplay_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/screenplay"
	"github.com/wiretrial/wiretrial/scenarios"
)

// everything is the case of testdata/everything.yaml.
func everything(t *testing.T) *scenarios.Case {
	t.Helper()
	src, err := os.ReadFile("testdata/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := scenarios.Load("test/everything.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := f.Cases()
	if err != nil {
		t.Fatal(err)
	}
	return &cases[0]
}

// golden compares text with a file of testdata, or writes that file if WRITE_GOLDEN is set.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("WRITE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

func told(rows []eventlog.Row) string {
	var b strings.Builder
	for _, r := range rows {
		line := fmt.Sprintf("%2d %-4s %s", r.N, r.Side, r.Text)
		if r.Status != "" {
			line += fmt.Sprintf("  [%s %s]", r.Status, r.Detail)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

func TestRowsTellEveryKindOfStep(t *testing.T) {
	t.Parallel()
	golden(t, "rows.golden", told(screenplay.Rows(everything(t))))
}

func TestFillPutsWhatHappenedBesideEachRow(t *testing.T) {
	t.Parallel()
	rows := screenplay.Rows(everything(t))
	marks := []engine.Mark{{Index: 1, Status: "ok"}, {Index: 2, Status: "ok"}, {Index: 3, Status: "void", Detail: "nothing to do"}, {Index: 6, Status: "fail"}}
	f := &eventlog.Failure{Step: 6, Check: engine.CheckLineMatch, Path: "response.subtype", Want: "success", Got: "error"}
	golden(t, "filled.golden", told(screenplay.Fill(rows, marks, f)[:8]))
}

func TestAFailureWithoutAPathIsNamedByItsCheck(t *testing.T) {
	t.Parallel()
	rows := screenplay.Fill(screenplay.Rows(everything(t)), []engine.Mark{{Index: 2, Status: "fail"}}, &eventlog.Failure{Step: 2, Check: engine.CheckDeadline})
	if rows[1].Status != "fail" || rows[1].Detail != engine.CheckDeadline {
		t.Errorf("row is %+v", rows[1])
	}
}

// TestALawsFailureMarksNoStep: what the end finds belongs to no row.
func TestALawsFailureMarksNoStep(t *testing.T) {
	t.Parallel()
	rows := screenplay.Fill(screenplay.Rows(everything(t)), []engine.Mark{{Index: 1, Status: "ok"}}, &eventlog.Failure{Check: engine.CheckMissing})
	for _, r := range rows {
		if r.Status == "fail" {
			t.Errorf("row %d is marked", r.N)
		}
	}
}

func ExampleRows() {
	f, err := scenarios.Load("demo/turn.yaml", []byte(`title: A turn
level: must
rules: [FRM-01]
entry: [client]
steps:
- sdk.start: hello
- cli.reads: user
- cli.writes: result
- sdk.yields: result
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	cases, err := f.Cases()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range screenplay.Rows(&cases[0]) {
		fmt.Printf("%d %s: %s\n", r.N, r.Side, r.Text)
	}
	// Output:
	// 1 sdk: start(hello)
	// 2 sdk: → user
	// 3 cli: ← result
	// 4 sdk: yields result
}
