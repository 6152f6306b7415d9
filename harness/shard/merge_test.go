package shard

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

const apart = "process/left-behind"

// shardOf is the log of one shard of the plan a/1 to a/6.
func shardOf(index, total int) []eventlog.Record {
	var all, mine []string
	for i := range 6 {
		id := fmt.Sprintf("a/%d@client", i+1)
		all = append(all, id)
		if i%total == index-1 {
			mine = append(mine, id)
		}
	}
	recs := []eventlog.Record{
		{T: "run", Run: &eventlog.Run{Schema: 1, Version: "1", Date: fmt.Sprintf("2026-11-2%dT10:00:00Z", index), Seed: "7", SDK: "sdk", Release: "2", Features: []string{"b", "a"}}},
		{T: "plan", Plan: &eventlog.Plan{
			Cases: len(mine), Files: len(mine), Levels: map[string]int{"must": len(mine)}, Digest: Digest(all), Catalogue: "c", Record: "r",
			Shard: &eventlog.Shard{Index: index, Total: total, Whole: len(all), Source: "--shard"},
		}},
	}
	for _, id := range mine {
		c := eventlog.Case{ID: id, Level: "must", Verdict: eventlog.Pass, MS: 1}
		recs = append(recs, eventlog.Record{T: "start", Start: &eventlog.Start{ID: id}}, eventlog.Record{T: "case", Case: &c})
	}
	left := eventlog.Case{ID: apart, Level: "must", Verdict: eventlog.Pass}
	recs = append(recs, eventlog.Record{T: "case", Case: &left})
	return append(recs, eventlog.Record{T: "end", End: &eventlog.Ending{MS: float64(index), Why: "ok"}})
}

func text(t testing.TB, recs []eventlog.Record) string {
	t.Helper()
	var b bytes.Buffer
	for _, r := range recs {
		if err := json.NewEncoder(&b).Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// join reads and joins logs.
func join(logs ...string) (*Whole, error) {
	var parts []*Part
	for i, log := range logs {
		p, err := Read(fmt.Sprintf("log%d", i+1), strings.NewReader(log), apart)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return Join(parts)
}

func TestJoin(t *testing.T) {
	t.Parallel()
	w, err := join(text(t, shardOf(3, 3)), text(t, shardOf(1, 3)), text(t, shardOf(2, 3)))
	if err != nil {
		t.Fatal(err)
	}
	if w.End.Exit != verdict.OK || w.End.Why != "6 must scenarios passed, and nothing was left behind" || w.End.MS != 3 || w.End.Counts[eventlog.Pass] != 7 {
		t.Errorf("the end is %+v", w.End)
	}
	if w.Plan.Cases != 6 || w.Plan.Files != 6 || w.Plan.Merged != 3 || w.Plan.Shard != nil || w.Plan.Levels["must"] != 6 || w.Run.Date != "2026-11-21T10:00:00Z" {
		t.Errorf("the plan is %+v of %s", w.Plan, w.Run.Date)
	}
	var ids []string
	err = w.Copy(strings.NewReader(text(t, shardOf(1, 3))), func(r eventlog.Record) error { ids = append(ids, r.T); return nil })
	if err != nil || strings.Join(ids, " ") != "start case start case" {
		t.Errorf("copied %v, %v", ids, err)
	}
	full := errors.New("full")
	if err := w.Copy(strings.NewReader(text(t, shardOf(1, 3))), func(eventlog.Record) error { return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

// edit changes one shard's log before it is joined with the other.
func edit(t *testing.T, change func(recs []eventlog.Record) []eventlog.Record) (*Whole, error) {
	return join(text(t, shardOf(1, 2)), text(t, change(shardOf(2, 2))))
}

func TestJoinRefuses(t *testing.T) {
	t.Parallel()
	run := func(change func(*eventlog.Run)) func([]eventlog.Record) []eventlog.Record {
		return func(recs []eventlog.Record) []eventlog.Record { change(recs[0].Run); return recs }
	}
	plan := func(change func(*eventlog.Plan)) func([]eventlog.Record) []eventlog.Record {
		return func(recs []eventlog.Record) []eventlog.Record { change(recs[1].Plan); return recs }
	}
	for name, test := range map[string]struct {
		change func([]eventlog.Record) []eventlog.Record
		code   int
		say    string
	}{
		"another seed":         {run(func(r *eventlog.Run) { r.Seed = "8" }), 2, `log2: a foreign shard: its seed: "8"; of log1: "7"`},
		"another SDK":          {run(func(r *eventlog.Run) { r.SDK = "x" }), 2, "its SDK:"},
		"another version":      {run(func(r *eventlog.Run) { r.Release = "3" }), 2, "its SDK's version:"},
		"another wiretrial":    {run(func(r *eventlog.Run) { r.Version = "3" }), 2, "its version of wiretrial:"},
		"another adapter":      {run(func(r *eventlog.Run) { r.Adapter = "x" }), 2, "its adapter:"},
		"other features":       {run(func(r *eventlog.Run) { r.Features = []string{"a"} }), 2, "its features:"},
		"another platform":     {run(func(r *eventlog.Run) { r.Platform = "x" }), 2, "its platform:"},
		"another catalogue":    {plan(func(p *eventlog.Plan) { p.Catalogue = "x" }), 2, "its catalogue:"},
		"another record":       {plan(func(p *eventlog.Plan) { p.Record = "x" }), 2, "its record of deviations:"},
		"another plan":         {plan(func(p *eventlog.Plan) { p.Digest = "x" }), 2, "its plan:"},
		"other settings":       {plan(func(p *eventlog.Plan) { p.Settings = "--cut 7" }), 2, "its settings:"},
		"of more shards":       {plan(func(p *eventlog.Plan) { p.Shard.Total = 3 }), 2, "its number of shards:"},
		"the same shard":       {plan(func(p *eventlog.Plan) { p.Shard.Index = 1 }), 2, "log1 and log2 are both shard 1/2"},
		"beyond the last":      {plan(func(p *eventlog.Plan) { p.Shard.Index = 3 }), 2, "count from 1 to 2"},
		"no shard":             {plan(func(p *eventlog.Plan) { p.Shard = nil }), 2, "it is of a whole run"},
		"merged already":       {plan(func(p *eventlog.Plan) { p.Shard, p.Merged = nil, 2 }), 2, "it was merged already"},
		"no end":               {func(r []eventlog.Record) []eventlog.Record { return r[:len(r)-1] }, 4, "log2: shard 2/2: its end is missing"},
		"no run":               {func(r []eventlog.Record) []eventlog.Record { return r[1:] }, 4, "no run is in it"},
		"no plan, no end":      {func(r []eventlog.Record) []eventlog.Record { return r[:1] }, 4, "its end is missing"},
		"a case less":          {func(r []eventlog.Record) []eventlog.Record { return append(r[:2:2], r[4:]...) }, 4, "2 of 3 scenarios have a verdict"},
		"a case of another":    {func(r []eventlog.Record) []eventlog.Record { r[3].Case.ID = "a/1@client"; return r }, 2, "a/1@client is in log1 and in log2"},
		"a case of none":       {func(r []eventlog.Record) []eventlog.Record { r[3].Case.ID = "a/9@client"; return r }, 2, "are not the 6 of the plan"},
		"interrupted":          {ended(130, "interrupted"), 130, "is incomplete: 0 of 3 scenarios have a verdict (exit 130: interrupted)"},
		"a canary":             {ended(3, "a canary did not hold"), 3, "(exit 3: a canary did not hold)"},
		"an adapter that fell": {neverRan, 3, "nothing ran (exit 3: no hello)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := edit(t, test.change)
			var r *RefusedError
			code := 2 // what names no shard is a plain error
			if errors.As(err, &r) {
				code = r.Code
			}
			if err == nil || code != test.code || !strings.Contains(err.Error(), test.say) {
				t.Errorf("got %d, %v; want %d, %q", code, err, test.code, test.say)
			}
		})
	}
}

// ended is a shard that ended before its cases.
func ended(exit int, why string) func([]eventlog.Record) []eventlog.Record {
	return func(recs []eventlog.Record) []eventlog.Record {
		return append(recs[:2:2], eventlog.Record{T: "end", End: &eventlog.Ending{Exit: exit, Why: why}})
	}
}

func neverRan(recs []eventlog.Record) []eventlog.Record {
	return append(recs[:1:1], eventlog.Record{T: "end", End: &eventlog.Ending{Exit: 3, Why: "no hello"}})
}

func TestJoinRefusesWhatIsMissing(t *testing.T) {
	t.Parallel()
	var r *RefusedError
	if _, err := join(text(t, shardOf(2, 4))); !errors.As(err, &r) || r.Code != verdict.Unproven || err.Error() != "3 of 4 shards are missing: 1/4, 3/4, 4/4" {
		t.Errorf("got %v", err)
	}
	if _, err := join(); !errors.As(err, &r) || r.Code != verdict.Unproven {
		t.Errorf("got %v", err)
	}
	log := text(t, shardOf(1, 2))
	if _, err := join(log[:len(log)-20]); !errors.As(err, &r) || r.Code != verdict.Unproven || !strings.Contains(err.Error(), "ends in the middle") {
		t.Errorf("got %v", err)
	}
	if _, err := join("no log\n"); !errors.Is(err, eventlog.ErrLine) {
		t.Errorf("got %v", err)
	}
}

// The exit code is that of one run which played all.
func TestJoinConcludes(t *testing.T) {
	t.Parallel()
	note := func(kind string) func([]eventlog.Record) []eventlog.Record {
		return func(r []eventlog.Record) []eventlog.Record {
			return append(r[:len(r)-1:len(r)-1], eventlog.Record{T: "note", Note: &eventlog.Note{Kind: kind, Text: "d.yaml:3: x"}}, r[len(r)-1])
		}
	}
	of := func(v eventlog.Verdict) func([]eventlog.Record) []eventlog.Record {
		return func(r []eventlog.Record) []eventlog.Record { r[3].Case.Verdict = v; return r }
	}
	exit := func(code int) func([]eventlog.Record) []eventlog.Record {
		return func(r []eventlog.Record) []eventlog.Record { r[len(r)-1].End.Exit = code; return r }
	}
	for name, test := range map[string]struct {
		change func([]eventlog.Record) []eventlog.Record
		code   int
		say    string
	}{
		"a failure":             {of(eventlog.Fail), 1, "1 failed"},
		"flaky":                 {of(eventlog.Flaky), 1, "1 flaky"},
		"known":                 {of(eventlog.Known), 0, "5 must scenarios passed"},
		"an error":              {of(eventlog.Broken), 3, "1 verdict error"},
		"a stale record":        {note("stale"), 1, "a deviation is stale (d.yaml:3)"},
		"a lost feature":        {note("lost"), 4, "d.yaml:3: x"},
		"a fault at the end":    {exit(3), 3, "ok"},
		"no must in this shard": {exit(4), 0, "6 must"},
		"something left":        {left(eventlog.Fail, ""), 1, "1 failed"},
		"known to be left":      {left(eventlog.Known, "it leaves"), 0, "6 must"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := edit(t, test.change)
			if err != nil || w.End.Exit != test.code || !strings.Contains(w.End.Why, test.say) {
				t.Errorf("got %+v, %v; want %d, %q", w, err, test.code, test.say)
			}
		})
	}
	recorded := left(eventlog.Pass, "it passes now")
	w, err := join(text(t, recorded(shardOf(1, 2))), text(t, recorded(shardOf(2, 2))))
	if err != nil || w.Left.Verdict != eventlog.UnexpectedPass || w.End.Exit != 1 {
		t.Errorf("recorded, and no shard leaves anything: %+v, %v", w, err)
	}
}

// left changes the finding about the whole run.
func left(v eventlog.Verdict, deviation string) func([]eventlog.Record) []eventlog.Record {
	return func(r []eventlog.Record) []eventlog.Record {
		c := r[len(r)-2].Case
		c.Verdict, c.Deviation = v, deviation
		return r
	}
}

// Whatever stands in a log, joining it ends with a whole or with an error.
func FuzzJoin(f *testing.F) {
	one, two := text(f, shardOf(1, 2)), text(f, shardOf(2, 2))
	f.Add(one, two)
	f.Add(strings.Replace(one, `"total":2`, `"total":1000000000`, 1), two)
	f.Add(strings.Replace(one, `"index":1`, `"index":-1`, 1), "")
	f.Fuzz(func(t *testing.T, one, two string) {
		w, err := join(one, two)
		if (w == nil) == (err == nil) {
			t.Errorf("got %v and %v", w, err)
		}
	})
}
