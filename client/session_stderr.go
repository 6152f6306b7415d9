package client

import (
	"bytes"
	"context"
	"io"
	"sync"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/transport"
)

// stderrUnread is how much of a session's stderr waits for its reader, in bytes.
const stderrUnread = 1 << 20

// stderrPipe is a stderr as a reader. Its writer never waits: what is not read in time makes room, whole lines at a time and the
// oldest first, because the end of a stderr says why a CLI died.
type stderrPipe struct {
	end <-chan struct{} // closed when the CLI is gone and all its stderr was added

	mu    sync.Mutex
	buf   []byte
	begun bool          // a part of the first line was read
	more  chan struct{} // what a waiting reader waits for; nil if none waits
	taken bool
}

var _ io.Reader = (*stderrPipe)(nil)

// fed gives parts that start a CLI whose stderr is added to the pipe as it is read. A callback for its lines would not do: a slow one
// is not given the latest.
func (p *stderrPipe) fed(with *parts.Parts) *parts.Parts {
	fed := *with
	fed.Open = func(ctx context.Context, c transport.Command, o transport.Options) (transport.Transport, error) {
		o.NewStderr = func() transport.StderrReader {
			return teedStderr{transport.NewStderrTail(o.StderrTail, o.OnStderr), p}
		}
		return with.Open(ctx, c, o)
	}
	return &fed
}

// teedStderr is the reader of a stderr that adds it to a pipe.
type teedStderr struct {
	*transport.StderrTail
	pipe *stderrPipe
}

// Drain reads r to its end.
func (t teedStderr) Drain(r io.Reader) { t.StderrTail.Drain(io.TeeReader(r, t.pipe)) }

// take gives the reading end away, once.
func (p *stderrPipe) take() (first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	first, p.taken = !p.taken, true
	return first
}

// Write adds text. It never waits, and never fails.
func (p *stderrPipe) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.buf = append(p.buf, text...)
	if len(p.buf) > stderrUnread {
		p.makeRoom()
	}
	if p.more != nil {
		close(p.more)
		p.more = nil
	}
	return len(text), nil
}

// makeRoom leaves out the oldest lines. A line of which a part was read keeps its rest. It is called with mu held.
func (p *stderrPipe) makeRoom() {
	first := 0
	if p.begun {
		first = bytes.IndexByte(p.buf, '\n') + 1
	}
	next := max(first, len(p.buf)-stderrUnread)
	if i := bytes.IndexByte(p.buf[next:], '\n'); next > first && p.buf[next-1] != '\n' && i >= 0 {
		next += i + 1
	}
	p.buf = append(p.buf[:first], p.buf[next:]...)
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
	if n > 0 {
		p.begun = p.buf[n-1] != '\n'
	}
	p.buf = p.buf[n:]
	if len(p.buf) == 0 {
		p.buf = nil
	}
	if p.more == nil {
		p.more = make(chan struct{})
	}
	return n, p.more
}
