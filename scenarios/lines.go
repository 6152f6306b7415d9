package scenarios

import (
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// Line is one line that an SDK wrote to the fake's stdin, looked at once.
type Line struct {
	Raw       []byte
	Valid     bool   // one JSON object in valid UTF-8; the other fields are empty if not
	Type      string // type; empty if absent or no string
	Subtype   string // request.subtype, response.subtype or subtype, by Type
	RequestID string // request_id of a control_request or control_cancel_request
	Response  string // response.request_id of a control_response
}

// ParseLine looks at one line without its newline. It never fails: see Line.Valid.
func ParseLine(b []byte) Line {
	l := Line{Raw: b}
	if trimmed := trimJSON(b); len(trimmed) == 0 || trimmed[0] != '{' || !utf8.Valid(b) || !validJSON(b) {
		return l
	}
	l.Valid = true
	h := readHeader(b)
	l.Type, l.Subtype = h.typ, h.subtype
	switch l.Type {
	case "control_request", "control_cancel_request":
		l.RequestID = h.requestID
	case "control_response":
		l.Response = h.requestID
	}
	return l
}

// Is reports whether the line belongs to the lane of kind: user, control_request/interrupt, control_response/p1,
// control_cancel_request. A name such as p1 stands for the request that k wrote under it; without one it is the id
// itself. k may be nil.
func (l Line) Is(kind string, k *Composer) bool {
	typ, rest, narrow := strings.Cut(kind, "/")
	if !l.Valid || l.Type != typ || !narrow {
		return l.Valid && l.Type == typ
	}
	if typ != "control_response" {
		return l.Subtype == rest
	}
	if k != nil {
		if id, ok := k.RequestID(rest); ok {
			rest = id
		}
	}
	return l.Response == rest
}

// stringAt returns the string at a path, empty if there is none.
func stringAt(doc []byte, path string) string {
	r := gjson.GetBytes(doc, path)
	if r.Type != gjson.String {
		return ""
	}
	return r.Str
}

// header is what tells frames apart.
type header struct{ typ, subtype, uuid, requestID string }

// readHeader reads a frame's header in one pass. Values that are no strings count as absent.
func readHeader(doc []byte) header {
	var h header
	var inner gjson.Result
	gjson.ParseBytes(doc).ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "type":
			h.typ = stringOf(v)
		case "subtype":
			h.subtype = stringOf(v)
		case "uuid":
			h.uuid = stringOf(v)
		case "request_id":
			h.requestID = stringOf(v)
		case "request", "response":
			inner = v
		}
		return true
	})
	switch h.typ {
	case "control_request":
		h.subtype = stringOf(inner.Get("subtype"))
	case "control_response":
		h.subtype, h.requestID = stringOf(inner.Get("subtype")), stringOf(inner.Get("request_id"))
	}
	return h
}

func stringOf(r gjson.Result) string {
	if r.Type != gjson.String {
		return ""
	}
	return r.Str
}

// DefaultName is the step's name: its As, else the last word of its kind: interrupt of control_request/interrupt, init
// of system/init, add of calc/add. A call of the store is named by its method: append, load, sessions. A step without a kind, and a write of JSON or of a list, is named by its verb; so is
// every operation of the SDK. Templates in As or the kind stay as they are.
func DefaultName(step Step) string {
	if step.As != "" {
		return step.As
	}
	if step.Actor == Store && (step.Verb == "appends" || step.Verb == "loads") {
		return strings.TrimSuffix(step.Verb, "s") // of the call that it takes
	}
	kind, ok := step.Arg.(string)
	if !ok || !namedByKind(step) || strings.HasPrefix(strings.TrimSpace(kind), "{") {
		return step.Verb
	}
	if word := kind[strings.LastIndexByte(kind, '/')+1:]; word != "" {
		return word
	}
	return step.Verb
}

// namedByKind reports whether what stands after the verb is a kind and not an operand.
func namedByKind(step Step) bool {
	switch step.Actor {
	case SDK:
		return !step.Imperative && step.Verb != "removes"
	case Store:
		return step.Verb == "lists"
	}
	switch step.Verb {
	case "writes", "answers", "handshakes", "reads", "gets", "dies":
		return step.Actor == Fake
	}
	return false
}
