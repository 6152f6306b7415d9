//go:build !linux && !darwin

package mockcli

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
)

type listener struct{ addr string }

func listen(string) (*Listener, error) { return nil, ErrNotSupported }

func (l *listener) install(string, string, string) (string, error) { return "", ErrNotSupported }

func (l *listener) accept(context.Context) (*Peer, error) { return nil, ErrNotSupported }

func (l *listener) close() error { return nil }

type peer struct {
	hello  Event
	events chan Event
	died   chan Death
	ids    atomic.Int64
}

func (p *peer) send(Command) (int, error) { return 0, ErrNotSupported }

func (p *peer) reaped() (reaped, ok bool) { return false, false }

func (p *peer) err() error { return ErrNotSupported }

func (p *peer) close() error { return nil }

func run([]string, Env) int {
	fmt.Fprintln(os.Stderr, "mock claude:", ErrNotSupported)
	return ExitNoHarness
}

type hands struct{}

func openHands(func(...Event)) (*hands, error) { return nil, ErrNotSupported }

func (h *hands) do(c Command, done func(Event)) {
	done(Event{Ev: EvDone, ID: c.ID, Err: ErrNotSupported.Error()})
}

func observe([]string) Event { return Event{} }

func signalNumber(string) int { return 0 }
