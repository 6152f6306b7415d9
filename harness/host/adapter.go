package host

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

const (
	exitGrace   = 5 * time.Second  // what the contract gives an adapter to exit after the end of its stdin
	killGrace   = 10 * time.Second // what the kernel gets to end killed processes
	closedGrace = killGrace        // between the end of stdout and the exit, which the kernel makes of one: a second passes on a busy machine
)

// Adapter is a running adapter. Its methods are safe for concurrent use. Whoever started it calls Kill or Close in the end, also after Exit.
type Adapter struct {
	spec  Spec
	hello contract.Hello
	proc  *os.Process // holds on to the process, not to its number
	pid   int
	reap  int // pid of the reaper

	ledger *ledger
	outbox *outbox
	stdin  *os.File
	out    *lines
	stderr *tail
	errSrc *source
	life   *os.File

	events  chan Event
	discard chan struct{} // closed: nobody takes events any more
	born    chan ownReport
	exited  chan struct{} // closed: status is set
	reaped  chan struct{} // closed: the reaper is gone, and with it all descendants
	work    sync.WaitGroup
	once    struct{ discard, life sync.Once }

	mu        sync.Mutex
	status    Status
	end       string // why the status is not the adapter's own
	sleeps    map[int]sleep
	baselines []Baseline
}

// Hello is the adapter's answer to hello.
func (a *Adapter) Hello() contract.Hello { return a.hello }

// Spec is what it was started with.
func (a *Adapter) Spec() Spec { return a.spec }

// PID is the process id of the adapter itself.
func (a *Adapter) PID() int { return a.pid }

// PGID is the id of the adapter's process group, in which it is the leader.
func (a *Adapter) PGID() int { return a.pid }

// ReaperPID is the process id of its reaper, the parent of the adapter and of every orphan below it.
func (a *Adapter) ReaperPID() int { return a.reap }

// Send queues a request and returns its id. It never blocks. Errors: ErrGone, ErrStuck (64 MiB wait already), ErrMessage (params are no
// JSON, or too long).
func (a *Adapter) Send(method string, params any) (id int, err error) {
	m := contract.Message{Method: method}
	if params != nil {
		if m.Params, err = encodeValue(params); err != nil {
			return 0, a.sending(method, err)
		}
	}
	id = a.ledger.ask(method)
	m.ID = fmt.Appendf(nil, "%d", id)
	if err := a.put(&m); err != nil {
		a.ledger.forget(id)
		return 0, a.sending(method, err)
	}
	return id, nil
}

// Reply queues the answer to a Request: cerr if it is not nil, else result (nil is null). A withdrawn request may still be replied to. Errors
// as Send.
func (a *Adapter) Reply(id string, result any, cerr *contract.Error) (err error) {
	m := contract.Message{Error: cerr}
	if m.ID, err = encodeValue(id); err != nil {
		return a.sending("reply", err)
	}
	if cerr == nil {
		if m.Result, err = encodeValue(result); err != nil {
			return a.sending("reply", err)
		}
	}
	if err := a.ledger.reply(id); err != nil {
		return a.sending("reply", err)
	}
	if err := a.put(&m); err != nil {
		return a.sending("reply", err)
	}
	return nil
}

// Cancel queues $/cancelRequest for a request that has no answer yet; for any other it does nothing.
func (a *Adapter) Cancel(id int) error {
	if !a.ledger.isOpen(id) {
		return nil
	}
	m := contract.Message{Method: contract.NoteCancel, Params: fmt.Appendf(nil, `{"id":%d}`, id)}
	if err := a.put(&m); err != nil {
		return a.sending(contract.NoteCancel, err)
	}
	return nil
}

func (a *Adapter) put(m *contract.Message) error {
	line, err := encodeLine(m, a.out.limit)
	if err != nil {
		return err
	}
	return a.outbox.put(line)
}

func (a *Adapter) sending(what string, err error) error {
	return fmt.Errorf("adapter %s: %s: %w", a.spec.Name, what, err)
}

// Events are what the adapter said, in the order read, closed after Exit. At most a few events are held here: an adapter that writes faster
// than the events are taken waits. From Kill or Close on, what was not taken is discarded, but for Exit.
func (a *Adapter) Events() <-chan Event { return a.events }

// Exited is closed when the adapter's own process has ended; its descendants may live.
func (a *Adapter) Exited() <-chan struct{} { return a.exited }

// Status is how it ended, valid once Exited is closed.
func (a *Adapter) Status() Status {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.status
}

func (a *Adapter) exitText() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.end
}

// StderrTail is the last 64 KiB of its stderr.
func (a *Adapter) StderrTail() string { return a.stderr.String() }

// Unread tells whether anything that the adapter has written up to now is not taken from Events. The beginning of a line whose end is not
// written does not count, once it is read: nothing comes of it until the adapter acts again.
func (a *Adapter) Unread() bool {
	return a.out.pending(func() bool { return len(a.events) > 0 })
}
