package transport

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// drainLimit is how long a process's output is read on at most after its end while another process
	// writes to the pipe without a pause.
	drainLimit = 2 * time.Second
	// pipeMost is what a pipe holds at most: Linux's fs.pipe-max-size; others hold less.
	pipeMost = 1 << 20
)

// outPipe reads a process's output, and finds its end although other processes may hold the pipe open:
// after the process's end it is over when the pipe is empty and was silent for the grace. As the process
// wrote nothing after its end, a pipe once seen empty holds nothing more of it, so nothing is lost.
type outPipe struct {
	f            *os.File
	grace, limit time.Duration

	endedAt atomic.Pointer[time.Time] // of the process
	leaving atomic.Bool               // detach wants the pipe

	mu     sync.Mutex // held by Read
	late   int        // bytes read after limit
	rest   []byte     // what detach found
	closed bool
}

// newOutPipe reads f. A negative grace waits for the pipe's own end.
func newOutPipe(f *os.File, grace, limit time.Duration) *outPipe {
	return &outPipe{f: f, grace: grace, limit: limit}
}

// end tells that the process has ended.
func (o *outPipe) end() {
	if o.grace < 0 {
		return
	}
	now := time.Now()
	o.endedAt.Store(&now)
	o.wake()
}

// wake ends a Read that waits, which then looks again.
func (o *outPipe) wake() { _ = o.f.SetReadDeadline(time.Unix(1, 0)) }

// Read is io.Reader's.
func (o *outPipe) Read(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return o.readRest(p)
	}
	if o.endedAt.Load() == nil && !o.leaving.Load() {
		n, err := o.f.Read(p)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return o.finish(n, err)
		}
	}
	return o.readEnded(p)
}

// readEnded reads when the process has ended, or detach waits.
func (o *outPipe) readEnded(p []byte) (int, error) {
	for waited := false; ; waited = true {
		n, err := tryRead(o.f, p)
		if errors.Is(err, errors.ErrUnsupported) {
			n, err = o.f.Read(p)
		}
		if n > 0 && o.overdue(n) {
			return o.finish(0, io.EOF)
		}
		if n > 0 || !errors.Is(err, errEmpty) {
			return o.finish(n, err)
		}
		wait := o.patience()
		if waited || wait <= 0 {
			return o.finish(0, io.EOF)
		}
		_ = o.f.SetReadDeadline(time.Now().Add(wait))
		if o.leaving.Load() {
			continue
		}
		if n, err = o.f.Read(p); !errors.Is(err, os.ErrDeadlineExceeded) {
			return o.finish(n, err)
		}
	}
}

// patience is how long an empty pipe may stay silent.
func (o *outPipe) patience() time.Duration {
	at := o.endedAt.Load()
	if at == nil || o.leaving.Load() {
		return 0
	}
	return min(o.grace, time.Until(at.Add(o.limit)))
}

// overdue says whether n more bytes cannot be the process's own: the limit has passed, and since then
// more was read than a pipe holds.
func (o *outPipe) overdue(n int) bool {
	at := o.endedAt.Load()
	if at == nil || time.Since(*at) < o.limit {
		return false
	}
	o.late += n
	return o.late > 2*pipeMost
}

// finish closes the pipe at its end.
func (o *outPipe) finish(n int, err error) (int, error) {
	if err == nil {
		return n, nil
	}
	o.closed = true
	_ = o.f.Close()
	if errors.Is(err, os.ErrClosed) {
		err = io.EOF
	}
	return n, err
}

// readRest gives what detach kept.
func (o *outPipe) readRest(p []byte) (int, error) {
	n := copy(p, o.rest)
	o.rest = o.rest[n:]
	if n == 0 && len(p) > 0 {
		o.rest = nil
		return 0, io.EOF
	}
	return n, nil
}

// detach lets go of the pipe at once: what is in it is kept for later Reads.
func (o *outPipe) detach() {
	o.leaving.Store(true)
	o.wake()
	if !canTryRead {
		_ = o.f.Close() // ends a Read that waits
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	chunk := make([]byte, 64<<10)
	for canTryRead && len(o.rest) < 2*pipeMost {
		n, err := tryRead(o.f, chunk)
		o.rest = append(o.rest, chunk[:max(n, 0)]...)
		if err != nil {
			break
		}
	}
	o.closed = true
	_ = o.f.Close()
}

// errEmpty: a pipe that is open holds nothing now.
var errEmpty = errors.New("pipe is empty")
