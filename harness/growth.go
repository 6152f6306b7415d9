package harness

import (
	"context"
	"fmt"

	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/scenarios"
)

// repeat runs a case N times in one adapter: what the first runs have warmed up must not grow after that.
func (r *runner) repeat(ctx context.Context, c *scenarios.Case, a *host.Adapter) engine.Result {
	var first host.Usage
	const warm = 3
	var res engine.Result
	for n := 1; n <= c.Repeat; n++ {
		res = r.play(ctx, c, a)
		if res.Unsettled || res.Err != nil || res.Failure != nil || res.Missing != nil || ctx.Err() != nil {
			return res
		}
		if n == min(warm, c.Repeat-1) {
			first, _ = a.Usage(ctx, 0, nil)
		}
	}
	last, err := a.Usage(ctx, 0, nil)
	if err != nil {
		res.Notes = append(res.Notes, "growth was not measured: "+err.Error())
		return res
	}
	if f := growth(c, first, last); f != nil {
		res.Failure, res.Unsettled = f, true
	}
	return res
}

// growth fails when descriptors or children grew with the number of runs; fewer than one for two runs is a cache.
func growth(c *scenarios.Case, first, last host.Usage) *eventlog.Failure {
	limit := c.Repeat / 2
	for _, m := range []struct {
		name       string
		from, upto int
	}{{"descriptors", first.FDs, last.FDs}, {"children", first.Children, last.Children}, {"threads", first.Threads, last.Threads}} {
		if m.upto-m.from >= max(limit, 1) {
			return &eventlog.Failure{
				Check: engine.CheckGrowth, Class: engine.Class(engine.CheckGrowth, false), Where: c.File.Pos.File,
				Text: fmt.Sprintf("%s grew from %d to %d over %d runs", m.name, m.from, m.upto, c.Repeat),
				Want: fmt.Sprint(m.from), Got: fmt.Sprint(m.upto), Fault: "SDK: each run was closed and ended well",
			}
		}
	}
	return nil
}
