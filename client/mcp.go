package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/protocol"
)

// mcpBridge carries JSON-RPC between the CLI, which speaks it in mcp_message requests, and the in-process servers of one session.
// Each opening of a server by the CLI is a connection of its own, so that a server may serve several sessions, and an opening
// leaves the calls of an earlier one alone (B028, B148). The messages for one server reach it in the order of the wire, so that a
// cancellation does not overtake its call; their replies come in any order.
type mcpBridge struct {
	s *core

	mu      sync.Mutex
	servers map[string]*mcp.Server   // by the names that the CLI knows
	conns   map[string]*mcpConn      // the latest of each server
	all     map[*mcpConn]struct{}    // those that are open
	last    map[string]chan struct{} // of each server the latest message; closed when that was handed over
	asked   map[string]mcpAsk        // calls of the servers that the CLI may refuse, by the ids of their control requests
	closed  bool
}

// mcpAsk is a call of a server to the CLI.
type mcpAsk struct {
	conn *mcpConn
	id   jsonrpc.ID
}

func newMCPBridge(s *core) *mcpBridge {
	return &mcpBridge{
		s: s, servers: maps.Clone(s.opts.MCPServers), conns: map[string]*mcpConn{}, all: map[*mcpConn]struct{}{},
		last: map[string]chan struct{}{}, asked: map[string]mcpAsk{},
	}
}

// place is a message's place in the line for its server.
type place struct {
	before <-chan struct{} // nil for the first
	leave  func()          // lets the next one go; only the first call counts
}

type placeKey struct{}

// lineUp gives the next message for a server its place. It runs on the reading goroutine, and so in the order of the wire.
func (b *mcpBridge) lineUp(ctx context.Context, name string) (context.Context, *place) {
	b.mu.Lock()
	defer b.mu.Unlock()
	mine := make(chan struct{})
	p := &place{before: b.last[name], leave: sync.OnceFunc(func() { b.handedOver(name, mine) })}
	b.last[name] = mine
	return context.WithValue(ctx, placeKey{}, p), p
}

func (b *mcpBridge) handedOver(name string, message chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(message)
	if b.last[name] == message {
		delete(b.last, name)
	}
}

// handle takes one message of the CLI and gives the server's reply to it.
func (b *mcpBridge) handle(ctx context.Context, r protocol.MCPMessage) (any, error) {
	conn, wait, err := b.handOver(ctx, r)
	if err != nil {
		return nil, err
	}
	if wait == nil {
		// Only the delivery is acknowledged: there is no reply to a notification, and the CLI waits for an answer (B135).
		return protocol.MCPResponse{Response: json.RawMessage(`{"jsonrpc":"2.0","result":{}}`)}, nil
	}
	reply, err := conn.await(ctx, wait)
	b.retire(conn)
	if err != nil {
		return nil, err
	}
	return protocol.MCPResponse{Response: reply}, nil
}

// handOver gives a message to its server when those before it are there. It gives the call to wait for, nil for what has no reply.
func (b *mcpBridge) handOver(ctx context.Context, r protocol.MCPMessage) (*mcpConn, *mcpCall, error) {
	if p, ok := ctx.Value(placeKey{}).(*place); ok {
		defer p.leave()
		if p.before != nil {
			<-p.before // it leaves with its handling at the latest
		}
	}
	server, ok := b.server(r.ServerName)
	if !ok {
		return nil, nil, fmt.Errorf("no in-process MCP server is named %q", r.ServerName)
	}
	message, err := decodeRPC(r.Message)
	if err != nil {
		return nil, nil, fmt.Errorf("message for MCP server %q is not JSON-RPC: %w", r.ServerName, err)
	}
	conn, err := b.conn(r.ServerName, server, message.method == "initialize")
	if err != nil {
		return nil, nil, err
	}
	switch {
	case message.reply != nil:
		return conn, nil, conn.deliver(ctx, message.reply)
	case message.isCall():
		wait, err := conn.call(ctx, message)
		return conn, wait, err
	case message.method == methodCancelled:
		return conn, nil, conn.cancelled(ctx, message.params)
	}
	return conn, nil, conn.deliver(ctx, &jsonrpc.Request{Method: message.method, Params: message.params})
}

func (b *mcpBridge) server(name string) (*mcp.Server, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	server, ok := b.servers[name]
	return server, ok
}

// add lets the CLI open further servers. One that has an open connection under its name keeps it until the CLI opens the new one.
func (b *mcpBridge) add(servers map[string]*mcp.Server) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.servers == nil {
		b.servers = map[string]*mcp.Server{}
	}
	maps.Copy(b.servers, servers)
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
	conn := newMCPConn(b, name)
	if _, err := server.Connect(b.s.ctx, conn, nil); err != nil {
		return nil, fmt.Errorf("MCP server %q: %w", name, err)
	}
	old := b.conns[name]
	b.conns[name] = conn
	b.all[conn] = struct{}{}
	b.drop(old)
	return conn, nil
}

// retire closes a connection that was replaced, once its calls have ended.
func (b *mcpBridge) retire(conn *mcpConn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conns[conn.name] != conn {
		b.drop(conn)
	}
}

// drop is called with mu held.
func (b *mcpBridge) drop(conn *mcpConn) {
	if conn != nil && conn.idle() {
		_ = conn.Close()
		delete(b.all, conn)
	}
}

// close ends all connections.
func (b *mcpBridge) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for conn := range b.all {
		_ = conn.Close()
	}
	clear(b.all)
	clear(b.asked)
}

// tell carries a message of a server to the CLI, as a control request that the CLI acknowledges. A reply to a call of the server comes as a
// message of its own; only a refusal is looked for.
func (b *mcpBridge) tell(ctx context.Context, conn *mcpConn, m *jsonrpc.Request) error {
	raw, err := jsonrpc.EncodeMessage(m)
	if err != nil {
		return err
	}
	id := b.s.nextID()
	line, err := b.s.parts.Request(id, protocol.MCPMessage{ServerName: conn.name, Message: raw})
	if err != nil {
		return err
	}
	if m.IsCall() {
		b.mu.Lock()
		b.asked[id.Key()] = mcpAsk{conn, m.ID}
		b.mu.Unlock()
	}
	return b.s.write(ctx, protocol.SubMCPMessage, line)
}

// acknowledged takes the CLI's answer to a control request of tell. A refused call fails; it would wait for ever. It runs on the reading
// goroutine.
func (b *mcpBridge) acknowledged(answer protocol.ControlResponse) {
	b.mu.Lock()
	ask, ok := b.asked[answer.ID.Key()]
	delete(b.asked, answer.ID.Key())
	b.mu.Unlock()
	if !ok || !answer.Failed() {
		return
	}
	b.s.own.Go(func() {
		refusal := &jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: "claude refused the call: " + answer.Error}
		_ = ask.conn.deliver(b.s.ctx, &jsonrpc.Response{ID: ask.id, Error: refusal})
	})
}

// names gives the keys of a map in order; nil if there are none.
func names[V any](m map[string]V) []string {
	if len(m) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(m))
}
