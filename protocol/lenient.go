package protocol

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"
)

// fill sets the fields of a struct from the members of an object by their json tags. Unlike encoding/json it matches names
// exactly and fails on nothing: a member of the wrong type leaves its field alone. Fields of embedded structs count as own ones.
// A field tagged "-" and named Raw takes the whole object.
func fill(object json.RawMessage, into any) {
	fillStruct(object, reflect.ValueOf(into).Elem())
}

func fillStruct(object json.RawMessage, target reflect.Value) {
	eachMember(object, func(name, value []byte) bool {
		if field, ok := fieldNamed(target, name); ok {
			setField(field, value)
		}
		return true
	})
	if raw := target.FieldByName("Raw"); raw.IsValid() && raw.Type() == rawType {
		raw.SetBytes(object)
	}
}

var rawType = reflect.TypeFor[json.RawMessage]()

func fieldNamed(target reflect.Value, name []byte) (reflect.Value, bool) {
	t := target.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			if field, ok := fieldNamed(target.Field(i), name); ok {
				return field, true
			}
			continue
		}
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag != "-" && tag == string(name) {
			return target.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// lenient is a type that reads itself from any JSON value.
type lenient interface{ fromWire(value json.RawMessage) }

// setField sets a field and reports whether the value was of its type.
func setField(field reflect.Value, value json.RawMessage) bool {
	if len(value) == 0 || value[0] == 'n' {
		return false
	}
	if own, ok := field.Addr().Interface().(lenient); ok {
		own.fromWire(value)
		return true
	}
	switch field.Interface().(type) {
	case json.RawMessage:
		field.SetBytes(value)
		return true
	case json.Number:
		return setNumber(field, value)
	}
	return setKind(field, value)
}

func setNumber(field reflect.Value, value json.RawMessage) bool {
	ok := value[0] == '-' || value[0] >= '0' && value[0] <= '9'
	if ok {
		field.SetString(string(value))
	}
	return ok
}

func setKind(field reflect.Value, value json.RawMessage) bool {
	switch kind, first := field.Kind(), value[0]; {
	case kind == reflect.String && first == '"':
		field.SetString(stringValue(value))
	case kind == reflect.Bool && (first == 't' || first == 'f'):
		field.SetBool(first == 't')
	case kind == reflect.Struct && first == '{':
		fillStruct(value, field)
	case kind == reflect.Slice && first == '[':
		setSlice(field, value)
	default:
		return false
	}
	return true
}

// setSlice leaves out the elements that are of another type.
func setSlice(field reflect.Value, value json.RawMessage) {
	out := reflect.MakeSlice(field.Type(), 0, 0)
	for element := range Elements(value) {
		item := reflect.New(field.Type().Elem()).Elem()
		if setField(item, element) {
			out = reflect.Append(out, item)
		}
	}
	field.Set(out)
}

// stringValue decodes a JSON string; it returns "" for any other value.
func stringValue(value []byte) string {
	if len(value) < 2 || value[0] != '"' {
		return ""
	}
	if inner := value[1 : len(value)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	if json.Unmarshal(value, &s) != nil {
		return ""
	}
	return s
}
