package transport

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

// conn is what a Process and a Memory have in common: the pieces, and who waits for what.
type conn struct {
	frames FrameReader
	input  FrameWriter
	policy ClosePolicy
	target Target
	// release lets go of what is still held when the policy has returned.
	release func()

	inputClosed atomic.Bool // by this side
	closing     atomic.Bool
	begin       sync.Once
	closed      chan struct{}
	closeErr    error
	hurry       context.CancelFunc
	closeCtx    context.Context

	done chan struct{}
	exit Exit // written before done is closed
}

// newConn assembles the pieces named by the options over the two streams.
func newConn(out io.Reader, in io.WriteCloser, opts Options) *conn {
	c := &conn{policy: opts.Close, closed: make(chan struct{}), done: make(chan struct{})}
	if c.policy == nil {
		c.policy = opts.Escalation.Run
	}
	if opts.NewFramer != nil {
		c.frames = opts.NewFramer(out)
	} else {
		c.frames = NewFramer(out, opts.Framing)
	}
	if opts.NewWriter != nil {
		c.input = opts.NewWriter(in)
	} else {
		c.input = NewLineWriter(in)
	}
	c.closeCtx, c.hurry = context.WithCancel(context.Background())
	return c
}

// write writes a frame. An input that nobody here closed was closed by the peer's end.
func (c *conn) write(ctx context.Context, frame []byte) error {
	err := c.input.WriteFrame(ctx, frame)
	var bad *WriteError
	if errors.As(err, &bad) && errors.Is(bad.Err, ErrInputClosed) && !c.inputClosed.Load() {
		bad.Err = ErrPeerClosed
	}
	return err
}

// recycle gives a frame back to a framer that wants it.
func (c *conn) recycle(frame []byte) {
	if r, ok := c.frames.(Recycler); ok {
		r.Recycle(frame)
	}
}

// closeInput is this side's end of the input.
func (c *conn) closeInput() error {
	c.inputClosed.Store(true)
	return c.input.Close()
}

// close runs the policy once and waits for it. The end of any caller's ctx hurries it.
func (c *conn) close(ctx context.Context) error {
	c.closing.Store(true)
	c.begin.Do(func() { go c.end() })
	select {
	case <-c.closed:
	case <-ctx.Done():
		c.hurry()
		<-c.closed
	}
	return c.closeErr
}

// end is the goroutine of Close; all its callers wait for it.
func (c *conn) end() {
	defer close(c.closed)
	defer c.hurry()
	c.closeErr = c.policy(c.closeCtx, c.target)
	c.release()
}

// ended is Exit.
func (c *conn) ended() Exit {
	select {
	case <-c.done:
		return c.exit
	default:
		return Exit{Code: -1, Err: ErrRunning}
	}
}
