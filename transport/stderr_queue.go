package transport

import "sync"

const (
	// stderrQueue bounds the lines that wait for a slow callback, in bytes. Bytes and not lines, because a thousand short lines are nothing, and
	// what a CLI says in a hurry is in them.
	stderrQueue = 4 << 20
	// stderrEntry is what a waiting line costs besides its text, in bytes.
	stderrEntry = 64
)

// lineQueue holds lines between the goroutine that reads them and the one that calls the callback.
type lineQueue struct {
	mu    sync.Mutex
	news  sync.Cond // on mu: a line, or the end
	lines []string
	size  int
	ended bool
}

func newLineQueue() *lineQueue {
	q := &lineQueue{}
	q.news.L = &q.mu
	return q
}

// push adds a line; it reports false, and leaves the line out, where too much waits already.
func (q *lineQueue) push(line string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.size > stderrQueue {
		return false
	}
	q.lines, q.size = append(q.lines, line), q.size+len(line)+stderrEntry
	q.news.Signal()
	return true
}

// end says that no line will follow.
func (q *lineQueue) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	q.news.Signal()
}

// pop takes the next line, and waits for one; ok is false at the end.
func (q *lineQueue) pop() (line string, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.lines) == 0 && !q.ended {
		q.news.Wait()
	}
	if len(q.lines) == 0 {
		return "", false
	}
	line = q.lines[0]
	q.lines[0], q.lines, q.size = "", q.lines[1:], q.size-len(line)-stderrEntry
	return line, true
}
