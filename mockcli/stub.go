package mockcli

import (
	"context"
	"sync/atomic"
)

type listener struct{ addr string }

func listen(string) (*Listener, error)                     { return nil, ErrNotSupported }
func (l *listener) install(string, string) (string, error) { return "", ErrNotSupported }
func (l *listener) accept(context.Context) (*Peer, error)  { return nil, ErrNotSupported }
func (l *listener) close() error                           { return nil }

type peer struct {
	hello  Event
	events chan Event
	died   chan Death
	ids    atomic.Int64
}

func (p *peer) send(Command) (int, error) { return 0, ErrNotSupported }
func (p *peer) reaped() (bool, bool)      { return false, false }
func (p *peer) err() error                { return nil }
func (p *peer) close() error              { return nil }

func run([]string, Env) int { return ExitNoHarness }
