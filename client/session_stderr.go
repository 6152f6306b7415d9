package client

import (
	"bytes"
	"io"
	"sync"
)

// stderrUnread is how much of a session's stderr waits for its reader, in bytes.
const stderrUnread = 1 << 20

// stderrPipe is a stderr as a reader. Its writer never waits: what is not read in time makes room, whole lines at a time and the
// oldest first, because the end of a stderr says why a CLI died.
type stderrPipe struct {
	end <-chan struct{} // closed when the CLI is gone and all its stderr was added

	mu    sync.Mutex
	buf   []byte
	more  chan struct{} // what a waiting reader waits for; nil if none waits
	taken bool
}

var _ io.Reader = (*stderrPipe)(nil)

func newStderrPipe() *stderrPipe { return &stderrPipe{} }

// tee gives the callback of a transport that adds to the pipe, and calls next if there is one.
func (p *stderrPipe) tee(next func(line string)) func(line string) {
	return func(line string) {
		p.add(line)
		if next != nil {
			next(line)
		}
	}
}

// take gives the reading end away, once.
func (p *stderrPipe) take() (first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	first, p.taken = !p.taken, true
	return first
}

func (p *stderrPipe) add(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.buf = append(append(p.buf, line...), '\n')
	for len(p.buf) > stderrUnread {
		p.buf = p.buf[bytes.IndexByte(p.buf, '\n')+1:]
	}
	if p.more != nil {
		close(p.more)
		p.more = nil
	}
}

// Read is io.Reader's.
func (p *stderrPipe) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for {
		n, more := p.next(b)
		if n > 0 {
			return n, nil
		}
		select {
		case <-more:
		case <-p.end:
			if n, _ := p.next(b); n > 0 {
				return n, nil
			}
			return 0, io.EOF
		}
	}
}

// next copies what is there; if nothing is, it gives what to wait for.
func (p *stderrPipe) next(b []byte) (int, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := copy(b, p.buf)
	p.buf = p.buf[n:]
	if len(p.buf) == 0 {
		p.buf = nil
	}
	if p.more == nil {
		p.more = make(chan struct{})
	}
	return n, p.more
}
