//go:build linux || darwin

package host

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// counted boots and counts.
func counted(n *atomic.Int32) Boot {
	return func(ctx context.Context, s Spec) (*Adapter, error) {
		n.Add(1)
		return Start(ctx, s)
	}
}

func get(t *testing.T, p *Pool, key string, env map[string]string) *Adapter {
	t.Helper()
	ctx, cancel := context.WithTimeout(bg(), patience)
	defer cancel()
	a, err := p.Get(ctx, key, env)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// gone waits for the end of an adapter that the pool kills in the background.
func gone(t *testing.T, a *Adapter) {
	t.Helper()
	select {
	case <-a.reaped:
	case <-time.After(patience):
		t.Errorf("adapter %d lives", a.PID())
	}
}

func TestPoolReusesTheSettled(t *testing.T) {
	t.Parallel()
	var boots atomic.Int32
	p := NewPool(role("echo"), counted(&boots)).WithoutSpare()
	a := get(t, p, "", nil)
	mustCall(t, a, "echo", nil)
	p.Put(a, true)
	b := get(t, p, "", nil)
	if a != b || boots.Load() != 1 {
		t.Errorf("got another adapter after %d boots", boots.Load())
	}
	p.Put(b, false)
	c := get(t, p, "", nil)
	if c == b || boots.Load() != 2 {
		t.Errorf("an unsettled adapter is lent again, %d boots", boots.Load())
	}
	gone(t, b)
	p.Put(c, true)
	p.Put(c, true) // a second Put changes nothing
	if err := p.Close(bg()); err != nil {
		t.Error(err)
	}
	gone(t, c)
	if st := c.Status(); st.Code != 0 || st.Signal != "" {
		t.Errorf("the idle adapter ended by %v, want a normal exit", st)
	}
	if _, err := p.Get(bg(), "", nil); !errors.Is(err, errPoolClosed) {
		t.Errorf("get after close: %v", err)
	}
}

// TestPoolDiscardsTheUnfit: an idle adapter that died or spoke meanwhile is not lent again.
func TestPoolDiscardsTheUnfit(t *testing.T) {
	t.Parallel()
	for name, method := range map[string]string{"died": "die", "spoke": "echo"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := NewPool(role("echo"), nil).WithoutSpare()
			a := get(t, p, "", nil)
			p.Put(a, true)
			if _, err := a.Send(method, nil); err != nil {
				t.Fatal(err)
			}
			for a.fit() {
				time.Sleep(time.Millisecond)
			}
			b := get(t, p, "", nil)
			if a == b {
				t.Error("it is lent again")
			}
			gone(t, a)
			p.Put(b, true)
			if err := p.Close(bg()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPoolKeepsASpare(t *testing.T) {
	t.Parallel()
	var boots atomic.Int32
	p := NewPool(role("echo"), counted(&boots))
	a := get(t, p, "", nil)
	p.mu.Lock()
	spare := p.spare
	p.mu.Unlock()
	<-spare.done
	p.Put(a, false)
	if b := get(t, p, "", nil); b != spare.a {
		t.Error("the spare was not lent")
	}
	if err := p.Close(bg()); err != nil { // with one lent and one spare
		t.Error(err)
	}
	gone(t, spare.a)
	if n := boots.Load(); n != 3 {
		t.Errorf("%d boots, want 3", n)
	}
}

func TestPoolKeys(t *testing.T) {
	t.Parallel()
	s := role("echo")
	s.Env = append(s.Env, "LANG=C")
	p := NewPool(s, nil).WithoutSpare()
	de := get(t, p, "de", map[string]string{"LANG": "de_DE.UTF-8"})
	plain := get(t, p, "", nil)
	if !slices.Contains(de.Spec().Env, "LANG=de_DE.UTF-8") || slices.Contains(de.Spec().Env, "LANG=C") || !slices.Contains(plain.Spec().Env, "LANG=C") {
		t.Errorf("environments are %v and %v", de.Spec().Env, plain.Spec().Env)
	}
	p.Put(de, true)
	p.Put(plain, true)
	if again := get(t, p, "de", map[string]string{"LANG": "de_DE.UTF-8"}); again != de {
		t.Error("the adapter of the key is not lent again")
	}
	if err := p.Close(bg()); err != nil {
		t.Error(err)
	}
}

// TestPoolUnderLanes: lanes that take and return at once, until the pool is closed under them.
func TestPoolUnderLanes(t *testing.T) {
	t.Parallel()
	p := NewPool(role("echo"), nil)
	var lanes sync.WaitGroup
	var seen sync.Map
	var closing atomic.Bool // from then on the pool kills what is lent
	for lane := range 3 {
		lanes.Go(func() {
			for i := range 6 {
				a, err := p.Get(bg(), "", nil)
				if closing.Load() && err != nil {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				seen.Store(a, true)
				_, err = call(a, "echo", nil)
				if err != nil && !closing.Load() {
					t.Error(err)
				}
				p.Put(a, (i+lane)%3 != 0)
				if i == 4 && lane == 0 {
					closing.Store(true)
					_ = p.Close(bg())
				}
			}
		})
	}
	lanes.Wait()
	if err := p.Close(bg()); err != nil {
		t.Error(err)
	}
	seen.Range(func(a, _ any) bool { gone(t, a.(*Adapter)); return true })
}

func TestPoolErrors(t *testing.T) {
	t.Parallel()
	p := NewPool(Spec{Argv: []string{"/bin/false"}}, nil)
	if _, err := p.Get(bg(), "", nil); !errors.Is(err, ErrHello) {
		t.Errorf("got %v, want ErrHello", err)
	}
	if err := p.Close(bg()); err != nil {
		t.Error(err)
	}
	slow := NewPool(role("mute"), nil)
	ctx, cancel := context.WithTimeout(bg(), 100*time.Millisecond)
	defer cancel()
	if _, err := slow.Get(ctx, "", nil); !errors.As(err, new(*StartError)) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want that the time was up: it says nothing", err)
	}
	if err := slow.Close(bg()); err != nil {
		t.Error(err)
	}
}
