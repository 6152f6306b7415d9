package client

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
)

const (
	// mirrorEntries and mirrorBytes are how much may wait for the end of a turn before it is saved (py: MAX_PENDING_ENTRIES, MAX_PENDING_BYTES).
	mirrorEntries = 500
	mirrorBytes   = 1 << 20
)

// mirror saves what the CLI mirrors to the user's store, in the order of the wire, and holds back a result, and what comes after it, until
// all before it is saved: who sees the result may rely on the store (STO-1). The reading goroutine never waits for the store. A nil
// mirror saves nothing.
type mirror struct {
	s        *core
	projects string // the CLI's directory of transcripts
	append   parts.Append

	ctx   context.Context // of calls of the store; ends when the end of the session cannot wait any longer
	hurry context.CancelFunc
	own   sync.WaitGroup // the goroutine that saves

	mu      sync.Mutex
	todo    []mirrored // in the order of the wire
	held    int        // items among them
	waiting int64      // bytes of those items
	entries int        // among todo
	bytes   int64      // of frames among todo
	closing bool
	running bool
}

// mirrored is a frame to save, or an item that is held back until all before it is saved.
type mirrored struct {
	file    string
	entries []json.RawMessage
	item    *parts.Item
}

func newMirror(s *core) *mirror {
	if s.opts.SessionStore == nil {
		return nil
	}
	m := &mirror{s: s, projects: s.launch.projects()}
	m.append = s.parts.Append(m.call)
	m.ctx, m.hurry = context.WithCancel(context.Background())
	return m
}

// frame takes a frame of the CLI. It is called on the reading goroutine.
func (m *mirror) frame(msg Message) {
	if m == nil {
		return
	}
	frame := msg.TranscriptMirror()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.todo = append(m.todo, mirrored{file: frame.FilePath, entries: frame.Entries})
	m.entries += len(frame.Entries)
	m.bytes += int64(len(msg.Raw))
	m.start()
}

// push queues an item for the consumer, now or when what comes before it is saved.
func (m *mirror) push(item parts.Item) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held == 0 && item.Message.Type != protocol.TypeResult {
		return m.s.queue.Push(item)
	}
	limit, size := m.s.opts.maxUnread(), int64(len(item.Message.Raw))
	if limit > 0 && m.held > 0 && m.waiting+size > limit {
		return &parts.Backlog{Messages: m.held, Bytes: m.waiting, Limit: limit}
	}
	m.todo = append(m.todo, mirrored{item: &item})
	m.held++
	m.waiting += size
	m.start()
	return nil
}

// due tells whether something has to be done now. It is called with mu held.
func (m *mirror) due() bool {
	if len(m.todo) == 0 {
		return false
	}
	return m.closing || m.held > 0 || m.s.opts.EagerStore || m.entries > mirrorEntries || m.bytes > mirrorBytes
}

// start lets what is due be done in a goroutine of its own. It is called with mu held.
func (m *mirror) start() {
	if !m.running && m.due() {
		m.running = true
		m.own.Go(m.run)
	}
}

// run saves and lets go until nothing is due.
func (m *mirror) run() {
	for {
		batch, item, more := m.take()
		if !more {
			return
		}
		for _, b := range batch {
			m.save(b)
		}
		if item != nil {
			m.release(*item)
		}
	}
}

// take gives what to save up to the next item that is held back, coalesced by file, and that item. more is false when nothing is due.
func (m *mirror) take() (batch []mirrored, item *parts.Item, more bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.due() {
		m.running = false
		return nil, nil, false
	}
	at := map[string]int{}
	for i, step := range m.todo {
		if step.item != nil {
			m.todo = m.todo[i+1:]
			m.count()
			return batch, step.item, true
		}
		if j, known := at[step.file]; known {
			batch[j].entries = append(batch[j].entries, step.entries...)
			continue
		}
		at[step.file] = len(batch)
		batch = append(batch, step)
	}
	m.todo = nil
	m.count()
	return batch, nil, true
}

// count makes entries and bytes anew: what is left are those behind an item, which is seldom many. It is called with mu held.
func (m *mirror) count() {
	m.entries, m.bytes = 0, 0
	for _, step := range m.todo {
		m.entries += len(step.entries)
		for _, e := range step.entries {
			m.bytes += int64(len(e))
		}
	}
}

// release hands an item to the consumer.
func (m *mirror) release(item parts.Item) {
	m.mu.Lock()
	err := m.s.queue.Push(item)
	m.held--
	m.waiting -= int64(len(item.Message.Raw))
	m.mu.Unlock()
	m.s.pushed(err)
}

// save gives one transcript's entries to the store, again after a failure.
func (m *mirror) save(b mirrored) {
	if len(b.entries) == 0 {
		return
	}
	key, ok := parts.StoreKeyOf(b.file, m.projects)
	if !ok {
		m.s.skipped.tell(fmt.Errorf("a transcript_mirror line of %q is not saved: that is no transcript below %s", b.file, m.projects))
		return
	}
	var err error
	for attempt := 1; ; attempt++ {
		if err = m.append(m.ctx, key, b.entries); err == nil {
			return
		}
		pause, again := m.s.parts.AppendPause(attempt)
		if !again || errors.Is(err, context.DeadlineExceeded) || !m.sleep(pause) {
			break
		}
	}
	m.report(key, err)
}

// sleep waits; it gives false if the session cannot wait.
func (m *mirror) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-m.ctx.Done():
		return false
	}
}

// call is one call of the user's store. A store that heeds no context is left behind: it may still save what it was given.
func (m *mirror) call(ctx context.Context, key parts.StoreKey, entries []json.RawMessage) error {
	_, err := bounded(ctx, appendTimeout, "SessionStore.Append", func(ctx context.Context) (struct{}, error) {
		return struct{}{}, m.s.opts.SessionStore.Append(ctx, SessionKey(key), entries)
	})
	return err
}

// report tells the consumer, as the official SDKs do, that entries were not saved (py, ts: mirror_error). The session goes on: the CLI's own
// transcript has them.
func (m *mirror) report(key parts.StoreKey, err error) {
	raw, fault := json.Marshal(map[string]any{
		"type": protocol.TypeSystem, "subtype": "mirror_error", "error": err.Error(), "uuid": newUUID(), "session_id": key.SessionID,
		"key": mirrorKey{key.ProjectKey, key.SessionID, key.Subpath},
	})
	if fault != nil {
		return
	}
	msg, fault := protocol.Decode(raw)
	if fault != nil {
		return
	}
	m.mu.Lock()
	fault = m.s.queue.Push(parts.Item{Message: msg})
	m.mu.Unlock()
	m.s.pushed(fault)
}

// mirrorKey is a key in the words of the message.
type mirrorKey struct {
	ProjectKey string `json:"projectKey"`
	SessionID  string `json:"sessionId"`
	Subpath    string `json:"subpath,omitempty"`
}

// newUUID gives a random UUID.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// close saves what is left, lets go of what is held back, and waits for both. Nothing may come after it.
func (m *mirror) close() {
	if m == nil {
		return
	}
	m.mu.Lock()
	m.closing = true
	m.start()
	m.mu.Unlock()
	m.own.Wait()
	m.hurry()
}

// cut ends the calls of the store with a context: the end of a session that cannot wait. The function that it gives undoes that.
func (m *mirror) cut(ctx context.Context) func() bool {
	if m == nil {
		return func() bool { return true }
	}
	return context.AfterFunc(ctx, m.hurry)
}

// bounded runs a call of the user's store in a goroutine of its own, and does not wait for it longer than it may take. Zero or less is no bound.
func bounded[T any](ctx context.Context, limit time.Duration, what string, call func(context.Context) (T, error)) (T, error) {
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, fmt.Errorf("%s did not return in %s: %w", what, limit, context.DeadlineExceeded))
		defer cancel()
	}
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		var out outcome
		defer func() {
			if p := recover(); p != nil {
				out.err = fmt.Errorf("%s panicked: %v", what, p)
			}
			done <- out
		}()
		out.value, out.err = call(ctx)
	}()
	select {
	case out := <-done:
		return out.value, out.err
	case <-ctx.Done():
		var zero T
		return zero, context.Cause(ctx)
	}
}
