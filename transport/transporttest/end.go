package transporttest

import (
	"context"
	"errors"
	"fmt"

	"github.com/wiretrial/wiretrial/transport"
)

// endChecks are about how it ends.
func endChecks() []check {
	return []check{
		{name: "a good end", run: func(c *conversation) error {
			return all(c.running,
				func() error { return c.in("the peer's End", func() error { return c.peer.End(0) }) }, c.eof, c.over,
				func() error { return c.exited(0, false) },
				func() error { return c.in("Close", func() error { return c.Close(context.Background()) }) },
			)
		}},
		{name: "an exit code", needs: func(l Limits) bool { return !l.NoExitCode }, run: func(c *conversation) error {
			return all(
				func() error { return c.in("the peer's End", func() error { return c.peer.End(3) }) }, c.over,
				func() error { return c.exited(3, false) },
			)
		}},
		{name: "Close lets the peer end by itself", run: endsByItself},
		{name: "the end of its context hurries Close", run: func(c *conversation) error {
			return all(
				func() error { return c.says("{\"before\":1}\n") },
				func() error { return c.in("Close", func() error { return c.Close(ended()) }) }, c.over,
				func() error {
					if e := c.Exit(); errors.Is(e.Err, transport.ErrRunning) || !e.Closing {
						return fmt.Errorf("exit after Close: %+v", e)
					}
					return nil
				},
				func() error { return c.frame(`{"before":1}`) }, c.eof,
				func() error { return c.refused(context.Background(), "{}", transport.ErrInputClosed) },
				func() error { return c.in("Close again", func() error { return c.Close(context.Background()) }) },
			)
		}},
		{name: "Close ends who waits", run: func(c *conversation) error {
			write := c.blockedWrite(context.Background())
			read := make(chan error, 1)
			go func() { _, err := c.ReadFrame(); read <- err }()
			return all(
				func() error { return c.in("Close", func() error { return c.Close(ended()) }) },
				func() error { return asRefused(c.await("WriteFrame", write), transport.ErrInputClosed) },
				func() error {
					if err := c.await("ReadFrame", read); err == nil {
						return errors.New("got a frame that nobody wrote")
					}
					return nil
				},
			)
		}},
	}
}

// exited checks an exit code, as far as it is known.
func (c *conversation) exited(code int, closing bool) error {
	e := c.Exit()
	var bad *transport.ExitError
	switch {
	case errors.Is(e.Err, transport.ErrRunning) || e.Closing != closing:
	case c.limits.NoExitCode:
		return nil
	case e.Code != code || code == 0 && e.Err != nil || code != 0 && (!errors.As(e.Err, &bad) || bad.Code != code):
	default:
		return nil
	}
	return fmt.Errorf("exit: want code %d, closing %v, got %+v", code, closing, e)
}

// endsByItself has a peer that ends at the end of its input, with last words. Every caller of Close waits for that.
func endsByItself(c *conversation) error {
	peer := make(chan error, 1)
	go func() {
		_, err := c.peer.ReadLine()
		if err == nil {
			err = errors.New("the peer: want the end of its input, got a line")
		} else {
			_, err = c.peer.Write([]byte("{\"last\":1}\n"))
		}
		peer <- errors.Join(err, c.peer.End(0))
	}()
	closed := make(chan error, 3)
	for range cap(closed) {
		go func() {
			err := c.Close(context.Background())
			select {
			case <-c.Done():
			default:
				err = errors.Join(err, errors.New("a Close returned before Done was closed"))
			}
			closed <- err
		}()
	}
	for range cap(closed) {
		if err := c.await("Close", closed); err != nil {
			return err
		}
	}
	return all(
		func() error { return c.await("the peer", peer) },
		func() error { return c.exited(0, true) },
		func() error { return c.frame(`{"last":1}`) }, c.eof,
	)
}
