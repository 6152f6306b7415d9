package adaptercheck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/scenarios"
)

// patience bounds what has no bound in the contract: long enough for a slow SDK on a busy machine.
const patience = 5 * time.Second

// stage is one adapter and the fake that its SDK may start, driven by hand. It is for what no scenario can say, because the engine keeps
// the contract's rules for the harness itself: operations that overtake each other, late answers, a close in the middle. It belongs to one
// goroutine.
type stage struct {
	ctx    context.Context
	r      *runner
	a      *watch
	fakes  *mockcli.Listener
	dir    string
	comp   *scenarios.Composer
	news   chan news
	cancel context.CancelFunc
	work   sync.WaitGroup

	answers   map[int]host.Event
	asks      []host.Event // requests of the adapter, in the order of their coming
	withdrawn map[string]bool
	messages  []contract.MessageNote
	exit      *host.Event

	peer   *mockcli.Peer
	lines  []scenarios.Line
	silent map[string]bool // subtypes that the fake leaves unanswered
	eof    bool
	told   bool
	dead   bool
	holds  bool // the fake stays after the end of its stdin: a one-shot function may close that before the first answer
	starts int
	open   []string // clients
}

// news is what a fake reports.
type news struct {
	peer *mockcli.Peer // started
	ev   mockcli.Event
	died bool
}

// onStage lends an adapter to play and takes it back. Whatever is left in it, or of the SDK's CLI, ends with it.
func (r *runner) onStage(ctx context.Context, play func(*stage) error) error {
	s, err := r.stage(ctx)
	if err != nil {
		return err
	}
	err = play(s)
	if err == nil {
		err = s.closeAll()
	}
	s.strike(err == nil)
	return err
}

func (r *runner) stage(ctx context.Context) (*stage, error) {
	a, err := r.pool.Get(ctx, "", nil)
	if err != nil {
		return nil, err
	}
	dir, fakes, err := r.listen()
	if err != nil {
		r.pool.Put(a, false)
		return nil, err
	}
	s := &stage{
		r: r, a: newWatch(a, r.laws), fakes: fakes, dir: dir, comp: scenarios.NewComposer(&scenarios.Case{}, 1, ""), news: make(chan news),
		answers: map[int]host.Event{}, withdrawn: map[string]bool{}, silent: map[string]bool{},
	}
	s.comp.Wire(scenarios.Wiring{Callbacks: []scenarios.Callback{
		{Name: "PreToolUse", Kind: scenarios.Hook}, {Name: "calc/add", Kind: scenarios.Tool, Server: "calc", Tool: "add"},
	}})
	s.ctx, s.cancel = context.WithCancel(ctx)
	s.work.Go(s.accept)
	return s, nil
}

// listen makes a private directory and the meeting point of its fakes.
func (r *runner) listen() (string, *mockcli.Listener, error) {
	r.dirs++
	dir := filepath.Join(r.cfg.Dir, fmt.Sprintf("s%d", r.dirs))
	if err := os.MkdirAll(filepath.Join(dir, "work"), 0o700); err != nil {
		return "", nil, fmt.Errorf("make a directory: %w", err)
	}
	fakes, err := mockcli.Listen(dir)
	if err != nil {
		return "", nil, fmt.Errorf("listen for the fake: %w", err)
	}
	return dir, fakes, nil
}

// strike ends the stage: the adapter may be used again only if it is settled and said nothing that was not taken.
func (s *stage) strike(settled bool) {
	s.cancel()
	if s.peer != nil {
		_ = s.peer.Close()
	}
	_ = s.fakes.Close()
	s.work.Wait()
	clean := s.a.close()
	s.r.pool.Put(s.a.Adapter, settled && clean && s.exit == nil)
	_ = os.RemoveAll(s.dir)
}

// accept and follow forward what fakes report; they end with the stage.
func (s *stage) accept() {
	for {
		p, err := s.fakes.Accept(s.ctx)
		if err != nil {
			return
		}
		if !s.tell(news{peer: p}) {
			_ = p.Close()
			return
		}
		s.work.Go(func() { s.follow(p) })
	}
}

func (s *stage) follow(p *mockcli.Peer) {
	for ev := range p.Events() {
		if !s.tell(news{ev: ev}) {
			_ = p.Close()
			return
		}
	}
	select {
	case <-p.Died():
		s.tell(news{died: true})
	case <-s.ctx.Done():
	}
}

func (s *stage) tell(n news) bool {
	select {
	case s.news <- n:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// await handles events until cond holds. The error is a *wrong when it does not hold in time, or when the adapter ends.
func (s *stage) await(what string, within time.Duration, cond func() bool) error {
	b := s.a.Bound(within)
	defer b.Stop()
	for !cond() {
		if s.exit != nil {
			return s.ended(what)
		}
		select {
		case e, ok := <-s.a.Events():
			s.adapterEvent(e, ok)
		case n := <-s.news:
			s.fakeEvent(n)
		case <-b.C:
			if !b.PutOff() {
				return wrongf("%s did not come within %v", what, within)
			}
		case <-s.ctx.Done():
			return s.ctx.Err()
		}
	}
	return nil
}

func (s *stage) ended(what string) error {
	end := host.Status{Code: s.exit.Code, Signal: s.exit.Signal}
	text := fmt.Sprintf("the adapter's process ended (%v) before %s came", end, what)
	if tail := s.a.StderrTail(); tail != "" {
		text += "; its stderr ends with:\n" + lastLines(tail, 5)
	}
	return &wrong{problem: text, advice: "an adapter lives until the end of its stdin: catch what the SDK raises, answer with an error and go on"}
}

func (s *stage) adapterEvent(e host.Event, ok bool) {
	if !ok {
		if s.exit == nil {
			s.exit = &host.Event{Kind: host.Exit, Code: -1}
		}
		return
	}
	switch e.Kind {
	case host.Answer:
		s.answers[e.ID] = e
	case host.Request:
		s.asks = append(s.asks, e)
	case host.Cancelled:
		s.withdrawn[e.ReqID] = true
	case host.Note:
		var n contract.MessageNote
		if e.Method == contract.NoteMessage && json.Unmarshal(e.Params, &n) == nil {
			s.messages = append(s.messages, n)
		}
	case host.Exit:
		s.exit = &e
	}
}

// fakeEvent plays a plain CLI: it answers every request that is not to be left silent, and exits at EOF and on a signal.
func (s *stage) fakeEvent(n news) {
	switch {
	case n.peer != nil:
		if s.peer != nil {
			_ = s.peer.Close()
		}
		s.peer, s.eof, s.told, s.dead = n.peer, false, false, false
		s.starts++
		s.command(mockcli.Command{Op: mockcli.OpRead, Mode: mockcli.ModeLines})
	case n.died:
		s.dead = true
	case n.ev.Ev == mockcli.EvEOF:
		if s.eof = true; !s.holds {
			s.end(0)
		}
	case n.ev.Ev == mockcli.EvSignal:
		s.end(143)
	case n.ev.Ev == mockcli.EvLine:
		l := scenarios.ParseLine(n.ev.Data)
		s.comp.Heard(l)
		s.lines = append(s.lines, l)
		if l.Type == "control_request" && !s.silent[l.Subtype] {
			s.serve(l)
		}
	}
}

func (s *stage) command(c mockcli.Command) {
	_, _ = s.peer.Send(c) // a fake that is gone says so by its death
}

func (s *stage) end(code int) {
	if !s.told {
		s.told = true
		s.command(mockcli.Command{Op: mockcli.OpExit, Code: code})
	}
}

// lets lets a fake go that was held, if its stdin has ended.
func (s *stage) lets() {
	if s.holds = false; s.eof {
		s.end(0)
	}
}

func (s *stage) serve(l scenarios.Line) {
	if w, err := s.comp.Served(l.Subtype, l.RequestID); err == nil {
		s.put(w.Bytes)
	}
}

func (s *stage) put(frame []byte) {
	s.command(mockcli.Command{Op: mockcli.OpWrite, FD: 1, Data: append(append([]byte{}, frame...), '\n')})
}

// writes puts a stock frame on the fake's stdout.
func (s *stage) writes(stock, as string, set ...scenarios.PathValue) error {
	step := scenarios.Step{Actor: scenarios.Fake, Verb: "writes", Arg: stock, As: as, Set: set, Times: 1}
	written, err := s.comp.Write(step, scenarios.Env{})
	if err != nil {
		return fmt.Errorf("compose %s: %w", stock, err)
	}
	for _, w := range written {
		s.put(w.Bytes)
	}
	return nil
}

// send starts an operation; its answer comes into answers.
func (s *stage) send(method string, params map[string]any) (int, error) {
	id, err := s.a.Send(method, params)
	if errors.Is(err, host.ErrGone) {
		return 0, s.await(method, patience, func() bool { return false })
	}
	return id, err
}

// answer waits for the answer to an operation.
func (s *stage) answer(id int, method string, within time.Duration) (host.Event, error) {
	err := s.await("the answer to "+method, within, func() bool { _, ok := s.answers[id]; return ok })
	return s.answers[id], err
}

// call runs an operation to its answer, which may be an error.
func (s *stage) call(method string, params map[string]any) (host.Event, error) {
	id, err := s.send(method, params)
	if err != nil {
		return host.Event{}, err
	}
	return s.answer(id, method, patience)
}

// does runs an operation that must succeed.
func (s *stage) does(method string, params map[string]any) error {
	e, err := s.call(method, params)
	if err != nil {
		return err
	}
	return good(e)
}

func good(e host.Event) error {
	if e.Err == nil {
		return nil
	}
	return wrongf("%s was answered with the error %d: %s %s", e.Method, e.Err.Code, clip(e.Err.Message, 300), clip(string(e.Err.Data), 300))
}

// reads waits for the nth line (from 1) of a kind.
func (s *stage) reads(kind string, n int) (scenarios.Line, error) {
	var found scenarios.Line
	err := s.await(fmt.Sprintf("the line %s on the CLI's stdin", kind), patience, func() bool {
		left := n
		for _, l := range s.lines {
			if l.Is(kind, s.comp) {
				if left--; left == 0 {
					found = l
					return true
				}
			}
		}
		return false
	})
	return found, err
}

// asked waits for the nth callback of a name and returns it.
func (s *stage) asked(name string, n int) (host.Event, error) {
	var found host.Event
	err := s.await("the callback "+name, patience, func() bool {
		left := n
		for _, e := range s.asks {
			if gjson.GetBytes(e.Params, "name").String() == name {
				if left--; left == 0 {
					found = e
					return true
				}
			}
		}
		return false
	})
	return found, err
}
