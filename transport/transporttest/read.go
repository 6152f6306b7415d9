package transporttest

import (
	"context"
	"errors"
	"fmt"

	"github.com/wiretrial/wiretrial/transport"
)

// readChecks are about what the peer writes.
func readChecks() []check {
	return []check{
		{name: "frames are whole and in order, whatever the pieces", run: func(c *conversation) error {
			big := object(1 << 20)
			go func() {
				for _, piece := range []string{"{\"a\":1}\n{\"b\"", ":2}", "\n" + big + "\n"} {
					_ = c.says(piece)
				}
			}()
			return all(
				func() error { return c.frame(`{"a":1}`) },
				func() error { return c.frame(`{"b":2}`) },
				func() error { return c.frame(big) },
			)
		}},
		{name: "a frame belongs to its reader", run: ownsFrames},
		{name: "a line that is no frame is one error", run: func(c *conversation) error {
			return all(
				func() error { return c.says("{\"cut off\n{\"c\":3}\n") },
				func() error {
					return c.in("ReadFrame", func() error {
						var bad *transport.FrameError
						if frame, err := c.ReadFrame(); !errors.As(err, &bad) {
							return fmt.Errorf("ReadFrame: want a *FrameError, got %s, %v", short(string(frame)), err)
						}
						return nil
					})
				},
				func() error { return c.frame(`{"c":3}`) },
			)
		}},
		{name: "reading goes on while a write waits", run: func(c *conversation) error {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			done := c.blockedWrite(ctx)
			err := all(
				func() error { return c.says("{\"a\":1}\n") },
				func() error { return c.frame(`{"a":1}`) },
			)
			cancel()
			return errors.Join(err, asRefused(c.await("WriteFrame", done), context.Canceled))
		}},
		{name: "output can be read after CloseInput", run: func(c *conversation) error {
			return all(
				func() error { return c.in("CloseInput", c.CloseInput) },
				func() error { return c.says("{\"late\":1}\n") },
				func() error { return c.frame(`{"late":1}`) },
			)
		}},
		{name: "output can be read after the peer's end", run: readsOn},
		{name: "Done is the peer's end and not that of its output", needs: func(l Limits) bool { return !l.EndsWithOutput }, run: livesOn},
	}
}

// ownsFrames reads frames of several sizes, more than a buffer that goes round would hold, and looks at the earlier ones after the later.
// A transport that takes frames back gets every third, which is of no concern to the others.
func ownsFrames(c *conversation) error {
	const small, large = 24, 72
	var want []string
	var frames [][]byte
	for i := range small + large {
		size := i * 300
		if i >= small {
			size = 32 << 10
		}
		want = append(want, fmt.Sprintf(`{"n":%d,"x":%s}`, i, object(size)))
	}
	recycler, _ := c.Transport.(transport.Recycler)
	go func() {
		for _, f := range want {
			_ = c.says(f + "\n")
		}
	}()
	err := c.in("ReadFrame", func() error {
		for i := range want {
			frame, err := c.ReadFrame()
			if err != nil {
				return fmt.Errorf("ReadFrame: %w", err)
			}
			frames = append(frames, frame)
			if recycler != nil && i%3 == 2 {
				frames[i] = nil
				recycler.Recycle(frame)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, f := range frames {
		if f != nil && string(f) != want[i] {
			return fmt.Errorf("frame %d was changed by later reads: want %s, got %s", i, short(want[i]), short(string(f)))
		}
	}
	return nil
}

// readsOn reads when the peer has ended.
func readsOn(c *conversation) error {
	err := all(
		func() error { return c.says("{\"a\":1}\n{\"b\":2}\n") },
		func() error { return c.in("the peer's End", func() error { return c.peer.End(0) }) },
	)
	if !c.limits.EndsWithOutput && err == nil {
		err = c.over() // else nobody may know of the end before the output is read
	}
	if err != nil {
		return err
	}
	return all(
		func() error { return c.frame(`{"a":1}`) },
		func() error { return c.frame(`{"b":2}`) }, c.eof, c.eof, c.over,
	)
}

// livesOn talks to a peer that has ended its output.
func livesOn(c *conversation) error {
	return all(
		func() error { return c.in("the peer's CloseOutput", c.peer.CloseOutput) }, c.eof,
		func() error { return c.write(`{"still":"there"}`) },
		func() error { return c.line(`{"still":"there"}`) }, c.running,
		func() error { return c.in("the peer's End", func() error { return c.peer.End(0) }) }, c.over,
	)
}
