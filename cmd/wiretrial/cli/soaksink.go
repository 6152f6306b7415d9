package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/soak"
)

// maxKept is how many logs of changed verdicts one invocation keeps.
const maxKept = 50

// soakSink is the log of one run of a soak: it adds plays to the record, and keeps what happened only where a verdict changed. It is safe for
// concurrent use.
type soakSink struct {
	s   *soaker
	run soak.Run

	mu     sync.Mutex
	head   []eventlog.Record // run and plan
	traces map[string][]eventlog.Record
	plays  int
	news   int // plays whose outcome the record did not hold yet, after a first one
	kept   int
}

func newSoakSink(s *soaker, run soak.Run) *soakSink {
	return &soakSink{s: s, run: run, traces: map[string][]eventlog.Record{}}
}

// Write implements harness.Sink.
func (k *soakSink) Write(rec eventlog.Record) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case rec.Run != nil, rec.Plan != nil:
		k.head = append(k.head, rec)
	case rec.Trace != nil:
		k.traces[rec.Trace.ID] = append(k.traces[rec.Trace.ID], rec)
	case rec.Case != nil && rec.Case.ID != harness.LeftBehind:
		return k.played(rec)
	}
	return nil
}

// played adds one play.
func (k *soakSink) played(rec eventlog.Record) error {
	c := rec.Case
	before, _ := k.s.file.Tally.Sum(k.run.Subject, c.ID)
	err := k.s.file.Add(soak.Record{T: "play", Play: &soak.Play{
		Run: k.run.N, ID: c.ID, Text: k.s.texts[c.ID], Level: c.Level, Outcome: soak.OutcomeOf(*c),
	}})
	if err != nil {
		return err
	}
	k.plays++
	after, _ := k.s.file.Tally.Sum(k.run.Subject, c.ID)
	traces := k.traces[c.ID]
	delete(k.traces, c.ID)
	if n := len(after.Outcomes); n < 2 || n == len(before.Outcomes) {
		return nil
	}
	k.news++
	return k.keep(append(traces, rec), c.ID)
}

// keep writes what happened in a play that told something new, for wiretrial render.
func (k *soakSink) keep(happened []eventlog.Record, id string) error {
	if k.kept++; k.kept > maxKept {
		return nil
	}
	name := strings.NewReplacer("/", "-", "[", "-", "]", "", "@", "-", ",", "-").Replace(id)
	file, err := os.Create(filepath.Join(k.s.f.run.out, fmt.Sprintf("run%d-%s.ndjson", k.run.N, name)))
	if err != nil {
		return fmt.Errorf("log of a changed verdict: %w", err)
	}
	defer file.Close()
	log := eventlog.NewWriter(eventlog.NewCleaner(k.s.Environ), []eventlog.Output{{Name: file.Name(), To: file}})
	for _, rec := range append(k.head[:len(k.head):len(k.head)], happened...) {
		if err := log.Write(rec); err != nil {
			return err
		}
	}
	return nil
}

// leftBehind adds the finding about the whole run, which is made at its end and no play of the plan.
func (k *soakSink) leftBehind(cases []eventlog.Case) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range cases {
		if cases[i].ID == harness.LeftBehind {
			if err := k.played(eventlog.Record{T: "case", Case: &cases[i]}); err != nil {
				return faultf("%w", err)
			}
		}
	}
	return nil
}
