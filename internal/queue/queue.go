// Package queue is a queue of unbounded length between goroutines. It is not a channel of bounded size: whoever puts
// never waits.
package queue

import "sync"

// Queue is a first-in-first-out queue of unbounded length with one taker; its cost may be bounded. Its methods may be
// called from several goroutines, Take from one at a time.
type Queue[T any] struct {
	mu     sync.Mutex
	list   []entry[T]
	cost   int
	closed bool
	more   chan struct{} // holds a token if the taker should look
}

type entry[T any] struct {
	value T
	cost  int
}

// New returns an empty queue.
func New[T any]() *Queue[T] { return &Queue[T]{more: make(chan struct{}, 1)} }

// Put appends v. It reports false after Close, and where the queue would hold more than limit; zero: no limit.
func (q *Queue[T]) Put(v T, cost, limit int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || limit > 0 && q.cost+cost > limit {
		return false
	}
	q.list = append(q.list, entry[T]{v, cost})
	q.cost += cost
	q.wake()
	return true
}

// Close lets the taker have what is queued and then end.
func (q *Queue[T]) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.wake()
}

// Len is how many values wait.
func (q *Queue[T]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.list)
}

func (q *Queue[T]) wake() {
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// Take waits for the next value. It reports false when the queue is closed and empty, or when done is.
func (q *Queue[T]) Take(done <-chan struct{}) (T, bool) {
	for {
		if v, ok, ended := q.tryTake(); ok || ended {
			return v, ok
		}
		select {
		case <-q.more:
		case <-done:
			var zero T
			return zero, false
		}
	}
}

func (q *Queue[T]) tryTake() (v T, ok, ended bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) == 0 {
		return v, false, q.closed
	}
	first := q.list[0]
	q.list[0] = entry[T]{}
	q.list = q.list[1:]
	q.cost -= first.cost
	return first.value, true, false
}
