package host

import (
	"encoding/json"
	"fmt"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

// EventKind says what an Event is.
type EventKind int

// The kinds of events.
const (
	Answer    EventKind = iota + 1 // the answer to Send: ID, and Result or Err
	Request                        // the adapter asks: ReqID, Method, Params; owed a Reply
	Note                           // a notification: Method, Params
	Cancelled                      // the adapter withdrew its request ReqID
	Noise                          // a line that is no message, in Text (cut at 64 KiB): recorded, not fatal
	Fault                          // the adapter broke the contract of the channel, as Text says; Line holds the line's beginning
	Exit                           // the last event: Code or Signal, and Text if the end is not the adapter's own
)

// String returns the kind's name in lower case.
func (k EventKind) String() string {
	names := [...]string{"", "answer", "request", "note", "cancelled", "noise", "fault", "exit"}
	if k < Answer || k > Exit {
		return fmt.Sprintf("kind(%d)", int(k))
	}
	return names[k]
}

// Event is one thing that came from the adapter. The fields that its kind does not name are zero.
type Event struct {
	Kind   EventKind
	ID     int             // of an Answer: what Send returned
	ReqID  string          // of a Request or Cancelled: the adapter's id
	Method string          // of an Answer: the method that Send was given; of a Request or Note: its method
	Params json.RawMessage // of a Request or Note, nil if absent
	Result json.RawMessage // of an Answer without Err
	Err    *contract.Error // of an Answer
	Text   string          // of Noise, Fault and Exit
	Line   string          // of a Fault: the line's beginning, at most 1 KiB
	Code   int             // of Exit: the exit code, -1 when it ended by a signal or is unknown
	Signal string          // of Exit: SIGKILL, ..., or empty
}
