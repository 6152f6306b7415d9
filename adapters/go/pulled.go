package goadapter

import (
	"context"
	"iter"
	"sync"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

// pulled is a one-shot iterator that is read by hand. A read that was begun outlives the receive that wanted it: what it gives is
// handed to the next one.
type pulled struct {
	next   func() (client.Message, error, bool)
	stop   func()
	cancel context.CancelFunc // ends the query

	mu   sync.Mutex
	read chan pair // of the read that was begun; nil if there is none
	left bool      // the loop was left
}

type pair struct {
	message client.Message
	err     error
	ok      bool
}

func newPulled(ctx context.Context, query func(context.Context) iter.Seq2[client.Message, error]) *pulled {
	p := &pulled{}
	ctx, p.cancel = context.WithCancel(ctx)
	unlocked(func() { p.next, p.stop = iter.Pull2(query(ctx)) })
	return p
}

// unlocked runs f in a goroutine that is locked to no thread: an iterator made or stopped in one that is could be used from there
// only.
func unlocked(f func()) {
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		f()
	}()
	<-finished
}

// begin gives the read in flight, beginning one if there is none.
func (p *pulled) begin() chan pair {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.read == nil {
		read := make(chan pair, 1)
		p.read = read
		go func() {
			m, err, ok := p.next()
			read <- pair{m, err, ok}
		}()
	}
	return p.read
}

// taken ends a read whose message was taken, and tells whether the loop was left meanwhile.
func (p *pulled) taken() (left bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read = nil
	return p.left
}

// all yields what the iterator gives until it ends, or ctx does, which loses nothing.
func (p *pulled) all(ctx context.Context, turn bool) iter.Seq2[client.Message, error] {
	return func(yield func(client.Message, error) bool) {
		for {
			select {
			case got := <-p.begin():
				if p.taken() && got.err != nil {
					return // it was left
				}
				if !got.ok || !yield(got.message, got.err) || got.err != nil {
					return
				}
				if turn && got.message.Type == protocol.TypeResult {
					return
				}
			case <-ctx.Done():
				yield(client.Message{}, ctx.Err())
				return
			}
		}
	}
}

// leave leaves the loop: it stops the iterator, or, while a read is in flight, which alone may touch it, ends the query.
func (p *pulled) leave() {
	p.mu.Lock()
	read := p.read
	p.left = true
	p.mu.Unlock()
	if read != nil {
		p.cancel()
		got := <-read
		read <- got // for the receive that wanted it
	}
	unlocked(p.stop)
}

// release ends a query that was begun and nobody reads any more, without waiting for it.
func (p *pulled) release() { p.cancel() }
