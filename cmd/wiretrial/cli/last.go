package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/adapters"
	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/verdict"
	"github.com/wiretrial/wiretrial/scenarios"
)

// lastLog is the file in which a run is remembered: last/SDK.ndjson in the cache, with a digest of the command, the working folder and the
// catalogue where they are the user's own.
func (f *runFlags) lastLog() (string, error) {
	store, err := adapters.OpenStore("")
	if err != nil {
		return "", err
	}
	name, _, _ := strings.Cut(f.sdk, "@")
	if name == "" {
		name = goSDK
	}
	if len(f.command) > 0 || f.catalogue != "" {
		dir, err := os.Getwd()
		if err != nil {
			return "", err
		}
		sum := sha256.Sum256([]byte(strings.Join(append([]string{dir, f.catalogue}, f.command...), "\x00")))
		if len(f.command) > 0 {
			name = "own"
		}
		name += "-" + hex.EncodeToString(sum[:8])
	}
	return filepath.Join(store.Dir(), "last", filepath.Base(name)+".ndjson"), nil
}

// pickFailed narrows the patterns to what failed last, and takes over the seed with which it did.
func (f *runFlags) pickFailed(sel *selection) error {
	if f.failed == "" {
		return nil
	}
	path, err := f.failedLog()
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) && f.failed == lastRun {
		return usagef("--failed: no run against this SDK is remembered; run once without --failed")
	}
	if err != nil {
		return usagef("--failed: %w", err)
	}
	defer file.Close()
	last := failures{bad: map[string]bool{}}
	if err := eventlog.Scan(file, last.add); err != nil && !errors.Is(err, eventlog.ErrCut) {
		return usagef("--failed: %s: %w", path, err)
	}
	return last.narrow(f, path, sel)
}

// failedLog is the log from which --failed takes its ids.
func (f *runFlags) failedLog() (string, error) {
	if f.failed != lastRun {
		return logIn(f.failed), nil
	}
	if f.out != "" {
		if path := filepath.Join(f.out, eventlog.FileName); fileExists(path) {
			return path, nil
		}
	}
	path, err := f.lastLog()
	if err != nil {
		return "", faultf("--failed: %w", err)
	}
	return path, nil
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// failures are the ids of a log that failed, or never ended.
type failures struct {
	seed string
	bad  map[string]bool
	left bool // something was left behind: that is decided over all runs
}

func (l *failures) add(rec eventlog.Record) {
	switch {
	case rec.Run != nil:
		l.seed = rec.Run.Seed
	case rec.Start != nil:
		l.bad[rec.Start.ID] = true
	case rec.Case != nil && rec.Case.ID == harness.LeftBehind:
		l.left = bad(rec.Case.Verdict)
	case rec.Case != nil && bad(rec.Case.Verdict):
		l.bad[rec.Case.ID] = true
	case rec.Case != nil:
		delete(l.bad, rec.Case.ID)
	}
}

// bad tells whether a verdict makes a run fail.
func bad(v eventlog.Verdict) bool {
	return slices.Contains(verdict.Failing(), v)
}

// narrow leaves the cases that failed, or all if it takes all of them to see what is left behind.
func (l *failures) narrow(f *runFlags, path string, sel *selection) error {
	if f.seed == "" {
		f.seed = l.seed
	}
	if l.left {
		return nil
	}
	sel.cases = slices.DeleteFunc(sel.cases, func(c scenarios.Case) bool { return !l.bad[c.ID] })
	if len(sel.cases) > 0 {
		return nil
	}
	return unprovenf("nothing was executed: nothing of what is selected failed in %s", path)
}

// memory is what a run leaves for --failed and for wiretrial deviations update: its log without screenplays and traces. Cases that it did
// not play keep the verdict of the run before, as long as that was of the same release.
type memory struct {
	recs []eventlog.Record
}

// Add is a listener of the log.
func (m *memory) Add(rec eventlog.Record) {
	switch {
	case rec.Trace != nil || rec.Start != nil:
		return
	case rec.Case != nil:
		c := *rec.Case
		c.Steps, c.Notes, c.Seen = nil, nil, nil
		rec.Case = &c
	}
	m.recs = append(m.recs, rec)
}

// remember keeps the run for --failed.
func (s *session) remember() {
	if path, err := s.f.lastLog(); err == nil && len(s.model.Cases) > 0 {
		s.memory.keep(path)
	}
}

// keep writes the memory. Whatever keeps it from doing so is no fault of the run: --failed says that nothing is remembered.
func (m *memory) keep(path string) {
	var before []eventlog.Record
	if src, err := os.ReadFile(path); err == nil {
		before, _ = eventlog.Read(bytes.NewReader(src))
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	for _, rec := range remembered(before, m.recs) {
		_ = enc.Encode(rec)
	}
	if os.MkdirAll(filepath.Dir(path), 0o755) == nil {
		_ = writeAtomically(path, text.Bytes())
	}
}

// remembered joins what a run found with what is known from before about what it did not play.
func remembered(before, now []eventlog.Record) []eventlog.Record {
	release := func(recs []eventlog.Record) string {
		for _, r := range recs {
			if r.Run != nil {
				return r.Run.SDK + " " + r.Run.Release
			}
		}
		return ""
	}
	if release(before) != release(now) {
		return now
	}
	played := map[string]bool{harness.LeftBehind: true} // of each run anew
	for _, r := range now {
		if r.Case != nil {
			played[r.Case.ID] = true
		}
	}
	var kept []eventlog.Record
	for _, r := range before {
		if r.Case != nil && !played[r.Case.ID] {
			kept = append(kept, r)
		}
	}
	at := slices.IndexFunc(now, func(r eventlog.Record) bool { return r.Case != nil })
	if at < 0 {
		at = len(now)
	}
	return slices.Insert(slices.Clone(now), at, kept...)
}
