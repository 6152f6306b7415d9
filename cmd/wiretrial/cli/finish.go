package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

// finish writes the end of the log, prints the report that the log makes, and returns the run's exit code.
func (s *session) finish(ctx context.Context, out harness.Outcome, runErr error) error {
	o := verdict.Outcome{Interrupted: out.Interrupted || ctx.Err() != nil, Cases: out.Cases, Apart: harness.LeftBehind}
	if !s.opened {
		_ = s.Write(eventlog.Record{T: "run", Run: s.unopened()})
	}
	s.faults(&o, out, runErr)
	s.recorded(&o, out)
	if s.target.withdrawn != "" {
		s.note(eventlog.NoteWithdrawn, s.target.withdrawn)
	}
	end := verdict.Count(out.Cases)
	end.Exit, end.Why = verdict.Exit(o)
	s.part.say(&end)
	end.MS = eventlog.Milliseconds(s.now().Sub(s.began))
	if err := s.Write(eventlog.Record{T: "end", End: &end}); err != nil && o.Fault == "" { // the disk had room for all but the end
		s.faults(&o, out, err)
		end.Exit, end.Why = verdict.Exit(o)
		s.model.End = &end
	}
	s.remember()
	if err := errors.Join(unwritten(s.print()), s.f.publish(s.model)); err != nil && end.Exit != verdict.Interrupted {
		return err
	}
	return concluded(end.Exit, end.Why)
}

// faults records what kept the run from running: whole as a note, in short for the exit code.
func (s *session) faults(o *verdict.Outcome, out harness.Outcome, err error) {
	var start *host.StartError
	var lost *eventlog.WriteError
	switch {
	case out.Canary != nil && !o.Interrupted:
		o.Fault = "a canary did not hold, so nothing else was run" // the harness has recorded which
		return
	case err == nil, o.Interrupted && errors.Is(err, context.Canceled):
		return
	case errors.As(err, &start):
		o.Fault = start.Kind.Error()
	case errors.As(err, &lost):
		o.Fault = "the event log could not be written to " + lost.Output
	default:
		o.Fault = "the run broke off"
	}
	s.note(eventlog.NoteFault, err.Error())
}

// recorded compares the outcome with what is recorded about the SDK. A run that was cut short says nothing about that.
func (s *session) recorded(o *verdict.Outcome, out harness.Outcome) {
	if o.Fault != "" || o.Interrupted {
		return
	}
	for _, f := range s.judge.Findings() {
		s.note(string(f.Kind), f.Text)
		if f.Fails() {
			o.Deviations = append(o.Deviations, fmt.Sprintf("a deviation is %s (%s)", f.Kind, f.Entry.Place()))
		}
	}
	if !s.target.compare {
		return
	}
	lost, gained := s.set.Lost(out.Hello.Features)
	o.LostFeature = lost
	for _, f := range lost {
		s.note(eventlog.NoteLost, fmt.Sprintf("the feature %s is recorded in %s and not declared any more", f, s.set.File))
	}
	for _, f := range gained {
		s.note(eventlog.NoteGained, fmt.Sprintf("the feature %s is not recorded in %s yet", f, s.set.File))
	}
}

// note records a finding that is about no case. What cannot be written shows at the end record.
func (s *session) note(kind, text string) {
	_ = s.Write(eventlog.Record{T: "note", Note: &eventlog.Note{Kind: kind, Text: text}})
}

// unopened opens a log whose adapter never said who it is.
func (s *session) unopened() *eventlog.Run {
	return &eventlog.Run{
		Schema: eventlog.Schema, Version: version(), Date: s.cfg.Date.UTC().Format(time.RFC3339), Seed: seedText(s.cfg.Seed),
		Platform: runtime.GOOS + "/" + runtime.GOARCH, SDK: s.cfg.Target.Name, Rerun: s.cfg.Target.Rerun, Proven: runtime.GOOS == "linux",
	}
}

// print renders the report: to stdout, or to stderr where stdout carries the log.
func (s *session) print() error {
	if s.silent {
		return nil
	}
	to := s.Stdout
	if s.f.json {
		to = s.Stderr
	}
	return errors.Join(s.show(to, s.model), s.annotate(to, s.model))
}
