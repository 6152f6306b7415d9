package engine

import (
	"encoding/json"
	"time"

	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

func (r *run) lookCLI(v view) (*sight, error) {
	switch v.Verb {
	case "starts":
		for _, f := range v.s.fakes {
			if !f.taken {
				doc := helloDoc(f.hello)
				if !admits(v, doc, true) {
					continue
				}
				return &sight{doc: doc, at: f.at, when: r.last, check: CheckMatch, wire: true, take: func() error { f.taken = true; return nil }}, nil
			}
		}
		return nil, r.sessionFailed(v)
	case "gone":
		if f := v.s.fake(); f != nil && f.dead {
			return &sight{at: r.arrivals, when: time.Now()}, nil
		}
		return nil, nil
	case "reads":
		if v.text() == "eof" {
			return r.lookEnding(v, func(e *ending) bool { return e.kind == "eof" })
		}
		return r.lookLine(v)
	case "gets":
		return r.lookEnding(v, func(e *ending) bool { return e.kind == "signal" && e.sig == v.text() })
	case "dies":
		return r.lookEnding(v, func(e *ending) bool {
			return e.kind == "death" && !e.f.told && (e.sig == v.text() || v.text() == "" || !e.f.death.Known)
		})
	case "dismissed":
		return r.lookEnding(v, func(e *ending) bool { return e.kind != "death" || !e.f.told })
	}
	return nil, fault("%s: no observation cli.%s: harness fault", v.Pos, v.Verb)
}

// sessionFailed is the failure of a session in which the step's event can no longer come, because there is no process.
func (r *run) sessionFailed(v view) error {
	if o := v.s.failure(); o != nil && !v.s.excused && len(v.s.fakes) == 0 {
		return r.opFailed(v.Step, o, "before the CLI was started")
	}
	return nil
}

func (r *run) lookLine(v view) (*sight, error) {
	for v.s.lineRead < len(v.s.lines) && v.s.lines[v.s.lineRead].taken {
		v.s.lineRead++
	}
	for _, l := range v.s.lines[r.from(v, v.s.lineRead):] {
		if l.taken || !l.Is(v.text(), v.s.comp) || !admits(v, l.Raw, true) {
			continue
		}
		return &sight{doc: l.Raw, at: l.at, when: l.when, check: CheckLineMatch, wire: true, take: func() error { l.taken = true; return nil }}, nil
	}
	v.refuse(len(v.s.lines))
	f := v.s.fake()
	if f == nil {
		return nil, r.sessionFailed(v)
	}
	switch {
	case f.eof:
		return nil, r.closed(v, "stdin ended")
	case f.dead:
		return nil, r.closed(v, "the CLI ended ("+deathText(f.death)+")")
	}
	return nil, nil
}

// closed is the failure of a read that can no longer succeed.
func (r *run) closed(v view, why string) *fail {
	f := r.failAt(v.Step, CheckClosed, "%s before %s", why, v.what())
	f.Want, f.Got = v.text(), why
	if o := v.s.failure(); o != nil {
		f.Got += "; " + o.names[0] + " failed: " + describe(o.err, o.failure)
	}
	return f
}

// lookEnding finds an untaken ending; one that came before its cause is left to the check of since.
func (r *run) lookEnding(v view, is func(*ending) bool) (*sight, error) {
	for _, e := range v.s.endings {
		if e.taken || !is(e) {
			continue
		}
		take := func() error {
			e.taken = true
			r.ended = true
			if v.Verb == "dismissed" {
				v.s.dismissedAt = e.at
			}
			return nil
		}
		doc, _ := json.Marshal(map[string]string{"kind": e.kind, "signal": e.sig})
		return &sight{doc: doc, at: e.at, when: e.when, check: CheckMatch, take: take}, nil
	}
	if f := v.s.fake(); f != nil && f.dead && v.Verb != "dies" && !f.told {
		return nil, r.closed(v, "the CLI ended ("+deathText(f.death)+")")
	}
	return nil, nil
}

func (e *ending) text() string {
	switch e.kind {
	case "eof":
		return "the end of stdin"
	case "signal":
		return e.sig
	}
	return "its end by " + e.sig
}

// helloDoc is what cli.starts matches on.
func helloDoc(h mockcli.Event) []byte {
	return scenarios.CLIStart{Argv: h.Argv, Env: h.Env, Cwd: h.Cwd, FDs: h.FDs, Stdio: h.Stdio, OwnGroup: h.PGID == h.PID}.Document()
}

// drained waits until the SDK took every byte, or closed its end.
func (r *run) drained(v view) error {
	f := v.s.fake()
	if f == nil {
		return r.closed(v, "no CLI was started")
	}
	left := 0
	for _, fd := range []int{1, 2} {
		left++
		r.inquire(f, mockcli.Command{Op: "drain", FD: fd}, func(mockcli.Event) { left-- })
	}
	r.draining = f
	defer func() { r.draining = nil }()
	return r.wait(r.bound(v.Step, "the SDK taking every byte"), func() (bool, error) { return left == 0 || f.dead, nil })
}
