//go:build linux || darwin

package mockcli

import (
	"bytes"
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	defaultGulp = 64 << 10
	maxLine     = 256 << 20 // bytes of a line without its end that are kept
)

// stdin reads descriptor 0. No thread ever parks in read(0), as closing the descriptor would then not close the pipe: the
// reader parks in poll(0, wake), and reads only what is there.
type stdin struct {
	emit func(...Event)

	mu      sync.Mutex // read and report are one step under it, so sync is exact
	cond    sync.Cond
	mode    string
	want    int // bytes that counted reading may still take
	buf     []byte
	part    []byte // of a line
	lines   int
	ended   bool // by its end, an error or close: never read again
	started bool
	parked  bool // the reader holds no reference to descriptor 0
	wake    wakePipe
}

func newStdin(emit func(...Event)) *stdin {
	s := &stdin{emit: emit, mode: ModeOff, parked: true, buf: make([]byte, defaultGulp)}
	s.cond.L = &s.mu
	return s
}

// read sets the mode. Once it returned, the mode holds: after off nothing more is read.
func (s *stdin) read(c Command) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.start(); err != nil {
		return err
	}
	switch {
	case c.Mode == ModeOff:
		s.stop()
		return nil
	case c.Mode == ModeLines, c.Mode == ModeBytes && c.N >= 0:
		if c.Gulp > 0 && c.Gulp != len(s.buf) {
			s.buf = make([]byte, min(c.Gulp, 16<<20))
		}
		s.mode, s.want = c.Mode, c.N
		s.settle()
		s.cond.Broadcast()
		return nil
	}
	return fmt.Errorf("no such read: mode %q, n %d", c.Mode, c.N)
}

// settle turns reading off where there is nothing left to read.
func (s *stdin) settle() {
	if s.ended || s.mode == ModeBytes && s.want == 0 {
		s.mode = ModeOff
	}
}

// start makes the reader, at the first need.
func (s *stdin) start() error {
	if s.started {
		return nil
	}
	if err := s.wake.open(); err != nil {
		return err
	}
	s.started = true
	go s.loop()
	return nil
}

// stop turns reading off and waits until the reader has left descriptor 0.
func (s *stdin) stop() {
	s.mode = ModeOff
	if !s.started {
		return
	}
	s.wake.ring()
	for !s.parked {
		s.cond.Wait()
	}
	s.wake.clear()
}

// loop is the reader. It lives as long as the process.
func (s *stdin) loop() {
	s.mu.Lock()
	for {
		for s.mode == ModeOff {
			s.parked = true
			s.cond.Broadcast()
			s.cond.Wait()
		}
		s.parked = false
		s.mu.Unlock()
		s.wake.wait(0, unix.POLLIN)
		s.mu.Lock()
		s.chunk()
	}
}

// chunk reads once and reports, if reading is on and something is there; it says whether it did.
func (s *stdin) chunk() bool {
	if s.mode == ModeOff || !readyNow(0, unix.POLLIN) {
		return false
	}
	b := s.buf
	if s.mode == ModeBytes {
		b = b[:min(len(b), s.want)]
	}
	n, err := unix.Read(0, b)
	switch {
	case err == unix.EINTR || err == unix.EAGAIN:
	case err != nil:
		s.finish(Event{Ev: EvReadError, Errno: errName(err)})
	case n == 0:
		s.finish(Event{Ev: EvEOF, Data: s.part})
	case s.mode == ModeBytes:
		s.want -= n
		s.settle()
		s.emit(Event{Ev: EvBytes, Data: b[:n]})
	default:
		s.split(b[:n])
	}
	return true
}

func (s *stdin) finish(e Event) {
	s.ended, s.part = true, nil
	s.settle()
	s.emit(e)
}

// split reports the lines that b completes and keeps the rest.
func (s *stdin) split(b []byte) {
	var events []Event
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			break
		}
		line := b[:i]
		if len(s.part) > 0 {
			line, s.part = append(s.part, line...), nil
		}
		s.lines++
		events = append(events, Event{Ev: EvLine, N: s.lines, Data: line})
		b = b[i+1:]
	}
	if len(s.part)+len(b) > maxLine {
		s.finish(Event{Ev: EvReadError, Errno: "EMSGSIZE"})
		return
	}
	if len(events) > 0 {
		s.emit(events...)
	}
	s.part = append(s.part, b...)
}

// sync reads what lies in stdin, if reading is on, and reports that all of it has been reported. The lock is held
// throughout: no line can be taken and not yet reported.
func (s *stdin) sync(c Command, done func(Event)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.chunk() {
	}
	left := 0
	if !s.ended {
		left, _ = queued(0) // what has no queue has nothing left
	}
	done(outcome(c, Event{Left: left}, nil))
}

// close closes descriptor 0 once the reader has left it.
func (s *stdin) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop()
	s.ended = true
	return shut(0)
}
