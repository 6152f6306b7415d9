//go:build linux || darwin

package mockcli

import (
	"fmt"
	"os/signal"

	"golang.org/x/sys/unix"
)

// hands runs commands on the standard descriptors, signals and children of this process. A process has one.
type hands struct {
	report func(...Event)
	holder []string // arguments of a grandchild
	in     *stdin
	outs   [3]*output // 1 and 2
	sigs   *signals
}

func newHands(report func(...Event), holder []string) *hands {
	h := &hands{report: report, holder: holder, in: newStdin(report)}
	for fd := 1; fd <= 2; fd++ {
		h.outs[fd] = &output{fd: fd, kind: kindOf(fd)}
	}
	return h
}

// catch takes over the signals of the process.
func (h *hands) catch() {
	signal.Ignore(unix.SIGPIPE)
	h.sigs = catchSignals(h.report)
}

// do runs c and hands its done event to done. It returns when the command has ended; OpDie does not return.
func (h *hands) do(c Command, done func(Event)) {
	if c.Op == OpSync {
		h.in.sync(c, done)
		return
	}
	if c.Op == OpDie {
		h.die(c, done)
		return
	}
	e, err := h.perform(c)
	done(outcome(c, e, err))
}

// outcome makes the done event of c. An errno goes by its name.
func outcome(c Command, e Event, err error) Event {
	e.Ev, e.ID, e.OK = EvDone, c.ID, err == nil
	if err != nil {
		e.Err = errName(err)
	}
	return e
}

func (h *hands) perform(c Command) (e Event, err error) {
	switch c.Op {
	case OpRead:
		err = h.in.read(c)
	case OpIgnore, OpDefault:
		err = h.sigs.set(c.Sig, c.Op == OpIgnore)
	case OpSpawn:
		e.Child, err = h.spawn(c)
	case OpClose:
		err = h.closeFD(c.FD)
	case OpSetbuf:
		e.N, e.Kind, err = setBuffer(c.FD, c.N)
	case OpWrite, OpDrain, OpPending:
		return h.performOutput(c)
	default:
		err = fmt.Errorf("no such op %q", c.Op)
	}
	return e, err
}

// performOutput runs the commands that are about what goes out.
func (h *hands) performOutput(c Command) (e Event, err error) {
	o, err := h.output(c.FD)
	if err != nil {
		return e, err
	}
	switch c.Op {
	case OpWrite:
		return o.write(c, func(n int) { h.report(Event{Ev: EvBlocked, ID: c.ID, N: n}) })
	case OpDrain:
		e.Left, err = o.drain(c, func() {})
	case OpPending:
		e.N, err = pending(c.FD, o.kind)
	}
	return e, err
}

func (h *hands) output(fd int) (*output, error) {
	if fd != 1 && fd != 2 {
		return nil, fmt.Errorf("descriptor %d: want 1 or 2", fd)
	}
	return h.outs[fd], nil
}

func (h *hands) closeFD(fd int) error {
	if fd == 0 {
		return h.in.close()
	}
	o, err := h.output(fd)
	if err != nil {
		return err
	}
	return o.close()
}

func openHands(report func(...Event)) (*hands, error) {
	h := newHands(report, []string{"claude", HoldRole, ""})
	h.catch()
	return h, nil
}

func signalNumber(name string) int { return int(unix.SignalNum(name)) }
