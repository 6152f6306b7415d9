package host

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	readChunk  = 64 << 10
	keepBuffer = 1 << 20 // a buffer that grew beyond it for one long line is dropped
)

// errOversize: a line is longer than allowed.
var errOversize = errors.New("line too long")

// lines cuts the adapter's stdout into lines and knows at every moment whether one is on its way to the engine. One goroutine calls next.
type lines struct {
	src   *source
	limit int
	buf   []byte
	start int // of the line to return next
	seen  int // no newline in buf[start:seen]
	ended bool

	mu    sync.Mutex
	whole int        // lines read from the pipe and not yet done
	fewer *sync.Cond // of mu: whole became less
}

func newLines(src *source, limit int) *lines {
	l := &lines{src: src, limit: limit}
	l.fewer = sync.NewCond(&l.mu)
	return l
}

// next returns a line without its newline, valid until the next call. At the end it returns the rest, if any, with io.ErrUnexpectedEOF, and
// io.EOF after that. After errOversize it cannot go on.
func (l *lines) next() ([]byte, error) {
	for {
		if i := bytes.IndexByte(l.buf[l.seen:], '\n'); i >= 0 {
			line := l.buf[l.start : l.seen+i]
			l.start = l.seen + i + 1
			l.seen = l.start
			if len(line) > l.limit {
				return line, errOversize
			}
			return line, nil
		}
		l.seen = len(l.buf)
		if len(l.buf)-l.start > l.limit {
			return l.buf[l.start:], errOversize
		}
		if l.ended {
			return l.rest()
		}
		if err := l.fill(); err != nil {
			l.end()
		}
	}
}

func (l *lines) rest() ([]byte, error) {
	line := l.buf[l.start:]
	l.start, l.seen = len(l.buf), len(l.buf)
	if len(line) == 0 {
		return nil, io.EOF
	}
	return line, io.ErrUnexpectedEOF
}

// end notes the end of the pipe; a rest without newline counts as a line.
func (l *lines) end() {
	l.ended = true
	if l.start < len(l.buf) {
		l.add(1)
	}
}

func (l *lines) fill() error {
	if l.start == len(l.buf) && cap(l.buf) > keepBuffer {
		l.buf, l.start, l.seen = nil, 0, 0
	}
	if cap(l.buf)-len(l.buf) < readChunk/2 {
		l.makeRoom()
	}
	n, err := l.src.read(l.buf[len(l.buf):cap(l.buf)], l.mu.Lock, l.mu.Unlock, func(p []byte) { l.whole += bytes.Count(p, []byte{'\n'}) })
	l.buf = l.buf[:len(l.buf)+n]
	return err
}

// makeRoom moves what is left to the front, of a bigger buffer if it is much.
func (l *lines) makeRoom() {
	left := len(l.buf) - l.start
	to := l.buf[:0]
	if cap(l.buf)-left < readChunk {
		to = make([]byte, 0, max(readChunk, 2*left)+readChunk)
	}
	to = append(to, l.buf[l.start:]...)
	l.seen -= l.start
	l.buf, l.start = to, 0
}

// add counts n more (n < 0: fewer) lines that are on their way to the engine.
func (l *lines) add(n int) {
	l.mu.Lock()
	l.whole += n
	l.mu.Unlock()
	l.fewer.Broadcast()
}

// done says that a line has been handed on.
func (l *lines) done() { l.add(-1) }

// pending tells whether a whole line, or anything in the pipe, has not reached the engine; ready whether an event waits to be taken. The start
// of a line whose end the adapter still has to write is not pending: nothing can come of it before the adapter acts again. A line that is
// neither ready nor done is in the hands of the reading goroutine, which is waited for: it is making an event of it, or the engine has just
// taken that.
func (l *lines) pending(ready func() bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.whole > 0 && !ready() {
		l.fewer.Wait()
	}
	return ready() || queued(l.src.f) > 0
}

// readEvents hands the adapter's events on until its stdout ends, and Exit when its process has ended.
func (a *Adapter) readEvents(early []Event) {
	defer close(a.events)
	for _, ev := range early {
		a.deliver(ev)
		a.out.done()
	}
	for {
		ev, err := a.readEvent()
		if err != nil {
			break
		}
		a.deliver(ev)
		a.out.done()
	}
	select {
	case <-a.exited:
	default:
		a.closedChannel()
	}
	a.deliverExit()
}

// closedChannel waits for the exit of an adapter that has already closed its stdout: exits follow closely, a living one broke the channel.
func (a *Adapter) closedChannel() {
	select {
	case <-a.exited:
	case <-time.After(closedGrace):
		a.deliver(Event{Kind: Fault, Text: "it closed its stdout, the channel, and lives on"})
		<-a.exited
	}
}

// readEvent reads one event; an empty line has kind 0 and is not delivered. An error is the end.
func (a *Adapter) readEvent() (Event, error) {
	line, err := a.out.next()
	switch {
	case err == nil:
		return a.ledger.enter(decodeLine(line), line), nil
	case errors.Is(err, errOversize):
		a.cutLife()
		a.out.drop()
		return fault(line, fmt.Sprintf("a line longer than %d bytes; the adapter is killed", a.out.limit)), nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return noise(line), nil // it died in the middle of a line: Exit follows and says how
	}
	return Event{}, err
}

// drop gives up on the rest of the channel, after a line that is too long.
func (l *lines) drop() {
	l.buf, l.start, l.seen, l.ended = nil, 0, 0, true
	l.mu.Lock()
	l.whole = 1 // the one that is being reported
	l.mu.Unlock()
	l.fewer.Broadcast()
}

func (a *Adapter) deliver(ev Event) {
	if ev.Kind == 0 {
		return
	}
	select {
	case <-a.discard:
		return
	default:
	}
	select {
	case a.events <- ev:
	case <-a.discard:
	}
}

// deliverExit leaves Exit readable also when nobody reads any more: what was not taken before Kill or Close is discarded for it.
func (a *Adapter) deliverExit() {
	st := a.Status()
	ev := Event{Kind: Exit, Code: st.Code, Signal: st.Signal, Text: a.exitText()}
	select {
	case a.events <- ev:
	case <-a.discard:
		select {
		case <-a.events:
		default:
		}
		a.events <- ev
	}
}
