package goadapter

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/internal/parts"
)

const (
	// closeGrace is how long close waits for the operations that it cancelled; the contract gives it 3 s in all.
	closeGrace = 2 * time.Second
	// exitGrace is how long the end of the channel waits for them; the contract gives it 5 s in all.
	exitGrace = 2 * time.Second
)

// Config says what the adapter tells of itself and of which parts its clients are made. The zero value is the product.
type Config struct {
	// Name and Version name the adapter; empty is go and 1.
	Name, Version string
	// Session drives a [client.Session] instead of a [client.Client].
	Session bool
	// Parts gives the parts of one client; nil is the product's. It is called once for each client.
	Parts func() *parts.Parts
	// Instead, if not nil, may answer an operation itself: it gives the result and true, and the client is not called. It is for
	// adapters that are to do nothing.
	Instead func(method string, params json.RawMessage) (result json.RawMessage, instead bool)
	// Opening, if not nil, changes what a client is opened with. It is for faults in what the client refuses.
	Opening func(params []byte) []byte
}

// adapter serves one channel.
type adapter struct {
	config  Config
	table   map[string]perform // the operations by their names; never written again
	channel *channel
	ctx     context.Context
	ops     sync.WaitGroup
	last    chan struct{} // closed when the latest operation without a context has begun

	mu        sync.Mutex
	sessions  map[string]*session
	instances map[string]*mcp.Server
	running   map[string]*operation // by id
}

// Main speaks the adapter contract on in and out until in ends or ctx does, which is a normal end. It returns an error if the
// channel broke. Clients that are still connected are left to their end: that of the process.
func Main(ctx context.Context, in io.Reader, out io.Writer, config Config) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	begun := make(chan struct{})
	close(begun)
	a := &adapter{
		config: config, table: config.operations(), channel: newChannel(out), ctx: ctx, last: begun,
		sessions: map[string]*session{}, instances: map[string]*mcp.Server{}, running: map[string]*operation{},
	}
	err := a.channel.read(in, a.handle)
	cancel()
	a.leave()
	return err
}

// leave ends the tasks and waits a while for the operations, so that the client's own clean-up runs.
func (a *adapter) leave() {
	a.mu.Lock()
	for _, s := range a.sessions {
		s.endTasks()
	}
	a.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		a.ops.Wait()
		close(idle)
	}()
	grace := time.NewTimer(exitGrace)
	defer grace.Stop()
	select {
	case <-idle:
	case <-grace.C:
	}
}

// handle takes one message of the harness. It runs on the reading goroutine and never waits.
func (a *adapter) handle(m contract.Message) {
	switch m.Method {
	case contract.NoteCancel:
		a.cancel(m.Params)
	case contract.MethodHello:
		a.channel.reply(m.ID, a.hello(), nil)
	case contract.MethodAlive:
		a.channel.reply(m.ID, struct{}{}, nil)
	case contract.MethodOpen:
		a.channel.reply(m.ID, struct{}{}, a.open(m.Params))
	case contract.MethodClose:
		a.close(m)
	default:
		a.operate(m)
	}
}

func (a *adapter) hello() contract.Hello {
	h := contract.Hello{
		Protocol: contract.Version, Features: a.config.features(), Chatter: []string{},
		Adapter: contract.Product{Name: a.config.Name, Version: a.config.Version},
		SDK:     contract.SDK{Name: "wiretrial client", Version: "1", Language: "go", Runtime: runtime.Version()},
		Idiom:   "range over Messages, Response or Query; every other call from any goroutine meanwhile",
	}
	if a.config.Session {
		h.SDK.Name += " session"
		h.Idiom = "one loop of Receive, in which permission requests are messages; every other call from any goroutine meanwhile"
	}
	if h.Adapter.Name == "" {
		h.Adapter.Name = "go"
	}
	if h.Adapter.Version == "" {
		h.Adapter.Version = "1"
	}
	return h
}

type header struct {
	Client string `json:"client"`
	On     string `json:"on"`
}

func (a *adapter) open(params json.RawMessage) error {
	var h header
	if err := json.Unmarshal(params, &h); err != nil || h.Client == "" {
		return fault("open: a client is needed")
	}
	if a.config.Opening != nil {
		params = a.config.Opening(params)
	}
	s := newSession(a, h.Client)
	if err := s.build(params); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sessions[h.Client] != nil {
		return fault("open: client %q is open already", h.Client)
	}
	a.sessions[h.Client] = s
	return nil
}

// shared gives the server of an instance, building it the first time.
func (a *adapter) shared(instance string, build func() (*mcp.Server, error)) (*mcp.Server, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if server := a.instances[instance]; server != nil {
		return server, nil
	}
	server, err := build()
	if err == nil {
		a.instances[instance] = server
	}
	return server, err
}

// close forgets a client: what is in flight is cancelled and gets its reply, then close its own.
func (a *adapter) close(m contract.Message) {
	var h header
	_ = json.Unmarshal(m.Params, &h)
	a.mu.Lock()
	s := a.sessions[h.Client]
	delete(a.sessions, h.Client)
	if len(a.sessions) == 0 {
		clear(a.instances)
	}
	var open []*operation
	for _, o := range a.running {
		if o.client == h.Client {
			open = append(open, o)
		}
	}
	a.mu.Unlock()
	if s == nil {
		a.channel.reply(m.ID, nil, fault("close: client %q is not open", h.Client))
		return
	}
	a.ops.Go(func() {
		a.cancelAll(open)
		s.release()
		a.channel.reply(m.ID, struct{}{}, nil)
	})
}

// cancelAll cancels operations and waits for their replies; one that is late is answered for.
func (a *adapter) cancelAll(open []*operation) {
	for _, o := range open {
		o.stop()
	}
	grace := time.NewTimer(closeGrace)
	defer grace.Stop()
	for _, o := range open {
		select {
		case <-o.done:
		case <-grace.C:
			grace.Reset(0) // the others get no grace of their own
			o.settle(nil, context.Canceled)
		}
	}
}

func (a *adapter) cancel(params json.RawMessage) {
	var note contract.CancelNote
	if json.Unmarshal(params, &note) != nil {
		return
	}
	a.mu.Lock()
	o := a.running[string(note.ID)]
	a.mu.Unlock()
	if o != nil {
		o.stop()
	}
}

// operation is one operation of the harness.
type operation struct {
	adapter *adapter
	id      json.RawMessage
	method  string
	client  string
	params  json.RawMessage
	ctx     context.Context
	stop    context.CancelFunc
	once    sync.Once
	done    chan struct{}
}

// settle replies, once. The operation runs until its reply is written: a close that comes meanwhile waits for that.
func (o *operation) settle(result any, err error) {
	o.once.Do(func() {
		o.adapter.channel.reply(o.id, result, err)
		o.adapter.mu.Lock()
		delete(o.adapter.running, string(o.id))
		o.adapter.mu.Unlock()
		close(o.done)
	})
}

// operate starts an operation in the context that it asks for.
func (a *adapter) operate(m contract.Message) {
	var h header
	if err := json.Unmarshal(m.Params, &h); err != nil {
		a.channel.reply(m.ID, nil, fault("%s: %v", m.Method, err))
		return
	}
	run, known := a.table[m.Method]
	a.mu.Lock()
	s := a.sessions[h.Client]
	a.mu.Unlock()
	switch {
	case !known:
		a.channel.reply(m.ID, nil, &contract.Error{Code: contract.CodeUnknownMethod, Message: "the client has no " + m.Method})
		return
	case s == nil:
		a.channel.reply(m.ID, nil, fault("%s: client %q is not open", m.Method, h.Client))
		return
	}
	o := &operation{adapter: a, id: m.ID, method: m.Method, client: h.Client, params: m.Params, done: make(chan struct{})}
	o.ctx, o.stop = context.WithCancel(parts.WithCaller(a.ctx, h.On))
	a.mu.Lock()
	a.running[string(m.ID)] = o
	a.mu.Unlock()
	s.start(o, h.On, func(ctx context.Context) { o.perform(ctx, s, run) })
}

// perform runs an operation to its reply. ctx is of the goroutine that it runs in.
func (o *operation) perform(ctx context.Context, s *session, run perform) {
	defer o.stop()
	defer context.AfterFunc(ctx, o.stop)()
	defer func() {
		if p := recover(); p != nil {
			o.settle(nil, fault("%s panicked: %v", o.method, p))
		}
	}()
	if o.adapter.config.Instead != nil {
		if result, instead := o.adapter.config.Instead(o.method, o.params); instead {
			o.settle(result, nil)
			return
		}
	}
	if err := o.ctx.Err(); err != nil {
		o.settle(nil, fmt.Errorf("%s: %w", o.method, err))
		return
	}
	o.settle(run(s, o.ctx, o))
}
