package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// decode reads a line as one JSON object, its numbers as the CLI reads them: as float64, infinite beyond that.
func decode(line []byte) (map[string]any, error) {
	var value any
	if utf8.Valid(line) && json.Unmarshal(line, &value) == nil {
		if object, ok := value.(map[string]any); ok {
			return object, nil
		}
	}
	object, err := decodeExactly(line)
	if err != nil {
		return nil, err
	}
	floats(object)
	return object, nil
}

// floats replaces the numbers within a decoded value and returns it.
func floats(value any) any {
	switch v := value.(type) {
	case json.Number:
		f, _ := v.Float64() // beyond the range it is infinite
		return f
	case []any:
		for i, item := range v {
			v[i] = floats(item)
		}
	case map[string]any:
		for name, item := range v {
			v[name] = floats(item)
		}
	}
	return value
}

// decodeExactly reads a line as one JSON object, numbers as they stand there, and says what is wrong with it.
func decodeExactly(line []byte) (map[string]any, error) {
	if at := invalidUTF8(line); at >= 0 {
		return nil, &Error{Offset: int64(at), Expected: "UTF-8", Got: fmt.Sprintf("the byte 0x%02x", line[at])}
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, notJSON(line, err)
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, &Error{Expected: "an object", Got: describe(value)}
	}
	end := decoder.InputOffset()
	if rest := bytes.TrimLeft(line[end:], " \t\r\n"); len(rest) > 0 {
		return nil, &Error{Offset: int64(len(line) - len(rest)), Expected: "the end of the line", Got: describeText(rest)}
	}
	return object, nil
}

func notJSON(line []byte, err error) error {
	e := &Error{Expected: "JSON", Got: err.Error(), Offset: int64(len(line))}
	var syntax *json.SyntaxError
	switch {
	case len(bytes.TrimSpace(line)) == 0:
		e.Expected, e.Got = "an object", "an empty line"
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Expected, e.Got = "the rest of the object", "the end of the line"
	case errors.As(err, &syntax):
		e.Offset = syntax.Offset
	}
	return e
}

// invalidUTF8 returns the index of the first byte that is no UTF-8, or -1.
func invalidUTF8(line []byte) int {
	if utf8.Valid(line) {
		return -1
	}
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRune(line[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// describe names a decoded value with the start of its text.
func describe(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprintf("the boolean %t", v)
	case json.Number:
		return "the number " + cut(v.String())
	case string:
		return "the string " + quote(v)
	case []any:
		return "an array"
	}
	return "an object"
}

func describeText(text []byte) string { return quote(string(text[:min(len(text), 4*most)])) }

// most is how many characters of a value an error shows.
const most = 40

func quote(text string) string { return fmt.Sprintf("%q", cut(text)) }

func cut(text string) string {
	n := 0
	for i := range text {
		if n == most {
			return text[:i] + "…"
		}
		n++
	}
	return text
}
