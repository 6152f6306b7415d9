package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/protocol"
)

// mcpBridge carries JSON-RPC between the CLI, which speaks it in mcp_message requests, and the in-process servers of one session.
// Each opening of a server by the CLI is a connection of its own, so that a server may serve several sessions, and an opening
// leaves the calls of an earlier one alone (B028, B148).
type mcpBridge struct {
	s *core

	mu     sync.Mutex
	conns  map[string]*mcpConn // the latest of each server
	all    []*mcpConn
	closed bool
}

func newMCPBridge(s *core) *mcpBridge { return &mcpBridge{s: s, conns: map[string]*mcpConn{}} }

// handle takes one message of the CLI and gives the server's reply to it.
func (b *mcpBridge) handle(ctx context.Context, r protocol.MCPMessage) (any, error) {
	server, ok := b.s.opts.MCPServers[r.ServerName]
	if !ok {
		return nil, fmt.Errorf("no in-process MCP server is named %q", r.ServerName)
	}
	message, err := jsonrpc.DecodeMessage(r.Message)
	if err != nil {
		return nil, fmt.Errorf("message for MCP server %q is not JSON-RPC: %w", r.ServerName, err)
	}
	request, _ := message.(*jsonrpc.Request)
	opening := request != nil && request.Method == "initialize"
	conn, err := b.conn(r.ServerName, server, opening)
	if err != nil {
		return nil, err
	}
	if request == nil || !request.IsCall() {
		// Only the delivery is acknowledged: there is no reply to a notification, and the CLI waits for an answer (B135).
		if err := conn.deliver(ctx, message); err != nil {
			return nil, err
		}
		return acknowledged(), nil
	}
	reply, err := conn.call(ctx, request, protocol.Member(r.Message, "id"))
	if err != nil {
		return nil, err
	}
	return protocol.MCPResponse{Response: reply}, nil
}

func acknowledged() any {
	return protocol.MCPResponse{Response: json.RawMessage(`{"jsonrpc":"2.0","result":{}}`)}
}

// conn gives the connection to a server, a new one for an opening.
func (b *mcpBridge) conn(name string, server *mcp.Server, opening bool) (*mcpConn, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, errors.New("the session is over")
	}
	if conn := b.conns[name]; conn != nil && !opening {
		return conn, nil
	}
	conn := &mcpConn{
		bridge: b, name: name, inbox: make(chan jsonrpc.Message), gone: make(chan struct{}),
		waits: map[jsonrpc.ID]chan *jsonrpc.Response{},
	}
	if _, err := server.Connect(b.s.ctx, conn, nil); err != nil {
		return nil, fmt.Errorf("MCP server %q: %w", name, err)
	}
	if old := b.conns[name]; old != nil && old.idle() {
		_ = old.Close()
		b.all = slices.DeleteFunc(b.all, func(c *mcpConn) bool { return c == old })
	}
	b.conns[name] = conn
	b.all = append(b.all, conn)
	return conn, nil
}

// close ends all connections.
func (b *mcpBridge) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for _, conn := range b.all {
		_ = conn.Close()
	}
}

// mcpConn is one connection of a server, as the server's transport.
type mcpConn struct {
	bridge *mcpBridge
	name   string
	inbox  chan jsonrpc.Message
	once   sync.Once
	gone   chan struct{}

	mu    sync.Mutex
	waits map[jsonrpc.ID]chan *jsonrpc.Response // calls without a reply
}

var errConnGone = errors.New("the MCP server's connection is closed")

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
	if reply, ok := m.(*jsonrpc.Response); ok {
		if wait := c.take(reply.ID); wait != nil {
			wait <- reply
		}
		return nil
	}
	raw, err := jsonrpc.EncodeMessage(m)
	if err != nil {
		return err
	}
	return c.bridge.s.notifyMCP(ctx, c.name, raw)
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

// call hands a request to the server and waits for its reply, which carries the id as the CLI wrote it.
func (c *mcpConn) call(ctx context.Context, r *jsonrpc.Request, id json.RawMessage) (json.RawMessage, error) {
	wait := make(chan *jsonrpc.Response, 1)
	c.mu.Lock()
	_, twice := c.waits[r.ID]
	if !twice {
		c.waits[r.ID] = wait
	}
	c.mu.Unlock()
	if twice {
		return nil, fmt.Errorf("MCP server %q: JSON-RPC id %s is in use by an open call", c.name, id)
	}
	if err := c.deliver(ctx, r); err != nil {
		c.take(r.ID)
		return nil, err
	}
	select {
	case reply := <-wait:
		return encodeReply(reply, id)
	case <-c.gone:
		return nil, errConnGone
	case <-ctx.Done():
		c.give(r.ID)
		return nil, ctx.Err()
	}
}

// idle tells whether no call waits for a reply.
func (c *mcpConn) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waits) == 0
}

// take gives the call that waits for a reply, once.
func (c *mcpConn) take(id jsonrpc.ID) chan *jsonrpc.Response {
	c.mu.Lock()
	defer c.mu.Unlock()
	wait := c.waits[id]
	delete(c.waits, id)
	return wait
}

// give gives a call up and tells the server so.
func (c *mcpConn) give(id jsonrpc.ID) {
	c.take(id)
	params, err := json.Marshal(map[string]any{"requestId": id.Raw(), "reason": "withdrawn"})
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), callbackGrace)
	defer cancel()
	_ = c.deliver(ctx, &jsonrpc.Request{Method: "notifications/cancelled", Params: params})
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
