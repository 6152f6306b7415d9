package transport

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/internal/queue"
)

// StderrReader reads all of a stderr and keeps its end. [StderrTail] is the product's one.
type StderrReader interface {
	// Drain reads r to its end. It runs once, on its own goroutine.
	Drain(r io.Reader)
	// Tail gives the end of what was read, and how many bytes came before it. Any goroutine may call it.
	Tail() (tail string, dropped int64)
}

// The bounds of what a stderr costs.
const (
	// stderrLine is the longest line a callback is given, in bytes; a longer one comes in pieces.
	stderrLine = 64 << 10
	// stderrQueue bounds the lines that wait for a slow callback, in bytes. Bytes and not lines, because a thousand short lines are nothing, and
	// what a CLI says in a hurry is in them.
	stderrQueue = 4 << 20
	// stderrEntry is what a waiting line costs besides its text, in bytes.
	stderrEntry = 64
	// callbackGrace is how long the end of stderr waits for the callback to catch up.
	callbackGrace = time.Second
)

// StderrTail is the product's StderrReader. Nothing its callback does stops the reading: it runs on a
// goroutine of its own, one line after the other; a panic is caught and the next line is given to it all
// the same; while it blocks, 4 MiB of lines queue, then lines are left out. [StderrTail.Err] tells of both.
type StderrTail struct {
	size   int
	onLine func(string)

	mu      sync.Mutex
	buf     []byte // up to twice size, of which the end counts
	total   int64
	lost    int64
	paniced error
}

// NewStderrTail keeps the last size bytes (0 or less: DefaultStderrTail) and calls onLine, if not nil,
// with each line, without its line end.
func NewStderrTail(size int, onLine func(line string)) *StderrTail {
	if size <= 0 {
		size = DefaultStderrTail
	}
	return &StderrTail{size: size, onLine: onLine}
}

// Drain reads r to its end, and then waits for the callback to catch up, for at most a second: one that
// never returns keeps its goroutine, and nobody else waits for it.
func (s *StderrTail) Drain(r io.Reader) {
	if s.onLine == nil {
		s.read(r, nil)
		return
	}
	lines := queue.New[string]()
	caught := make(chan struct{})
	go func() {
		defer close(caught)
		for {
			line, ok := lines.Take(nil)
			if !ok {
				return
			}
			s.call(line)
		}
	}()
	s.read(r, lines)
	lines.Close()
	late := time.NewTimer(callbackGrace)
	defer late.Stop()
	select {
	case <-caught:
	case <-late.C:
	}
}

// read reads to the end, and hands on lines.
func (s *StderrTail) read(r io.Reader, lines *queue.Queue[string]) {
	chunk := make([]byte, 32<<10)
	var part []byte
	for {
		n, err := r.Read(chunk)
		s.keep(chunk[:n])
		if s.onLine != nil {
			part = s.split(append(part, chunk[:n]...), lines)
		}
		if err == nil {
			continue
		}
		if len(part) > 0 {
			s.offer(part, lines)
		}
		return
	}
}

// keep adds b to the tail.
func (s *StderrTail) keep(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total += int64(len(b))
	s.buf = append(s.buf, b...)
	if len(s.buf) > 2*s.size {
		s.buf = s.buf[:copy(s.buf, s.buf[len(s.buf)-s.size:])]
	}
}

// split hands on the whole lines in b and gives back the rest.
func (s *StderrTail) split(b []byte, lines *queue.Queue[string]) []byte {
	rest := b
	for {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 && len(rest) < stderrLine {
			return append(b[:0], rest...)
		}
		next := i + 1
		if i < 0 || i > stderrLine {
			i, next = stderrLine, stderrLine
		}
		s.offer(rest[:i], lines)
		rest = rest[next:]
	}
}

// offer queues a line, or counts it as lost where more than the bound waits already.
func (s *StderrTail) offer(text []byte, lines *queue.Queue[string]) {
	line := string(bytes.TrimSuffix(text, []byte("\r")))
	if cost := len(line) + stderrEntry; lines.Put(line, cost, stderrQueue+cost) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost++
}

// call gives the callback a line, and survives it.
func (s *StderrTail) call(text string) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.paniced == nil {
			s.paniced = fmt.Errorf("stderr callback panicked on %q: %v", excerpt([]byte(text)), v)
		}
	}()
	s.onLine(text)
}

// Tail gives the end of what was read so far, and how many bytes came before it.
func (s *StderrTail) Tail() (tail string, dropped int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buf[max(0, len(s.buf)-s.size):]
	return string(b), s.total - int64(len(b))
}

// Err is what the callback did wrong so far: its first panic, else that it was too slow for some lines.
func (s *StderrTail) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paniced != nil {
		return s.paniced
	}
	if s.lost > 0 {
		return fmt.Errorf("stderr callback was too slow: %d lines were not given to it", s.lost)
	}
	return nil
}
