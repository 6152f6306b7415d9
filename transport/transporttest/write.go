package transporttest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/wiretrial/wiretrial/transport"
)

// writeChecks are about what reaches the peer.
func writeChecks() []check {
	return []check{
		{name: "a frame arrives as one line", run: func(c *conversation) error {
			return all(
				func() error { return c.write(`{"a":1}`) },
				func() error { return c.line(`{"a":1}`) },
			)
		}},
		{name: "a frame may be reused after WriteFrame", run: func(c *conversation) error {
			frame := []byte(`{"a":1}`)
			err := c.in("WriteFrame", func() error { return c.WriteFrame(context.Background(), frame) })
			copy(frame, strings.Repeat("!", len(frame)))
			return errors.Join(err, c.line(`{"a":1}`))
		}},
		{name: "what is not one line is refused", run: func(c *conversation) error {
			for _, frame := range []string{"", " ", "{\n}", "{}\n"} {
				if err := c.refused(context.Background(), frame, transport.ErrNotOneLine); err != nil {
					return fmt.Errorf("frame %q: %w", frame, err)
				}
			}
			return all(
				func() error { return c.write(`{"next":1}`) },
				func() error { return c.line(`{"next":1}`) },
			)
		}},
		{name: "a context that has ended writes nothing", run: func(c *conversation) error {
			return all(
				func() error { return c.refused(ended(), `{"never":1}`, context.Canceled) },
				func() error { return c.write(`{"next":1}`) },
				func() error { return c.line(`{"next":1}`) },
			)
		}},
		{name: "frames of several writers never mix", run: manyWriters},
		{name: "a writer that leaves tears no line", run: leavesAWrite},
		{name: "CloseInput is the end of the input, after what was written", run: func(c *conversation) error {
			return all(
				func() error { return c.write(`{"a":1}`) },
				func() error { return c.in("CloseInput", c.CloseInput) },
				func() error { return c.in("CloseInput again", c.CloseInput) },
				func() error { return c.line(`{"a":1}`) }, c.inputEnds,
				func() error { return c.refused(context.Background(), "{}", transport.ErrInputClosed) }, c.running,
			)
		}},
		{name: "CloseInput ends a write that waits", run: func(c *conversation) error {
			done := c.blockedWrite(context.Background())
			return all(
				func() error { return c.in("CloseInput", c.CloseInput) },
				func() error { return asRefused(c.await("WriteFrame", done), transport.ErrInputClosed) },
			)
		}},
		{name: "a write to a peer that has ended", run: func(c *conversation) error {
			err := c.in("the peer's End", func() error { return c.peer.End(0) })
			if c.limits.EndsWithOutput {
				err = errors.Join(err, c.eof())
			}
			return errors.Join(err, c.over(), c.refused(context.Background(), "{}", transport.ErrPeerClosed))
		}},
	}
}

// inputEnds reads the end of the input.
func (c *conversation) inputEnds() error {
	return c.in("the peer's ReadLine", func() error {
		if line, err := c.peer.ReadLine(); err == nil {
			return fmt.Errorf("the peer: want the end of its input, got %s", short(line))
		}
		return nil
	})
}

// blockedWrite starts a write that cannot end before the peer reads.
func (c *conversation) blockedWrite(ctx context.Context) <-chan error {
	done := make(chan error, 1)
	go func() { done <- c.WriteFrame(ctx, []byte(object(2*c.limits.Buffer))) }()
	return done
}

// manyWriters has lines of many writers, each of one letter.
func manyWriters(c *conversation) error {
	const writers, each, size = 8, 5, 20_000
	failed := make(chan error, writers)
	for i := range writers {
		go func() {
			var err error
			for range each {
				err = errors.Join(err, c.WriteFrame(context.Background(), []byte(`{"`+strings.Repeat(string(rune('a'+i)), size)+`":1}`)))
			}
			failed <- err
		}()
	}
	for range writers * each {
		err := c.in("the peer's ReadLine", func() error {
			line, err := c.peer.ReadLine()
			if err == nil && (len(line) != size+6 || strings.Count(line, line[2:3]) != size) {
				err = fmt.Errorf("torn line %s", short(line))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	for range writers {
		if err := c.await("WriteFrame", failed); err != nil {
			return err
		}
	}
	return nil
}

// leavesAWrite cancels a write. Its line arrives whole if it was begun, or not at all, and the next one is whole.
func leavesAWrite(c *conversation) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := c.blockedWrite(ctx)
	cancel()
	err := c.await("WriteFrame", done)
	if bad := asRefused(err, context.Canceled); bad != nil {
		return bad
	}
	next := make(chan error, 1)
	go func() { next <- c.WriteFrame(context.Background(), []byte(`{"next":1}`)) }()
	var write *transport.WriteError
	if errors.As(err, &write) && write.Begun {
		if err := c.line(object(2 * c.limits.Buffer)); err != nil {
			return fmt.Errorf("after a write that was left: %w", err)
		}
	}
	return errors.Join(c.line(`{"next":1}`), c.await("WriteFrame", next))
}
