package client

import (
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/internal/parts"
)

// inputDriver tells the judge of a one-shot session's end what happens, and does what it says. A nil driver does nothing: a
// Client's stdin is open until it disconnects.
type inputDriver struct {
	s *core

	mu       sync.Mutex
	judge    parts.InputEnd
	timer    *time.Timer
	deadline time.Time // when the wait is over; zero if there is none
	stopped  bool
}

func newInputDriver(s *core) *inputDriver {
	d := &inputDriver{s: s, judge: s.parts.InputEnd(s.opts.stdinCeiling())}
	if !s.opts.answers() {
		d.step(parts.NobodyAnswers, Message{})
	}
	return d
}

// answers tells whether there is anybody to answer what the CLI may ask.
func (o *Options) answers() bool {
	return o.CanUseTool != nil || o.OnElicitation != nil || o.OnUserDialog != nil || o.OnRequest != nil || len(o.Hooks) > 0 ||
		len(o.MCPServers) > 0
}

func (d *inputDriver) step(step parts.Step, m Message) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.stopped {
		d.obey(d.judge.Step(step, m))
	}
}

// obey is called with mu held.
func (d *inputDriver) obey(v parts.Verdict) {
	d.deadline = time.Time{}
	if v.After > 0 {
		d.arm(v.After)
	}
	if v.CloseInput {
		_ = d.s.t.CloseInput() // a CLI that is gone has no stdin to close
	}
	if v.Dismiss {
		d.stopped = true
		d.s.dismiss()
	}
}

func (d *inputDriver) arm(after time.Duration) {
	d.deadline = time.Now().Add(after)
	if d.timer == nil {
		d.timer = time.AfterFunc(after, d.fire)
		return
	}
	d.timer.Reset(after)
}

// fire runs when the timer does. A step that came meanwhile has moved or cleared the deadline.
func (d *inputDriver) fire() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped || d.deadline.IsZero() || time.Now().Before(d.deadline) {
		return
	}
	d.obey(d.judge.Step(parts.Waited, Message{}))
}

// stop ends the waiting.
func (d *inputDriver) stop() {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
	if d.timer != nil {
		d.timer.Stop()
	}
}
