package protocol

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/bits"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// View returns the typed view of a JSON object: a T, mostly a struct, with its fields set from the members by their json tags.
// Unlike encoding/json it matches names exactly and fails on nothing: a member that is missing or of another type leaves its field
// alone, and a text that is no object gives the zero value. A field named Raw takes the object itself. The view shares the memory of
// the text, its strings too, so the text must not be changed any more. It is safe for concurrent use.
func View[T any](object json.RawMessage) T {
	var view T
	switch t := reflect.TypeFor[T](); {
	case isLenient[T]() || t.Kind() != reflect.Struct:
		view, _ = viewOf[T](object)
	default:
		fillAt(object, planOf(t), unsafe.Pointer(&view))
	}
	return view
}

// isLenient reports whether a T reads itself.
func isLenient[T any]() bool {
	_, ok := any((*T)(nil)).(lenient)
	return ok
}

// viewOf reads a value as the field of a struct is read, and reports whether it was of the field's type.
func viewOf[T any](value json.RawMessage) (view T, ok bool) {
	type field struct {
		Value T `json:"value"`
	}
	r := reader{text: value}
	_, ok = r.value(skipSpace(value, 0), &planOf(reflect.TypeFor[field]()).fields[0].how, unsafe.Pointer(&view))
	return view, ok
}

// fill sets the fields of the struct that into points to, as [View] has it.
func fill(object json.RawMessage, into any) {
	target := reflect.ValueOf(into)
	fillAt(object, planOf(target.Type().Elem()), target.UnsafePointer())
}

// fillAt sets the fields of the struct at target, which has the plan's type.
func fillAt(object []byte, p *plan, target unsafe.Pointer) {
	if i := skipSpace(object, 0); i < len(object) && object[i] == '{' {
		r := reader{text: object}
		r.object(i, p, target)
	}
}

// reader reads a JSON text once, from left to right, into structs. Fields are reached by their place in memory, which a plan knows with
// their types: reflection would allocate each struct, and cost most of what reading a message costs.
type reader struct{ text []byte }

// shareBelow is the length of a text up to which its strings are parts of it. A longer one is not kept alive by a short string of it
// that somebody keeps.
const shareBelow = 4 << 10

// object reads the object that starts at i and returns the index behind it.
func (r *reader) object(i int, p *plan, target unsafe.Pointer) int {
	start, text := i, r.text
	at := 0
	for i = skipSpace(text, i+1); i < len(text) && text[i] == '"'; {
		end, plain := literal(text, i)
		name := text[i+1 : max(i+1, end-1)]
		if !plain {
			name = memberName(text[i:end])
		}
		i = skipSpace(text, end)
		if i >= len(text) || text[i] != ':' {
			return len(text)
		}
		i = skipSpace(text, i+1)
		if f := p.find(name, at); f != nil {
			at = f.place + 1
			end, _ = r.value(i, &f.how, unsafe.Add(target, f.offset))
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
		*(*json.RawMessage)(unsafe.Add(target, p.raw.offset)) = text[start:end:end]
	}
	return end
}

// value reads the value that starts at i into a field, which is left alone if the value is of another type. It returns the index behind
// the value.
func (r *reader) value(i int, how *how, field unsafe.Pointer) (end int, ok bool) {
	if i >= len(r.text) || r.text[i] == 'n' {
		return valueEnd(r.text, i), false
	}
	switch first := r.text[i]; how.kind {
	case asString:
		if first == '"' {
			end, plain := literal(r.text, i)
			if plain {
				*(*string)(field) = r.part(i+1, end-1)
			} else {
				*(*string)(field) = r.string(i, end)
			}
			return end, true
		}
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
		return (*Content)(field).scan(r, i), true
	case asBlock:
		return (*Block)(field).scan(r, i), true
	default:
		end = valueEnd(r.text, i)
		return end, r.scalar(i, end, how, field)
	}
	return valueEnd(r.text, i), false
}

// scalar sets a field from the value between two indexes, which it does not look into.
func (r *reader) scalar(i, end int, how *how, field unsafe.Pointer) bool {
	switch first := r.text[i]; {
	case how.kind == asRaw:
		*(*json.RawMessage)(field) = r.text[i:end:end]
	case how.kind == asLenient:
		v := reflect.New(how.typ)
		v.Interface().(lenient).fromWire(r.text[i:end:end])
		reflect.NewAt(how.typ, noEscape(field)).Elem().Set(v.Elem())
	case how.kind == asNumber && (first == '-' || first >= '0' && first <= '9'):
		*(*string)(field) = r.part(i, end)
	case how.kind == asBool && (first == 't' || first == 'f'):
		*(*bool)(field) = first == 't'
	case how.kind == asInt:
		n, err := strconv.ParseInt(string(r.text[i:end]), 10, how.typ.Bits())
		if err != nil {
			return false
		}
		reflect.NewAt(how.typ, noEscape(field)).Elem().SetInt(n)
	case how.kind == asFloat:
		f, err := strconv.ParseFloat(string(r.text[i:end]), 64)
		if err != nil {
			return false
		}
		reflect.NewAt(how.typ, noEscape(field)).Elem().SetFloat(f)
	default:
		return false
	}
	return true
}

// literal returns the index behind the string literal whose opening quote stands at i, and whether what is between its quotes is the
// string itself: ASCII without escapes. Eight bytes are looked at together.
func literal(text []byte, i int) (end int, plain bool) {
	start := i
	plain = true
	for i++; i+8 <= len(text); i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		special := quoted(w) & highs
		if special == 0 {
			plain = plain && w&highs == 0
			continue
		}
		before := uint64(1)<<bits.TrailingZeros64(special) - 1
		i += bits.TrailingZeros64(special) / 8
		if text[i] == '"' {
			return i + 1, plain && w&highs&before == 0
		}
		break
	}
	return stringEnd(text, start), false
}

// string decodes the string literal between two indexes.
func (r *reader) string(i, end int) string {
	if end-i < 2 {
		return ""
	}
	if inner := r.text[i+1 : end-1]; isPlain(inner) {
		return r.part(i+1, end-1)
	}
	return decoded(r.text[i:end])
}

// part returns the text between two indexes: a part of the text itself, unless that would keep much of it alive for little.
func (r *reader) part(i, end int) string {
	if len(r.text) < shareBelow || (end-i) > len(r.text)/4 {
		return unsafe.String(unsafe.SliceData(r.text[i:end]), end-i)
	}
	return string(r.text[i:end])
}

// isPlain reports whether the inside of a string literal is the string.
func isPlain(inner []byte) bool {
	return bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner)
}

// noEscape is the pointer as it is. The compiler does not see that, so what it points to may live on the stack although reflection gets
// to see it; reflection sets it and keeps nothing.
func noEscape(p unsafe.Pointer) unsafe.Pointer {
	at := uintptr(p)
	return *(*unsafe.Pointer)(unsafe.Pointer(&at))
}

func (r *reader) pointer(i int, how *how, field unsafe.Pointer) (end int, ok bool) {
	to := reflect.New(how.elem.typ).UnsafePointer()
	if end, ok = r.value(i, how.elem, to); ok {
		*(*unsafe.Pointer)(field) = to
	}
	return end, ok
}

// slice leaves out the elements that are of another type.
func (r *reader) slice(i int, how *how, field unsafe.Pointer) int {
	list := reflect.New(how.typ).Elem()
	list.Set(reflect.MakeSlice(how.typ, 0, 0))
	for i = skipSpace(r.text, i+1); i < len(r.text) && r.text[i] != ']'; {
		n := list.Len()
		list.Grow(1)
		list.SetLen(n + 1)
		list.Index(n).SetZero()
		end, ok := r.value(i, how.elem, list.Index(n).Addr().UnsafePointer())
		if !ok {
			list.SetLen(n)
		}
		if end == i {
			i = len(r.text)
			break
		}
		i = next(r.text, end)
	}
	reflect.NewAt(how.typ, noEscape(field)).Elem().Set(list)
	return min(i+1, len(r.text))
}

// entries reads the members of an object into a map; those of another type are left out.
func (r *reader) entries(i int, how *how, field unsafe.Pointer) int {
	entries := reflect.MakeMap(how.typ)
	for i = skipSpace(r.text, i+1); i < len(r.text) && r.text[i] == '"'; {
		end := stringEnd(r.text, i)
		name := reflect.ValueOf(r.string(i, end))
		i = skipSpace(r.text, end)
		if i >= len(r.text) || r.text[i] != ':' {
			i = len(r.text)
			break
		}
		i = skipSpace(r.text, i+1)
		item := reflect.New(how.elem.typ)
		end, ok := r.value(i, how.elem, item.UnsafePointer())
		if ok {
			entries.SetMapIndex(name.Convert(how.typ.Key()), item.Elem())
		}
		if end == i {
			i = len(r.text)
			break
		}
		i = next(r.text, end)
	}
	reflect.NewAt(how.typ, noEscape(field)).Elem().Set(entries)
	return min(i+1, len(r.text))
}

// stringValue decodes a JSON string; it returns "" for any other value.
func stringValue(value []byte) string {
	if len(value) < 2 || value[0] != '"' {
		return ""
	}
	if inner := value[1 : len(value)-1]; isPlain(inner) {
		return string(inner)
	}
	return decoded(value)
}

// decoded decodes a string literal whose inside is not the string itself.
func decoded(literal []byte) string {
	if inner := literal[1 : len(literal)-1]; utf8.Valid(inner) {
		if text, ok := unescape(inner); ok {
			return text
		}
	}
	var s string
	if json.Unmarshal(literal, &s) != nil {
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
