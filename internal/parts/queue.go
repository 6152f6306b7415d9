package parts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/wiretrial/wiretrial/protocol"
)

// ErrBacklog says that the messages nobody read have passed their bound.
var ErrBacklog = errors.New("too many unread messages")

// Item is one message on its way to the consumer.
type Item struct {
	Message protocol.Message
	// Mark says what the message means for its turn.
	Mark Mark
	// Hidden says that the item is a mark only and no message.
	Hidden bool
}

// Queue holds the messages that wait for the consumer. It is safe for concurrent use; each item goes to one reader.
type Queue interface {
	// Push adds an item and never waits: a consumer that does not read must not hold up the answers of the reading goroutine.
	Push(Item) error
	// Pop takes the oldest item, and waits for one until ctx ends. After the last item it gives the error of Close.
	Pop(ctx context.Context) (Item, error)
	// Close ends the queue: io.EOF for a good end.
	Close(err error)
}

type queue struct {
	mu    sync.Mutex
	items []Item
	bytes int64
	limit int64
	err   error
	more  chan struct{} // what waiting readers wait for; nil if none waits
}

// NewQueue gives the product's queue: unbounded up to limit bytes, an error beyond; everything pushed before Close comes
// before its error.
func NewQueue(limit int64) Queue { return &queue{limit: limit} }

func (q *queue) Push(it Item) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return q.err
	}
	size := int64(len(it.Message.Raw))
	if q.limit > 0 && q.bytes+size > q.limit && len(q.items) > 0 {
		return fmt.Errorf("%w: %d messages, %d bytes, limit %d bytes; read them, or raise the limit",
			ErrBacklog, len(q.items), q.bytes, q.limit)
	}
	q.items = append(q.items, it)
	q.bytes += size
	q.wake()
	return nil
}

func (q *queue) Pop(ctx context.Context) (Item, error) {
	for {
		it, more, err := q.take()
		if more == nil {
			return it, err
		}
		select {
		case <-more:
		case <-ctx.Done():
			return Item{}, ctx.Err()
		}
	}
}

// take gives the oldest item or the end; if there is neither, what to wait for.
func (q *queue) take() (Item, <-chan struct{}, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		if q.err == nil && q.more == nil {
			q.more = make(chan struct{})
		}
		if q.err != nil {
			return Item{}, nil, q.err
		}
		return Item{}, q.more, nil
	}
	it := q.items[0]
	q.items[0] = Item{}
	q.items = q.items[1:]
	q.bytes -= int64(len(it.Message.Raw))
	return it, nil, nil
}

func (q *queue) Close(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return
	}
	if err == nil {
		err = io.EOF
	}
	q.err = err
	q.wake()
}

// wake is called with mu held.
func (q *queue) wake() {
	if q.more != nil {
		close(q.more)
		q.more = nil
	}
}
