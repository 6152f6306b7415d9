package engine

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/scenarios"
)

// settleUsage is how long a measured resource may take to fall below its bound: children are reaped, pipes closed.
const settleUsage = 5 * time.Second

// uses measures the adapter's process.
func (r *run) uses(v view) error {
	checks, err := usesChecks(v)
	if err != nil {
		return err
	}
	var over time.Duration
	for _, c := range checks {
		if c.Path == "cpu" {
			over = time.Second
		}
	}
	if _, err := r.barrier("uses"); err != nil {
		return err
	}
	limit := time.Now().Add(min(settleUsage, r.o.Deadline))
	for {
		u, err := r.a.Usage(r.ctx, over, func(int) bool { return false })
		if err != nil {
			r.note("step %d: %v: not checked", v.Index, err)
			return nil
		}
		ms := scenarios.Match(usageDoc(u), checks, v.env)
		if len(ms) == 0 {
			return nil
		}
		if time.Now().After(limit) {
			return r.mismatch(v.Step, CheckUses, ms)
		}
		if err := r.pump(time.Now().Add(20 * time.Millisecond)); err != nil {
			return err
		}
	}
}

func usageDoc(u host.Usage) []byte {
	doc, _ := json.Marshal(map[string]any{"rss": u.RSS, "cpu": u.CPU, "fds": u.FDs, "children": u.Children})
	return doc
}

func usesChecks(v view) ([]scenarios.PathValue, error) {
	m, ok := v.arg.(map[string]any)
	if !ok {
		return nil, fault("%s: sdk.uses wants a map: scenario fault", v.Pos)
	}
	var out []scenarios.PathValue
	for k, val := range m {
		out = append(out, scenarios.PathValue{Pos: v.Pos, Path: k, Value: val})
	}
	slices.SortFunc(out, func(a, b scenarios.PathValue) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}
