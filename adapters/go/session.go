package goadapter

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
)

// session is what the harness calls a client: the options, and what was made with them.
type session struct {
	adapter *adapter
	name    string
	opts    client.Options
	parts   *parts.Parts
	face    conversation   // one of the two
	client  *client.Client // nil where a Session is driven
	hand    *byHand        // nil where a Client is

	mu     sync.Mutex
	tasks  map[string]*task
	pulled *pulled               // the one-shot iterator that is read by hand
	loops  map[*operation]func() // one-shot loops that are running, with how to leave them
}

func newSession(a *adapter, name string) *session {
	return &session{adapter: a, name: name, tasks: map[string]*task{}, loops: map[*operation]func(){}}
}

// build makes the client's objects; it starts nothing.
func (s *session) build(params json.RawMessage) error {
	opts, err := s.options(params)
	if err != nil {
		return err
	}
	s.opts = opts
	if s.adapter.config.Parts != nil {
		s.parts = s.adapter.config.Parts()
	}
	if s.adapter.config.Session {
		if s.opts, err = approving(opts); err != nil {
			return err
		}
		s.hand = &byHand{s: s}
		s.face = s.hand
		return nil
	}
	s.client = client.NewWithParts(opts, s.parts)
	s.face = s.client
	return nil
}

// controls gives what control requests are asked of.
func (s *session) controls() (controls, error) {
	if s.hand != nil {
		return s.hand.session()
	}
	return s.client, nil
}

// release lets go of everything; the client is not told.
func (s *session) release() {
	s.endTasks()
	s.mu.Lock()
	p := s.pulled
	s.pulled = nil
	s.mu.Unlock()
	if s.hand != nil {
		s.hand.release()
	}
	if p != nil {
		p.release()
	}
}

// prompt gives a prompt for a text or for a stream that the harness feeds.
func (s *session) prompt(raw json.RawMessage, sessionID string) (client.Prompt, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return client.User(protocol.Prompt{Text: text, SessionID: sessionID}), nil
	}
	var stream struct {
		Stream string `json:"stream"`
	}
	if err := json.Unmarshal(raw, &stream); err != nil || stream.Stream == "" {
		return client.Prompt{}, fault("a prompt is a text or {stream}, got %.100s", raw)
	}
	return client.Stream(func(ctx context.Context) (json.RawMessage, error) { return s.pull(ctx, stream.Stream) }), nil
}

// pull asks the harness for the next item of a stream.
func (s *session) pull(ctx context.Context, stream string) (json.RawMessage, error) {
	answer, err := s.adapter.channel.ask(ctx, contract.MethodPromptNext, contract.StreamPull{Client: s.name, Stream: stream})
	if err != nil {
		return nil, err
	}
	if item := protocol.Member(answer, "item"); item != nil {
		return item, nil
	}
	if string(protocol.Member(answer, "done")) == "true" {
		return nil, io.EOF
	}
	return nil, errors.New("the harness answered prompt.next with neither item nor done")
}

// counted is the result of receive and prompt.
type counted struct {
	Count int    `json:"count"`
	End   string `json:"end"`
}

// until is where a receive stops.
type until struct {
	turn bool
	n    int // 0: at the end
}

func (u *until) UnmarshalJSON(raw []byte) error {
	switch string(raw) {
	case `"result"`:
		u.turn = true
		return nil
	case `"end"`:
		return nil
	}
	if err := json.Unmarshal(raw, &u.n); err != nil || u.n <= 0 {
		return fault("until is \"result\", \"end\" or a count, got %s", raw)
	}
	return nil
}

// read forwards the messages of a sequence until it ends or until says so.
func (s *session) read(o *operation, seq func(func(client.Message, error) bool), u until) (any, error) {
	got := counted{End: "eof"}
	var last string
	for m, err := range seq {
		if err != nil {
			return nil, err
		}
		s.adapter.channel.message(s.name, o.id, m.Raw)
		got.Count++
		last = m.Type
		if got.Count == u.n {
			got.End = "count"
			break
		}
	}
	if u.turn && last == protocol.TypeResult {
		got.End = "result"
	}
	return got, nil
}
