package scenarios

import "errors"

// errUnbuilt marks what has its signature but not yet its meaning.
var errUnbuilt = errors.New("not built yet")

// Line is one line that an SDK wrote to the fake's stdin, decoded once.
type Line struct {
	Raw       []byte
	Valid     bool   // one JSON object in valid UTF-8
	Type      string // type; empty if absent or no string
	Subtype   string // request.subtype, response.subtype or subtype, by Type
	RequestID string // request_id of a control_request or control_cancel_request
	Response  string // response.request_id of a control_response
}

// ParseLine decodes one line without its newline. It never fails: see Line.Valid.
func ParseLine(b []byte) Line { return Line{Raw: b} }

// Is reports whether the line belongs to the lane of kind: user, control_request/interrupt, control_response/p1 (p1 by
// its name in k), control_cancel_request.
func (l Line) Is(kind string, k *Composer) bool { return false }

// MessageIs reports whether a yielded message is of kind: TYPE or TYPE/SUBTYPE.
func MessageIs(msg []byte, kind string) bool { return false }

// DefaultName is the step's name: As, else the last word of its kind.
func DefaultName(step Step) string { return "" }
