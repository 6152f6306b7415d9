package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/report"
)

// logOf is the log of a run against one release; of the verdicts each belongs to the case with its number.
func logOf(release string, exit int, verdicts ...eventlog.Verdict) *report.Model {
	m := report.NewModel()
	m.Run = eventlog.Run{SDK: "sdk", Release: release, Rerun: "--cut 1 --sdk sdk@" + release, Seed: "1"}
	for i, v := range verdicts {
		c := eventlog.Case{ID: fmt.Sprintf("area/case-%03d", i), Verdict: v}
		if v == eventlog.Fail {
			c.Failure = &eventlog.Failure{Check: "deadline", Text: "it \x1b[31mnever came"}
		}
		m.Cases = append(m.Cases, c)
	}
	m.End = &eventlog.Ending{Exit: exit, Why: "its own reason"}
	return m
}

func gone(release string) *report.Model {
	m := logOf(release, 3)
	m.Notes = []eventlog.Note{{Kind: eventlog.NoteGone, Text: "the registry says\x07 no"}}
	return m
}

func matrixText(t *testing.T, o report.Options, logs ...*report.Model) string {
	t.Helper()
	var b strings.Builder
	if err := report.Matrix(&b, logs, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMatrixMarksWhatChangedAcrossAReleaseThatIsGone(t *testing.T) {
	t.Parallel()
	got := matrixText(t, report.Options{}, logOf("1", 1, eventlog.Fail, eventlog.Pass), gone("2"), logOf("3", 0, eventlog.Pass, eventlog.Pass))
	flat := strings.Join(strings.Fields(got), " ")
	for _, want := range []string{
		"area/case-000 ✗ fail gone → ✓ pass area/case-001 ✓ pass gone ✓ pass", `sdk@1 fail: it \x1b[31mnever came`,
		"rerun wiretrial run area/case-000 --seed 1 --trace --cut 1 --sdk sdk@1", "sdk@1 exit 1: its own reason",
		`sdk@2 exit 3: gone: the registry says\x07 no`, "sdk@3 exit 0: its own reason", "exit 3: sdk@2: its own reason",
	} {
		if !strings.Contains(flat, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
}

func TestMatrixStaysWithinItsWidthAndCountsWhatHasNothingToShow(t *testing.T) {
	t.Parallel()
	var many []eventlog.Verdict
	for range 60 {
		many = append(many, eventlog.Pass)
	}
	other := append([]eventlog.Verdict{eventlog.Known}, many[1:]...)
	logs := []*report.Model{logOf("1", 0, many...), logOf("2", 0, other...), logOf("3", 0, many...), logOf("4", 0, many...), logOf("5", 0, many...)}
	got := matrixText(t, report.Options{Width: 60}, logs...)
	for line := range strings.Lines(got) {
		if len([]rune(strings.TrimSuffix(line, "\n"))) > 60 {
			t.Errorf("wider than 60: %q", line)
		}
	}
	if !strings.Contains(got, "59 cases that every column passes or lacks are not listed") || !strings.Contains(got, "~ known") || !strings.Contains(got, "sdk@5") {
		t.Errorf("printed\n%s", got)
	}
}

func TestMatrixEndIsTheWorstOfItsColumns(t *testing.T) {
	t.Parallel()
	cut := logOf("9", 0)
	cut.End = nil
	for name, c := range map[string]struct {
		logs []*report.Model
		want int
	}{
		"all ok":          {[]*report.Model{logOf("1", 0), logOf("2", 0)}, 0},
		"a failure":       {[]*report.Model{logOf("1", 1), logOf("2", 0)}, 1},
		"no end":          {[]*report.Model{logOf("1", 1), cut}, 4},
		"gone":            {[]*report.Model{logOf("1", 1), gone("2"), logOf("3", 4)}, 3},
		"cut by the user": {[]*report.Model{logOf("1", 130), gone("2")}, 130},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := report.MatrixEnd(c.logs); got.Code != c.want {
				t.Errorf("ends with %d (%s), want %d", got.Code, got.Why, c.want)
			}
		})
	}
}
