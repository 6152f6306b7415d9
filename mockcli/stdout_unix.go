//go:build linux || darwin

package mockcli

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const defaultDrain = 10 * time.Second

// output is descriptor 1 or 2.
type output struct {
	fd     int
	kind   string
	closed atomic.Bool

	mu   sync.Mutex // one write at a time: pieces of two must not mix
	wake wakePipe
}

// write writes c.Data piece by piece, one write(2) each as far as the reader lets it, and calls blocked once if it does
// not. Where the reader does not take a drained piece for long the rest follows undrained: every byte is written.
func (o *output) write(c Command, blocked func(n int)) (Event, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var e Event
	if err := o.wake.open(); err != nil {
		return e, err
	}
	tell := func(n int) {
		if blocked != nil {
			blocked(n)
			blocked = nil
		}
	}
	began, size := time.Now(), c.Cut
	for at := 0; at < len(c.Data); {
		if c.GrowMS > 0 {
			size = grown(c, time.Since(began))
		}
		end := nextCut(c, at, size)
		n, err := o.piece(c.Data[at:end], func(n int) { tell(at + n) })
		e.N += n
		if err != nil {
			return e, err
		}
		e.Pieces++
		at = end
		if c.Drain {
			e.Left, err = o.drainPiece(c, func() { tell(end) })
			switch {
			case errors.Is(err, unix.ETIMEDOUT):
				c.Drain = false // the reader stays away; a frame that is cut off would be our fault, and no other frame may follow it
			case err != nil:
				return e, err
			}
		}
	}
	return e, nil
}

// grown is the size of the pieces of a write that has taken so long. A piece is a round trip to the reader, which on a busy machine takes a
// hundred times as long as on an idle one: a frame byte by byte would then outlast the reader's own timers.
func grown(c Command, took time.Duration) int {
	size := c.Cut
	for range took / (time.Duration(c.GrowMS) * time.Millisecond) {
		if size >= len(c.Data) {
			break
		}
		size *= 2
	}
	return size
}

// nextCut is where the piece that begins at ends, if no piece is longer than size; zero: of any size.
func nextCut(c Command, at, size int) int {
	end := len(c.Data)
	if size > 0 {
		end = min(end, at+size)
	}
	for _, cut := range c.Cuts {
		if cut > at && cut < end {
			end = cut
		}
	}
	return end
}

// piece writes b without ever parking in write(2), which close could not interrupt.
func (o *output) piece(b []byte, blocked func(n int)) (int, error) {
	written := 0
	for {
		if o.closed.Load() {
			return written, unix.EBADF
		}
		n, err := writeNow(o.fd, o.kind, b[written:])
		written += max(n, 0)
		switch {
		case written == len(b):
			return written, nil
		case err == unix.EINTR:
			continue
		case err != nil && err != unix.EAGAIN:
			return written, err
		}
		blocked(written)
		o.wake.wait(o.fd, unix.POLLOUT)
	}
}

// drainPiece is drain, or, where the system does not tell what was taken, a pause in which a reader that waits takes it.
func (o *output) drainPiece(c Command, late func()) (left int, err error) {
	left, err = o.drain(c, late)
	if errors.Is(err, ErrNotSupported) {
		nanosleep(2 * time.Millisecond)
		return 0, nil
	}
	return left, err
}

// lateLooks is after how many looks a reader is late: about 10 ms.
const lateLooks = 200

// drain waits until the reader took everything, and says what it left otherwise; late is called, again and again, once that takes long. There is
// no event for an emptied pipe, so it looks again and again, at first without sleeping: cuts are drained thousands of times.
func (o *output) drain(c Command, late func()) (left int, err error) {
	limit := defaultDrain
	if c.WithinMS > 0 {
		limit = time.Duration(c.WithinMS) * time.Millisecond
	}
	for start, i := time.Now(), 0; ; i++ {
		if o.closed.Load() {
			return 0, unix.EBADF
		}
		if left, err = pending(o.fd, o.kind); left == 0 || err != nil {
			return left, err
		}
		if hungUp(o.fd) {
			return left, unix.EPIPE
		}
		if time.Since(start) > limit {
			return left, unix.ETIMEDOUT
		}
		if i >= lateLooks {
			late()
		}
		pause(i)
	}
}

// pause is the i-th wait of a loop: yields, then nanosleep(2), as the runtime's timers are no finer than 1 ms.
func pause(i int) {
	switch {
	case i < 20:
		yield()
	case i < lateLooks:
		nanosleep(50 * time.Microsecond)
	default:
		nanosleep(time.Millisecond)
	}
}

func nanosleep(d time.Duration) {
	t := unix.NsecToTimespec(int64(d))
	_ = sleepFor(&t) // an early return only costs another look
}

// hungUp reports whether the reader of fd is gone.
func hungUp(fd int) bool {
	f := []unix.PollFd{{Fd: int32(fd)}}
	n, err := unix.Poll(f, 0)
	return err == nil && n > 0 && f[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0
}

// close closes the descriptor; a write that waits for its reader ends first.
func (o *output) close() error {
	o.closed.Store(true)
	o.wake.ring()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.wake.clear()
	return shut(o.fd)
}
