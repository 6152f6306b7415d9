package protocol

import "encoding/json"

// ID is the id of a control request as the JSON text that stood on the wire: "\"p1\"" with its quotes, or "7". An answer
// carries it back with its JSON type, whatever that was. The zero value means that there was none.
type ID string

// NewID makes an id from a string.
func NewID(text string) ID {
	quoted, err := encode(text)
	if err != nil { // cannot happen: every string has an encoding
		return ""
	}
	return ID(quoted)
}

// String returns the id without quotes and escapes; a number as it was written.
func (id ID) String() string {
	if id != "" && id[0] == '"' {
		return stringValue([]byte(id))
	}
	return string(id)
}

// Key returns a form for use as a map key: two spellings of one string have the same key, the number 7 and the string "7" have not.
func (id ID) Key() string {
	if id != "" && id[0] == '"' {
		return `"` + stringValue([]byte(id))
	}
	return string(id)
}

// MarshalJSON returns the id as it stood on the wire, null if there was none.
func (id ID) MarshalJSON() ([]byte, error) {
	if id == "" {
		return []byte("null"), nil
	}
	return []byte(id), nil
}

// UnmarshalJSON keeps the text.
func (id *ID) UnmarshalJSON(text []byte) error {
	id.fromWire(text)
	return nil
}

func (id *ID) fromWire(value json.RawMessage) {
	if string(value) == "null" {
		*id = ""
		return
	}
	*id = ID(value)
}
