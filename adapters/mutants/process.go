package mutants

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/transport"
)

func processGroup() []Mutant { return slices.Concat(endsTold(), endsMade()) }

// endsTold are the faults in what is said of the CLI's end.
func endsTold() []Mutant {
	return []Mutant{
		{
			Name: "clean-exit-is-success", Group: Process, Fault: "takes exit code 0 for success, with or without a whole result", Opposite: "no-tail",
			Kills: kills("framing/half-result-at-exit", "errors/exit-without-result"),
			Parts: with(func(p *parts.Parts) {
				p.End = func(e parts.Ending) *parts.Failure {
					if e.Exit.Code == 0 {
						return nil
					}
					return parts.End(e)
				}
			}),
		}, {
			Name: "exit-overtakes", Group: Process, Fault: "reports the exit before it has delivered what it read",
			Kills: kills("errors/messages-before-the-error", "errors/exit-1-after-success"),
			Parts: with(func(p *parts.Parts) {
				p.Queue = func(int64) parts.Queue { return &overtaken{changed: make(chan struct{})} }
			}),
		}, {
			Name: "reason-lost", Group: Process, Fault: "has neither exit code, nor signal, nor stderr, nor the result's text in its error",
			Kills: kills("errors/failed-result-and-exit", "errors/kinds-apart", "handshake/death-before-answer", "errors/death-by-signal", "errors/failed-in-success", "errors/stderr-in-the-error", "errors/exit-codes"),
			Parts: with(func(p *parts.Parts) {
				p.End = func(e parts.Ending) *parts.Failure {
					if parts.End(e) == nil {
						return nil
					}
					return &parts.Failure{Kind: parts.KindOther, Message: "something went wrong"}
				}
			}),
		}, {
			Name: "old-reasons", Group: Process, Fault: "tells each exit with the text of the last failed result, however old that is",
			Kills: kills("errors/reason-of-an-older-turn"),
			Parts: with(func(p *parts.Parts) {
				p.End = func(e parts.Ending) *parts.Failure {
					e.TurnOpen = false
					return parts.End(e)
				}
			}),
		},
	}
}

// endsMade are the faults in how the CLI is ended and what is left of it.
func endsMade() []Mutant {
	return []Mutant{
		{
			Name: "kill-at-once", Group: Process, Fault: "kills the CLI right after it closed its stdin", Opposite: "never-kills",
			Kills: kills("process/time-to-flush", "process/oneshot-time-to-flush", "process/closed-before-an-answer"),
			Parts: with(killAtOnce),
		}, {
			Name: "terminates-at-once", Group: Process, Fault: "sends SIGTERM to the CLI right after it closed its stdin",
			Kills: kills("process/time-to-flush"),
			Parts: closedBy(transport.Escalation{EOFGrace: -1}.Run),
		}, {
			Name: "never-kills", Group: Process, Fault: "waits for the CLI's exit for ever", Opposite: "kill-at-once",
			Kills: kills("process/escalation", "process/result-but-no-exit"),
			Parts: closedBy(func(_ context.Context, t transport.Target) error {
				err := t.CloseInput()
				<-t.Done()
				return err
			}),
		}, {
			Name: "leaves-child", Group: Process, Fault: "leaves the CLI running when its loop is left or its call cancelled",
			Kills: kills("process/early-break", "process/cancel-anywhere", "process/break-elsewhere", "process/close-cancelled-twice",
				"process/cancelled-while-opening", "process/aborted"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport {
					return &abandoned{Transport: t, left: make(chan struct{})}
				}
			}),
		}, {
			Name: "waits-for-pipe", Group: Process, Fault: "notices an exit only at the end of stdout", Opposite: "waits-for-exit",
			Kills: kills("process/grandchild-holds-stdout"),
			Parts: withTransport(func(o *transport.Options) { o.DrainGrace = -1 }),
		}, {
			Name: "leaks-pipes", Group: Process, Fault: "lets each child inherit all pipes, its siblings' and its own",
			Kills: kills("process/host-killed", "process/sibling-sees-eof", "process/terminal-interrupt", "process/host-exits"),
			Parts: withTransport(func(o *transport.Options) { o.StartProcess = startLeaking }),
		}, {
			Name: "keeps-a-pipe", Group: Process, Fault: "closes one descriptor less than it opened for a session",
			Kills: kills("process/no-growth"),
			Parts: withTransport(func(o *transport.Options) { o.StartProcess = startKeeping }),
		},
	}
}

func killAtOnce(p *parts.Parts) {
	closed := closedBy(func(_ context.Context, t transport.Target) error {
		_ = t.CloseInput()
		err := t.Kill()
		<-t.Done()
		return err
	})
	p.Open = closed().Open
	p.Wrap = func(t transport.Transport) transport.Transport { return killing{t} }
}

// killing ends the CLI with its input.
type killing struct{ transport.Transport }

func (k killing) CloseInput() error {
	err := k.Transport.CloseInput()
	go closeAtOnce(k.Transport)
	return err
}

func closedBy(policy transport.ClosePolicy) func() *parts.Parts {
	return withTransport(func(o *transport.Options) { o.Close = policy })
}

// overtaken holds each message back for a moment, and forgets at the end what it still holds.
type overtaken struct {
	mu      sync.Mutex
	items   []parts.Item
	due     []time.Time
	err     error
	changed chan struct{} // closed at the next change
}

// heldFor is how long overtaken holds a message: longer than a CLI takes from its last line to its exit.
const heldFor = 100 * time.Millisecond

func (q *overtaken) Push(it parts.Item) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items, q.due = append(q.items, it), append(q.due, time.Now().Add(heldFor))
	q.tell()
	return q.err
}

// tell is called with mu held.
func (q *overtaken) tell() {
	close(q.changed)
	q.changed = make(chan struct{})
}

func (q *overtaken) Close(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err == nil {
		err = io.EOF
	}
	q.err, q.items, q.due = err, nil, nil
	q.tell()
}

func (q *overtaken) Pop(ctx context.Context) (parts.Item, error) {
	for {
		it, wait, changed, err := q.take()
		if wait == 0 {
			return it, err
		}
		ripe := time.NewTimer(wait)
		select {
		case <-changed:
		case <-ripe.C:
		case <-ctx.Done():
			return parts.Item{}, ctx.Err()
		}
		ripe.Stop()
	}
}

// take gives the oldest message or the end, or how long to wait for a change.
func (q *overtaken) take() (it parts.Item, wait time.Duration, changed <-chan struct{}, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.err != nil:
		return it, 0, nil, q.err
	case len(q.items) == 0:
		return it, time.Hour, q.changed, nil
	case time.Until(q.due[0]) > 0:
		return it, time.Until(q.due[0]) + 1, q.changed, nil
	}
	it = q.items[0]
	q.items, q.due = q.items[1:], q.due[1:]
	return it, 0, nil, nil
}

// abandoned forgets its CLI when it is told to close.
type abandoned struct {
	transport.Transport
	once sync.Once
	left chan struct{}
}

func (a *abandoned) Close(context.Context) error {
	a.once.Do(func() { close(a.left) })
	return nil
}

func (a *abandoned) Done() <-chan struct{} {
	select {
	case <-a.left:
		return a.left
	default:
		return a.Transport.Done()
	}
}

func (a *abandoned) ReadFrame() ([]byte, error) {
	type read struct {
		frame []byte
		err   error
	}
	got := make(chan read, 1)
	go func() {
		frame, err := a.Transport.ReadFrame()
		got <- read{frame, err}
	}()
	select {
	case r := <-got:
		return r.frame, r.err
	case <-a.left:
		return nil, io.EOF
	}
}
