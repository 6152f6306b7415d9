package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// The values of a line's type that this package knows by name. Any other type is legal and kept raw.
const (
	TypeAssistant        = "assistant"
	TypeUser             = "user"
	TypeResult           = "result"
	TypeSystem           = "system"
	TypeStreamEvent      = "stream_event"
	TypeKeepAlive        = "keep_alive"
	TypeControlRequest   = "control_request"
	TypeControlResponse  = "control_response"
	TypeControlCancel    = "control_cancel_request"
	TypeTranscriptMirror = "transcript_mirror"
	TypeCommandLifecycle = "command_lifecycle"
)

// The subtypes of a control response.
const (
	Success = "success"
	Failure = "error"
)

// MaxDepth is the deepest nesting of objects and arrays that a line may have, as in encoding/json.
const MaxDepth = 10000

// The reasons why a line is no message. A [DecodeError] wraps one of them.
var (
	ErrNotJSON   = errors.New("line is not JSON")
	ErrNotObject = errors.New("line is not a JSON object")
	ErrNoType    = errors.New("message has no type")
)

// DecodeError says why a line could not be decoded. It wraps ErrNotJSON, ErrNotObject or ErrNoType.
type DecodeError struct {
	// Line is the start of the line, at most 100 bytes of it, cut at a character.
	Line string
	// Size is the length of the whole line in bytes.
	Size int
	// Offset is the byte at which the line stops being what was expected; 0 if that is its start.
	Offset int64
	// Detail says what was expected and what stood there.
	Detail string
	Err    error
}

// Error describes the fault with its place and the start of the line.
func (e *DecodeError) Error() string {
	return fmt.Sprintf("%v: byte %d of %d: %s: %q", e.Err, e.Offset, e.Size, e.Detail, e.Line)
}

// Unwrap returns the sentinel.
func (e *DecodeError) Unwrap() error { return e.Err }

// Message is one line of the wire. Its typed views are methods: each may be called for any message and returns zero values
// where the line has nothing fitting, so look at Type first.
type Message struct {
	// Type is the value of the line's type.
	Type string
	// Subtype is the subtype: of system and result messages, of the request inside a control request, of the response
	// inside a control response (success or error). Empty if there is none.
	Subtype string
	// Raw is the line as it came, without its line feed.
	Raw json.RawMessage
}

// Kind names the message as scenarios do: "system/init", "control_request/interrupt", "assistant".
func (m Message) Kind() string {
	if m.Subtype == "" {
		return m.Type
	}
	return m.Type + "/" + m.Subtype
}

// IsControl reports whether the line belongs to the control protocol or to the plumbing, and not to the consumer.
func (m Message) IsControl() bool { return DeliveryOf(m.Type, m.Subtype) == Never }

// Decode reads the envelope of a line. The line must hold exactly one JSON object with a type that is a string; everything else is
// left for the typed views. The message keeps the line itself, not a copy.
//
// A failure is a *DecodeError; errors.Is tells ErrNotJSON, ErrNotObject and ErrNoType apart. With ErrNoType the returned message
// has its Raw set, so that a caller may pass it on.
func Decode(line []byte) (Message, error) {
	text := line
	for n := len(text); n > 0 && (text[n-1] == '\n' || text[n-1] == '\r'); n = len(text) {
		text = text[:n-1]
	}
	e, ok := scan(text)
	if !ok {
		if err := checkObject(text); err != nil {
			return Message{}, err
		}
		e = envelopeOf(text)
	}
	m := Message{Raw: text, Subtype: knownText(e.subtype)}
	if len(e.typ) == 0 || e.typ[0] != '"' {
		return m, noType(text, e.typ)
	}
	m.Type = knownText(e.typ)
	switch m.Type {
	case TypeControlRequest:
		m.Subtype = knownText(Member(e.request, "subtype"))
	case TypeControlResponse:
		m.Subtype = knownText(Member(e.response, "subtype"))
	}
	return m, nil
}

// envelopeOf reads the envelope of a text that is known to be an object, however deep.
func envelopeOf(text []byte) (e envelope) {
	eachMember(text, func(name, value []byte) bool {
		e.set(name, value)
		return true
	})
	return e
}

// knownText decodes a string, without making a new one if it is a type or a subtype that is known; "" for any other value.
func knownText(value []byte) string {
	if len(value) >= 2 && value[0] == '"' {
		switch string(value[1 : len(value)-1]) { // nearly all lines
		case TypeAssistant:
			return TypeAssistant
		case TypeStreamEvent:
			return TypeStreamEvent
		case TypeUser:
			return TypeUser
		case TypeSystem:
			return TypeSystem
		}
		if text, ok := knownTexts()[string(value[1:len(value)-1])]; ok {
			return text
		}
	}
	return stringValue(value)
}

var knownTexts = sync.OnceValue(func() map[string]string {
	texts := map[string]string{Success: Success, Failure: Failure}
	for _, k := range MessageKinds() {
		texts[k.Type], texts[k.Subtype] = k.Type, k.Subtype
	}
	return texts
})

// checkObject says why a text is not one JSON object and nothing else, and accepts one that is too deep for scan.
func checkObject(text []byte) error {
	if !valid(text) {
		return notJSON(text)
	}
	if i := skipSpace(text, 0); text[i] != '{' {
		detail := fmt.Sprintf("expected {, got %s", kindOf(text[i]))
		return decodeError(text, int64(i), detail, ErrNotObject)
	}
	return nil
}

// valid reports whether the text is one JSON value. The fast validator calls itself for each level of nesting, so a text that could be
// deeper than MaxDepth goes to the one that counts.
func valid(text []byte) bool {
	if bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) <= MaxDepth {
		return gjson.ValidBytes(text)
	}
	return json.Valid(text)
}

func notJSON(text []byte) error {
	if skipSpace(text, 0) == len(text) {
		return decodeError(text, 0, "expected an object, got an empty line", ErrNotJSON)
	}
	var raw json.RawMessage
	detail, offset := "invalid", int64(0)
	if err := json.Unmarshal(text, &raw); err != nil {
		detail = err.Error()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			offset = syntax.Offset
		}
	}
	return decodeError(text, offset, detail, ErrNotJSON)
}

func noType(text, typ []byte) error {
	detail := "expected a string as type, got none"
	if len(typ) > 0 {
		detail = "expected a string as type, got " + kindOf(typ[0])
	}
	return decodeError(text, 0, detail, ErrNoType)
}

func decodeError(text []byte, offset int64, detail string, err error) error {
	return &DecodeError{Line: excerpt(text), Size: len(text), Offset: offset, Detail: detail, Err: err}
}

// excerpt returns the start of a line for an error message.
func excerpt(text []byte) string {
	const most = 100
	if len(text) <= most {
		return string(text)
	}
	end := most
	for end > most-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return string(text[:end])
}

// kindOf names a JSON value by its first byte.
func kindOf(first byte) string {
	switch first {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}
