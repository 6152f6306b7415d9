package protocol

import "encoding/json"

// Request is the body of a control request. Its fields are written beside the subtype.
type Request interface {
	// Subtype is the name of the request on the wire.
	Subtype() string
}

// RawRequest is any other request.
type RawRequest struct {
	Name string
	// Fields are the members beside the subtype: a JSON object, or nil for none.
	Fields json.RawMessage
}

// Subtype returns Name.
func (r RawRequest) Subtype() string { return r.Name }

// MarshalJSON writes Fields.
func (r RawRequest) MarshalJSON() ([]byte, error) {
	if r.Fields == nil {
		return []byte("{}"), nil
	}
	return r.Fields, nil
}

// Optional is a field that may be left out, null or a value, where the CLI tells all three apart. The zero value leaves it out.
type Optional[T any] struct {
	given bool
	value *T
}

// Some returns a field with a value.
func Some[T any](value T) Optional[T] { return Optional[T]{given: true, value: &value} }

// Null returns a field that is written as null.
func Null[T any]() Optional[T] { return Optional[T]{given: true} }

// IsZero reports whether the field is left out.
func (o Optional[T]) IsZero() bool { return !o.given }

// Get returns the value; false if the field is null or left out.
func (o Optional[T]) Get() (T, bool) {
	if o.value == nil {
		var none T
		return none, false
	}
	return *o.value, true
}

// MarshalJSON returns the value, or null.
func (o Optional[T]) MarshalJSON() ([]byte, error) { return encode(o.value) }

func (o *Optional[T]) fromWire(value json.RawMessage) {
	if view, ok := viewOf[T](value); ok {
		*o = Some(view)
	}
}

// withExtra encodes fields and then what is beside them.
func withExtra(fields any, extra map[string]json.RawMessage) ([]byte, error) {
	body, err := encode(fields)
	if err != nil || len(extra) == 0 {
		return body, err
	}
	more, err := encode(extra)
	if err != nil {
		return nil, err
	}
	return joinObjects(body, more), nil
}
