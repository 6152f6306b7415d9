package player

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// step plays one step: those of the CLI, and the few words without an actor. The SDK's own are skipped, but for what sdk.start
// declares, which stock frames are wired to.
func (p *player) step(t turn) error {
	switch s := t.step; {
	case s.Key() == "sdk.start":
		return p.wire(t)
	case s.Actor == scenarios.Fake:
		return p.cliStep(t)
	case s.Actor == scenarios.None && s.Verb == scenarios.Quiet:
		return p.quiet(t)
	case s.Actor == scenarios.None && s.Verb == scenarios.Fork:
		return p.either(t)
	}
	return nil
}

// cliStep plays the steps that act; observations are in observe.
func (p *player) cliStep(t turn) error {
	switch t.step.Verb {
	case "writes":
		return p.write(t)
	case "answers":
		return p.answer(t)
	case "serves":
		return p.serveMore(t)
	case "handshakes":
		return p.handshake(t)
	case "closes":
		return p.do(t, mockcli.Command{Op: mockcli.OpClose, FD: descriptor(t.step.Arg)})
	case "pauses":
		return p.do(t, mockcli.Command{Op: mockcli.OpRead, Mode: mockcli.ModeOff})
	case "resumes":
		p.readOn()
		return nil
	case "forks":
		return p.fork(t)
	case "exits":
		return p.exit(t)
	}
	return p.observe(t)
}

// do runs a command of the hands that the script needs to succeed.
func (p *player) do(t turn, c mockcli.Command) error {
	if e := p.hands.Do(c); !e.OK {
		return p.fault(t, "%s: %s", c.Op, e.Err)
	}
	return nil
}

// fault is an error with the step's place.
func (p *player) fault(t turn, format string, args ...any) error {
	return fmt.Errorf("%s: %s: %s", p.place(t.step.Pos), title(t), fmt.Sprintf(format, args...))
}

func (p *player) place(pos scenarios.Pos) string {
	pos.File = p.script.path
	return pos.String()
}

// title is the step as its file begins it.
func title(t turn) string {
	if s, ok := t.step.Arg.(string); ok {
		return t.step.Key() + ": " + s
	}
	return t.step.Key()
}

func descriptor(arg scenarios.Value) int {
	switch arg {
	case "stdin":
		return 0
	case "stdout":
		return 1
	}
	return 2
}

// text resolves the argument of a step that is a text or a number.
func (p *player) text(t turn) (string, error) {
	v, err := scenarios.Resolve(t.step.Arg, p.env(t.i))
	if err != nil {
		return "", p.fault(t, "%v", err)
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	}
	return "", p.fault(t, "want a text or a number, got %v", v)
}

// wire tells the composer what sdk.start declared. An SDK registers callbacks by initialize: where that is served, the play waits for
// it, as stock frames name what it registers and the real CLI calls nobody before it.
func (p *player) wire(t turn) error {
	arg, err := scenarios.Resolve(t.step.Arg, p.env(t.i))
	if err != nil {
		return p.fault(t, "%v", err)
	}
	start, err := scenarios.DecodeStart(arg)
	if err != nil {
		return p.fault(t, "%v", err)
	}
	p.comp.Wire(scenarios.Wiring{Callbacks: start.Callbacks})
	if !p.serves["initialize"] || !slices.ContainsFunc(start.Callbacks, registers) {
		return nil
	}
	_, err = p.await(func() bool { return p.caps["initialize"] != nil })
	return err
}

// registers tells the callbacks that the CLI knows of.
func registers(c scenarios.Callback) bool { return c.Kind != scenarios.Stderr }

func (p *player) quiet(t turn) error {
	text, err := p.text(t)
	if err != nil {
		return err
	}
	d, err := scenarios.ParseDuration(text)
	if err != nil {
		return p.fault(t, "%v", err)
	}
	return p.pass(d)
}

// handshake plays the MCP opening with a server of the SDK.
func (p *player) handshake(t turn) error {
	s := t.step
	server, err := p.text(t)
	if err != nil {
		return err
	}
	s.Arg = server
	for _, inner := range expand(scenarios.HandshakeSteps(s, p.tools(server)...)) {
		if err := p.step(inner); err != nil {
			return err
		}
	}
	return nil
}

// tools are the names of the server's tools that the session's start declared.
func (p *player) tools(server string) []string {
	var names []string
	for _, t := range p.session.turns {
		if t.step.Key() != "sdk.start" {
			continue
		}
		arg, err := scenarios.Resolve(t.step.Arg, p.env(t.i))
		if err != nil {
			continue // wire has reported it
		}
		start, err := scenarios.DecodeStart(arg)
		if err != nil {
			continue
		}
		for _, c := range start.Callbacks {
			if c.Kind == scenarios.Tool && c.Server == server {
				names = append(names, c.Tool)
			}
		}
	}
	return names
}

func (p *player) fork(t turn) error {
	arg, _ := t.step.Arg.(map[string]any)
	names, ok := arg["holds"].([]any)
	if !ok {
		names = []any{arg["holds"]}
	}
	c := mockcli.Command{Op: mockcli.OpSpawn}
	for _, name := range names {
		c.Inherit = append(c.Inherit, descriptor(name))
	}
	return p.do(t, c)
}

// exit ends the process as the script says; the bytes are in the pipe by then.
func (p *player) exit(t turn) error {
	how, err := p.text(t)
	if err != nil {
		return err
	}
	if code, err := strconv.Atoi(how); err == nil {
		return &exit{code: code}
	}
	return p.do(t, mockcli.Command{Op: mockcli.OpDie, Sig: how})
}
