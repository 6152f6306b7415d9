package host

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

const (
	maxNoise    = 64 << 10 // of a noise line that an event keeps
	maxFaultBit = 1 << 10  // of a faulty line that an event keeps
)

// decodeLine says what one line of the channel is, without regard to what was said before. An empty line is an event of kind 0. The event
// does not share memory with line.
func decodeLine(line []byte) Event {
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return Event{}
	}
	if line[0] != '{' {
		if line[0] == '[' && looksLikeMessage(line) && json.Valid(line) {
			return fault(line, "a batch: the channel has none, one object a line")
		}
		return noise(line)
	}
	var m contract.Message
	if err := json.Unmarshal(line, &m); err != nil {
		if looksLikeMessage(line) {
			return fault(line, "malformed message: "+jsonError(err))
		}
		return noise(line)
	}
	if m.JSONRPC != "2.0" {
		if !looksLikeMessage(line) && (m.ID == nil || m.Method == "" && m.Result == nil && m.Error == nil) {
			return noise(line) // somebody's log line in JSON
		}
		return fault(line, fmt.Sprintf(`"jsonrpc" is %q, not "2.0"`, m.JSONRPC))
	}
	if !utf8.Valid(line) {
		return fault(line, "the line is not UTF-8")
	}
	if m.Method != "" {
		return decodeCall(line, &m)
	}
	return decodeAnswer(line, &m)
}

// decodeCall reads a request or a notification.
func decodeCall(line []byte, m *contract.Message) Event {
	if m.Result != nil || m.Error != nil {
		return fault(line, "a message with a method and a result or error")
	}
	if isNull(m.Params) {
		m.Params = nil
	}
	if m.Params != nil && m.Params[0] != '{' {
		return fault(line, "params must be an object")
	}
	if m.Method == contract.NoteCancel && m.ID == nil {
		return decodeCancel(line, m)
	}
	if m.ID == nil {
		return Event{Kind: Note, Method: m.Method, Params: m.Params}
	}
	id, ok := stringID(m.ID)
	if !ok {
		return fault(line, fmt.Sprintf("a request of the adapter with id %s: its ids are strings, integers are the harness's", clip(m.ID, 64)))
	}
	return Event{Kind: Request, ReqID: id, Method: m.Method, Params: m.Params}
}

func decodeCancel(line []byte, m *contract.Message) Event {
	var note contract.CancelNote
	if m.Params == nil || json.Unmarshal(m.Params, &note) != nil {
		return fault(line, contract.NoteCancel+" without params {id}")
	}
	id, ok := stringID(note.ID)
	if !ok {
		return fault(line, contract.NoteCancel+" for an id that is no string: an adapter withdraws only its own requests")
	}
	return Event{Kind: Cancelled, ReqID: id}
}

func decodeAnswer(line []byte, m *contract.Message) Event {
	switch {
	case m.ID == nil:
		return fault(line, "a message with neither method nor id")
	case m.Params != nil:
		return fault(line, "an answer with params")
	case m.Result == nil && m.Error == nil:
		return fault(line, "an answer with neither result nor error")
	case m.Result != nil && m.Error != nil && !isNull(m.Result):
		return fault(line, "an answer with both result and error")
	}
	id, err := strconv.Atoi(string(m.ID))
	if err != nil {
		return fault(line, fmt.Sprintf("an answer with id %s: the harness's ids are integers", clip(m.ID, 64)))
	}
	if m.Error != nil {
		m.Result = nil
	}
	return Event{Kind: Answer, ID: id, Result: m.Result, Err: m.Error}
}

// looksLikeMessage tells a broken message from other people's output.
func looksLikeMessage(line []byte) bool { return bytes.Contains(line, []byte(`"jsonrpc"`)) }

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }

func stringID(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	var id string
	if err := json.Unmarshal(raw, &id); err != nil || id == "" {
		return "", false
	}
	return id, true
}

func noise(line []byte) Event {
	return Event{Kind: Noise, Text: strings.ToValidUTF8(clip(line, maxNoise), "\uFFFD")}
}

func fault(line []byte, text string) Event {
	return Event{Kind: Fault, Text: text, Line: strings.ToValidUTF8(clip(line, maxFaultBit), "\uFFFD")}
}

// clip copies at most n bytes and says so if it cut.
func clip(b []byte, n int) string {
	if len(b) <= n {
		return string(b)
	}
	return fmt.Sprintf("%s... (%d bytes)", b[:n], len(b))
}

// jsonError gives the position that encoding/json keeps apart from its text.
func jsonError(err error) string {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("at byte %d: %v", syntax.Offset, err)
	}
	var typed *json.UnmarshalTypeError
	if errors.As(err, &typed) {
		return fmt.Sprintf("at byte %d: %q must not be a %s", typed.Offset, typed.Field, typed.Value)
	}
	return err.Error()
}
