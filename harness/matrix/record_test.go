package matrix_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/matrix"
)

const (
	d1 = "1111111111111111"
	d2 = "2222222222222222"
	d3 = "3333333333333333"
)

// known has two mutants of opposite faults, a control and two scenarios.
func known() matrix.Known {
	return matrix.Known{
		Subjects: []matrix.Subject{
			{Name: "early", Group: "g", Fault: "errs", Opposite: "late", Kills: []string{"a/b"}},
			{Name: "late", Group: "g", Fault: "errs too", Opposite: "early", Kills: []string{"c/d"}},
			{Name: "idle", Group: "control", Fault: "does nothing", Kills: []string{"a/b", "c/d"}, Control: true},
		},
		Mutants: map[string]string{"early": d1, "late": d2, "idle": d3},
		Files:   []matrix.File{{"a/b", "The first", d1}, {"c/d", "The second", d2}},
	}
}

// played is what a whole run of known comes to, without the kills that lost names.
func played(lost ...string) matrix.Matrix {
	k := known()
	results := []matrix.Result{result("", "a/b", eventlog.Pass, ""), result("", "c/d", eventlog.Pass, "")}
	for _, s := range k.Subjects {
		for _, file := range s.Kills {
			r := result(s.Name, file, eventlog.Fail, engine.CheckMatch)
			if slices.Contains(lost, s.Name+" at "+file) {
				r = result(s.Name, file, eventlog.Pass, "")
			}
			results = append(results, r)
		}
	}
	results = append(results, result("early", "c/d", eventlog.Fail, engine.CheckMatch)) // beside
	return matrix.Judge(k.Subjects, []string{"a/b", "c/d"}, results)
}

func TestAWholeRunIsNotStale(t *testing.T) {
	t.Parallel()
	r := matrix.Record{}.Merge(played(), known(), 7)
	if stale := r.Stale(known()); len(stale) > 0 || len(r.Rows) != 4 {
		t.Errorf("%d rows, stale: %q", len(r.Rows), stale)
	}
	if pairs := r.StalePairs(known()); len(pairs) > 0 {
		t.Errorf("stale pairs: %+v", pairs)
	}
}

func TestWhatMakesARecordStale(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		lost   []string
		change func(*matrix.Known)
		want   []string
		pairs  []string
	}{
		{"a step that changed", nil, func(k *matrix.Known) { k.Files[0].Digest = d3 },
			[]string{"mutant early at scenario a/b: the scenario has changed", "mutant idle at scenario a/b: the scenario has changed"}, []string{"early a/b", "idle a/b"}},
		{"a title that changed", nil, func(k *matrix.Known) { k.Files[0].Title = "Another" }, nil, nil},
		{"a mutant that changed", nil, func(k *matrix.Known) { k.Mutants["late"] = d3 }, []string{"mutant late at scenario c/d: the mutant has changed"}, []string{"late c/d"}},
		{"a new scenario", nil, func(k *matrix.Known) { k.Files = append(k.Files, matrix.File{ID: "e/f", Digest: d3}) },
			[]string{"scenario e/f: it is recorded to catch no real mutant"}, nil},
		{"a new pair", nil, func(k *matrix.Known) { k.Subjects[0].Kills = []string{"a/b", "c/d"} },
			[]string{"mutant early at scenario c/d: it is not recorded"}, []string{"early c/d"}},
		{"a scenario that is gone", nil, func(k *matrix.Known) { k.Files = k.Files[:1] }, []string{
			"mutant late at scenario c/d: there is no such scenario", "mutant idle at scenario c/d: there is no such scenario",
			"mutant idle at scenario c/d: there is no such pair", "mutant late at scenario c/d: there is no such pair",
		}, []string{"late c/d", "idle c/d"}},
		{"a mutant that is gone", nil, func(k *matrix.Known) { k.Subjects = k.Subjects[1:] }, []string{
			"mutant late: its opposite early is missing", "scenario a/b: it is recorded to catch no real mutant", "mutant early at scenario a/b: there is no such pair",
		}, nil},
		{"an opposite that names another", nil, func(k *matrix.Known) { k.Subjects[1].Opposite = "idle" },
			[]string{"mutant early: its opposite late is missing", "mutant late: its opposite idle is missing"}, nil},
		{"a mutant that survived", []string{"late at c/d"}, nil, []string{
			"mutant late at scenario c/d: it is not recorded", "mutant late: it survives", "scenario c/d: it is recorded to catch no real mutant",
		}, []string{"late c/d"}},
		{"a scenario that only a control fails", []string{"early at a/b"}, nil, []string{
			"mutant early at scenario a/b: it is not recorded", "mutant early: it survives", "scenario a/b: it is recorded to catch no real mutant",
		}, []string{"early a/b"}},
		{"a control that survived", []string{"idle at a/b"}, nil, []string{"mutant idle at scenario a/b: it is not recorded"}, []string{"idle a/b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := known()
			r := matrix.Record{}.Merge(played(c.lost...), k, 7)
			if c.change != nil {
				c.change(&k)
			}
			stale := r.Stale(k)
			if !slices.EqualFunc(stale, c.want, strings.HasPrefix) {
				t.Errorf("got %q, want %q", stale, c.want)
			}
			var pairs []string
			for _, s := range r.StalePairs(k) {
				for _, file := range s.Kills {
					pairs = append(pairs, s.Name+" "+file)
				}
			}
			if !slices.Equal(pairs, c.pairs) {
				t.Errorf("stale pairs: got %q, want %q", pairs, c.pairs)
			}
		})
	}
}

func TestAPartOfARunLeavesTheRest(t *testing.T) {
	t.Parallel()
	k := known()
	whole := matrix.Record{}.Merge(played(), k, 7)
	k.Files[0].Digest, k.Mutants["early"] = d3, d3
	part := matrix.Judge(k.Subjects[:1], []string{"a/b"}, []matrix.Result{
		result("", "a/b", eventlog.Pass, ""), result("early", "a/b", eventlog.Fail, engine.CheckQuiet),
	})
	merged := whole.Merge(part, k, 8)
	if len(merged.Rows) != 4 || merged.Rows[0].Check != engine.CheckQuiet || merged.Rows[0].Seed != "8" || merged.Rows[3] != whole.Rows[3] {
		t.Errorf("got %+v", merged.Rows)
	}
	if stale := merged.Stale(k); len(stale) != 1 || !strings.HasPrefix(stale[0], "mutant idle at scenario a/b: the scenario has changed") {
		t.Errorf("what was not played anew must stay stale, got %q", stale)
	}
	survived := matrix.Judge(k.Subjects[:1], []string{"a/b"}, []matrix.Result{result("", "a/b", eventlog.Pass, ""), result("early", "a/b", eventlog.Pass, "")})
	if got := whole.Merge(survived, k, 8); len(got.Rows) != 3 {
		t.Errorf("a pair that survives now must go, got %+v", got.Rows)
	}
}

func TestRecordsFollowTheirSchema(t *testing.T) {
	t.Parallel()
	doc := new(jsonschema.Schema)
	if err := json.Unmarshal(matrix.JSONSchema(), doc); err != nil {
		t.Fatal(err)
	}
	resolved, err := doc.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := matrix.Whole(played(), known(), 0xa7).Encode()
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	if err := resolved.Validate(value); err != nil {
		t.Errorf("%v in\n%s", err, text)
	}
	back, err := matrix.Decode(text)
	if err != nil || len(back.Rows) != 5 || !back.Rows[1].Other || back.Rows[0].Other {
		t.Errorf("read back: %v %+v", err, back)
	}
	published, err := os.ReadFile("../../docs/kill-matrix.schema.json")
	if err != nil || string(published) != string(matrix.JSONSchema()) {
		t.Errorf("docs/kill-matrix.schema.json is not harness/matrix/kill-matrix.schema.json; copy it (%v)", err)
	}
}

func TestWhatIsNoRecord(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"empty":            {"", "line 1"},
		"no JSON":          {"{\"schema\": 1, \"rows\": [\nmutant", "line 2"},
		"of another kind":  {"{\"schema\": 1, \"rows\": [\n{\"mutant\": 3}]}", "line 2"},
		"an unknown field": {"{\"schema\": 1,\n \"row\": []}", "unknown field"},
		"a later format":   {`{"schema": 2, "rows": []}`, "format 2"},
		"two of them":      {`{"schema": 1, "rows": []}{}`, "more behind its end"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := matrix.Decode([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"schema": 1, "rows": [{"mutant": "m", "scenario": "a/b"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := matrix.Decode(text)
		if err != nil {
			return
		}
		out, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := matrix.Decode(out); err != nil || len(back.Rows) != len(r.Rows) {
			t.Errorf("written and read again: %v", err)
		}
	})
}

func TestThePageTellsWhatIsNotShown(t *testing.T) {
	t.Parallel()
	whole := matrix.Markdown(matrix.Whole(played(), known(), 7), known())
	for _, want := range []string{"## g\n", "| `early` | errs (opposite: `late`) | a/b@client | match |", "and 1 that it does not name", "| `idle` | does nothing | 2 of 2 scenarios |"} {
		if !strings.Contains(whole, want) {
			t.Errorf("want %q in:\n%s", want, whole)
		}
	}
	if strings.Contains(whole, "Not shown") {
		t.Errorf("all is shown in:\n%s", whole)
	}
	lost := matrix.Markdown(matrix.Record{}.Merge(played("late at c/d"), known(), 7), known())
	if !strings.Contains(lost, "* mutant late: it survives") {
		t.Errorf("the survivor is not named in:\n%s", lost)
	}
}
