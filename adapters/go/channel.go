package goadapter

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"unicode/utf8"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

// channel is the JSON-RPC connection to the harness. Its methods may be called from any goroutine.
type channel struct {
	mu  sync.Mutex // of writing
	out io.Writer
	err error // the first failed write

	asks struct {
		sync.Mutex
		last int
		open map[string]*ask
	}
}

// ask is a request to the harness that has no answer yet.
type ask struct {
	id     string
	ctx    context.Context // of the callback
	answer chan contract.Message
	// work are operations that are to run inside this callback.
	work chan func(context.Context)
	over chan struct{} // closed when the callback takes no more work
}

func newChannel(out io.Writer) *channel {
	c := &channel{out: out}
	c.asks.open = map[string]*ask{}
	return c
}

// read calls handle for each message until the channel ends. It never waits for an operation.
func (c *channel) read(in io.Reader, handle func(contract.Message)) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), contract.MaxLine)
	for lines.Scan() {
		var m contract.Message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return fmt.Errorf("channel: a line of the harness is not JSON-RPC: %w: harness fault", err)
		}
		if m.Method == "" {
			c.answered(m)
			continue
		}
		handle(m)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("channel: %w", err)
	}
	return nil
}

// send writes one line.
func (c *channel) send(line []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		_, c.err = c.out.Write(append(line, '\n'))
	}
}

func (c *channel) sendValue(value any) {
	line, err := json.Marshal(value)
	if err != nil {
		line, _ = json.Marshal(contract.Message{JSONRPC: "2.0", Method: "log", Params: json.RawMessage(strconv.Quote(err.Error()))})
	}
	c.send(line)
}

func (c *channel) notify(method string, params any) {
	raw, err := json.Marshal(params)
	if err != nil {
		return
	}
	c.sendValue(contract.Message{JSONRPC: "2.0", Method: method, Params: raw})
}

// message forwards one message with its bytes: numbers and spellings are not touched. op is the id of the operation.
func (c *channel) message(client string, op, raw json.RawMessage) {
	name, err := json.Marshal(client)
	if err != nil {
		return
	}
	native := ""
	if len(raw) > contract.MaxLine-1024 {
		native = fmt.Sprintf(`,"native":"a message of %d bytes, which does not fit the channel"`, len(raw))
		raw = json.RawMessage(`{"type":"x-unmapped"}`)
	}
	if !utf8.Valid(raw) { // the channel is text: bad bytes become what any decoder of Go makes of them
		raw = json.RawMessage(string([]rune(string(raw))))
	}
	line := make([]byte, 0, len(raw)+len(name)+len(op)+100)
	line = append(line, `{"jsonrpc":"2.0","method":"message","params":{"client":`...)
	line = append(line, name...)
	line = append(line, `,"op":`...)
	line = append(line, op...)
	line = append(line, `,"message":`...)
	line = append(line, raw...)
	line = append(line, native...)
	c.send(append(line, `}}`...))
}

// errUnserializable is that the user's callback is to answer what JSON cannot hold.
var errUnserializable = errors.New("an answer that JSON cannot hold")

// errUser is what the harness wants the user's callback or stream to fail with.
type errUser struct{ text string }

func (e errUser) Error() string { return e.text }

// ask sends a request to the harness and waits for its answer, running the operations that are to run inside it meanwhile. If
// ctx ends first the request is withdrawn.
func (c *channel) ask(ctx context.Context, method string, params any) (json.RawMessage, error) {
	raw, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	a := c.open(ctx)
	defer c.settle(a)
	id, err := json.Marshal(a.id)
	if err != nil {
		return nil, err
	}
	c.sendValue(contract.Message{JSONRPC: "2.0", ID: id, Method: method, Params: raw})
	for {
		select {
		case m := <-a.answer:
			return answerOf(m)
		case work := <-a.work:
			work(ctx)
		case <-ctx.Done():
			c.notify(contract.NoteCancel, contract.CancelNote{ID: id})
			return nil, ctx.Err()
		}
	}
}

func answerOf(m contract.Message) (json.RawMessage, error) {
	switch {
	case m.Error != nil && m.Error.Code == contract.CodeCallbackFails:
		return nil, errUser{m.Error.Message}
	case m.Error != nil && m.Error.Code == contract.CodeCallbackOdd:
		return nil, errUnserializable
	case m.Error != nil:
		return nil, m.Error
	}
	return m.Result, nil
}

func (c *channel) open(ctx context.Context) *ask {
	c.asks.Lock()
	defer c.asks.Unlock()
	c.asks.last++
	a := &ask{
		id: "a" + strconv.Itoa(c.asks.last), ctx: ctx, answer: make(chan contract.Message, 1),
		work: make(chan func(context.Context)), over: make(chan struct{}),
	}
	c.asks.open[a.id] = a
	return a
}

func (c *channel) settle(a *ask) {
	c.asks.Lock()
	defer c.asks.Unlock()
	delete(c.asks.open, a.id)
	close(a.over)
}

// find gives an open request to the harness by its id; nil if it is settled.
func (c *channel) find(id string) *ask {
	c.asks.Lock()
	defer c.asks.Unlock()
	return c.asks.open[id]
}

// answered hands an answer to its request. One that was withdrawn is not there any more, and its answer is void.
func (c *channel) answered(m contract.Message) {
	var id string
	if json.Unmarshal(m.ID, &id) != nil {
		return
	}
	if a := c.find(id); a != nil {
		select {
		case a.answer <- m:
		default: // answered twice
		}
	}
}

// reply settles a request of the harness.
func (c *channel) reply(id json.RawMessage, result any, err error) {
	m := contract.Message{JSONRPC: "2.0", ID: id}
	if err == nil {
		m.Result, err = json.Marshal(result)
	}
	if err != nil {
		m.Result, m.Error = nil, errorOf(err)
	}
	c.sendValue(m)
}
