package player

import (
	"fmt"
	"strings"

	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// observe plays the steps that wait for something.
func (p *player) observe(t turn) error {
	switch t.step.Verb {
	case "reads":
		return p.read(t)
	case "starts":
		return p.started(t)
	case "drained":
		p.hands.Do(mockcli.Command{Op: mockcli.OpDrain, FD: 1})
		return nil
	case "finds":
		return nil // what the SDK left for the CLI is the harness's to look at
	case "gone":
		return nil // of a process before this one, or this one's own end, which it does not live to see
	}
	return p.dismissal(t)
}

// dismissal plays gets, dies and dismissed.
func (p *player) dismissal(t turn) error {
	if t.step.Optional {
		return nil
	}
	ok, err := p.awaitSignal(func() bool { return p.dismissed(t) })
	if err == nil && !ok {
		return p.unmet(t, title(t))
	}
	return err
}

// dismissed reports whether the end that the step waits for has come. SIGKILL never has: nobody lives to see it.
func (p *player) dismissed(t turn) bool {
	if t.step.Verb == "dismissed" {
		return p.eof || len(p.seen()) > 0
	}
	for _, sig := range p.seen() {
		if t.step.Arg == sig {
			return true
		}
	}
	return false
}

// read plays cli.reads: it takes the oldest line of the lane and checks it.
func (p *player) read(t turn) error {
	kind, err := p.text(t)
	if err != nil {
		return err
	}
	if kind == "eof" {
		if t.step.Optional {
			return nil
		}
		_, err := p.await(func() bool { return p.eof })
		return err
	}
	var l *line
	found := func() bool { l = p.oldest(t, kind); return l != nil }
	if t.step.Optional {
		if !found() {
			return nil
		}
		return p.take(t, l)
	}
	ok, err := p.await(found)
	if err != nil {
		return err
	}
	if !ok {
		return p.unmet(t, "a line "+kind)
	}
	return p.take(t, l)
}

// oldest is the oldest line of a lane that no step took and that where admits.
func (p *player) oldest(t turn, kind string) *line {
	for _, l := range p.lines {
		if !l.taken && l.Is(kind, p.comp) && len(scenarios.Match(l.Raw, t.step.Where, p.env(t.i))) == 0 {
			return l
		}
	}
	return nil
}

// take checks a line and makes it known under the step's name.
func (p *player) take(t turn, l *line) error {
	l.taken = true
	name := scenarios.DefaultName(t.step)
	if t.step.As != "" {
		as, err := scenarios.ResolveText(t.step.As, p.env(t.i))
		if err != nil {
			return p.fault(t, "as: %v", err)
		}
		name = as
	}
	p.caps[name] = l.Raw
	bad := scenarios.Match(l.Raw, t.step.Match, p.env(t.i))
	if len(bad) == 0 {
		return nil
	}
	return p.mismatch(t, fmt.Sprintf("line %d of stdin", l.n), l.Raw, bad)
}

// mismatch is the end by a difference.
func (p *player) mismatch(t turn, what string, doc []byte, bad []scenarios.Mismatch) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s: %s is not as the script says\n", p.place(t.step.Pos), title(t), what)
	for _, m := range bad {
		fmt.Fprintf(&b, "  %s\n    want %s\n    got  %s\n", m.Path, m.Want, m.Got)
	}
	fmt.Fprintf(&b, "  whole %.2000s", doc)
	return &exit{ExitMismatch, b.String()}
}

// unmet is the end because stdin ended with steps left.
func (p *player) unmet(t turn, want string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s: stdin ended before %s came", p.place(t.step.Pos), title(t), want)
	for _, l := range p.lines {
		if !l.taken && !l.answered {
			fmt.Fprintf(&b, "\n  line %d, which no step read: %.300s", l.n, l.Raw)
		}
	}
	return &exit{ExitUnmet, b.String()}
}

// started plays cli.starts: how the SDK started this process.
func (p *player) started(t turn) error {
	doc := p.startDoc()
	p.caps[scenarios.DefaultName(t.step)] = doc
	bad := scenarios.Match(doc, append(t.step.Where[:len(t.step.Where):len(t.step.Where)], t.step.Match...), p.env(t.i))
	if len(bad) == 0 {
		return nil
	}
	return p.mismatch(t, "the start of the CLI", doc, bad)
}

// startDoc describes the start in the words of cli.starts.
func (p *player) startDoc() []byte {
	h := p.self
	return scenarios.CLIStart{Argv: h.Argv, Env: h.Env, Cwd: h.Cwd, FDs: h.FDs, Stdio: h.Stdio, OwnGroup: h.PGID == h.PID}.Document()
}

// either takes the branch whose head comes first. Heads of the SDK's side cannot be seen: where stdin ends without any other, the
// first of those is taken.
func (p *player) either(t turn) error {
	branch, err := p.branch(t)
	if err != nil {
		return err
	}
	for _, inner := range expand(branch) {
		if err := p.step(inner); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) branch(t turn) ([]scenarios.Step, error) {
	var blind []scenarios.Step
	seeing := 0
	for i := len(t.step.Branches) - 1; i >= 0; i-- {
		if b := t.step.Branches[i]; len(b) > 0 && b[0].Actor == scenarios.Fake {
			seeing++
		} else {
			blind = b
		}
	}
	var chosen []scenarios.Step
	for seeing > 0 {
		if chosen = p.trueHead(t); chosen != nil {
			return chosen, nil
		}
		if p.eof {
			break
		}
		if err := p.absorb(nil); err != nil {
			return nil, err
		}
	}
	if blind == nil {
		return nil, p.unmet(t, "any of its heads")
	}
	return blind, nil
}

// trueHead is the first branch whose head has come.
func (p *player) trueHead(t turn) []scenarios.Step {
	for _, b := range t.step.Branches {
		if len(b) > 0 && b[0].Actor == scenarios.Fake && p.headCame(turn{b[0], t.i, 1}) {
			return b
		}
	}
	return nil
}

func (p *player) headCame(t turn) bool {
	switch t.step.Verb {
	case "reads":
		kind, err := p.text(t)
		return err == nil && (kind == "eof" && p.eof || kind != "eof" && p.oldest(t, kind) != nil)
	case "starts":
		return len(scenarios.Match(p.startDoc(), t.step.Where, p.env(t.i))) == 0
	case "gets", "dies", "dismissed":
		return p.dismissed(t)
	}
	return true
}
