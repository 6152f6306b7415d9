package host

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Boot starts an adapter; Start is one, and others prepare what they started.
type Boot func(ctx context.Context, s Spec) (*Adapter, error)

// spareTimeout bounds the boot of the spare, for which nobody waits.
const spareTimeout = 2 * time.Minute

// errPoolClosed: Get after Close.
var errPoolClosed = errors.New("the pool of adapters is closed")

// Pool lends booted adapters to lanes, each to one lane at a time. Adapters that come back settled are lent again, others are killed. From
// the first Get on it keeps one more booted adapter, so that a restart costs nothing. It is safe for concurrent use.
type Pool struct {
	spec Spec
	boot Boot
	ctx  context.Context // ends with the pool: its spare is booted on the pool's behalf
	stop context.CancelFunc
	work sync.WaitGroup // boots of spares, retirements

	mu      sync.Mutex
	noSpare bool
	closed  bool
	idle    map[string][]*Adapter
	lent    map[*Adapter]string // the key
	spare   *booting
	errs    []error
}

// booting is a spare on its way.
type booting struct {
	done chan struct{} // closed: a or err is set
	a    *Adapter
	err  error
}

// NewPool makes an empty pool of adapters of spec. boot nil means Start.
func NewPool(spec Spec, boot Boot) *Pool {
	if boot == nil {
		boot = Start
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Pool{spec: spec, boot: boot, ctx: ctx, stop: stop, idle: map[string][]*Adapter{}, lent: map[*Adapter]string{}}
}

// WithoutSpare makes the pool boot only what is asked for: for a run of few scenarios. To be called before Get.
func (p *Pool) WithoutSpare() *Pool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noSpare = true
	return p
}

// Get lends a booted adapter: an idle one with this key, else the spare (for the key ""), else a new one. key names env, which is added to the
// environment of the pool's spec: all Gets with one key give the same env; that of "" is empty. ctx bounds the wait. Errors are those of boot.
func (p *Pool) Get(ctx context.Context, key string, env map[string]string) (*Adapter, error) {
	a, spare, err := p.take(key)
	if err != nil {
		return nil, err
	}
	defer p.work.Done() // take has announced this Get to Close
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.ctx, cancel)()
	if a == nil && spare != nil {
		a = p.await(ctx, spare)
	}
	if a == nil {
		if a, err = p.fresh(ctx, env); err != nil {
			return nil, err
		}
	}
	if err := p.lend(a, key); err != nil {
		return nil, errors.Join(err, a.Kill())
	}
	return a, nil
}

// take finds an idle adapter or claims the spare, and announces the Get to Close.
func (p *Pool) take(key string) (*Adapter, *booting, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, nil, errPoolClosed
	}
	p.work.Add(1)
	for list := p.idle[key]; len(list) > 0; {
		a := list[len(list)-1]
		list = list[:len(list)-1]
		p.idle[key] = list
		if a.fit() {
			return a, nil, nil
		}
		p.retire(a)
	}
	if key != "" {
		return nil, nil, nil
	}
	spare := p.spare
	p.spare = nil
	return nil, spare, nil
}

// fit tells whether an idle adapter can be used: it lives and has said nothing since it was put back.
func (a *Adapter) fit() bool {
	select {
	case <-a.exited:
		return false
	default:
		return !a.Unread()
	}
}

// await waits for a claimed spare; nil if it is no good, or late.
func (p *Pool) await(ctx context.Context, spare *booting) *Adapter {
	select {
	case <-spare.done:
		if spare.err == nil && !spare.a.fit() {
			p.note(spare.a.Kill())
			return nil
		}
		return spare.a
	case <-ctx.Done():
		p.work.Go(func() {
			<-spare.done
			if spare.a != nil {
				p.note(spare.a.Kill())
			}
		})
		return nil
	}
}

func (p *Pool) fresh(ctx context.Context, env map[string]string) (*Adapter, error) {
	s := p.spec
	s.Env = withEnv(s.Env, env)
	a, err := p.boot(ctx, s)
	if err != nil {
		return nil, err
	}
	a.snapshot(0)
	return a, nil
}

// lend books a out and sees to the next spare.
func (p *Pool) lend(a *Adapter, key string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errPoolClosed
	}
	p.lent[a] = key
	if p.spare != nil || key != "" || p.noSpare {
		return nil
	}
	spare := &booting{done: make(chan struct{})}
	p.spare = spare
	p.work.Go(func() {
		defer close(spare.done)
		ctx, cancel := context.WithTimeout(p.ctx, spareTimeout)
		defer cancel()
		spare.a, spare.err = p.fresh(ctx, nil)
	})
	return nil
}

// Put gives a back. Settled means that every operation has its answer and nothing of the scenario is left in it: it may be lent again. Others
// are killed in the background. The caller takes no more Events.
func (p *Pool) Put(a *Adapter, settled bool) {
	if settled {
		a.snapshot(1)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key, ok := p.lent[a]
	if !ok {
		return
	}
	delete(p.lent, a)
	if !settled || p.closed || !a.fit() {
		p.retire(a)
		return
	}
	p.idle[key] = append(p.idle[key], a)
}

// retire kills a in the background. p.mu is held, so that Close has not begun to wait.
func (p *Pool) retire(a *Adapter) { p.work.Go(func() { p.note(a.Kill()) }) }

func (p *Pool) note(err error) {
	if err == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errs = append(p.errs, err)
}

// Close ends all adapters, the idle ones politely (see Adapter.Close), the spare and those still lent by force, and waits for everything that
// the pool does in the background. The errors are those of closing and killing, joined.
func (p *Pool) Close(ctx context.Context) error {
	p.mu.Lock()
	p.closed = true
	idle := slices.Concat(slices.Collect(maps.Values(p.idle))...)
	lent := slices.Collect(maps.Keys(p.lent))
	spare := p.spare
	p.idle, p.lent, p.spare = map[string][]*Adapter{}, map[*Adapter]string{}, nil
	p.mu.Unlock()
	p.stop()
	for _, a := range idle {
		p.work.Go(func() { p.note(a.Close(ctx)) })
	}
	for _, a := range lent {
		p.work.Go(func() { p.note(a.Kill()) })
	}
	if spare != nil {
		p.work.Go(func() {
			<-spare.done
			if spare.a != nil {
				p.note(spare.a.Kill())
			}
		})
	}
	p.work.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(p.errs...)
}

// withEnv adds more to env, replacing what has the same name.
func withEnv(env []string, more map[string]string) []string {
	out := slices.Clone(env)
	for _, name := range slices.Sorted(maps.Keys(more)) {
		out = slices.DeleteFunc(out, func(pair string) bool { return strings.HasPrefix(pair, name+"=") })
		out = append(out, fmt.Sprintf("%s=%s", name, more[name]))
	}
	return out
}

// snapshot keeps the nth baseline, once; a system that cannot tell has none.
func (a *Adapter) snapshot(n int) {
	a.mu.Lock()
	have := len(a.baselines)
	a.mu.Unlock()
	if have != n {
		return
	}
	b, err := a.Baseline()
	if err != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.baselines = append(a.baselines, b)
}

// Baselines are what the pool measured of the adapter: after its boot, and when it was first put back settled. Fewer if not yet measured, or on
// a platform that cannot tell.
func (a *Adapter) Baselines() []Baseline {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.baselines)
}
