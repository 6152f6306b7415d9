package protocol

import (
	"bytes"
	"encoding/json"
	"iter"
)

// Members yields the members of a JSON object in their order, without decoding the values and with the exact bytes of each.
// Duplicate names are yielded as often as they stand. It yields nothing for any other JSON value. The text must be valid
// JSON, as in [Message.Raw]; for other text the members are unspecified, but it neither panics nor runs on.
func Members(object json.RawMessage) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		eachMember(object, func(name, value []byte) bool { return yield(string(name), value) })
	}
}

// Elements yields the elements of a JSON array with the exact bytes of each, under the same conditions as [Members].
func Elements(array json.RawMessage) iter.Seq[json.RawMessage] {
	return func(yield func(json.RawMessage) bool) {
		i, ok := open(array, '[')
		for ok && i < len(array) && array[i] != ']' {
			end := valueEnd(array, i)
			if end == i || !yield(array[i:end:end]) {
				return
			}
			i = next(array, end)
		}
	}
}

// Member returns the value of a member of a JSON object; the last one if the name stands twice, as the runtimes of all SDKs have
// it. It returns nil if there is none.
func Member(object json.RawMessage, name string) json.RawMessage {
	var found json.RawMessage
	eachMember(object, func(n, value []byte) bool {
		if string(n) == name {
			found = value
		}
		return true
	})
	return found
}

// eachMember calls fn with the decoded name and the raw value of each member until fn returns false.
func eachMember(object []byte, fn func(name, value []byte) bool) {
	i, ok := open(object, '{')
	for ok && i < len(object) && object[i] == '"' {
		end := valueEnd(object, i)
		name := memberName(object[i:end])
		i = skipSpace(object, end)
		if i >= len(object) || object[i] != ':' {
			return
		}
		i = skipSpace(object, i+1)
		end = valueEnd(object, i)
		if end == i || !fn(name, object[i:end:end]) {
			return
		}
		i = next(object, end)
	}
}

// open skips the opening bracket and returns the index of what follows it.
func open(text []byte, bracket byte) (int, bool) {
	i := skipSpace(text, 0)
	if i >= len(text) || text[i] != bracket {
		return 0, false
	}
	return skipSpace(text, i+1), true
}

// next skips a comma after a value.
func next(text []byte, i int) int {
	i = skipSpace(text, i)
	if i < len(text) && text[i] == ',' {
		i = skipSpace(text, i+1)
	}
	return i
}

// memberName decodes a quoted name; almost none has an escape.
func memberName(quoted []byte) []byte {
	if len(quoted) < 2 {
		return nil
	}
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var name string
	if json.Unmarshal(quoted, &name) != nil {
		return quoted
	}
	return []byte(name)
}

func skipSpace(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t') {
		i++
	}
	return i
}

// valueEnd returns the index behind the JSON value that starts at i.
func valueEnd(text []byte, i int) int {
	if i >= len(text) {
		return i
	}
	switch text[i] {
	case '"':
		return stringEnd(text, i)
	case '{', '[':
		return nestedEnd(text, i)
	}
	for i < len(text) && !isDelimiter(text[i]) {
		i++
	}
	return i
}

func isDelimiter(c byte) bool {
	switch c {
	case ',', '}', ']', ':', '"', '{', '[', ' ', '\n', '\r', '\t':
		return true
	}
	return false
}

// stringEnd returns the index behind the string whose opening quote stands at i.
func stringEnd(text []byte, i int) int {
	for i++; i < len(text); i++ {
		at := bytes.IndexByte(text[i:], '"')
		if at < 0 {
			return len(text)
		}
		i += at
		slashes := 0
		for text[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i + 1
		}
	}
	return len(text)
}

// nestedEnd returns the index behind the object or array that starts at i, by counting brackets outside of strings.
func nestedEnd(text []byte, i int) int {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '"':
			i = stringEnd(text, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return len(text)
}
