//go:build linux || darwin

package mockcli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/wiretrial/wiretrial/internal/queue"
)

type peer struct {
	hello  Event
	conn   *os.File
	events chan Event
	died   chan Death
	ids    atomic.Int64

	in    *queue.Queue[Event]
	out   *queue.Queue[Command]
	watch watcher

	wg   sync.WaitGroup
	once sync.Once
	done chan struct{}

	mu   sync.Mutex
	fail error
}

// newPeer takes conn over; r holds what was read ahead of it.
func newPeer(conn *os.File, r *bufio.Reader, hello Event) *Peer {
	p := &peer{hello: hello, conn: conn, events: make(chan Event), died: make(chan Death, 1), done: make(chan struct{}),
		in: queue.New[Event](), out: queue.New[Command]()}
	p.watch = watchProcess(conn, hello.PID)
	ended := make(chan struct{})
	p.wg.Go(func() { defer close(ended); p.receive(r) })
	p.wg.Go(p.deliver)
	p.wg.Go(p.transmit)
	p.wg.Go(func() {
		defer close(p.died)
		if d, ok := p.watch.wait(ended, p.done); ok {
			p.died <- d
		}
	})
	return &Peer{p}
}

// receive reads events into the queue, until the connection ends.
func (p *peer) receive(r *bufio.Reader) {
	err := p.receiveAll(r)
	p.mu.Lock()
	if !p.closing() && !errors.Is(err, io.EOF) || errors.Is(err, ErrProtocol) || errors.Is(err, ErrOverflow) {
		p.fail = fmt.Errorf("mock %d: %w", p.hello.PID, err)
	}
	p.mu.Unlock()
	p.in.Close()
	p.out.Close()
	_ = p.conn.Close()
}

func (p *peer) receiveAll(r *bufio.Reader) error {
	for seq := p.hello.Seq + 1; ; seq++ {
		e, err := readEvent(r)
		if err != nil {
			return err
		}
		if e.Seq != seq {
			return fmt.Errorf("%w: event %s has seq %d, want %d", ErrProtocol, e.Ev, e.Seq, seq)
		}
		if !p.in.Put(e, len(e.Data)+eventCost, MaxQueue) {
			return fmt.Errorf("%w: more than %d bytes wait", ErrOverflow, MaxQueue)
		}
	}
}

// eventCost is what an event costs in memory besides its data, in bytes, roughly.
const eventCost = 512

// deliver hands queued events to the reader of events.
func (p *peer) deliver() {
	defer close(p.events)
	for {
		e, ok := p.in.Take(p.done)
		if !ok {
			return
		}
		select {
		case p.events <- e:
		case <-p.done:
			return
		}
	}
}

// transmit writes queued commands, those that wait together in one piece. What fails here fails receive too, which says
// why.
func (p *peer) transmit() {
	var buf []byte
	for {
		c, ok := p.out.Take(p.done)
		if !ok {
			return
		}
		var err error
		if buf, err = appendCommand(buf, c); err != nil {
			return
		}
		large := len(c.Data) >= aloneAbove
		if !large {
			buf = append(buf, c.Data...)
		}
		if !large && len(buf) < aloneAbove && p.out.Len() > 0 {
			continue
		}
		if _, err := p.conn.Write(buf); err != nil {
			return
		}
		if large {
			if _, err := p.conn.Write(c.Data); err != nil {
				return
			}
		}
		buf = buf[:0]
	}
}

func (p *peer) send(c Command) (int, error) {
	if c.ID == 0 {
		c.ID = int(p.ids.Add(1))
	}
	if !p.out.Put(c, len(c.Data), 0) {
		return 0, fmt.Errorf("%s to mock %d: %w", c.Op, p.hello.PID, ErrClosed)
	}
	return c.ID, nil
}

func (p *peer) closing() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (p *peer) reaped() (reaped, ok bool) { return p.watch.reaped() }

func (p *peer) err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fail
}

func (p *peer) close() error {
	var err error
	p.once.Do(func() {
		close(p.done)
		err = p.conn.Close()
		p.watch.stop()
	})
	p.wg.Wait()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
