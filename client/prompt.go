package client

import (
	"context"
	"encoding/json"
	"io"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
)

// Prompt is what a session is asked: one user message, or a stream of them. The zero value asks nothing.
type Prompt struct {
	pull parts.Pull
}

// Text is the prompt of one text.
func Text(text string) Prompt { return User(protocol.Prompt{Text: text}) }

// User is the prompt of one user message: a text or content blocks, with session id and uuid if wanted.
func User(p protocol.Prompt) Prompt {
	asked := false
	return Stream(func(context.Context) (json.RawMessage, error) {
		if asked {
			return nil, io.EOF
		}
		asked = true
		return protocol.EncodeUser(p)
	})
}

// Stream is a prompt of many user messages: next gives the next one, as a line of the wire, whenever the session is ready for it,
// and io.EOF after the last. Any other error fails the query with kind PromptError. The items are written as they are. ctx ends
// with the session.
func Stream(next func(ctx context.Context) (json.RawMessage, error)) Prompt {
	return Prompt{pull: next}
}
