package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/protocol"
)

// methodCancelled is the notification that a call is no longer wanted.
const methodCancelled = "notifications/cancelled"

var errConnGone = errors.New("the MCP server's connection is closed")

// mcpConn is one connection of a server, as the server's transport. The server sees ids of this connection and not the CLI's: those may be
// of any JSON type, and the CLI may use one twice at a time (ts:F17).
type mcpConn struct {
	bridge *mcpBridge
	name   string
	inbox  chan jsonrpc.Message
	once   sync.Once
	gone   chan struct{}

	mu    sync.Mutex
	ids   int
	calls map[jsonrpc.ID]*mcpCall // without a reply
}

// mcpCall is a call of the CLI to a server.
type mcpCall struct {
	id    jsonrpc.ID      // the server's
	outer json.RawMessage // the CLI's
	reply chan *jsonrpc.Response
}

func newMCPConn(b *mcpBridge, name string) *mcpConn {
	return &mcpConn{
		bridge: b, name: name, inbox: make(chan jsonrpc.Message), gone: make(chan struct{}), calls: map[jsonrpc.ID]*mcpCall{},
	}
}

// Connect is of mcp.Transport.
func (c *mcpConn) Connect(context.Context) (mcp.Connection, error) { return c, nil }

// SessionID is of mcp.Connection: there is none.
func (c *mcpConn) SessionID() string { return "" }

// Read gives the server the CLI's next message.
func (c *mcpConn) Read(ctx context.Context) (jsonrpc.Message, error) {
	select {
	case m := <-c.inbox:
		return m, nil
	case <-c.gone:
		return nil, io.EOF
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Write takes the server's messages: a reply goes to its call, anything else to the CLI as a request of this side.
func (c *mcpConn) Write(ctx context.Context, m jsonrpc.Message) error {
	switch m := m.(type) {
	case *jsonrpc.Response:
		if call := c.take(m.ID); call != nil {
			call.reply <- m
		}
	case *jsonrpc.Request:
		return c.bridge.tell(ctx, c, m)
	}
	return nil
}

// Close is of mcp.Connection.
func (c *mcpConn) Close() error {
	c.once.Do(func() { close(c.gone) })
	return nil
}

// deliver hands a message to the server.
func (c *mcpConn) deliver(ctx context.Context, m jsonrpc.Message) error {
	select {
	case c.inbox <- m:
		return nil
	case <-c.gone:
		return errConnGone
	case <-ctx.Done():
		return ctx.Err()
	}
}

// call hands a call to the server.
func (c *mcpConn) call(ctx context.Context, m rpcMessage) (*mcpCall, error) {
	call, err := c.register(m.id)
	if err != nil {
		return nil, err
	}
	if err := c.deliver(ctx, &jsonrpc.Request{ID: call.id, Method: m.method, Params: m.params}); err != nil {
		c.take(call.id)
		return nil, err
	}
	return call, nil
}

func (c *mcpConn) register(outer json.RawMessage) (*mcpCall, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids++
	id, err := jsonrpc.MakeID(float64(c.ids))
	if err != nil {
		return nil, err
	}
	call := &mcpCall{id: id, outer: outer, reply: make(chan *jsonrpc.Response, 1)}
	c.calls[id] = call
	return call, nil
}

// await waits for the reply to a call, and gives it with the id as the CLI wrote it.
func (c *mcpConn) await(ctx context.Context, call *mcpCall) (json.RawMessage, error) {
	select {
	case reply := <-call.reply:
		return encodeReply(reply, call.outer)
	case <-c.gone:
		return nil, errConnGone
	case <-ctx.Done():
		c.withdraw(call)
		return nil, ctx.Err()
	}
}

// idle tells whether no call waits for a reply.
func (c *mcpConn) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.calls) == 0
}

// take gives the call that waits for a reply, once.
func (c *mcpConn) take(id jsonrpc.ID) *mcpCall {
	c.mu.Lock()
	defer c.mu.Unlock()
	call := c.calls[id]
	delete(c.calls, id)
	return call
}

// cancelled tells the server which of its calls the CLI means. One that has its reply is none.
func (c *mcpConn) cancelled(ctx context.Context, params json.RawMessage) error {
	key := protocol.ID(protocol.Member(params, "requestId")).Key()
	for _, call := range c.known(key) {
		if err := c.cancel(ctx, call, protocol.Member(params, "reason")); err != nil {
			return err
		}
	}
	return nil
}

// known gives the calls that the CLI knows by an id.
func (c *mcpConn) known(key string) []*mcpCall {
	c.mu.Lock()
	defer c.mu.Unlock()
	var calls []*mcpCall
	for _, call := range c.calls {
		if protocol.ID(call.outer).Key() == key {
			calls = append(calls, call)
		}
	}
	return calls
}

// cancel tells the server that a call is not wanted any more. The server replies all the same.
func (c *mcpConn) cancel(ctx context.Context, call *mcpCall, reason json.RawMessage) error {
	params, err := json.Marshal(struct {
		ID     any             `json:"requestId"`
		Reason json.RawMessage `json:"reason,omitempty"`
	}{call.id.Raw(), reason})
	if err != nil {
		return err
	}
	return c.deliver(ctx, &jsonrpc.Request{Method: methodCancelled, Params: params})
}

// withdraw gives a call up and tells the server so.
func (c *mcpConn) withdraw(call *mcpCall) {
	c.take(call.id)
	ctx, cancel := context.WithTimeout(context.Background(), callbackGrace)
	defer cancel()
	_ = c.cancel(ctx, call, json.RawMessage(`"withdrawn"`))
}

// rpcMessage is a JSON-RPC message of the CLI: a call, a notification, or a reply to a call of the server.
type rpcMessage struct {
	method string
	id     json.RawMessage // as it stood on the wire; nil for a notification
	params json.RawMessage
	reply  *jsonrpc.Response
}

func (m rpcMessage) isCall() bool { return m.id != nil }

// decodeRPC reads a message. An id of null is none: nothing could be matched with the reply.
func decodeRPC(raw json.RawMessage) (m rpcMessage, err error) {
	if method := protocol.Member(raw, "method"); method != nil {
		m.params = protocol.Member(raw, "params")
		if id := protocol.Member(raw, "id"); string(id) != "null" {
			m.id = id
		}
		return m, json.Unmarshal(method, &m.method)
	}
	decoded, err := jsonrpc.DecodeMessage(raw)
	if err != nil {
		return m, err
	}
	reply, ok := decoded.(*jsonrpc.Response)
	if !ok {
		return m, errors.New("it has neither a method nor a result")
	}
	m.reply = reply
	return m, nil
}

func encodeReply(r *jsonrpc.Response, id json.RawMessage) (json.RawMessage, error) {
	reply := struct {
		JSONRPC string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Result  json.RawMessage `json:"result,omitempty"`
		Error   error           `json:"error,omitempty"`
	}{"2.0", id, r.Result, wireError(r.Error)}
	return json.Marshal(reply)
}

// wireError gives an error in the form that JSON-RPC has for it.
func wireError(err error) error {
	if err == nil {
		return nil
	}
	var wire *jsonrpc.Error
	if errors.As(err, &wire) {
		return wire
	}
	return &jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: err.Error()}
}
