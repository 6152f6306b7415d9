package host

import (
	"fmt"
	"io"
	"sync"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

// maxQueued bounds what waits for an adapter that does not read, in bytes.
const maxQueued = contract.MaxLine

// outbox is the ordered queue to the adapter's stdin. put never blocks; run is its one goroutine.
type outbox struct {
	mu    sync.Mutex
	queue [][]byte
	size  int  // bytes queued or being written
	ended bool // no more put; stdin is closed when the queue is empty
	err   error
	wake  chan struct{}
	w     io.WriteCloser
}

func newOutbox(w io.WriteCloser) *outbox { return &outbox{w: w, wake: make(chan struct{}, 1)} }

func (o *outbox) put(line []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.err != nil:
		return fmt.Errorf("%w: writing to it: %w", ErrGone, o.err)
	case o.ended:
		return fmt.Errorf("%w: its stdin is closed", ErrGone)
	case o.size > 0 && o.size+len(line) > maxQueued:
		return fmt.Errorf("%w: %d bytes wait for it; its fault if it declares concurrency", ErrStuck, o.size)
	}
	o.queue = append(o.queue, line)
	o.size += len(line)
	o.signal()
	return nil
}

// idle tells whether everything put has been written to the pipe.
func (o *outbox) idle() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.size == 0
}

// end refuses what comes later and closes the pipe after what is queued.
func (o *outbox) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
	o.signal()
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// run writes until end, or until the pipe fails: closing it from outside unblocks a write.
func (o *outbox) run() {
	defer func() { _ = o.w.Close() }()
	for {
		line, ended := o.next()
		if line == nil {
			if ended {
				return
			}
			<-o.wake
			continue
		}
		_, err := o.w.Write(line)
		if o.wrote(len(line), err); err != nil {
			return
		}
	}
}

func (o *outbox) next() (line []byte, ended bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 {
		o.queue = nil
		return nil, o.ended
	}
	line, o.queue[0] = o.queue[0], nil
	o.queue = o.queue[1:]
	return line, o.ended
}

func (o *outbox) wrote(n int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.size -= n
	if err != nil {
		o.err, o.queue, o.size = err, nil, 0
	}
}
