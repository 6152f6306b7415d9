//go:build linux || darwin

package mockcli

import (
	"bufio"
	"fmt"
	"os"
	"os/signal"
	"sync"

	"golang.org/x/sys/unix"
)

// puppet is one mock process: what its goroutines share.
type puppet struct {
	place place
	sock  int
	in    *stdin
	outs  [3]*output // 1 and 2
	sigs  *signals
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
	p.in = newStdin(p.emit)
	for fd := 1; fd <= 2; fd++ {
		p.outs[fd] = &output{fd: fd, kind: kindOf(fd)}
	}
	return p
}

func (p *puppet) run(args []string, seen Event) int {
	signal.Ignore(unix.SIGPIPE)
	p.sigs = catchSignals(p.emit)
	seen.Ev, seen.Via, seen.Dir, seen.Probe = EvHello, p.place.via, p.place.dir, isProbe(args)
	p.emit(seen)
	go p.receive()
	if seen.Probe {
		if code, done := p.probe(); done {
			return code
		}
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

// emit numbers events and reports them in one piece. A lost harness ends the mock.
func (p *puppet) emit(events ...Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := monotonic()
	b := p.buf[:0]
	for i := range events {
		p.seq++
		events[i].Seq, events[i].T = p.seq, t
		b, _ = appendEvent(b, &events[i]) // strings, numbers and bytes always marshal
	}
	if err := writeAll(p.sock, b); err != nil {
		p.end(ExitLost)
	}
	if cap(b) <= 1<<20 {
		p.buf = b
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
			return
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
}

func (q *commandQueue) put(c Command) {
	q.mu.Lock()
	q.list = append(q.list, c)
	q.mu.Unlock()
	q.cond.Signal()
}

func (q *commandQueue) take() Command {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.list) == 0 {
		q.cond.Wait()
	}
	return q.pop()
}

func (q *commandQueue) pop() Command {
	c := q.list[0]
	q.list[0] = Command{} // its data may be large
	q.list = q.list[1:]
	return c
}

// execute runs commands in their order, for ever: the process ends with it.
func (p *puppet) execute() {
	for {
		c := p.queue.take()
		if c.BG {
			go p.perform(c)
			continue
		}
		p.perform(c)
	}
}

// perform runs one command and reports its end.
func (p *puppet) perform(c Command) {
	switch c.Op {
	case OpRead:
		p.done(c, Event{}, p.in.read(c))
	case OpSync:
		p.in.sync(c.ID)
	case OpExit:
		p.done(c, Event{}, nil)
		p.end(c.Code)
		select {} // nothing runs after it
	case OpDie:
		p.die(c)
	case OpIgnore, OpDefault:
		p.done(c, Event{}, p.sigs.set(c.Sig, c.Op == OpIgnore))
	case OpSpawn:
		pid, err := p.spawn(c)
		p.done(c, Event{Child: pid}, err)
	case OpClose:
		p.done(c, Event{}, p.closeFD(c.FD))
	case OpProbe:
		p.done(c, Event{}, fmt.Errorf("not a version probe, or too late for one"))
	default:
		p.performOutput(c)
	}
}

// performOutput runs the commands that are about what goes out.
func (p *puppet) performOutput(c Command) {
	if c.Op == OpSetbuf {
		n, kind, err := setBuffer(c.FD, c.N)
		p.done(c, Event{N: n, Kind: kind}, err)
		return
	}
	o, err := p.output(c.FD)
	if err != nil {
		p.done(c, Event{}, err)
		return
	}
	switch c.Op {
	case OpWrite:
		e, err := o.write(c, func(n int) { p.emit(Event{Ev: EvBlocked, ID: c.ID, N: n}) })
		p.done(c, e, err)
	case OpDrain:
		left, err := o.drain(c)
		p.done(c, Event{Left: left}, err)
	case OpPending:
		n, err := pending(c.FD, o.kind)
		p.done(c, Event{N: n}, err)
	default:
		p.done(c, Event{}, fmt.Errorf("no such op %q", c.Op))
	}
}

func (p *puppet) output(fd int) (*output, error) {
	if fd != 1 && fd != 2 {
		return nil, fmt.Errorf("descriptor %d: want 1 or 2", fd)
	}
	return p.outs[fd], nil
}

// done reports the end of c. An errno is reported by its name.
func (p *puppet) done(c Command, e Event, err error) {
	e.Ev, e.ID, e.OK = EvDone, c.ID, err == nil
	if err != nil {
		e.Err = errName(err)
	}
	p.emit(e)
}

func (p *puppet) closeFD(fd int) error {
	if fd == 0 {
		return p.in.close()
	}
	o, err := p.output(fd)
	if err != nil {
		return err
	}
	return o.close()
}
