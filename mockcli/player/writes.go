package player

import (
	"encoding/json"

	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// write plays cli.writes: one write(2) for each repetition, or one run of bytes where it is cut.
func (p *player) write(t turn) error {
	s := t.step
	run := s.Cut > 0 || len(s.CutAt) > 0 || s.Only > 0
	var pieces []scenarios.Written
	for i := range t.times {
		ws, err := p.comp.Write(s, p.env(t.i+i))
		if err != nil {
			return p.fault(t, "%v", err)
		}
		p.remember(ws)
		pieces = append(pieces, ws...)
		if !run {
			p.send(s, pieces)
			pieces = nil
		}
	}
	p.send(s, pieces)
	return nil
}

// remember makes written frames known under their names.
func (p *player) remember(ws []scenarios.Written) {
	for _, w := range ws {
		if w.ID != "" && json.Valid(w.Bytes) {
			p.caps[w.ID] = w.Bytes
		}
	}
}

// send puts pieces on the wire. A reader that is gone is the SDK's business: see put.
func (p *player) send(s scenarios.Step, pieces []scenarios.Written) {
	if len(pieces) == 0 {
		return
	}
	data, _ := scenarios.Join(pieces, s.Only)
	c := mockcli.Command{Op: mockcli.OpWrite, FD: 1, Data: data, Cut: s.Cut, Cuts: s.CutAt}
	c.Drain = s.Cut > 0 || len(s.CutAt) > 0
	if s.ToStderr {
		c.FD = 2
	}
	p.hands.Do(c)
}

// answer plays cli.answers. It waits for a request to answer, as the SDK may not have written it yet.
func (p *player) answer(t turn) error {
	subtype, err := p.text(t)
	if err != nil {
		return err
	}
	var l *line
	ok, err := p.await(func() bool {
		l = p.unanswered(subtype)
		return l != nil
	})
	if err != nil {
		return err
	}
	if !ok {
		return p.unmet(t, "a control_request/"+subtype)
	}
	l.answered = true
	text := t.step.Response
	if t.step.HasError {
		text = t.step.Error
	}
	w, err := p.comp.Answer(subtype, l.RequestID, text, t.step.HasError, p.env(t.i))
	if err != nil {
		return p.fault(t, "%v", err)
	}
	p.put(w)
	return nil
}

// unanswered is the oldest unanswered request of a subtype; one that a step has read comes first.
func (p *player) unanswered(subtype string) *line {
	var first *line
	for _, l := range p.lines {
		if l.Type != "control_request" || l.Subtype != subtype || l.answered {
			continue
		}
		if l.taken {
			return l
		}
		if first == nil {
			first = l
		}
	}
	return first
}

// serveMore plays cli.serves. Requests that nobody answered yet are served too: without a harness there is no telling
// whether they came before this step.
func (p *player) serveMore(t turn) error {
	v, err := scenarios.Resolve(t.step.Arg, p.env(t.i))
	if err != nil {
		return p.fault(t, "%v", err)
	}
	names, _ := v.([]any)
	for _, name := range names {
		if subtype, ok := name.(string); ok {
			p.serves[subtype] = true
		}
	}
	for _, l := range p.lines {
		if l.Type == "control_request" && !l.taken {
			if err := p.serve(l); err != nil {
				return p.fault(t, "%v", err)
			}
		}
	}
	return nil
}
