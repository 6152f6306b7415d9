package matrix_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/matrix"
)

func result(subject, file string, v eventlog.Verdict, check string) matrix.Result {
	r := matrix.Result{Subject: subject, File: file, Case: eventlog.Case{ID: file + "@client", Verdict: v}}
	if check != "" {
		r.Case.Failure = &eventlog.Failure{Check: check, Text: "text of " + check}
	}
	return r
}

func TestWhatAKillIs(t *testing.T) {
	t.Parallel()
	repeated := result("m", "a/b", eventlog.Fail, engine.CheckGrowth)
	repeated.Repeats = true
	for name, c := range map[string]struct {
		r    matrix.Result
		want bool
	}{
		"a failed check":                   {result("m", "a/b", eventlog.Fail, engine.CheckMatch), true},
		"a may that differs":               {result("m", "a/b", eventlog.Differs, engine.CheckMatch), true},
		"a pass":                           {result("m", "a/b", eventlog.Pass, ""), false},
		"an error":                         {result("m", "a/b", eventlog.Broken, "error"), false},
		"a lack":                           {result("m", "a/b", eventlog.Unsupported, ""), false},
		"flaky":                            {result("m", "a/b", eventlog.Flaky, engine.CheckMatch), false},
		"a process left":                   {result("m", "a/b", eventlog.Fail, engine.CheckProcess), false},
		"a descriptor left":                {result("m", "a/b", eventlog.Fail, engine.CheckFD), false},
		"a file left":                      {result("m", "a/b", eventlog.Fail, engine.CheckFile), false},
		"growth in passing":                {result("m", "a/b", eventlog.Fail, engine.CheckGrowth), false},
		"growth where growth is looked at": {repeated, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := matrix.Kills(c.r); got != c.want {
				t.Errorf("want %v, got %v", c.want, got)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	fault := matrix.Subject{Name: "m", Kills: []string{"a/b"}}
	control := matrix.Subject{Name: "c", Kills: []string{"a/b"}, Control: true}
	good := result("", "a/b", eventlog.Pass, "")
	killed := result("m", "a/b", eventlog.Fail, engine.CheckMatch)
	for name, c := range map[string]struct {
		subjects                     []matrix.Subject
		results                      []matrix.Result
		kills, survive, idle, broken int
	}{
		"caught":                       {[]matrix.Subject{fault}, []matrix.Result{good, killed}, 1, 0, 0, 0},
		"survives":                     {[]matrix.Subject{fault}, []matrix.Result{good, result("m", "a/b", eventlog.Pass, "")}, 0, 1, 1, 0},
		"not played":                   {[]matrix.Subject{fault}, []matrix.Result{good}, 0, 1, 1, 0},
		"the reference fails too":      {[]matrix.Subject{fault}, []matrix.Result{result("", "a/b", eventlog.Fail, engine.CheckMatch), killed}, 0, 1, 1, 1},
		"the reference was not played": {[]matrix.Subject{fault}, []matrix.Result{killed}, 0, 1, 1, 0},
		"only a control is caught":     {[]matrix.Subject{control}, []matrix.Result{good, result("c", "a/b", eventlog.Fail, engine.CheckMatch)}, 1, 0, 1, 0},
		"by its second case":           {[]matrix.Subject{fault}, []matrix.Result{good, result("m", "a/b", eventlog.Pass, ""), killed}, 1, 0, 0, 0},
		"not asked for":                {[]matrix.Subject{{Name: "m", Kills: []string{"x/y"}}}, []matrix.Result{good}, 0, 0, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := matrix.Judge(c.subjects, []string{"a/b"}, c.results)
			got := [4]int{len(m.Kills), len(m.Survivals), len(m.Idle), len(m.Reference)}
			if want := [4]int{c.kills, c.survive, c.idle, c.broken}; got != want {
				t.Errorf("kills, survivals, idle files, failures of the reference: want %v, got %v", want, got)
			}
			if want := c.survive+c.idle+c.broken == 0; m.OK() != want {
				t.Errorf("OK: want %v, got %v", want, m.OK())
			}
		})
	}
}

func TestReportsNameWhatSurvives(t *testing.T) {
	t.Parallel()
	m := matrix.Judge([]matrix.Subject{
		{Name: "caught", Group: "g", Fault: "errs", Kills: []string{"a/b"}},
		{Name: "alive", Group: "g", Fault: "errs too", Kills: []string{"c/d"}},
	}, []string{"a/b", "c/d"}, []matrix.Result{
		result("", "a/b", eventlog.Pass, ""), result("", "c/d", eventlog.Pass, ""),
		result("caught", "a/b", eventlog.Fail, engine.CheckMatch), result("alive", "c/d", eventlog.Pass, ""),
	})
	text := matrix.Text(m, time.Second)
	for _, want := range []string{"caught", "a/b@client", engine.CheckMatch, "SURVIVES  alive at c/d"} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in:\n%s", want, text)
		}
	}
}

func TestWhatIsBesideTheNamedScenarios(t *testing.T) {
	t.Parallel()
	m := matrix.Judge([]matrix.Subject{{Name: "m", Fault: "errs", Kills: []string{"a/b"}}}, []string{"a/b"}, []matrix.Result{
		result("", "a/b", eventlog.Pass, ""), result("", "c/d", eventlog.Pass, ""), result("", "e/f", eventlog.Pass, ""),
		result("m", "a/b", eventlog.Fail, engine.CheckMatch), result("m", "c/d", eventlog.Fail, engine.CheckMatch), result("m", "e/f", eventlog.Pass, ""),
	})
	if !m.OK() || m.Beside != 2 || len(m.Others) != 1 || m.Others[0].File != "c/d" {
		t.Errorf("got %+v", m)
	}
	m = matrix.Judge(m.Subjects, []string{"a/b"}, []matrix.Result{
		result("", "a/b", eventlog.Pass, ""), result("m", "a/b", eventlog.Fail, engine.CheckMatch), result("m", "c/d", eventlog.Broken, "error"),
	})
	if m.OK() || len(m.Broken) != 1 || !strings.Contains(matrix.Text(m, time.Second), "BROKEN    m at c/d") {
		t.Errorf("a fault of the harness must fail the gate, got %+v", m)
	}
}

func ExampleJudge() {
	m := matrix.Judge([]matrix.Subject{{Name: "line-cap", Kills: []string{"framing/over-one-mebibyte"}}}, []string{"framing/over-one-mebibyte"},
		[]matrix.Result{
			{File: "framing/over-one-mebibyte", Case: eventlog.Case{ID: "framing/over-one-mebibyte@client", Verdict: eventlog.Pass}},
			{Subject: "line-cap", File: "framing/over-one-mebibyte", Case: eventlog.Case{
				ID: "framing/over-one-mebibyte@client", Verdict: eventlog.Fail, Failure: &eventlog.Failure{Check: "deadline"},
			}},
		})
	fmt.Println(m.OK(), m.Kills[0].Subject, m.Kills[0].Check)
	// Output: true line-cap deadline
}

func TestAKillByChanceIsSaidToBeOne(t *testing.T) {
	t.Parallel()
	m := matrix.Judge([]matrix.Subject{{Name: "m", Fault: "errs", Kills: []string{"a/b"}}}, []string{"a/b"}, []matrix.Result{
		result("", "a/b", eventlog.Pass, ""), result("m", "a/b", eventlog.Pass, ""), result("m", "a/b", eventlog.Fail, engine.CheckMatch),
	})
	if !m.OK() || !strings.Contains(matrix.Text(m, time.Second), "CHANCE    m at a/b@client") {
		t.Errorf("got %+v\n%s", m, matrix.Text(m, time.Second))
	}
}
