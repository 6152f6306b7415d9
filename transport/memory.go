package transport

import (
	"context"
	"io"
	"sync"
)

// Memory is a Transport without a process, for tests. Its other end is a [Peer].
type Memory struct {
	*conn
	peer *Peer
}

var _ Transport = (*Memory)(nil)

// Peer is the claude's end of a [Memory]: what a test plays. Its methods may be called from any
// goroutine; one at a time may read.
type Peer struct {
	in, out *memPipe
	frames  *Framer

	mu      sync.Mutex
	conn    *conn
	over    bool
	handled chan struct{} // not nil: the test handles SIGTERM
	asked   bool
}

// Pipe gives the two ends of a Transport in memory. Each direction holds 64 KiB, as a pipe does; more
// waits for the reader. A peer that does not call [Peer.End] when its input ends is ended by Close as a
// process would be, after the graces.
func Pipe() (*Memory, *Peer) { return PipeWith(Options{}) }

// PipeWith is Pipe with options. Those of stderr, of the drain and of the process group have no effect.
func PipeWith(opts Options) (*Memory, *Peer) {
	p := &Peer{in: newMemPipe(), out: newMemPipe()}
	p.frames = NewFramer(p.in, FramerOptions{})
	c := newConn(p.out, inputEnd{p.in}, opts)
	m := &Memory{conn: c, peer: p}
	c.target = memoryTarget{m}
	c.release = func() {}
	p.conn = c
	return m, p
}

// ReadFrame is as in [Transport].
func (m *Memory) ReadFrame() ([]byte, error) { return m.frames.ReadFrame() }

// Recycle is as in [Framer.Recycle].
func (m *Memory) Recycle(frame []byte) { m.recycle(frame) }

// WriteFrame is as in [Transport].
func (m *Memory) WriteFrame(ctx context.Context, frame []byte) error { return m.write(ctx, frame) }

// CloseInput is as in [Transport].
func (m *Memory) CloseInput() error { return m.closeInput() }

// Close is as in [Transport].
func (m *Memory) Close(ctx context.Context) error { return m.close(ctx) }

// Done is as in [Transport].
func (m *Memory) Done() <-chan struct{} { return m.done }

// Exit is as in [Transport].
func (m *Memory) Exit() Exit { return m.ended() }

// memoryTarget is what a ClosePolicy sees of a Memory.
type memoryTarget struct{ m *Memory }

func (t memoryTarget) CloseInput() error     { return t.m.CloseInput() }
func (t memoryTarget) Terminate() error      { t.m.peer.terminate(); return nil }
func (t memoryTarget) Kill() error           { t.m.peer.end(-1, "SIGKILL", ""); return nil }
func (t memoryTarget) Done() <-chan struct{} { return t.m.done }

// ReadFrame gives the next frame the client wrote, and io.EOF after its CloseInput.
func (p *Peer) ReadFrame() ([]byte, error) { return p.frames.ReadFrame() }

// WriteFrame writes a frame and a line feed to the client, as one piece. It waits while 64 KiB are
// unread; ctx is looked at before only. After the peer's end it fails with io.ErrClosedPipe.
func (p *Peer) WriteFrame(ctx context.Context, frame []byte) error {
	if err := ctx.Err(); err != nil {
		return &WriteError{Err: err, Size: len(frame)}
	}
	if err := checkOneLine(frame); err != nil {
		return &WriteError{Err: err, Size: len(frame)}
	}
	_, err := p.out.Write(append(append(make([]byte, 0, len(frame)+1), frame...), '\n'))
	return err
}

// Write writes raw bytes to the client's reader: any cut, any noise.
func (p *Peer) Write(b []byte) (int, error) { return p.out.Write(b) }

// CloseOutput ends what the client reads, while the peer lives on.
func (p *Peer) CloseOutput() { p.out.closeWrite() }

// CloseInput makes the client's writes fail, as those to a process that closed its stdin.
func (p *Peer) CloseInput() { p.in.closeRead() }

// End ends the peer, as a process ends: with an exit code and what it wrote to stderr. The client can
// still read what was written before. Only the first end counts.
func (p *Peer) End(code int, stderr string) { p.end(code, "", stderr) }

// Terminated makes the peer handle SIGTERM: it does not end by it any more, but the channel is closed
// when the client sends one. It should be called before the client's Close.
func (p *Peer) Terminated() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.handled == nil {
		p.handled = make(chan struct{})
	}
	return p.handled
}

// Done is closed when the peer has ended, by End or by a signal.
func (p *Peer) Done() <-chan struct{} { return p.conn.done }

// terminate is SIGTERM.
func (p *Peer) terminate() {
	p.mu.Lock()
	handled, first := p.handled, !p.asked
	p.asked = true
	p.mu.Unlock()
	if handled == nil {
		p.end(-1, "SIGTERM", "")
	} else if first {
		close(handled)
	}
}

// end is any end.
func (p *Peer) end(code int, signal, stderr string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return
	}
	p.over = true
	p.out.closeWrite()
	p.in.closeRead()
	c := p.conn
	c.exit = Exit{Code: code, Signal: signal, Stderr: stderr, Closing: c.closing.Load()}
	if code != 0 {
		c.exit.Err = &ExitError{Code: code, Signal: signal, Stderr: stderr}
	}
	_ = c.input.Close()
	close(c.done)
}

// inputEnd is the client's end of a memPipe.
type inputEnd struct{ *memPipe }

// Close ends the stream for its reader, and a Write that waits.
func (i inputEnd) Close() error { i.closeWrite(); return nil }

// memPipe is a pipe in memory that holds as much as a pipe of the system.
type memPipe struct {
	mu                 sync.Mutex
	changed            *sync.Cond
	buf                []byte
	noWriter, noReader bool
}

// memPipeSize is how much a memPipe holds: Linux's default.
const memPipeSize = 64 << 10

func newMemPipe() *memPipe {
	p := &memPipe{}
	p.changed = sync.NewCond(&p.mu)
	return p
}

// Read is io.Reader's.
func (p *memPipe) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.buf) == 0 {
		if p.noWriter {
			return 0, io.EOF
		}
		p.changed.Wait()
	}
	n := copy(b, p.buf)
	p.buf = p.buf[:copy(p.buf, p.buf[n:])]
	p.changed.Broadcast()
	return n, nil
}

// Write is io.Writer's.
func (p *memPipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	done := 0
	for {
		if p.noWriter || p.noReader {
			return done, io.ErrClosedPipe
		}
		n := min(len(b)-done, memPipeSize-len(p.buf))
		p.buf = append(p.buf, b[done:done+n]...)
		done += n
		p.changed.Broadcast()
		if done == len(b) {
			return done, nil
		}
		p.changed.Wait()
	}
}

func (p *memPipe) closeWrite() { p.shut(&p.noWriter) }
func (p *memPipe) closeRead()  { p.shut(&p.noReader) }

func (p *memPipe) shut(which *bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*which = true
	p.changed.Broadcast()
}
