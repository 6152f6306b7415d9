package engine

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// maxPieces bounds the pieces of a recut write: each costs a round trip to the reader. Where these take long the pieces grow, the first time after
// growAfter, so that no SDK's own timer runs out over them.
const (
	maxPieces = 2000
	growAfter = 100 * time.Millisecond
)

// cliAct makes the fake do something.
func (r *run) cliAct(v view) error {
	switch v.Verb {
	case "answers":
		return r.answers(v)
	case "serves":
		list, _ := v.arg.([]any)
		for _, sub := range list {
			if name, ok := sub.(string); ok {
				v.s.serves[name] = true
			}
		}
		return nil
	case "handshakes":
		return r.handshakes(v)
	case "closes":
		return r.tell(v, mockcli.Command{Op: "close", FD: descriptor(v.text())})
	case "pauses":
		return r.tell(v, mockcli.Command{Op: "read", Mode: "off"})
	case "resumes":
		return r.tell(v, mockcli.Command{Op: "read", Mode: "lines", Gulp: r.c.CLI.Gulp})
	case "forks":
		return r.forks(v)
	case "exits":
		return r.exits(v)
	}
	return fault("%s: no act cli.%s: harness fault", v.Pos, v.Verb)
}

func descriptor(name string) int {
	switch name {
	case "stdin":
		return 0
	case "stderr":
		return 2
	}
	return 1
}

// alive waits until the session has a process. A CLI act after the CLI was killed fails: nothing may end it while steps are left.
func (r *run) alive(v view) (*fake, error) {
	w := r.bound(v.Step, "the start of the CLI")
	w.promise, w.until = false, time.Now().Add(r.o.Deadline)
	err := r.wait(w, func() (bool, error) {
		if v.s.fake() == nil {
			return false, r.sessionFailed(v)
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	f := v.s.fake()
	if f.dead && !f.told {
		return nil, r.killed(v, f)
	}
	return f, nil
}

// killed is the failure of an act of a CLI that the SDK ended too early.
func (r *run) killed(v view, f *fake) *fail {
	check := CheckSignal
	if v.s.reason >= 0 {
		check = CheckClosed
	}
	fl := r.failAt(v.Step, check, "the CLI was ended (%s) before %s", deathText(f.death), v.what())
	fl.Want, fl.Got = "a living CLI", deathText(f.death)
	return fl
}

func (r *run) tell(v view, c mockcli.Command) error {
	f, err := r.alive(v)
	if err != nil {
		return err
	}
	r.trace("cli", v.s, v.Verb+" "+v.text())
	return r.done(v, f, c)
}

// done waits until a fake has carried a command out: closing and pausing are points in time, not wishes.
func (r *run) done(v view, f *fake, c mockcli.Command) error {
	over := false
	r.command(f, c, func(mockcli.Event) { over = true })
	w := waiting{what: "the fake carrying out " + v.what(), step: v.Step, until: time.Now().Add(r.o.Deadline)}
	return r.wait(w, func() (bool, error) { return over || f.dead, nil })
}

// writes puts frames on stdout or stderr: all of its times are one run of bytes, cut as the step says, and one write each if it
// does not.
func (r *run) writes(s scenarios.Step) error {
	first, err := r.view(s, s.From)
	if err != nil {
		return err
	}
	if err := r.markAct(first); err != nil {
		return err
	}
	runs := map[*session]*batch{}
	var order []*session
	for i := s.From; i < s.From+max(s.Times, 1); i++ {
		v := first
		if i > s.From {
			if v, err = r.view(s, i); err != nil {
				return err
			}
		}
		if _, err := r.alive(v); err != nil {
			return err
		}
		ws, err := v.s.comp.Write(v.Step, v.env)
		if err != nil {
			return r.unresolved(s, err)
		}
		if runs[v.s] == nil {
			runs[v.s] = &batch{}
			order = append(order, v.s)
		}
		runs[v.s].add(ws, s.Only)
	}
	for _, sess := range order {
		r.flush(sess, s, runs[sess])
	}
	return nil
}

// batch is one run of bytes with the ends of its writes.
type batch struct {
	frames []scenarios.Written
	data   []byte
	ends   []int
}

func (b *batch) add(ws []scenarios.Written, only int) {
	if len(ws) == 0 {
		return
	}
	data, frames := scenarios.Join(ws, only)
	if b.data == nil {
		b.data = data
	} else {
		b.data = append(b.data, data...)
	}
	b.frames = append(b.frames, frames...)
	b.ends = append(b.ends, len(b.data))
}

func (r *run) flush(sess *session, s scenarios.Step, b *batch) {
	if len(b.data) == 0 {
		return
	}
	fd := 1
	if s.ToStderr {
		fd = 2
	}
	c := mockcli.Command{Op: "write", FD: fd, Data: b.data}
	switch {
	case s.Whole:
	case s.Cut > 0:
		c.Cut, c.Drain = pieceSize(s.Cut, len(b.data)), true
	case len(s.CutAt) > 0:
		c.Cuts, c.Drain = s.CutAt, true
	case r.o.Cut > 0 && fd == 1:
		c.Cut, c.Drain, c.GrowMS = pieceSize(r.o.Cut, len(b.data)), true, int(growAfter.Milliseconds())
	case r.o.CutAny && fd == 1:
		c.Cuts, c.Drain = randomCuts(len(b.data), rand.New(rand.NewPCG(r.o.Seed, uint64(s.Index)))), true
	case len(b.ends) > 1:
		c.Cuts = b.ends[:len(b.ends)-1]
	}
	r.put(sess, fd, b.frames, c)
}

// pieceSize makes a cut coarser where it would take more than maxPieces.
func pieceSize(cut, size int) int {
	return max(cut, (size+maxPieces-1)/maxPieces)
}

// randomCuts returns up to 16 increasing offsets.
func randomCuts(size int, rnd *rand.Rand) []int {
	n := min(16, size/2)
	var cuts []int
	at := 0
	for i := range n {
		room := size - at - (n - i)
		if room <= 1 {
			break
		}
		at += 1 + rnd.IntN(max(1, 2*room/(n-i+1)))
		if at >= size {
			break
		}
		cuts = append(cuts, at)
	}
	return cuts
}

// answers answers the oldest read, unanswered request of a subtype.
func (r *run) answers(v view) error {
	if _, err := r.alive(v); err != nil {
		return err
	}
	sub := v.text()
	var oldest *request
	for _, l := range v.s.lines {
		q := v.s.requests[l.RequestID]
		if l.taken && q != nil && q.line == l && q.subtype == sub && !q.answered {
			oldest = q
			break
		}
	}
	if oldest == nil {
		return fault("%s: no request of subtype %s was read and is open: scenario fault", v.Pos, sub)
	}
	oldest.answered = true
	text := v.Response
	if v.HasError {
		text = v.Error
	}
	w, err := v.s.comp.Answer(sub, oldest.id, text, v.HasError, v.env)
	if err != nil {
		return r.unresolved(v.Step, err)
	}
	b := &batch{}
	b.add([]scenarios.Written{w}, 0)
	r.flush(v.s, v.Step, b)
	return nil
}

// handshakes opens an in-process MCP server as the CLI does: each of its messages must be answered rightly.
func (r *run) handshakes(v view) error {
	server := v.text()
	var tools []string
	for _, c := range v.s.start.Callbacks {
		if c.Kind == scenarios.Tool && c.Server == server {
			tools = append(tools, c.Tool)
		}
	}
	st := v.Step
	st.Arg, st.Session, st.Times = server, v.s.name, 1
	if v.s.name == "main" {
		st.Session = ""
	}
	for _, sub := range scenarios.HandshakeSteps(st, tools...) {
		sub.Index, sub.Pos = v.Index, v.Pos
		if err := r.step(sub); err != nil {
			return err
		}
	}
	return nil
}

// forks leaves a grandchild that keeps descriptors open.
func (r *run) forks(v view) error {
	f, err := r.alive(v)
	if err != nil {
		return err
	}
	c := mockcli.Command{Op: "spawn"}
	if m, ok := v.arg.(map[string]any); ok {
		c.Inherit = heldDescriptors(m["holds"])
		c.Setsid, _ = m["setsid"].(bool)
	}
	over := false
	r.command(f, c, func(e mockcli.Event) {
		over = true
		if e.Child > 0 {
			f.kids = append(f.kids, e.Child)
		}
	})
	w := waiting{what: "the grandchild", step: v.Step, until: time.Now().Add(r.o.Deadline)}
	return r.wait(w, func() (bool, error) { return over || f.dead, nil })
}

func heldDescriptors(holds any) []int {
	list, ok := holds.([]any)
	if !ok {
		list = []any{holds}
	}
	var out []int
	for _, h := range list {
		if name, ok := h.(string); ok {
			out = append(out, descriptor(name))
		}
	}
	return out
}

// exits ends the fake once all its bytes are in the pipe. It is void if the SDK killed it after it was dismissed.
func (r *run) exits(v view) error {
	f := v.s.fake()
	if f != nil && f.dead && !f.told && v.s.dismissedAt >= 0 {
		r.markStep(v.Step, "void", "the SDK had ended it")
		return nil
	}
	f, err := r.alive(v)
	if err != nil {
		return err
	}
	f.told, f.scripted = true, true
	text := v.text()
	if strings.HasPrefix(text, "SIG") {
		r.trace("cli", v.s, "dies of "+text)
		r.command(f, mockcli.Command{Op: "die", Sig: text}, nil)
		return nil
	}
	code, err := strconv.Atoi(text)
	if err != nil {
		return fault("%s: cli.exits wants a code or a signal: scenario fault", v.Pos)
	}
	r.trace("cli", v.s, "exits "+text)
	r.command(f, mockcli.Command{Op: "exit", Code: code}, nil)
	return nil
}
