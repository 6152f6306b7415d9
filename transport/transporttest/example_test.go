package transporttest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/wiretrial/wiretrial/transport"
	"github.com/wiretrial/wiretrial/transport/transporttest"
)

// Remote is a claude on another machine, as container APIs give one: a connection for its stdin and stdout, a call that waits for
// its exit code, and one that kills it.
type Remote struct {
	frames *transport.Framer
	input  *transport.LineWriter
	kill   func()

	inputClosed, closing atomic.Bool
	close                sync.Once
	closeErr             error
	done                 chan struct{}
	exit                 transport.Exit // written before done is closed
}

var _ transport.Transport = (*Remote)(nil)

// stdin ends by half: stdout goes on.
type stdin struct{ *net.TCPConn }

func (s stdin) Close() error { return s.CloseWrite() }

// NewRemote gives the transport. It owns the connection.
func NewRemote(conn *net.TCPConn, wait func() int, kill func()) *Remote {
	r := &Remote{
		frames: transport.NewFramer(conn, transport.FramerOptions{}),
		input:  transport.NewLineWriter(stdin{conn}), kill: kill, done: make(chan struct{}),
	}
	go func() {
		code := wait()
		_ = r.input.Close()
		r.exit = transport.Exit{Code: code, Closing: r.closing.Load()}
		if code != 0 {
			r.exit.Err = &transport.ExitError{Code: code}
		}
		close(r.done)
	}()
	return r
}

func (r *Remote) ReadFrame() ([]byte, error) { return r.frames.ReadFrame() }

// WriteFrame tells an input that was closed here from one that the end of the peer closed.
func (r *Remote) WriteFrame(ctx context.Context, frame []byte) error {
	err := r.input.WriteFrame(ctx, frame)
	var bad *transport.WriteError
	if errors.As(err, &bad) && errors.Is(err, transport.ErrInputClosed) && !r.inputClosed.Load() {
		bad.Err = transport.ErrPeerClosed
	}
	return err
}

func (r *Remote) CloseInput() error {
	r.inputClosed.Store(true)
	_ = r.input.Close() // of a connection that is gone
	return nil
}

// Close is the escalation of a process, whose target the Remote itself is.
func (r *Remote) Close(ctx context.Context) error {
	r.closing.Store(true)
	r.close.Do(func() { r.closeErr = transport.Escalation{}.Run(ctx, r) })
	return r.closeErr
}

func (r *Remote) Terminate() error      { return nil } // there is no such call: Kill follows
func (r *Remote) Kill() error           { r.kill(); return nil }
func (r *Remote) Done() <-chan struct{} { return r.done }

func (r *Remote) Exit() transport.Exit {
	select {
	case <-r.done:
		return r.exit
	default:
		return transport.Exit{Code: -1, Err: transport.ErrRunning}
	}
}

// container is the other machine: a transporttest.Peer.
type container struct {
	conn *net.TCPConn
	in   *bufio.Reader
	once sync.Once
	code chan int
}

func (c *container) Write(p []byte) (int, error) { return c.conn.Write(p) }

func (c *container) ReadLine() (string, error) {
	line, err := c.in.ReadString('\n')
	return strings.TrimSuffix(line, "\n"), err
}

func (c *container) CloseOutput() error { return c.conn.CloseWrite() }

func (c *container) End(code int) error {
	c.once.Do(func() {
		_ = c.conn.CloseWrite()
		go func() { // what is still on its way would else take the output with it
			_, _ = io.Copy(io.Discard, c.conn)
			_ = c.conn.Close()
		}()
		c.code <- code
	})
	return nil
}

// A transport of one's own, and its test.
func Example() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer listener.Close()
	fmt.Println(transporttest.Check(func() (transport.Transport, transporttest.Peer, error) {
		near, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			return nil, nil, err
		}
		far, err := listener.Accept()
		if err != nil {
			return nil, nil, err
		}
		conn, peer := near.(*net.TCPConn), &container{conn: far.(*net.TCPConn), in: bufio.NewReader(far), code: make(chan int, 1)}
		_, _ = conn.SetWriteBuffer(64<<10), peer.conn.SetReadBuffer(64<<10) // or megabytes would be on their way
		wait := func() int { return <-peer.code }
		return NewRemote(conn, wait, func() { _ = peer.End(137) }), peer, nil
	}, transporttest.Limits{}))
	// Output: <nil>
}
