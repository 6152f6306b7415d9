//go:build linux || darwin

package mockcli

import (
	"bufio"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// puppet is one mock process: what its goroutines share.
type puppet struct {
	place place
	sock  int
	hands *hands
	quit  chan int // the exit code; the first one counts

	mu  sync.Mutex // orders events: seq and socket
	seq uint64
	buf []byte

	queue commandQueue
}

func run(args []string, env Env) int {
	if len(args) > 1 && args[1] == HoldRole {
		return hold(args)
	}
	seen := observe(args) // before any descriptor of our own exists
	at, ok := find(args)
	if !ok {
		return alone(args, env)
	}
	sock, err := dial(at.sock)
	if err != nil {
		fmt.Fprintf(os.Stderr, "mock claude: the harness at %s (found by %s) is gone: %v\n", at.sock, at.via, err)
		return ExitLost
	}
	return newPuppet(at, sock).run(args, seen)
}

// alone is a mock without a harness.
func alone(args []string, env Env) int {
	if env.Alone != nil {
		return env.Alone(args)
	}
	if isProbe(args) {
		fmt.Println(DefaultVersion)
		return 0
	}
	fmt.Fprintf(os.Stderr, "mock claude: no harness: no %s beside the executable, and $%s is empty\n", FileName, SocketEnv)
	return ExitNoHarness
}

func isProbe(args []string) bool {
	return len(args) > 1 && (args[1] == "-v" || args[1] == "--version")
}

func newPuppet(at place, sock int) *puppet {
	p := &puppet{place: at, sock: sock, quit: make(chan int, 1)}
	p.queue.cond.L = &p.queue.mu
	p.hands = newHands(p.emit, holdArgs(at))
	return p
}

func (p *puppet) run(args []string, seen Event) int {
	p.hands.catch()
	seen.Ev, seen.Via, seen.Dir, seen.Probe = EvHello, p.place.via, p.place.dir, isProbe(args)
	p.emit(seen)
	go p.receive()
	if seen.Probe {
		if code, done := p.probe(); done {
			return code
		}
	}
	if p.place.reads {
		p.hands.do(Command{Op: OpRead, Mode: ModeLines}, func(Event) {})
	}
	go p.execute()
	return <-p.quit
}

// end lets run return. A second call is too late and changes nothing.
func (p *puppet) end(code int) {
	select {
	case p.quit <- code:
	default:
	}
}

// emit numbers events and reports them. A lost harness ends the mock.
func (p *puppet) emit(events ...Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := monotonic()
	b := p.buf[:0]
	for i := range events {
		p.seq++
		e := &events[i]
		e.Seq, e.T = p.seq, t
		b, _ = appendEventHeader(b, e) // strings and numbers always marshal
		if len(e.Data) < aloneAbove {
			b = append(b, e.Data...)
			continue
		}
		p.write(b)
		p.write(e.Data)
		b = b[:0]
	}
	p.write(b)
	if cap(b) <= 1<<20 {
		p.buf = b
	}
}

func (p *puppet) write(b []byte) {
	if err := writeAll(p.sock, b); err != nil {
		p.end(ExitLost)
	}
}

func writeAll(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := unix.Write(fd, b)
		if err == unix.EINTR || err == unix.EAGAIN {
			continue
		}
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// receive queues commands until the harness is gone. It never waits for their execution, so a loss is noticed at once.
func (p *puppet) receive() {
	r := bufio.NewReaderSize(rawReader(p.sock), 64<<10)
	for {
		c, err := readCommand(r)
		if err != nil {
			p.end(ExitLost)
			p.queue.end()
			return
		}
		if c.overtakes() {
			go p.perform(c)
			continue
		}
		p.queue.put(c)
	}
}

// rawReader reads a descriptor by read(2).
type rawReader int

func (r rawReader) Read(b []byte) (int, error) {
	for {
		n, err := unix.Read(int(r), b)
		if err == unix.EINTR || err == unix.EAGAIN {
			continue
		}
		if err != nil {
			return 0, err
		}
		if n == 0 {
			return 0, errEOF
		}
		return n, nil
	}
}

// commandQueue holds commands that wait for their turn. The harness bounds it: nobody else writes to the socket.
type commandQueue struct {
	mu   sync.Mutex
	cond sync.Cond
	list []Command

	ended bool
}

func (q *commandQueue) put(c Command) {
	q.mu.Lock()
	q.list = append(q.list, c)
	q.mu.Unlock()
	q.cond.Signal()
}

// end lets take return once nothing is left.
func (q *commandQueue) end() {
	q.mu.Lock()
	q.ended = true
	q.mu.Unlock()
	q.cond.Broadcast()
}

// take waits for the next command; ok is false if none will come.
func (q *commandQueue) take() (c Command, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.list) == 0 {
		if q.ended {
			return Command{}, false
		}
		q.cond.Wait()
	}
	return q.pop(), true
}

func (q *commandQueue) pop() Command {
	c := q.list[0]
	q.list[0] = Command{} // its data may be large
	q.list = q.list[1:]
	return c
}

// execute runs commands in their order until the harness is gone.
func (p *puppet) execute() {
	for {
		c, ok := p.queue.take()
		if !ok {
			return
		}
		if c.BG {
			go p.perform(c)
			continue
		}
		p.perform(c)
	}
}

// perform runs one command, which reports its end.
func (p *puppet) perform(c Command) {
	switch c.Op {
	case OpExit:
		p.emit(outcome(c, Event{}, nil))
		p.end(c.Code)
		select {} // nothing runs after it
	case OpProbe:
		p.emit(outcome(c, Event{}, fmt.Errorf("not a version probe, or too late for one")))
	default:
		p.hands.do(c, func(e Event) { p.emit(e) })
	}
}
