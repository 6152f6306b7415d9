package harness

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/scenarios"
)

// LeftBehind is the id of the finding about what an SDK leaves behind; it is always part of the plan.
const LeftBehind = "process/left-behind"

const (
	// leftPatience is how long something may take to be gone: what goes away by itself was not left behind.
	leftPatience = 10 * time.Second
	// knownPatience is the same once the SDK is known to leave such things: one finding is enough.
	knownPatience = time.Second
	// warmCases are the first cases of an adapter, in which runtimes open what they keep.
	warmCases = 3
	// manyCases is over how many cases after those descriptors must have grown by one for each, before they are a finding: a cache fills up
	// or grows slower.
	manyCases = 12
)

// remains is what an SDK left behind, over all cases of a run. It is safe for concurrent use.
type remains struct {
	root     string        // the run's own directory: files elsewhere are nobody's finding
	patience time.Duration // zero: leftPatience

	mu    sync.Mutex
	found []finding
	held  map[*host.Adapter]*held
}

// finding is one thing that was left.
type finding struct{ check, text string }

// held counts the descriptors of one adapter between its cases.
type held struct {
	cases, first int
	told         bool
}

// look finds what a case left: its CLI, processes, temporary files, descriptors. A breach of this alone is no failure of the case.
func (m *remains) look(ctx context.Context, c *scenarios.Case, a *host.Adapter, before map[string]bool, res *engine.Result) {
	if f := res.Failure; f != nil && f.Check == engine.CheckProcess {
		m.add(engine.CheckProcess, c.ID+": "+f.Text)
		res.Notes = append(res.Notes, f.Text+"; see "+LeftBehind)
		res.Failure, res.Unsettled = nil, true
	}
	if res.Unsettled || res.Err != nil || res.Failure != nil || res.Missing != nil {
		return
	}
	if procs := m.await(ctx, engine.CheckProcess, func() []string { return processes(a) }); len(procs) > 0 {
		res.Unsettled = true
		for _, p := range procs {
			m.add(engine.CheckProcess, c.ID+": process "+p)
		}
	}
	for _, file := range m.await(ctx, engine.CheckFile, func() []string { return newFiles(before, m.temporaryFiles(a)) }) {
		m.add(engine.CheckFile, c.ID+": "+file)
	}
	m.descriptors(c, a)
}

func (m *remains) add(check, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.found = append(m.found, finding{check, text})
}

// await looks at once and, only if there is something, again until it is gone or the patience is at its end.
func (m *remains) await(ctx context.Context, check string, left func() []string) []string {
	limit := time.Now().Add(m.patienceFor(check))
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		found := left()
		if len(found) == 0 || time.Now().After(limit) {
			return found
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return nil // interrupted: nobody waited long enough to blame anyone
		}
	}
}

func (m *remains) patienceFor(check string) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case slices.ContainsFunc(m.found, func(f finding) bool { return f.check == check }):
		return min(knownPatience, max(m.patience, time.Millisecond))
	case m.patience > 0:
		return m.patience
	}
	return leftPatience
}

// processes are those below an adapter, for a report.
func processes(a *host.Adapter) []string {
	procs, err := a.Descendants()
	if err != nil {
		return nil // this platform cannot tell, or the adapter is gone
	}
	var out []string
	for _, p := range procs {
		out = append(out, p.String())
	}
	return out
}

// temporaryFiles are the files below an adapter's TMPDIR, if that is private.
func (m *remains) temporaryFiles(a *host.Adapter) map[string]bool {
	out := map[string]bool{}
	for _, pair := range a.Spec().Env {
		dir, ok := strings.CutPrefix(pair, "TMPDIR=")
		if !ok || m.root == "" || !strings.HasPrefix(dir, m.root+string(filepath.Separator)) {
			continue
		}
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil // it went away meanwhile, which is what it should do
			case path == dir:
			case runtimesOwn(d.Name()):
				if d.IsDir() {
					return fs.SkipDir
				}
			default:
				rel, _ := filepath.Rel(dir, path)
				out[rel] = true
			}
			return nil
		})
	}
	return out
}

// runtimesOwn tells what language runtimes keep in TMPDIR for as long as they run, whatever a program does.
func runtimesOwn(name string) bool {
	for _, prefix := range []string{"node-compile-cache", "v8-compile-cache", "hsperfdata_", "dotnet-diagnostic-", "clr-debug-pipe-", ".dotnet"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func newFiles(before, now map[string]bool) []string {
	var out []string
	for path := range now {
		if !before[path] {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// descriptors counts those of an adapter after a case. They are a finding, once for each adapter, if over many cases each left at least one.
func (m *remains) descriptors(c *scenarios.Case, a *host.Adapter) {
	fds, err := a.FDs()
	if err != nil {
		return // this platform cannot tell, or the adapter is gone
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held == nil {
		m.held = map[*host.Adapter]*held{}
	}
	h := m.held[a]
	if h == nil {
		maps.DeleteFunc(m.held, func(old *host.Adapter, _ *held) bool { return ended(old) })
		h = &held{}
		m.held[a] = h
	}
	if text := h.count(len(fds)); text != "" {
		m.found = append(m.found, finding{engine.CheckFD, c.ID + ": " + text})
	}
}

func ended(a *host.Adapter) bool {
	select {
	case <-a.Exited():
		return true
	default:
		return false
	}
}

// count notes how many descriptors are open after one more case, and says when they are too many.
func (h *held) count(open int) string {
	h.cases++
	if h.cases <= warmCases {
		h.first = open
		return ""
	}
	over := h.cases - warmCases
	if h.told || over < manyCases || open-h.first < over {
		return ""
	}
	h.told = true
	return fmt.Sprintf("descriptors of the adapter grew from %d to %d over %d cases", h.first, open, over)
}

// verdict is the finding over all cases.
func (m *remains) verdict() *eventlog.Failure {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.found) == 0 {
		return nil
	}
	var parts []string
	var first finding
	for _, kind := range []struct{ check, one string }{
		{engine.CheckProcess, "processes that lived on"}, {engine.CheckFile, "temporary files"}, {engine.CheckFD, "growing counts of open descriptors"},
	} {
		n := 0
		for _, f := range m.found {
			if f.check != kind.check {
				continue
			}
			if n++; first.check == "" {
				first = f
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s: %d", kind.one, n))
		}
	}
	return &eventlog.Failure{
		Check: first.check, Class: engine.Class(first.check, false), Got: first.text,
		Text:  fmt.Sprintf("sessions that were over left behind %s; the first: %s", strings.Join(parts, ", "), first.text),
		Fault: "SDK: the scenario was over and its fakes had been told to exit",
	}
}

// leftBehind decides over all runs whether the SDK leaves something behind.
func (r *runner) leftBehind() *eventlog.Case {
	r.mu.Lock()
	played := r.played || len(r.done) > 0
	r.mu.Unlock()
	if !played {
		return nil
	}
	rec := eventlog.Case{
		ID: LeftBehind, Title: "A session that is over leaves nothing behind", Level: string(scenarios.Must), Rules: []string{"PRC-04"}, Verdict: eventlog.Pass,
	}
	if f := r.remains.verdict(); f != nil {
		rec.Verdict, rec.Failure = eventlog.Fail, f
	}
	r.judge(&rec)
	return &rec
}
