package protocol

import (
	"encoding/binary"
	"math/bits"
)

// envelope is what routes a line: the values of these members of its object, as they stand there.
type envelope struct{ typ, subtype, request, response []byte }

// set keeps the value of a member that routes a line, and no other. The last of two counts.
func (e *envelope) set(name, value []byte) {
	switch string(name) {
	case "type":
		e.typ = value
	case "subtype":
		e.subtype = value
	case "request":
		e.request = value
	case "response":
		e.response = value
	}
}

// shallow is the depth up to which scan keeps track of what is open. Nothing that a CLI writes comes near it.
const shallow = 128

// scanner reads a text once, strictly.
type scanner struct {
	text  []byte
	i     int
	depth int
	open  [shallow/64 + 1]uint64 // a bit for each depth: an object is open there
	name  []byte                 // of the member of the outermost object that is being read, with its quotes
	start int                    // of the value of that member
	envelope
}

// scan reads the envelope of a text in one pass, and reports whether the text is exactly one JSON object. It gives up on one that is
// deeper than shallow: ok is false, and nothing is known.
func scan(text []byte) (e envelope, ok bool) {
	s := scanner{text: text}
	s.space()
	if s.i >= len(text) || text[s.i] != '{' {
		return e, false
	}
	for s.value() {
		if s.depth == 0 {
			s.space()
			return s.envelope, s.i == len(text)
		}
	}
	return e, false
}

// value reads a value and what follows it, up to the next value. An object or an array that is not empty counts as read when the first
// value in it is due.
func (s *scanner) value() bool {
	if s.i >= len(s.text) {
		return false
	}
	switch c := s.text[s.i]; {
	case c == '"':
		if s.i = literalEnd(s.text, s.i); s.i < 0 {
			return false
		}
	case c == '{' || c == '[':
		if empty, ok := s.enter(c == '{'); !ok || !empty {
			return ok
		}
	case c == 't':
		return s.word("true") && s.after()
	case c == 'f':
		return s.word("false") && s.after()
	case c == 'n':
		return s.word("null") && s.after()
	default:
		if s.i = numberEnd(s.text, s.i); s.i < 0 {
			return false
		}
	}
	return s.after()
}

// enter opens an object or an array and goes to the first value in it; empty says that there was none and it is closed again.
func (s *scanner) enter(object bool) (empty, ok bool) {
	if s.depth++; s.depth > shallow {
		return false, false
	}
	bit := uint64(1) << (s.depth % 64)
	if object {
		s.open[s.depth/64] |= bit
	} else {
		s.open[s.depth/64] &^= bit
	}
	s.i++
	s.space()
	if s.i >= len(s.text) {
		return false, false
	}
	if c := s.text[s.i]; object && c == '}' || !object && c == ']' {
		s.i++
		s.depth--
		return true, true
	}
	return false, !object || s.member()
}

// member reads a name and its colon.
func (s *scanner) member() bool {
	if s.i >= len(s.text) || s.text[s.i] != '"' {
		return false
	}
	start := s.i
	if s.i = literalEnd(s.text, s.i); s.i < 0 {
		return false
	}
	end := s.i
	s.space()
	if s.i >= len(s.text) || s.text[s.i] != ':' {
		return false
	}
	s.i++
	s.space()
	if s.depth == 1 {
		s.name, s.start = s.text[start:end], s.i
	}
	return true
}

// after reads what follows a value: the ends of what it closes, and then a comma with what leads to the next value, or nothing if the
// outermost object is closed.
func (s *scanner) after() bool {
	for {
		if s.depth <= 1 {
			if s.depth == 0 {
				return true
			}
			s.note()
		}
		s.space()
		if s.i >= len(s.text) {
			return false
		}
		object := s.open[s.depth/64]>>(s.depth%64)&1 == 1
		switch c := s.text[s.i]; {
		case c == ',':
			s.i++
			s.space()
			return !object || s.member()
		case c == '}' && object, c == ']' && !object:
			s.i++
			s.depth--
		default:
			return false
		}
	}
}

// note hands the member that was read to the envelope, if it can be one of those.
func (s *scanner) note() {
	if n := len(s.name); n != len(`"type"`) && n != len(`"subtype"`) && n != len(`"response"`) && n < 10 {
		return // a name with escapes is longer than any of these
	}
	s.set(memberName(s.name), s.text[s.start:s.i:s.i])
}

func (s *scanner) space() { s.i = skipSpace(s.text, s.i) }

func (s *scanner) word(word string) bool {
	if len(s.text)-s.i < len(word) || string(s.text[s.i:s.i+len(word)]) != word {
		return false
	}
	s.i += len(word)
	return true
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// quoted sets the high bit of the first of eight bytes that is a quote or a backslash, if one is. What it says of the bytes behind that
// one, and what the other bits say, is nothing.
func quoted(w uint64) uint64 {
	quote, slash := w^('"'*ones), w^('\\'*ones)
	return (quote-ones)&^quote | (slash-ones)&^slash
}

// literalEnd returns the index behind the string whose opening quote stands at i; -1 if there is no string by the rules of JSON. Eight
// bytes are looked at together, as long as none of them is special.
func literalEnd(text []byte, i int) int {
	i++
	for {
		for i+8 <= len(text) {
			w := binary.LittleEndian.Uint64(text[i:])
			if special := (quoted(w) | (w-' '*ones)&^w) & highs; special != 0 {
				i += bits.TrailingZeros64(special) / 8
				break
			}
			i += 8
		}
		if i >= len(text) {
			return -1
		}
		switch c := text[i]; {
		case c == '"':
			return i + 1
		case c == '\\':
			if i = escapeEnd(text, i); i < 0 {
				return -1
			}
		case c < ' ':
			return -1
		default:
			i++
		}
	}
}

// escapeEnd returns the index behind the escape whose backslash stands at i, or -1.
func escapeEnd(text []byte, i int) int {
	if i+1 >= len(text) {
		return -1
	}
	switch text[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		if i+6 > len(text) {
			return -1
		}
		for _, c := range text[i+2 : i+6] {
			if lower := c | 0x20; (c < '0' || c > '9') && (lower < 'a' || lower > 'f') {
				return -1
			}
		}
		return i + 6
	}
	return -1
}

// numberEnd returns the index behind the number that starts at i; -1 if there is no number by the rules of JSON.
func numberEnd(text []byte, i int) int {
	if text[i] == '-' {
		i++
	}
	start := i
	if i = digitsEnd(text, i); i == start || i > start+1 && text[start] == '0' {
		return -1
	}
	if i < len(text) && text[i] == '.' {
		start = i + 1
		if i = digitsEnd(text, start); i == start {
			return -1
		}
	}
	if i < len(text) && text[i]|0x20 == 'e' {
		if i++; i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		start = i
		if i = digitsEnd(text, start); i == start {
			return -1
		}
	}
	return i
}

func digitsEnd(text []byte, i int) int {
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		i++
	}
	return i
}
