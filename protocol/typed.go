package protocol

import "encoding/json"

// Typed is a message in the Go type of its kind, for a type switch:
//
//	switch m := message.Typed().(type) {
//	case *protocol.Assistant:
//	case *protocol.TaskStarted:
//	case *protocol.System: // a system message of a subtype that is not known
//	case *protocol.Message: // any other line that is not known
//	}
//
// It is always a pointer; the compiler refuses a case without one.
type Typed interface{ typed() }

func (*Header) typed()               {}
func (*Message) typed()              {}
func (*TranscriptMirror) typed()     {}
func (*KeepAlive) typed()            {}
func (*ControlRequest) typed()       {}
func (*ControlResponse) typed()      {}
func (*ControlCancelRequest) typed() {}

// Typed returns the message in the Go type of its kind, which [MessageKinds] tells. It never fails and never returns nil: a member of
// a wrong type leaves its field alone, a system message of an unknown subtype is a *System, and what is not known at all is the
// message itself. A control request is its envelope.
func (m Message) Typed() Typed {
	switch m.Type {
	case TypeAssistant:
		return read[Assistant](m.Raw)
	case TypeStreamEvent:
		return read[StreamEvent](m.Raw)
	case TypeUser:
		return read[User](m.Raw)
	case TypeResult:
		return read[Result](m.Raw)
	case TypeControlResponse:
		answer := m.ControlResponse()
		return &answer
	}
	if make := kindsByName()[kindName{m.Type, m.Subtype}].read; make != nil {
		return make(m)
	}
	switch m.Type {
	case TypeSystem:
		s := m.System()
		return &s
	case TypeControlRequest:
		return read[ControlRequest](m.Raw)
	}
	return &m
}

// read makes the view of an object that T is, where it stays.
func read[T any](object json.RawMessage) *T {
	view := new(T)
	fill(object, view)
	return view
}

// Header returns the identity of any message.
func (m Message) Header() Header { return View[Header](m.Raw) }

// Assistant returns the typed view of an assistant message.
func (m Message) Assistant() Assistant { return View[Assistant](m.Raw) }

// User returns the typed view of a user message.
func (m Message) User() User { return View[User](m.Raw) }

// Result returns the typed view of a result message.
func (m Message) Result() Result { return View[Result](m.Raw) }

// StreamEvent returns the typed view of a stream_event message.
func (m Message) StreamEvent() StreamEvent { return View[StreamEvent](m.Raw) }

// TranscriptMirror returns the typed view of a transcript_mirror line.
func (m Message) TranscriptMirror() TranscriptMirror { return View[TranscriptMirror](m.Raw) }

// CommandLifecycle returns the typed view of a command_lifecycle message.
func (m Message) CommandLifecycle() CommandLifecycle { return View[CommandLifecycle](m.Raw) }

// Text returns what a message says: the text blocks of an assistant or user message joined, the result of a result message,
// the delta of a stream event; empty for everything else.
func (m Message) Text() string {
	switch m.Type {
	case TypeAssistant, TypeUser:
		return View[UserBody](Member(m.Raw, "message")).Content.Text()
	case TypeResult:
		return stringValue(Member(m.Raw, "result"))
	case TypeStreamEvent:
		return stringValue(Member(Member(Member(m.Raw, "event"), "delta"), "text"))
	}
	return ""
}

// MarshalJSON returns the line as it came.
func (m Message) MarshalJSON() ([]byte, error) { return asItCame(m.Raw) }

// UnmarshalJSON reads a message as [Decode] does, from a copy of the text.
func (m *Message) UnmarshalJSON(text []byte) error {
	read, err := Decode(append([]byte(nil), text...))
	*m = read
	return err
}

// MarshalJSON returns the line as it came.
func (t TranscriptMirror) MarshalJSON() ([]byte, error) { return asItCame(t.Raw) }

// MarshalJSON returns the line as it came.
func (k KeepAlive) MarshalJSON() ([]byte, error) { return asItCame(k.Raw) }

// MarshalJSON returns the line as it came.
func (c ControlCancelRequest) MarshalJSON() ([]byte, error) { return asItCame(c.Raw) }

// member returns the part of a line that a view is of; nil if that is no object.
func (m Message) member(name string) json.RawMessage {
	if body := Member(m.Raw, name); len(body) > 0 && body[0] == '{' {
		return body
	}
	return nil
}

// ParentToolUseID returns the tool call of the subagent that a message comes from; empty for the main conversation and for what has no
// speaker.
func (m Message) ParentToolUseID() string { return stringValue(Member(m.Raw, "parent_tool_use_id")) }
