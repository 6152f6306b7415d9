package parts

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/wiretrial/wiretrial/protocol"
)

// Backlog says that the messages nobody read have passed their bound.
type Backlog struct {
	// Messages and Bytes are what waited when one more came.
	Messages int
	Bytes    int64
	// Limit is the bound, in bytes.
	Limit int64
}

// Error names the bound.
func (b *Backlog) Error() string {
	return fmt.Sprintf("too many unread messages: %d messages, %d bytes, limit %d bytes; read them, or raise the limit",
		b.Messages, b.Bytes, b.Limit)
}

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
	// Push adds an item and never waits: a consumer that does not read must not hold up the answers of the reading goroutine. What does
	// not fit is refused with a *Backlog, and so is all that comes later: what can be read has no gap.
	Push(Item) error
	// Pop takes the oldest item, and waits for one until ctx ends. After the last item it gives the error of Close.
	Pop(ctx context.Context) (Item, error)
	// Close ends the queue: io.EOF for a good end.
	Close(err error)
}

type queue struct {
	mu    sync.Mutex
	items ring
	bytes int64
	limit int64
	full  *Backlog // what did not fit; nil as long as all did
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
	if q.full == nil && q.limit > 0 && q.bytes+size > q.limit && q.items.n > 0 {
		q.full = &Backlog{Messages: q.items.n, Bytes: q.bytes, Limit: q.limit}
	}
	if q.full != nil {
		return q.full
	}
	q.items.push(it)
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
	if q.items.n == 0 {
		if q.err == nil && q.more == nil {
			q.more = make(chan struct{})
		}
		if q.err != nil {
			return Item{}, nil, q.err
		}
		return Item{}, q.more, nil
	}
	it := q.items.pop()
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

// ring holds items in order. Its memory is used again and again, and given back when it was much and is empty.
type ring struct {
	slots    []Item // as many as a power of two
	first, n int
}

// ringMin and ringKept are the least slots, and the most that an empty ring keeps.
const ringMin, ringKept = 16, 1024

func (r *ring) push(it Item) {
	if r.n == len(r.slots) {
		r.grow()
	}
	r.slots[(r.first+r.n)&(len(r.slots)-1)] = it
	r.n++
}

func (r *ring) grow() {
	slots := make([]Item, max(ringMin, 2*len(r.slots)))
	copied := copy(slots, r.slots[r.first:])
	copy(slots[copied:], r.slots[:r.first])
	r.slots, r.first = slots, 0
}

// pop takes the oldest item; there must be one.
func (r *ring) pop() Item {
	it := r.slots[r.first]
	r.slots[r.first] = Item{}
	r.first = (r.first + 1) & (len(r.slots) - 1)
	r.n--
	if r.n == 0 && len(r.slots) > ringKept {
		r.slots, r.first = nil, 0
	}
	return it
}
