package protocol

import "encoding/json"

// ControlRequest is the envelope of a request, of either side.
type ControlRequest struct {
	// ID must come back in the answer as it is. The CLI of today always sends a string.
	ID      ID              `json:"request_id"`
	Request json.RawMessage `json:"request"` // the body with its subtype; nil if there was none
}

// ControlRequest returns the envelope of a control_request line. Its subtype is the message's Subtype.
func (m Message) ControlRequest() ControlRequest { return View[ControlRequest](m.Raw) }

// ControlResponse is the answer to a request, of either side. Subtype tells success from error; an answer without one is a
// success.
type ControlResponse struct {
	ID        ID              `json:"request_id"`
	Subtype   string          `json:"subtype"`
	Response  json.RawMessage `json:"response"`   // of a success; may be absent
	Error     string          `json:"error"`      // of an error; may be absent
	ErrorCode string          `json:"error_code"` // of an error; may be absent
	// The pending ones are whole control requests that are still open, sent with the answer to initialize. Answer them as if they had
	// come just now; one that is being answered already comes again.
	PendingPermissions  []json.RawMessage `json:"pending_permission_requests"`
	PendingDialogs      []json.RawMessage `json:"pending_user_dialog_requests"`
	PendingElicitations []json.RawMessage `json:"pending_elicitation_requests"`
	// Raw is the response object of the envelope; nil if the line had none, and then it answers nothing.
	Raw json.RawMessage `json:"-"`
}

// ControlResponse returns the answer that a control_response line carries.
func (m Message) ControlResponse() ControlResponse {
	return View[ControlResponse](m.member("response"))
}

// Failed reports whether the answer is a refusal.
func (c ControlResponse) Failed() bool { return c.Subtype == Failure }

// CancelledID returns the id of the request that a control_cancel_request line withdraws; the line itself is never answered.
func (m Message) CancelledID() ID {
	var id ID
	if value := Member(m.Raw, "request_id"); value != nil {
		id.fromWire(value)
	}
	return id
}
