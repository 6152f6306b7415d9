package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// TestStressWithAHostileCLI has many users of one client do everything at once, with contexts that end at random, against a CLI that delays,
// repeats, invents, withdraws and breaks off. It runs on a clock of its own, in a bubble that finds a call that never returns and a
// goroutine that is left behind. What it holds: every call ends, with an error of this package; every message that was written is
// read once; no request of the CLI is answered twice, and none that was let stand stays without an answer.
func TestStressWithAHostileCLI(t *testing.T) {
	t.Parallel()
	seeds := uint64(8)
	if testing.Short() {
		seeds = 3
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { newStress(t, seed).run() })
		})
	}
}

type stress struct {
	t    *testing.T
	seed uint64
	peer *transport.Peer
	c    *client.Client
	jobs sync.WaitGroup // of the CLI

	mu       sync.Mutex
	wrote    int            // messages with a number
	read     map[int]int    // how often each was read
	answers  map[string]int // to the CLI's requests
	let      map[string]bool
	requests int
	dead     bool // the CLI has ended, or writes no more
}

func newStress(t *testing.T, seed uint64) *stress {
	m, peer := transport.Pipe()
	s := &stress{t: t, seed: seed, peer: peer, read: map[int]int{}, answers: map[string]int{}, let: map[string]bool{}}
	server, err := client.NewServer("calc", "1", client.Tool{Name: "add", Run: func(ctx context.Context, _ json.RawMessage) (*mcp.CallToolResult, error) {
		return text("sum"), s.callback(ctx)
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.c = client.New(client.Options{
		Open: func(context.Context) (transport.Transport, error) { return m, nil },
		CanUseTool: func(ctx context.Context, _ client.PermissionRequest) (client.PermissionResult, error) {
			return client.Allow(), s.callback(ctx)
		},
		OnElicitation: func(ctx context.Context, _ client.Elicitation) (client.ElicitationResult, error) {
			return protocol.DeclineElicitation(), s.callback(ctx)
		},
		OnSkip:     func(error) { panic("not for me") },
		Hooks:      []client.Hook{{Event: "Stop", Run: func(ctx context.Context, _ client.HookCallback) (any, error) { return nil, s.callback(ctx) }}},
		MCPServers: map[string]*mcp.Server{"calc": server},
	})
	return s
}

// dice gives a source of its own to each goroutine.
func (s *stress) dice(stream int) *rand.Rand { return rand.New(rand.NewPCG(s.seed, uint64(stream))) }

// callback is what all callbacks do: wait, fail, panic, heed their context or use the client.
func (s *stress) callback(ctx context.Context) error {
	r := rand.New(rand.NewPCG(s.seed, uint64(len(client.RequestID(ctx).String()))+uint64(time.Now().UnixNano())))
	switch r.IntN(6) {
	case 0:
		panic("ouch")
	case 1:
		return errors.New("no")
	case 2:
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err := s.c.MCPStatus(short)
		return err
	case 3:
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(r.IntN(3000)) * time.Millisecond):
		}
	}
	return nil
}

func (s *stress) run() {
	var cli sync.WaitGroup
	cli.Go(s.reads)
	if err := s.c.Connect(context.Background()); err != nil {
		s.t.Fatalf("connect: %v", err)
	}
	var users sync.WaitGroup
	for i := range 6 {
		users.Go(func() { s.user(s.dice(100 + i)) })
	}
	for i := range 2 {
		users.Go(func() { s.asks(s.dice(200 + i)) })
	}
	users.Wait()
	time.Sleep(time.Minute) // of the bubble's: nothing takes longer
	s.answered()
	s.end(s.dice(300))
	cli.Wait()
	s.jobs.Wait()
	for m, err := range s.c.Messages(context.Background()) {
		if s.checked("messages", err); err == nil {
			s.got(m)
		}
	}
	s.verify()
}

// end ends the session in one of the ways there are.
func (s *stress) end(r *rand.Rand) {
	ctx := context.Background()
	if r.IntN(3) == 0 {
		short, cancel := context.WithTimeout(ctx, time.Duration(r.IntN(4))*time.Second)
		defer cancel()
		ctx = short
	}
	switch r.IntN(4) {
	case 0:
		s.kill(0)
	case 1:
		s.kill(3)
	case 2:
		s.peer.CloseInput()
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { s.checked("disconnect", s.c.Disconnect(ctx)) })
	}
	all.Wait()
	_, err := s.c.Interrupt(context.Background())
	if err == nil {
		s.t.Error("a request after the end was answered")
	}
	s.checked("interrupt after the end", err)
}

// user calls everything that a client has.
func (s *stress) user(r *rand.Rand) {
	for range 40 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+r.IntN(2000))*time.Millisecond)
		var err error
		switch r.IntN(8) {
		case 0, 1:
			err = s.c.Query(ctx, client.Text("q"))
		case 2:
			err = s.c.Query(ctx, s.stream(r))
		case 3:
			_, err = s.c.Interrupt(ctx)
		case 4:
			_, err = s.c.SetModel(ctx, "m")
		case 5:
			_, err = s.c.ServerInfo()
		case 6:
			err = s.readSome(r, s.c.Messages(ctx))
		case 7:
			err = s.readSome(r, s.c.Response(ctx))
		}
		s.checked("call", err)
		cancel()
	}
}

func (s *stress) stream(r *rand.Rand) client.Prompt {
	left := r.IntN(4)
	return client.Stream(func(ctx context.Context) (json.RawMessage, error) {
		if left--; left < 0 {
			return nil, io.EOF
		}
		if left == 2 {
			return nil, errors.New("gone")
		}
		time.Sleep(time.Millisecond)
		return protocol.EncodeUser(protocol.Prompt{Text: "s"})
	})
}

func (s *stress) readSome(r *rand.Rand, seq func(func(client.Message, error) bool)) error {
	left := r.IntN(20)
	for m, err := range seq {
		if err != nil {
			return err
		}
		s.got(m)
		if left--; left < 0 {
			break
		}
	}
	return nil
}

// checked holds that an error is one of this package's, of a kind.
func (s *stress) checked(what string, err error) {
	var e *client.Error
	if err != nil && (!errors.As(err, &e) || e.Kind == "" || e.Message == "") {
		s.t.Errorf("%s: an error of no kind: %#v", what, err)
	}
}

func (s *stress) got(m client.Message) {
	if n, err := strconv.Atoi(m.Text()); err == nil && m.Type == protocol.TypeAssistant {
		s.mu.Lock()
		s.read[n]++
		s.mu.Unlock()
	}
}

// answered holds that the CLI has every answer that it waits for.
func (s *stress) answered() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range s.let {
		if s.answers[id] != 1 {
			s.t.Errorf("request %s was let stand and answered %d times", id, s.answers[id])
		}
	}
}

// verify looks at the books when all is over.
func (s *stress) verify() {
	for n := range s.wrote {
		if s.read[n] != 1 {
			s.t.Errorf("message %d of %d was read %d times", n, s.wrote, s.read[n])
		}
	}
	for id, n := range s.answers {
		if n > 1 {
			s.t.Errorf("request %s was answered %d times", id, n)
		}
	}
	if len(s.let) < 50 || s.wrote < 150 {
		s.t.Errorf("too little happened: %d requests, %d messages", len(s.let), s.wrote)
	}
}

// says writes a line of the CLI, while there is one. Numbered messages are counted in the order of the wire.
func (s *stress) says(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return
	}
	if strings.Contains(line, "NUMBER") {
		line = strings.Replace(line, "NUMBER", fmt.Sprint(s.wrote), 1)
		s.wrote++
	}
	if _, err := s.peer.Write([]byte(line + "\n")); err != nil {
		s.t.Errorf("the CLI cannot write: %v", err)
	}
}

func (s *stress) kill(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dead = true
	s.peer.End(code, "")
}

// later does something in a while.
func (s *stress) later(r *rand.Rand, do func()) {
	wait := time.Duration(r.IntN(1500)) * time.Millisecond
	s.jobs.Go(func() {
		time.Sleep(wait)
		do()
	})
}

// reads is the CLI's reading of its stdin, to its end.
func (s *stress) reads() {
	r := s.dice(1)
	for {
		frame, err := s.peer.ReadFrame()
		if err != nil {
			s.kill(0)
			return
		}
		m, err := protocol.Decode(frame)
		switch {
		case err != nil:
			s.t.Errorf("a torn line: %.200s", frame)
		case m.Type == protocol.TypeUser:
			s.later(r, func() { s.says(assistant("NUMBER")); s.says(result("r")) })
		case m.Type == protocol.TypeControlResponse:
			s.mu.Lock()
			s.answers[m.ControlResponse().ID.String()]++
			s.mu.Unlock()
		case m.Type == protocol.TypeControlRequest:
			s.answer(r, m)
		}
	}
}

// answer answers a request of the client: at once, late, twice, with an error, or never.
func (s *stress) answer(r *rand.Rand, m protocol.Message) {
	id := quote(m.ControlRequest().ID.String())
	good := `{"type":"control_response","response":{"subtype":"success","request_id":` + id + `,"response":{}}}`
	if m.Subtype == protocol.SubInitialize {
		s.says(good)
		return
	}
	switch r.IntN(6) {
	case 0:
		s.later(r, func() { s.says(good); s.says(good) })
	case 1:
		s.says(`{"type":"control_response","response":{"subtype":"error","request_id":` + id + `}}`)
	case 2: // never
	default:
		s.later(r, func() { s.says(good) })
	}
}

// asks is the CLI of its own accord: requests, some withdrawn or sent twice, messages, noise and answers to nothing.
func (s *stress) asks(r *rand.Rand) {
	bodies := []string{
		askTool, `{"subtype":"hook_callback","callback_id":"hook_0","input":{}}`, `{"subtype":"elicitation","message":"m"}`,
		`{"subtype":"x_new"}`, `null`, `{"subtype":"mcp_message","server_name":"calc","message":` + call("1", `{}`) + `}`,
		`{"subtype":"mcp_message","server_name":"calc","message":{"jsonrpc":"2.0","method":"initialize","id":0,"params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}}`,
		`{"subtype":"mcp_message","server_name":"calc","message":{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}}`,
	}
	noise := []string{
		`{"type":"x_new","n":1}`, `{"broken`, `not JSON`, `{"type":"control_response","response":{"request_id":"nobody"}}`, `{"type":"control_response"}`,
		`{"type":"control_cancel_request","request_id":"nobody"}`, `{"type":"control_cancel_request"}`, `null`, `[1]`, `{"type":5}`, agentStarted, agentEnded, idle, running,
		`{"type":"keep_alive"}`, interrupted, lastResult,
	}
	for range 60 {
		time.Sleep(time.Duration(r.IntN(800)) * time.Millisecond)
		s.says(noise[r.IntN(len(noise))])
		s.says(assistant("NUMBER"))
		s.mu.Lock()
		s.requests++
		id := fmt.Sprint("cli-", s.requests)
		s.mu.Unlock()
		ask := request(id, bodies[r.IntN(len(bodies))])
		s.says(ask)
		switch r.IntN(5) {
		default:
			s.mu.Lock()
			s.let[id] = true
			s.mu.Unlock()
		case 0:
			s.later(r, func() { s.says(`{"type":"control_cancel_request","request_id":"` + id + `"}`) })
		case 1:
			s.says(`{"type":"control_cancel_request","request_id":"` + id + `"}`)
		}
	}
}
