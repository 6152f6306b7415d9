package engine

import (
	"time"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

// traceBytes is trace for what comes by the thousand: nothing is copied once the record is full.
func (r *run) traceBytes(channel string, s *session, what string, b []byte) {
	if r.o.Trace == nil && len(r.traces) >= maxTraces {
		return
	}
	r.trace(channel, s, what+clip(string(b[:min(len(b), 600)]), 500))
}

// maxTraces bounds the record of one case.
const maxTraces = 400

// trace keeps what happened, bounded, for the record of a failure.
func (r *run) trace(channel string, s *session, text string) {
	t := eventlog.Trace{ID: r.c.ID, MS: float64(time.Since(r.began).Microseconds()) / 1000, Channel: channel, Text: clip(text, 2000)}
	if s != nil && s.name != "main" {
		t.Session = s.name
	}
	if r.o.Trace != nil {
		r.o.Trace(t)
	}
	if len(r.traces) < maxTraces {
		r.traces = append(r.traces, t)
	}
}
