package player

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// orphanWait bounds how long a fake waits for a signal after stdin ended, so that none is left behind for ever.
const orphanWait = time.Minute

// input is one thing that happened to the process.
type input struct {
	ev   string
	data []byte
	text string // signal, errno
}

// line is one line that was read.
type line struct {
	scenarios.Line
	n        int
	taken    bool // by a step
	answered bool
}

// report takes events from the hands. Signals are judged at once: they must work also while a write waits for its reader.
func (p *player) report(events ...mockcli.Event) {
	for _, e := range events {
		in := input{ev: e.Ev, data: bytes.Clone(e.Data), text: e.Errno}
		switch e.Ev {
		case mockcli.EvBlocked:
			continue
		case mockcli.EvSignal:
			in.text = e.Signal
			if !p.expects(e.Signal) {
				p.end(bySignal(e.Signal))
				continue
			}
		}
		p.in.Put(in, 0, 0)
	}
}

// bySignal is the end that a shell reports for a process that a signal ended: 143 for SIGTERM.
func bySignal(sig string) *exit { return &exit{code: 128 + mockcli.SignalNumber(sig)} }

func (p *player) ignores(sig string) bool { return slices.Contains(p.c.CLI.Ignores, sig) }

// expects notes a signal and reports whether the fake goes on: the script ignores it, or a step that is left waits for it.
func (p *player) expects(sig string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.signals = append(p.signals, sig)
	return p.ignores(sig) || slices.ContainsFunc(p.left, func(t turn) bool { return awaits(t.step, sig) })
}

// awaits reports whether s, or a step of its branches, is about the coming of sig.
func awaits(s scenarios.Step, sig string) bool {
	switch s.Key() {
	case "cli.gets":
		return s.Arg == sig
	case "cli.dismissed":
		return true
	}
	return slices.ContainsFunc(s.Branches, func(b []scenarios.Step) bool {
		return slices.ContainsFunc(b, func(s scenarios.Step) bool { return awaits(s, sig) })
	})
}

func (p *player) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.signals)
}

// absorb waits for the next input and works it in; until, which may be nil, ends the wait.
func (p *player) absorb(until <-chan struct{}) error {
	in, ok := p.in.Take(until)
	if !ok {
		return nil
	}
	switch in.ev {
	case mockcli.EvLine:
		return p.addLine(in.data)
	case mockcli.EvEOF:
		p.eof = true
		if len(in.data) > 0 {
			return &exit{ExitMismatch, fmt.Sprintf("stdin ended within line %d: %.200q", len(p.lines)+1, in.data)}
		}
	case mockcli.EvReadError:
		p.eof = true
	}
	return nil
}

// addLine works one line in: it is put into the lanes, and answered if its subtype is served.
func (p *player) addLine(data []byte) error {
	l := &line{Line: scenarios.ParseLine(data), n: len(p.lines) + 1}
	p.lines = append(p.lines, l)
	if !l.Valid {
		return &exit{ExitMismatch, fmt.Sprintf("line %d of stdin is no JSON object: %.200q", l.n, data)}
	}
	switch l.Type {
	case "control_request":
		if l.Subtype == "initialize" {
			p.caps["initialize"] = l.Raw
			p.comp.SetHookIDs(scenarios.HookIDs(l.Raw))
		}
		return p.serve(l)
	case "control_response":
		p.comp.MarkAnswered(l.Response)
	}
	return nil
}

// serve answers a request whose subtype is served.
func (p *player) serve(l *line) error {
	if l.answered || !p.serves[l.Subtype] {
		return nil
	}
	l.answered = true
	w, err := p.comp.Served(l.Subtype, l.RequestID)
	if err != nil {
		return fmt.Errorf("serve %s: %w", l.Subtype, err)
	}
	p.put(w)
	return nil
}

// put writes one frame on stdout. An SDK that is gone is no fault of the script: what it still had to write shows at the end of stdin.
func (p *player) put(w scenarios.Written) {
	data, _ := scenarios.Join([]scenarios.Written{w}, 0)
	p.hands.Do(mockcli.Command{Op: mockcli.OpWrite, FD: 1, Data: data})
}

// await absorbs until found reports true, or, with false, until the end of stdin.
func (p *player) await(found func() bool) (bool, error) {
	for !found() {
		if p.eof {
			return false, nil
		}
		if err := p.absorb(nil); err != nil {
			return false, err
		}
	}
	return true, nil
}

// awaitSignal absorbs until a signal came for which found is true, also after the end of stdin.
func (p *player) awaitSignal(found func() bool) (bool, error) {
	var limit chan struct{}
	for !found() {
		if p.eof && limit == nil {
			limit = make(chan struct{})
			timer := time.AfterFunc(orphanWait, func() { close(limit) })
			defer timer.Stop()
		}
		if err := p.absorb(limit); err != nil {
			return false, err
		}
		if limit != nil && isClosed(limit) {
			return found(), nil
		}
	}
	return true, nil
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// pass waits for d and absorbs meanwhile.
func (p *player) pass(d time.Duration) error {
	over := make(chan struct{})
	timer := time.AfterFunc(d, func() { close(over) })
	defer timer.Stop()
	for !isClosed(over) {
		if err := p.absorb(over); err != nil {
			return err
		}
	}
	return nil
}
