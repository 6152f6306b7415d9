package host

import (
	"context"
	"errors"
)

// Boot starts an adapter; Start is one.
type Boot func(ctx context.Context, s Spec) (*Adapter, error)

// Pool lends booted adapters to lanes.
type Pool struct{ spec Spec }

// NewPool is being written.
func NewPool(spec Spec, boot Boot) *Pool { return &Pool{spec: spec} }

// Get returns a booted adapter for the host key. Adapters with the same key have the same environment.
func (p *Pool) Get(ctx context.Context, key string, env map[string]string) (*Adapter, error) {
	return nil, errors.New("not built yet")
}

// Put gives it back.
func (p *Pool) Put(a *Adapter, settled bool) {}

// Close ends all adapters of the pool and waits for it.
func (p *Pool) Close(ctx context.Context) error { return nil }
