package client

import "sync"

// maxNotices is how many notices wait for a slow callback; the oldest are told, those beyond are not.
const maxNotices = 1000

// notifier tells a callback of what the reading goroutine saw, one notice at a time and in order, in a goroutine of its own. What the
// callback does, panics included, concerns nobody else.
type notifier struct {
	s    *core
	call func(error)

	mu      sync.Mutex
	waiting []error
	running bool
}

// tell is called on the reading goroutine.
func (n *notifier) tell(notice error) {
	if n.call == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.waiting) >= maxNotices {
		return
	}
	n.waiting = append(n.waiting, notice)
	if !n.running {
		n.running = true
		n.s.own.Go(n.run)
	}
}

func (n *notifier) run() {
	for {
		n.mu.Lock()
		if len(n.waiting) == 0 {
			n.running = false
			n.mu.Unlock()
			return
		}
		notice := n.waiting[0]
		n.waiting = n.waiting[1:]
		n.mu.Unlock()
		n.callSafely(notice)
	}
}

func (n *notifier) callSafely(notice error) {
	defer func() { _ = recover() }()
	n.call(notice)
}
