// Package transporttest checks an implementation of [transport.Transport] against what the interface promises, as package fstest does
// for file systems. It is for the tests of those who bring a transport of their own: over a socket, into a container, to another
// machine. A client whose transport passes keeps its own promises.
//
// It is not for the speed of a transport, and not for what it carries: it knows no message.
package transporttest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wiretrial/wiretrial/transport"
)

// Peer is the far end of the transport under test, the claude, as the checks play it. It does nothing by itself: it reads only when
// it is told to, and does not end at the end of its input. Its methods are called by one goroutine at a time.
type Peer interface {
	// Write writes raw bytes to the peer's output. It may wait while nobody reads.
	Write(p []byte) (int, error)
	// ReadLine gives the next line that reached the peer, without its line feed, and io.EOF at the end of its input.
	ReadLine() (string, error)
	// CloseOutput ends the peer's output; the peer itself lives on.
	CloseOutput() error
	// End ends the peer with an exit code, as a process ends: what it wrote before can still be read. It has no effect on a peer that
	// has ended.
	End(code int) error
}

// Limits are what a kind of transport cannot do; its documentation should say so too. The zero value is a transport that can do all.
type Limits struct {
	// NoExitCode: how the peer ended is not known. Exit says something for which errors.Is(Err, ErrRunning) does not hold.
	NoExitCode bool
	// EndsWithOutput: the end of the peer's output counts as the end of the peer.
	EndsWithOutput bool
	// Buffer is how much may be on its way to a peer that does not read, in bytes, before a write waits; 0 is 1 MiB.
	Buffer int

	patience time.Duration // how long a check waits for what must come; only a transport that fails takes that long
}

// Check checks a transport. open makes a new one, with a new peer, for each check; both are ended after it. The error lists what
// does not hold, each with the name of its check. Nothing is skipped but what limits exclude.
func Check(open func() (transport.Transport, Peer, error), limits Limits) error {
	if limits.Buffer <= 0 {
		limits.Buffer = 1 << 20
	}
	if limits.patience == 0 {
		limits.patience = 20 * time.Second
	}
	var failed []error
	for _, c := range checks() {
		if c.needs != nil && !c.needs(limits) {
			continue
		}
		if err := c.try(open, limits); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", c.name, err))
		}
	}
	return errors.Join(failed...)
}

// check is one promise.
type check struct {
	name  string
	needs func(Limits) bool // nil: nothing
	run   func(c *conversation) error
}

// checks are all of them.
func checks() []check {
	return append(append(readChecks(), writeChecks()...), endChecks()...)
}

// try runs a check on a new transport.
func (k check) try(open func() (transport.Transport, Peer, error), limits Limits) error {
	t, peer, err := open()
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	c := &conversation{Transport: t, peer: peer, limits: limits}
	err = k.run(c)
	return errors.Join(err, c.in("Close after the check", func() error {
		_ = t.Close(ended()) // what it says was the check's matter
		_ = peer.End(0)
		return nil
	}))
}

// conversation is what a check works on.
type conversation struct {
	transport.Transport
	peer   Peer
	limits Limits
}

// ended is a context that has ended.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// in runs what must return soon.
func (c *conversation) in(what string, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	return c.await(what, done)
}

// await waits for what must come soon.
func (c *conversation) await(what string, done <-chan error) error {
	late := time.NewTimer(c.limits.patience)
	defer late.Stop()
	select {
	case err := <-done:
		return err
	case <-late.C:
		return fmt.Errorf("%s has not returned after %v", what, c.limits.patience)
	}
}

// says has the peer write.
func (c *conversation) says(text string) error {
	return c.in("the peer's Write", func() error {
		_, err := io.WriteString(c.peer, text)
		return err
	})
}

// frame reads the frame that must come next.
func (c *conversation) frame(want string) error {
	return c.in("ReadFrame", func() error {
		got, err := c.ReadFrame()
		if err != nil || string(got) != want {
			return fmt.Errorf("ReadFrame: want %s, got %s, %v", short(want), short(string(got)), err)
		}
		return nil
	})
}

// eof reads the end of the output.
func (c *conversation) eof() error {
	return c.in("ReadFrame", func() error {
		if got, err := c.ReadFrame(); err != io.EOF {
			return fmt.Errorf("ReadFrame: want io.EOF, got %s, %v", short(string(got)), err)
		}
		return nil
	})
}

// line reads the line that must reach the peer next.
func (c *conversation) line(want string) error {
	return c.in("the peer's ReadLine", func() error {
		got, err := c.peer.ReadLine()
		if err != nil || got != want {
			return fmt.Errorf("the peer: want the line %s, got %s, %v", short(want), short(got), err)
		}
		return nil
	})
}

// write writes a frame.
func (c *conversation) write(frame string) error {
	return c.in("WriteFrame", func() error { return c.WriteFrame(context.Background(), []byte(frame)) })
}

// refused writes a frame that must be refused.
func (c *conversation) refused(ctx context.Context, frame string, want error) error {
	return c.in("WriteFrame", func() error { return asRefused(c.WriteFrame(ctx, []byte(frame)), want) })
}

// asRefused checks the error of a write.
func asRefused(err, want error) error {
	var bad *transport.WriteError
	if !errors.Is(err, want) || !errors.As(err, &bad) {
		return fmt.Errorf("WriteFrame: want a *WriteError that is %q, got %T %v", want, err, err)
	}
	return nil
}

// over waits for Done.
func (c *conversation) over() error {
	return c.in("Done", func() error { <-c.Done(); return nil })
}

// running checks that the peer is not taken for ended.
func (c *conversation) running() error {
	select {
	case <-c.Done():
		return errors.New("the channel of Done is closed while the peer lives")
	default:
	}
	if e := c.Exit(); !errors.Is(e.Err, transport.ErrRunning) {
		return fmt.Errorf("exit of a peer that lives: want ErrRunning, got %+v", e)
	}
	return nil
}

// object is a frame of a length.
func object(size int) string { return `{"x":"` + strings.Repeat("x", max(size-8, 0)) + `"}` }

func short(s string) string {
	if len(s) > 60 {
		return fmt.Sprintf("%q... (%d bytes)", s[:60], len(s))
	}
	return fmt.Sprintf("%q", s)
}

// all runs steps until one fails.
func all(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
