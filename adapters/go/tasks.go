package goadapter

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

// task is a goroutine that runs operations one after the other.
type task struct {
	ctx  context.Context
	stop context.CancelFunc
	done chan struct{}

	mu    sync.Mutex
	queue []func(context.Context)
	wake  chan struct{} // holds one token when there is something to do
	ended bool
}

// newTask starts a task; a locked one has an OS thread of its own.
func newTask(parent context.Context, locked bool) *task {
	t := &task{done: make(chan struct{}), wake: make(chan struct{}, 1)}
	t.ctx, t.stop = context.WithCancel(parent)
	go t.serve(locked)
	return t
}

func (t *task) serve(locked bool) {
	defer close(t.done)
	defer t.stop()
	if locked {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
	}
	for {
		work, more := t.take()
		switch {
		case work != nil:
			work(t.ctx)
		case !more:
			return
		default:
			<-t.wake
		}
	}
}

func (t *task) take() (work func(context.Context), more bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) == 0 {
		return nil, !t.ended
	}
	work = t.queue[0]
	t.queue = t.queue[1:]
	return work, true
}

// put adds work; it is refused after end.
func (t *task) put(work func(context.Context)) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return false
	}
	t.queue = append(t.queue, work)
	t.signal()
	return true
}

// end lets the task finish what it has and take no more.
func (t *task) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	t.signal()
}

// signal is called with mu held.
func (t *task) signal() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

var errNoTask = errors.New("no such task")

// start runs an operation's work in the context that on names.
func (s *session) start(o *operation, on string, work func(context.Context)) {
	kind, name, _ := strings.Cut(on, ":")
	switch {
	case on == "" || o.method == "task.end":
		s.adapter.free(work)
	case kind == "task" && name != "", kind == "loop" && name != "":
		if !s.task(on, kind == "loop").put(work) {
			o.settle(nil, fault("%s: task %q has ended", o.method, name))
		}
	case kind == "callback" && name != "":
		s.adapter.inside(o, name, work)
	default:
		o.settle(nil, unsupported("on"))
	}
}

// free runs work in a goroutine of its own. Such works begin in the order in which they came.
func (a *adapter) free(work func(context.Context)) {
	before, begun := a.last, make(chan struct{})
	a.last = begun
	a.ops.Go(func() {
		<-before
		close(begun)
		work(a.ctx)
	})
}

// inside runs work in the goroutine of a pending callback.
func (a *adapter) inside(o *operation, id string, work func(context.Context)) {
	ask := a.channel.find(id)
	if ask == nil {
		o.settle(nil, fault("%s: callback %q is not pending", o.method, id))
		return
	}
	a.ops.Go(func() {
		select {
		case ask.work <- work:
		case <-ask.over:
			o.settle(nil, context.Canceled)
		case <-o.ctx.Done():
			o.settle(nil, o.ctx.Err())
		}
	})
}

// task gives the task of a name, starting it the first time.
func (s *session) task(on string, locked bool) *task {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tasks[on]
	if t == nil {
		t = newTask(s.adapter.ctx, locked)
		s.tasks[on] = t
	}
	return t
}

// endTask ends a task and the context that its operations ran in.
func (s *session) endTask(ctx context.Context, on string) error {
	s.mu.Lock()
	t := s.tasks[on]
	delete(s.tasks, on)
	s.mu.Unlock()
	if t == nil {
		return &contract.Error{Code: contract.CodeAdapterFault, Message: errNoTask.Error() + ": " + on}
	}
	t.end()
	select {
	case <-t.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// endTasks lets all tasks finish.
func (s *session) endTasks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tasks {
		t.end()
	}
	clear(s.tasks)
}
