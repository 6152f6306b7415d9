package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// maxLevels bounds the nesting of JSON that is walked here: gjson and our walks recurse, and a peer may write a million
// brackets.
const maxLevels = 10_000

// validJSON reports whether b is one JSON value of at most maxLevels levels. gjson is lenient on what is not JSON, so
// nothing is read with it before this.
func validJSON(b []byte) bool { return shallow(b) && gjson.ValidBytes(b) }

// shallow reports whether no byte of b stands deeper than maxLevels brackets.
func shallow(b []byte) bool {
	if bytes.Count(b, []byte{'{'})+bytes.Count(b, []byte{'['}) <= maxLevels {
		return true
	}
	depth, in := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case in && c == '\\':
			i++
		case c == '"':
			in = !in
		case in:
		case c == '{' || c == '[':
			if depth++; depth > maxLevels {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return true
}

// trimJSON drops white space around a JSON value.
func trimJSON(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// appendJSONString appends s as a JSON string the way the real CLI writes it: UTF-8 as it is (also U+2028, which
// encoding/json would escape), only what JSON demands escaped (cli:11).
func appendJSONString(dst []byte, s string) []byte {
	return append(appendEscaped(append(dst, '"'), s), '"')
}

// appendEscaped appends s as the inside of a JSON string.
func appendEscaped(dst []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		dst = appendEscape(dst, c)
		start = i + 1
	}
	return append(dst, s[start:]...)
}

// appendEscape appends the escape of one byte.
func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	}
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
}

// unquoteJSON decodes a JSON string with its quotes. Unlike encoding/json and gjson it keeps lone surrogates apart, as
// the three bytes that UTF-8 would have for them: two texts are equal only if their code points are.
func unquoteJSON(b []byte) string {
	b = b[1 : len(b)-1]
	plain := true
	for _, c := range b {
		if c == '\\' {
			plain = false
			break
		}
	}
	if plain {
		return string(b)
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		if b[i] != '\\' {
			out = append(out, b[i])
			i++
			continue
		}
		var n int
		out, n = appendUnescaped(out, b[i:])
		i += n
	}
	return string(out)
}

// appendUnescaped decodes the escape that b starts with and returns its length.
func appendUnescaped(out, b []byte) ([]byte, int) {
	switch b[1] {
	case 'n':
		return append(out, '\n'), 2
	case 'r':
		return append(out, '\r'), 2
	case 't':
		return append(out, '\t'), 2
	case 'b':
		return append(out, '\b'), 2
	case 'f':
		return append(out, '\f'), 2
	case 'u':
		high := hex4(b[2:])
		if high >= 0xd800 && high < 0xdc00 && len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
			if low := hex4(b[8:]); low >= 0xdc00 && low < 0xe000 {
				return utf8.AppendRune(out, (high-0xd800)<<10|(low-0xdc00)+0x10000), 12
			}
		}
		if high >= 0xd800 && high < 0xe000 {
			return append(out, byte(0xe0|high>>12), byte(0x80|high>>6&0x3f), byte(0x80|high&0x3f)), 6
		}
		return utf8.AppendRune(out, high), 6
	default:
		return append(out, b[1]), 2
	}
}

// hex4 reads four hexadecimal digits, which validJSON has seen.
func hex4(b []byte) rune {
	n, _ := strconv.ParseUint(string(b[:4]), 16, 32)
	return rune(n)
}

// encodeValue appends a Value as JSON. Keys of maps are sorted: a frame has the same bytes in every run.
func encodeValue(dst []byte, v Value) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case string:
		return appendJSONString(dst, v), nil
	case json.Number:
		if !isJSONNumber([]byte(v)) {
			return nil, fmt.Errorf("want a JSON number, got %q", string(v))
		}
		return append(dst, v...), nil
	case []any:
		return encodeList(dst, v)
	case map[string]any:
		return encodeMap(dst, v)
	default:
		b, err := json.Marshal(v)
		return append(dst, b...), err
	}
}

func encodeList(dst []byte, l []any) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, e := range l {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = encodeValue(dst, e); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func encodeMap(dst []byte, m map[string]any) (_ []byte, err error) {
	dst = append(dst, '{')
	for i, k := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendJSONString(dst, k), ':')
		if dst, err = encodeValue(dst, m[k]); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

// isJSONNumber reports whether b is one JSON number.
func isJSONNumber(b []byte) bool {
	return len(b) > 0 && (b[0] == '-' || b[0] >= '0' && b[0] <= '9') && gjson.ValidBytes(b)
}

// resolveJSONValue resolves a Value to JSON text. A capture that is all of a scalar keeps its own text: numbers and
// escapes are not decoded on the way.
func resolveJSONValue(v Value, env Env) ([]byte, error) {
	r := resolver{env: env, left: maxText}
	if s, ok := v.(string); ok {
		parts, err := parseText(s, 0)
		if err != nil {
			return nil, err
		}
		return r.jsonScalar(parts)
	}
	resolved, err := r.value(v, 0)
	if err != nil {
		return nil, err
	}
	return encodeValue(nil, resolved)
}

// jsonScalar renders the parts of a scalar as one JSON value.
func (r *resolver) jsonScalar(parts []textPart) ([]byte, error) {
	if len(parts) != 1 || parts[0].expr == nil {
		text, err := r.text(parts)
		return appendJSONString(nil, text), err
	}
	v, err := r.eval(parts[0].expr)
	if err != nil {
		return nil, err
	}
	if v.is {
		resolved, err := r.value(v.any, 1)
		if err != nil {
			return nil, parts[0].expr.wrap(err)
		}
		return encodeValue(nil, resolved)
	}
	if v.json != nil {
		return v.json, nil
	}
	return appendJSONString(make([]byte, 0, len(v.text)+2), v.text), nil
}
