package host

import (
	"fmt"
	"sync"
)

// ledger knows which ids are open on the channel, in both directions. It is safe for concurrent use.
type ledger struct {
	mu    sync.Mutex
	last  int
	open  map[int]string      // ours, unanswered: the method
	asked map[string]struct{} // the adapter's, not replied to
}

func newLedger() *ledger {
	return &ledger{open: map[int]string{}, asked: map[string]struct{}{}}
}

// ask opens the next id.
func (l *ledger) ask(method string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	l.open[l.last] = method
	return l.last
}

// forget closes an id whose request was never sent.
func (l *ledger) forget(id int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, id)
}

func (l *ledger) isOpen(id int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.open[id]
	return ok
}

// reply closes a request of the adapter; a withdrawn one may still be replied to.
func (l *ledger) reply(id string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.asked[id]; !ok {
		return fmt.Errorf("%w: reply to %q, which the adapter did not ask or has its reply; the harness's fault", ErrMessage, id)
	}
	delete(l.asked, id)
	return nil
}

// enter checks an event's ids against what is open; a bad one becomes a Fault.
func (l *ledger) enter(ev Event, line []byte) Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch ev.Kind {
	case Answer:
		method, ok := l.open[ev.ID]
		if !ok {
			return fault(line, fmt.Sprintf("an answer to id %d, which is not open: never asked, or answered before", ev.ID))
		}
		delete(l.open, ev.ID)
		ev.Method = method
	case Request:
		if _, ok := l.asked[ev.ReqID]; ok {
			return fault(line, fmt.Sprintf("a request with id %q, which is open already", clip([]byte(ev.ReqID), 64)))
		}
		l.asked[ev.ReqID] = struct{}{}
	}
	return ev
}
