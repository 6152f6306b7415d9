package queue

import (
	"sync"
	"testing"
)

func TestOrderAndEnd(t *testing.T) {
	t.Parallel()
	q := New[int]()
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 1000 {
			q.Put(i, 1, 0)
		}
		q.Close()
	})
	for want := range 1000 {
		if got, ok := q.Take(nil); !ok || got != want {
			t.Fatalf("took %d, %v, want %d", got, ok, want)
		}
	}
	if v, ok := q.Take(nil); ok {
		t.Errorf("took %d after the end", v)
	}
	if q.Put(1, 1, 0) {
		t.Error("put after close")
	}
	wg.Wait()
}

func TestLimit(t *testing.T) {
	t.Parallel()
	q := New[string]()
	if !q.Put("a", 6, 10) || q.Put("b", 5, 10) || !q.Put("c", 4, 10) {
		t.Error("the limit does not hold")
	}
	q.Take(nil)
	if !q.Put("d", 6, 10) {
		t.Error("what was taken still counts")
	}
}

func TestTakeIsCancelled(t *testing.T) {
	t.Parallel()
	q := New[int]()
	done := make(chan struct{})
	close(done)
	if v, ok := q.Take(done); ok {
		t.Errorf("took %d", v)
	}
}
