package protocol

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// View returns the typed view of a JSON object: a T, which must be a struct, with its fields set from the members by their json tags.
// Unlike encoding/json it matches names exactly and fails on nothing: a member that is missing or of another type leaves its field
// alone, and a text that is no object gives the zero value. A field named Raw takes the object itself. It is safe for concurrent use.
func View[T any](object json.RawMessage) T {
	var view T
	fill(object, &view)
	return view
}

// fill sets the fields of the struct that into points to, as [View] has it.
func fill(object json.RawMessage, into any) {
	target := reflect.ValueOf(into).Elem()
	if i := skipSpace(object, 0); i < len(object) && object[i] == '{' {
		r := newReader(object)
		r.object(i, planOf(target.Type()), target)
	}
}

// reader reads a JSON text once, from left to right, into structs.
type reader struct {
	text []byte
	// shared is the text once more, if it is short: its strings are parts of one copy. Long texts are not kept alive by a string of
	// them that somebody keeps.
	shared string
	// plain says that the strings of shared need no decoding.
	plain bool
}

// shareBelow is the length from which on each string of a text is a copy of its own.
const shareBelow = 4 << 10

func newReader(text []byte) reader {
	r := reader{text: text}
	if len(text) < shareBelow {
		r.shared = string(text)
		r.plain = bytes.IndexByte(text, '\\') < 0 && utf8.Valid(text)
	}
	return r
}

// object reads the object that starts at i and returns the index behind it.
func (r *reader) object(i int, p *plan, target reflect.Value) int {
	start, text := i, r.text
	at := 0
	for i = skipSpace(text, i+1); i < len(text) && text[i] == '"'; {
		end := stringEnd(text, i)
		name := memberName(text[i:end])
		i = skipSpace(text, end)
		if i >= len(text) || text[i] != ':' {
			return len(text)
		}
		i = skipSpace(text, i+1)
		if f := p.find(name, at); f != nil {
			at = f.place + 1
			end, _ = r.value(i, &f.how, f.of(target))
		} else {
			end = valueEnd(text, i)
		}
		if end == i {
			return len(text)
		}
		i = next(text, end)
	}
	end := min(i+1, len(text))
	if p.raw != nil {
		p.raw.of(target).SetBytes(text[start:end:end])
	}
	return end
}

// value reads the value that starts at i into a field, which is left alone if the value is of another type. It returns the index behind
// the value.
func (r *reader) value(i int, how *how, field reflect.Value) (end int, ok bool) {
	if i >= len(r.text) || r.text[i] == 'n' {
		return valueEnd(r.text, i), false
	}
	switch first := r.text[i]; how.kind {
	case asPointer:
		return r.pointer(i, how, field)
	case asStruct:
		if first == '{' {
			return r.object(i, how.plan, field), true
		}
	case asSlice:
		if first == '[' {
			return r.slice(i, how, field), true
		}
	case asMap:
		if first == '{' {
			return r.entries(i, how, field), true
		}
	case asContent:
		return field.Addr().Interface().(*Content).scan(r, i), true
	case asBlock:
		return field.Addr().Interface().(*Block).scan(r, i), true
	default:
		end = valueEnd(r.text, i)
		return end, r.scalar(i, end, how.kind, field)
	}
	return valueEnd(r.text, i), false
}

// scalar sets a field from the value between two indexes, which it does not look into.
func (r *reader) scalar(i, end int, kind kind, field reflect.Value) bool {
	switch first := r.text[i]; {
	case kind == asRaw:
		field.SetBytes(r.text[i:end:end])
	case kind == asLenient:
		field.Addr().Interface().(lenient).fromWire(r.text[i:end:end])
	case kind == asString && first == '"':
		field.SetString(r.string(i, end))
	case kind == asNumber && (first == '-' || first >= '0' && first <= '9'):
		field.SetString(r.part(i, end))
	case kind == asBool && (first == 't' || first == 'f'):
		field.SetBool(first == 't')
	case kind == asInt:
		n, err := strconv.ParseInt(string(r.text[i:end]), 10, 64)
		if err != nil || field.OverflowInt(n) {
			return false
		}
		field.SetInt(n)
	case kind == asFloat:
		f, err := strconv.ParseFloat(string(r.text[i:end]), 64)
		if err != nil {
			return false
		}
		field.SetFloat(f)
	default:
		return false
	}
	return true
}

// string decodes the string literal between two indexes.
func (r *reader) string(i, end int) string {
	if r.plain && end-i >= 2 {
		return r.shared[i+1 : end-1]
	}
	return stringValue(r.text[i:end])
}

// part returns the text between two indexes.
func (r *reader) part(i, end int) string {
	if r.shared != "" {
		return r.shared[i:end]
	}
	return string(r.text[i:end])
}

func (r *reader) pointer(i int, how *how, field reflect.Value) (end int, ok bool) {
	to := reflect.New(field.Type().Elem())
	if end, ok = r.value(i, how.elem, to.Elem()); ok {
		field.Set(to)
	}
	return end, ok
}

// slice leaves out the elements that are of another type.
func (r *reader) slice(i int, how *how, field reflect.Value) int {
	field.Set(reflect.MakeSlice(field.Type(), 0, 0))
	for i = skipSpace(r.text, i+1); i < len(r.text) && r.text[i] != ']'; {
		n := field.Len()
		field.Grow(1)
		field.SetLen(n + 1)
		field.Index(n).SetZero()
		end, ok := r.value(i, how.elem, field.Index(n))
		if !ok {
			field.SetLen(n)
		}
		if end == i {
			return len(r.text)
		}
		i = next(r.text, end)
	}
	return min(i+1, len(r.text))
}

// entries reads the members of an object into a map; those of another type are left out.
func (r *reader) entries(i int, how *how, field reflect.Value) int {
	field.Set(reflect.MakeMap(field.Type()))
	for i = skipSpace(r.text, i+1); i < len(r.text) && r.text[i] == '"'; {
		end := stringEnd(r.text, i)
		name := reflect.ValueOf(r.string(i, end))
		i = skipSpace(r.text, end)
		if i >= len(r.text) || r.text[i] != ':' {
			return len(r.text)
		}
		i = skipSpace(r.text, i+1)
		item := reflect.New(field.Type().Elem()).Elem()
		end, ok := r.value(i, how.elem, item)
		if ok {
			field.SetMapIndex(name.Convert(field.Type().Key()), item)
		}
		if end == i {
			return len(r.text)
		}
		i = next(r.text, end)
	}
	return min(i+1, len(r.text))
}

// stringValue decodes a JSON string; it returns "" for any other value.
func stringValue(value []byte) string {
	if len(value) < 2 || value[0] != '"' {
		return ""
	}
	inner := value[1 : len(value)-1]
	if utf8.Valid(inner) {
		if at := bytes.IndexByte(inner, '\\'); at < 0 {
			return string(inner)
		}
		if text, ok := unescape(inner); ok {
			return text
		}
	}
	var s string
	if json.Unmarshal(value, &s) != nil {
		return ""
	}
	return s
}

// unescape decodes the inside of a string literal with a single allocation. It leaves what is rare to others: ok is false for a surrogate
// and for what is no escape.
func unescape(inner []byte) (text string, ok bool) {
	var b strings.Builder
	b.Grow(len(inner))
	for {
		at := bytes.IndexByte(inner, '\\')
		if at < 0 {
			b.Write(inner)
			return b.String(), true
		}
		b.Write(inner[:at])
		if inner = inner[at+1:]; len(inner) == 0 {
			return "", false
		}
		const names, meanings = "\"\\/bfnrt", "\"\\/\b\f\n\r\t"
		if known := strings.IndexByte(names, inner[0]); known >= 0 {
			b.WriteByte(meanings[known])
			inner = inner[1:]
			continue
		}
		if inner[0] != 'u' || len(inner) < 5 {
			return "", false
		}
		code, err := strconv.ParseUint(string(inner[1:5]), 16, 16)
		if err != nil || utf16.IsSurrogate(rune(code)) {
			return "", false
		}
		b.WriteRune(rune(code))
		inner = inner[5:]
	}
}
