package parts

import (
	"context"
	"sync"

	"github.com/wiretrial/wiretrial/protocol"
)

// Pending is the table of the client's own requests that have no answer yet. It is safe for concurrent use.
type Pending interface {
	// Open registers a request, before its line is written. It fails once the table is closed.
	Open(id protocol.ID, subtype string) (Reply, error)
	// Resolve gives an answer to its request, and tells the request's subtype. An answer to no open request, or to one
	// that was answered before, is not known and changes nothing.
	Resolve(answer protocol.Message) (subtype string, known bool)
	// Close fails the open requests and every later one with err.
	Close(err error)
}

// Reply is the answer to come of one request.
type Reply interface {
	// Wait gives the answer, the error with which the table was closed, or ctx's.
	Wait(ctx context.Context) (protocol.Message, error)
	// Drop gives the request up: its answer is not known any more.
	Drop()
}

type pending struct {
	mu   sync.Mutex
	open map[string]*reply
	err  error
}

type reply struct {
	table   *pending
	key     string
	subtype string
	done    chan struct{}
	answer  protocol.Message
	err     error
}

// NewPending gives the product's table, which matches answers by id and by nothing else.
func NewPending() Pending { return &pending{open: map[string]*reply{}} }

func (p *pending) Open(id protocol.ID, subtype string) (Reply, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return nil, p.err
	}
	r := &reply{table: p, key: id.Key(), subtype: subtype, done: make(chan struct{})}
	p.open[r.key] = r
	return r, nil
}

func (p *pending) Resolve(answer protocol.Message) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := answer.ControlResponse().ID.Key()
	r, ok := p.open[key]
	if !ok {
		return "", false
	}
	delete(p.open, key)
	r.answer = answer
	close(r.done)
	return r.subtype, true
}

func (p *pending) Close(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return
	}
	p.err = err
	for key, r := range p.open {
		delete(p.open, key)
		r.err = err
		close(r.done)
	}
}

func (r *reply) Wait(ctx context.Context) (protocol.Message, error) {
	select {
	case <-r.done:
		return r.answer, r.err
	case <-ctx.Done():
	}
	select { // an answer that is there wins
	case <-r.done:
		return r.answer, r.err
	default:
		return protocol.Message{}, ctx.Err()
	}
}

func (r *reply) Drop() {
	r.table.mu.Lock()
	defer r.table.mu.Unlock()
	delete(r.table.open, r.key)
}
