package adaptercheck

import (
	"context"
	"sync"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/host"
)

// watch is an adapter of whose channel everything is seen by the laws, whoever drives it: a probe here, or the engine. It hands on all
// events but those that break the channel itself, which a check of their own reports.
type watch struct {
	*host.Adapter
	laws  *laws
	out   chan host.Event
	asked chan chan int // asks the pump how many events it holds
	stop  chan struct{}
	work  sync.WaitGroup
}

func newWatch(a *host.Adapter, l *laws) *watch {
	w := &watch{Adapter: a, laws: l, out: make(chan host.Event), asked: make(chan chan int), stop: make(chan struct{})}
	l.begin()
	w.work.Go(w.pump)
	return w
}

// close ends the pump. It reports whether nothing was left untaken.
func (w *watch) close() (clean bool) {
	clean = w.held() == 0
	close(w.stop)
	w.work.Wait()
	return clean
}

// Events are the adapter's, as the laws let them pass.
func (w *watch) Events() <-chan host.Event { return w.out }

// Send sends a request and tells the laws about it first, so that its answer finds it.
func (w *watch) Send(method string, params any) (int, error) {
	w.laws.mu.Lock()
	defer w.laws.mu.Unlock()
	id, err := w.Adapter.Send(method, params)
	if err == nil {
		w.laws.asked(id, method, params)
	}
	return id, err
}

// Reply answers a request of the adapter.
func (w *watch) Reply(id string, result any, failure *contract.Error) error {
	return w.Adapter.Reply(id, result, failure)
}

// Quiet is the adapter's; it is not idle while the pump holds an event.
func (w *watch) Quiet(ctx context.Context, opt host.QuietOptions) (host.Quiet, error) {
	q, err := w.Adapter.Quiet(ctx, opt)
	if err == nil && q.Idle && w.held() > 0 {
		q.Idle, q.Why = false, host.WhyUnread
	}
	return q, err
}

// held is the number of events that nobody has taken. The pump answers only between two events, so what it has taken from the adapter
// counts.
func (w *watch) held() int {
	answer := make(chan int)
	w.asked <- answer
	return <-answer
}

// pump passes events on, and keeps what is not taken yet.
func (w *watch) pump() {
	in := w.Adapter.Events()
	var queue []host.Event
	for {
		var out chan host.Event
		var next host.Event
		if len(queue) > 0 {
			out, next = w.out, queue[0]
		} else if in == nil {
			close(w.out)
			w.serveEnd()
			return
		}
		select {
		case e, ok := <-in:
			if !ok {
				in = nil
			} else if w.laws.see(e) {
				queue = append(queue, e)
			}
		case out <- next:
			queue = queue[1:]
		case answer := <-w.asked:
			answer <- len(queue)
		case <-w.stop:
			return
		}
	}
}

// serveEnd answers held after the adapter's end.
func (w *watch) serveEnd() {
	for {
		select {
		case answer := <-w.asked:
			answer <- 0
		case <-w.stop:
			return
		}
	}
}
