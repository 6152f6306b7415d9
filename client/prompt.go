package client

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
)

// Prompt is what a session is asked: one user message, or a stream of them. The zero value asks nothing. A prompt of one message may be
// used many times, a stream once.
type Prompt struct {
	user    *protocol.Prompt
	next    parts.Pull
	session string
}

// Text is the prompt of one text.
func Text(text string) Prompt { return User(protocol.Prompt{Text: text}) }

// User is the prompt of one user message: a text or content blocks, with session id and uuid if wanted.
func User(p protocol.Prompt) Prompt { return Prompt{user: &p} }

// Stream is a prompt of many user messages: next gives the next one, as a line of the wire, whenever the session is ready for it,
// and io.EOF after the last. Any other error, and a panic, fails the query with kind PromptError. The items are written as they are. ctx
// is that of the call which takes the prompt, or ends with the session if no call waits for it; next should heed it.
func Stream(next func(ctx context.Context) (json.RawMessage, error)) Prompt {
	return Prompt{next: next}
}

// InSession is the prompt with a session id in those of its messages that have none (py: query(session_id)). Today's CLIs take no notice of
// it (cli:3).
func (p Prompt) InSession(id string) Prompt {
	p.session = id
	return p
}

func (p Prompt) empty() bool { return p.user == nil && p.next == nil }

// pull gives the prompt as a stream.
func (p Prompt) pull() parts.Pull {
	if p.user != nil {
		user := *p.user
		if user.SessionID == "" {
			user.SessionID = p.session
		}
		return once(user)
	}
	next := p.next
	if p.session == "" {
		return next
	}
	return func(ctx context.Context) (json.RawMessage, error) {
		line, err := next(ctx)
		if err != nil || protocol.Member(line, "session_id") != nil {
			return line, err
		}
		return withSession(line, p.session), nil
	}
}

func once(user protocol.Prompt) parts.Pull {
	asked := false
	return func(context.Context) (json.RawMessage, error) {
		if asked {
			return nil, io.EOF
		}
		asked = true
		return protocol.EncodeUser(user)
	}
}

// withSession adds a session id to an object; what is none is left to whoever checks it.
func withSession(line json.RawMessage, id string) json.RawMessage {
	object := bytes.TrimRight(line, " \t\r\n")
	value, err := json.Marshal(id)
	if err != nil || !json.Valid(object) || len(object) == 0 || object[0] != '{' {
		return line
	}
	body := object[:len(object)-1]
	comma := ","
	if len(bytes.TrimSpace(body[1:])) == 0 {
		comma = ""
	}
	return slices.Concat(body, []byte(comma+`"session_id":`), value, []byte("}"))
}
