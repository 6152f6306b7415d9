package mutants

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// queueSize is how many messages the bounded queues hold.
const queueSize = 100

func flowGroup() []Mutant {
	return []Mutant{
		{
			Name: "full-queue-blocks", Group: Flow, Fault: "stops reading stdout while 100 messages are unread", Opposite: "full-queue-drops",
			Kills: kills("handshake/messages-before-answer", "flow/nobody-reads", "flow/output-during-close"),
			Parts: with(func(p *parts.Parts) {
				p.Queue = func(limit int64) parts.Queue {
					return &bounded{Queue: parts.NewQueue(limit), room: make(chan struct{}, queueSize)}
				}
			}),
		}, {
			Name: "full-queue-drops", Group: Flow, Fault: "drops what does not fit a queue of 100, and what comes while two readers wait", Opposite: "full-queue-blocks",
			Kills: kills("flow/slow-consumer", "concurrency/two-readers"),
			Parts: with(func(p *parts.Parts) {
				p.Queue = func(limit int64) parts.Queue { return &dropping{Queue: parts.NewQueue(limit)} }
			}),
		}, {
			Name: "late-delivery", Group: Flow, Fault: "delivers nothing before the result, and asks nothing before its prompt stream has ended",
			Kills: kills("flow/first-message-before-result", "input/dialogue"),
			Parts: with(func(p *parts.Parts) {
				p.Queue = func(limit int64) parts.Queue { return &batching{Queue: parts.NewQueue(limit)} }
				p.Prompt = collect
			}),
		}, {
			Name: "writes-before-reading", Group: Flow, Fault: "reads nothing while it writes a prompt",
			Kills: kills("flow/question-beside-a-long-prompt", "flow/both-pipes-full"),
			Parts: with(func(p *parts.Parts) {
				p.Wrap = func(t transport.Transport) transport.Transport { return &halfDuplex{Transport: t} }
			}),
		}, {
			Name: "torn-writes", Group: Flow, Fault: "lets two writers meet inside a line",
			Kills: kills("concurrency/parallel-answers", "permissions/closing-while-answering"),
			Parts: withTransport(func(o *transport.Options) {
				o.NewWriter = func(w io.WriteCloser) transport.FrameWriter { return &torn{w: w, meet: make(chan struct{})} }
			}),
		}, {
			Name: "one-lock", Group: Flow, Fault: "lets reading, once begun, writing and closing wait for one another",
			Kills: kills("flow/stdin-not-read", "concurrency/query-while-reading"),
			Parts: with(oneLock),
		}, {
			Name: "stderr-unread", Group: Flow, Fault: "does not read stderr without a callback for it, nor after the callback failed",
			Kills: kills("flow/stderr-flood", "flow/stderr-callback-fails"),
			Parts: withTransport(func(o *transport.Options) {
				onLine := o.OnStderr
				o.NewStderr = func() transport.StderrReader { return lazyStderr{onLine} }
			}),
		},
	}
}

// bounded makes the reading loop wait for its consumer.
type bounded struct {
	parts.Queue
	room chan struct{}
}

func (q *bounded) Push(it parts.Item) error {
	q.room <- struct{}{}
	return q.Queue.Push(it)
}

func (q *bounded) Pop(ctx context.Context) (parts.Item, error) {
	it, err := q.Queue.Pop(ctx)
	if err == nil {
		<-q.room
	}
	return it, err
}

// dropping forgets what does not fit, and what it hands out while somebody else waits too.
type dropping struct {
	parts.Queue
	mu      sync.Mutex
	unread  int
	readers int
}

func (q *dropping) add(unread, readers int) (nowUnread, nowReaders int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.unread += unread
	q.readers += readers
	return q.unread, q.readers
}

func (q *dropping) Push(it parts.Item) error {
	if unread, _ := q.add(1, 0); unread > queueSize {
		q.add(-1, 0)
		return nil
	}
	return q.Queue.Push(it)
}

func (q *dropping) Pop(ctx context.Context) (parts.Item, error) {
	q.add(0, 1)
	defer q.add(0, -1)
	for {
		it, err := q.Queue.Pop(ctx)
		if err != nil {
			return it, err
		}
		if _, readers := q.add(-1, 0); readers < 2 {
			return it, nil
		}
	}
}

// batching holds everything back until the result.
type batching struct {
	parts.Queue
	held []parts.Item // of the reading goroutine
}

func (q *batching) Push(it parts.Item) error {
	q.held = append(q.held, it)
	if it.Message.Type == protocol.TypeResult {
		return q.flush()
	}
	return nil
}

func (q *batching) flush() error {
	var failed error
	for _, it := range q.held {
		failed = errors.Join(failed, q.Queue.Push(it))
	}
	q.held = nil
	return failed
}

func (q *batching) Close(err error) {
	_ = q.flush()
	q.Queue.Close(err)
}

// collect takes the whole prompt before it gives its first line.
func collect(next parts.Pull) parts.Pull {
	var lines []json.RawMessage
	ended := false
	return func(ctx context.Context) (json.RawMessage, error) {
		for !ended {
			line, err := next(ctx)
			switch {
			case errors.Is(err, io.EOF):
				ended = true
			case err != nil:
				return nil, err
			default:
				lines = append(lines, line)
			}
		}
		if len(lines) == 0 {
			return nil, io.EOF
		}
		line := lines[0]
		lines = lines[1:]
		return line, nil
	}
}

// halfDuplex does one thing at a time.
type halfDuplex struct {
	transport.Transport
	mu sync.Mutex // held while a prompt is written
}

func (h *halfDuplex) WriteFrame(ctx context.Context, frame []byte) error {
	if typeOf(frame) == protocol.TypeUser {
		h.mu.Lock()
		defer h.mu.Unlock()
	}
	return h.Transport.WriteFrame(ctx, frame)
}

func (h *halfDuplex) ReadFrame() ([]byte, error) {
	frame, err := h.Transport.ReadFrame()
	h.mu.Lock()
	defer h.mu.Unlock()
	return frame, err
}

// torn writes a line in two halves, between which it waits a moment for another writer who is as far: the window in which lines are
// torn is a matter of luck otherwise.
type torn struct {
	w    io.WriteCloser
	meet chan struct{}
}

func (t *torn) WriteFrame(_ context.Context, frame []byte) error {
	line := append(append([]byte{}, frame...), '\n')
	if _, err := t.w.Write(line[:len(line)/2]); err != nil {
		return err
	}
	window := time.NewTimer(20 * time.Millisecond)
	defer window.Stop()
	select {
	case t.meet <- struct{}{}:
	case <-t.meet:
	case <-window.C:
	}
	_, err := t.w.Write(line[len(line)/2:])
	return err
}

func (t *torn) Close() error { return t.w.Close() }

// locked is a session with one lock for everything.
type locked struct {
	transport.Transport
	mu *sync.Mutex
}

func oneLock(p *parts.Parts) {
	var mu sync.Mutex
	p.Wrap = func(t transport.Transport) transport.Transport { return locked{t, &mu} }
	p.Queue = func(limit int64) parts.Queue { return &lockedQueue{Queue: parts.NewQueue(limit), mu: &mu} }
}

func (l locked) WriteFrame(ctx context.Context, frame []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Transport.WriteFrame(ctx, frame)
}

func (l locked) Close(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Transport.Close(ctx)
}

// lockedQueue holds the lock while its reader waits.
type lockedQueue struct {
	parts.Queue
	mu *sync.Mutex
}

func (q *lockedQueue) Pop(ctx context.Context) (parts.Item, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.Queue.Pop(ctx)
}

// lazyStderr reads as long as there is somebody to tell.
type lazyStderr struct{ onLine func(string) }

func (l lazyStderr) Drain(r io.Reader) {
	if l.onLine == nil {
		return
	}
	defer func() { _ = recover() }()
	for lines := bufio.NewScanner(r); lines.Scan(); {
		l.onLine(lines.Text())
	}
}

func (lazyStderr) Tail() (string, int64) { return "", 0 }
