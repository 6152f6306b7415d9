package engine

import (
	"fmt"
	"syscall"
	"time"

	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// command tells a fake to do something; then runs when it is done. A fake that is gone does nothing.
func (r *run) command(f *fake, c mockcli.Command, then func(mockcli.Event)) {
	if id, ok := r.send(f, c, then); ok {
		f.work[id] = c.Drain
	}
}

// inquire is a command that only waits or looks: while it is open the fake has nothing to do.
func (r *run) inquire(f *fake, c mockcli.Command, then func(mockcli.Event)) {
	c.BG = true
	r.send(f, c, then)
}

func (r *run) send(f *fake, c mockcli.Command, then func(mockcli.Event)) (id int, ok bool) {
	if f.dead {
		return 0, false
	}
	id, err := f.peer.Send(c)
	if err != nil {
		return 0, false // its death is on the way
	}
	if then != nil {
		f.done[id] = then
	}
	return id, true
}

// started takes a new process of the fake: a version probe is answered, anything else becomes its session's fake.
func (r *run) started(p *mockcli.Peer) error {
	h := p.Hello()
	s := r.byDir(p.Dir())
	if s == nil {
		p.Close()
		return fault("a fake was started in %s, where no session of this run lives", p.Dir())
	}
	f := &fake{s: s, peer: p, hello: h, done: map[int]func(mockcli.Event){}, work: map[int]bool{}, blocked: map[int]time.Time{}}
	r.wg.Add(1)
	go r.follow(f)
	if h.Probe {
		r.trace("cli", s, "version probe")
		r.probe(f)
		s.probes = append(s.probes, f)
		return nil
	}
	f.at = r.arrived()
	s.fakes = append(s.fakes, f)
	s.requests = map[string]*request{} // ids are unique in one process, not over a reconnect
	r.trace("cli", s, "started: "+argvText(h))
	r.prepare(f)
	for _, w := range s.writes { // acts that came before there was a process
		if w.f == nil {
			r.perform(f, w)
		}
	}
	return nil
}

func argvText(h mockcli.Event) string {
	text := ""
	for i, a := range h.Argv {
		if i > 0 {
			text += fmt.Sprintf("%q ", clip(string(a), 120))
		}
	}
	return text
}

// probe answers a version probe as the file says.
func (r *run) probe(f *fake) {
	var code int
	switch v := r.c.CLI.Version; {
	case v == "":
		r.command(f, mockcli.Command{Op: "probe", Text: mockcli.DefaultVersion}, nil)
	case v == "hang":
		r.command(f, mockcli.Command{Op: "probe", Hang: true}, nil)
	case scan(v, &code):
		r.command(f, mockcli.Command{Op: "probe", Code: code}, nil)
	default:
		r.command(f, mockcli.Command{Op: "probe", Text: v}, nil)
	}
}

func scan(v string, code *int) bool {
	n, err := fmt.Sscanf(v, "exit %d", code)
	return n == 1 && err == nil
}

// readsAtOnce tells whether the file asks for nothing before the fake's first read: then it begins by itself, a round trip sooner.
func (r *run) readsAtOnce() bool {
	c := r.c.CLI
	return c.StdinPipe == 0 && c.StdoutPipe == 0 && c.Gulp == 0 && c.Startup == 0
}

// prepare sets a new fake up as the file's cli key says and lets it read.
func (r *run) prepare(f *fake) {
	c := r.c.CLI
	if r.readsAtOnce() {
		return
	}
	if c.StdinPipe > 0 {
		r.command(f, mockcli.Command{Op: "setbuf", FD: 0, N: c.StdinPipe}, nil)
	}
	if c.StdoutPipe > 0 {
		r.command(f, mockcli.Command{Op: "setbuf", FD: 1, N: c.StdoutPipe}, nil)
	}
	read := mockcli.Command{Op: "read", Mode: "lines", Gulp: c.Gulp}
	if c.Startup == 0 {
		r.command(f, read, nil)
		return
	}
	const pause = -1 // the start-up pause is something that the harness still has to do
	f.work[pause] = false
	r.wg.Add(1)
	go func() {
		defer r.wg.Done()
		t := time.NewTimer(c.Startup)
		defer t.Stop()
		select {
		case <-t.C:
			r.deliver(fakeEvent{f: f, then: func() { delete(f.work, pause); r.command(f, read, nil) }})
		case <-r.ctx.Done():
		}
	}()
}

// perform writes a run of bytes now.
func (r *run) perform(f *fake, w *write) {
	w.f = f
	if f.dead {
		w.lost = true
		return
	}
	cmd := w.cmd
	r.command(f, cmd, func(e mockcli.Event) {
		w.done = true
		if !e.OK {
			w.lost = true
			r.trace("cli", f.s, "could not write: "+e.Err)
		}
	})
	if cmd.FD == 2 {
		r.traceBytes("cli", f.s, "wrote to stderr ", cmd.Data)
	}
	for _, fr := range w.frames {
		r.trace("cli", f.s, "wrote "+clip(string(fr.Bytes), 500))
		if len(w.frames) > 20 {
			r.trace("cli", f.s, fmt.Sprintf("and %d more frames", len(w.frames)-1))
			break
		}
	}
}

// serve answers a request by itself.
func (r *run) serve(s *session, q *request) error {
	w, err := s.comp.Served(q.subtype, q.id)
	if err != nil {
		return fault("cannot serve %s: %w", q.subtype, err)
	}
	q.answered = true
	r.learned++
	r.put(s, 1, []scenarios.Written{w}, mockcli.Command{Op: "write", FD: 1, Data: lineOf(w)})
	return nil
}

// put queues a run of bytes: at the session's fake, or until there is one.
func (r *run) put(s *session, fd int, frames []scenarios.Written, cmd mockcli.Command) *write {
	w := &write{frames: frames, cmd: cmd}
	if fd == 2 {
		w.frames = nil
	}
	for _, f := range w.frames {
		if f.Type == "control_request" {
			s.made[f.RequestID] = f.Subtype
			s.owed[f.RequestID]++ // an id may come again
		}
		for id, subtype := range f.HandedOver {
			if _, made := s.made[id]; !made {
				s.owed[id]++
			}
			s.made[id] = subtype
		}
	}
	s.writes = append(s.writes, w)
	if f := s.fake(); f != nil {
		r.perform(f, w)
	}
	return w
}

func lineOf(w scenarios.Written) []byte {
	if !w.Newline {
		return w.Bytes
	}
	return append(w.Bytes[:len(w.Bytes):len(w.Bytes)], '\n')
}

// dismiss ends a fake as law 5 says, once no step of its session is left: 0 at the end of stdin, 143 at SIGTERM.
func (r *run) dismiss(f *fake) error {
	if f.dead || f.forced || r.stepsLeft(f.s) {
		return nil
	}
	ignores := set(r.c.CLI.Ignores)
	for _, sig := range f.signals {
		if !ignores[sig] {
			f.forced = true
			r.end(f, exitOf(sig))
			return nil
		}
	}
	if f.eof && !f.told && !r.c.CLI.IgnoresEOF {
		r.end(f, 0)
	}
	return nil
}

// exitOf returns the code with which a real CLI exits at a signal: SIGINT ends it gracefully.
func exitOf(sig string) int {
	switch sig {
	case "SIGTERM":
		return 128 + int(syscall.SIGTERM)
	case "SIGHUP":
		return 128 + int(syscall.SIGHUP)
	}
	return 0
}

func (r *run) end(f *fake, code int) {
	f.told, f.code = true, code
	r.command(f, mockcli.Command{Op: mockcli.OpExit, Code: code}, nil)
	r.trace("cli", f.s, fmt.Sprintf("exits %d", code))
	r.overtake(f)
}

// overtake lets a CLI that got a signal exit although nobody reads what it still writes. What can be written is written first.
func (r *run) overtake(f *fake) {
	if f.forced && len(f.blocked) > 0 {
		r.inquire(f, mockcli.Command{Op: mockcli.OpExit, Code: f.code}, nil)
	}
}

// release ends every fake that only waited for its last step.
func (r *run) release() {
	for _, s := range r.order {
		for _, f := range s.fakes {
			_ = r.dismiss(f)
		}
	}
}

// stepsLeft tells whether a step of the cli is still to come for a session, on the path that the run has taken.
func (r *run) stepsLeft(s *session) bool {
	for _, c := range r.cursors {
		if anyCLI(c.steps[min(c.at, len(c.steps)):], s.name) {
			return true
		}
	}
	return false
}

func anyCLI(steps []scenarios.Step, session string) bool {
	for _, s := range steps {
		if s.Actor == scenarios.Fake && sessionFits(s, session) {
			return true
		}
		for _, b := range s.Branches {
			if anyCLI(b, session) {
				return true
			}
		}
	}
	return false
}

// sessionFits tells whether a step may be about a session; a templated name stands for each of its values.
func sessionFits(s scenarios.Step, session string) bool {
	if s.Session == "" {
		return session == "main"
	}
	for i := s.From; i < s.From+s.Times; i++ {
		name, err := scenarios.ResolveText(s.Session, scenarios.Env{I: i, HasI: true})
		if err != nil || name == session {
			return true
		}
	}
	return false
}
