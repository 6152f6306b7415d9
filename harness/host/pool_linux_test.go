package host

import (
	"maps"
	"slices"
	"testing"
)

func TestPoolBaselines(t *testing.T) {
	t.Parallel()
	p := NewPool(role("echo"), nil).WithoutSpare()
	a := get(t, p, "", nil)
	pidOf(t, mustCall(t, a, "fork", forkParams{}))
	for range 3 {
		p.Put(a, true)
		a = get(t, p, "", nil)
	}
	b := a.Baselines()
	if len(b) != 2 || len(b[0].Children) != 0 || len(b[1].Children) != 1 || b[0].Threads == 0 {
		t.Fatalf("got %+v, want one at boot and one after the first return", b)
	}
	if fds := slices.Sorted(maps.Keys(b[0].FDs)); len(fds) < 3 || fds[0] != 0 {
		t.Errorf("got descriptors %v", fds)
	}
	if err := p.Close(bg()); err != nil {
		t.Error(err)
	}
}
