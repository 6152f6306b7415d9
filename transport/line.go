package transport

import "bytes"

// frameIn gives the frame in a line: nil for a blank one, ErrNoise or ErrMalformed if there is none. Its
// cost does not depend on what is inside the object: both ends are looked at, not the middle.
func frameIn(line []byte) ([]byte, error) {
	line = trimSpace(line)
	if len(line) == 0 {
		return nil, nil
	}
	if line[0] != '{' {
		line = skipControl(line)
	}
	if !startsObject(line) {
		return nil, ErrNoise
	}
	if line[len(line)-1] == '}' {
		return line, nil
	}
	end := bytes.LastIndexByte(line, '}') + 1
	if end == 0 || len(skipControl(line[end:])) > 0 {
		return nil, ErrMalformed
	}
	return line[:end], nil
}

// startsObject says whether b starts like a JSON object, whole or cut off.
func startsObject(b []byte) bool {
	if len(b) == 0 || b[0] != '{' {
		return false
	}
	for _, c := range b[1:] {
		if !isSpace(c) {
			return c == '"' || c == '}'
		}
	}
	return true
}

// trimSpace removes JSON's white space from both ends, and nothing else: Unicode's would cut into what
// is not ours.
func trimSpace(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// The bytes that terminal control sequences (ECMA-48) are made of.
const (
	bel = 0x07
	esc = 0x1b
	del = 0x7f
)

// skipControl passes over terminal control sequences, control bytes, white space and a byte order mark.
// It stops at the first byte of anything else, and at a sequence that does not end.
func skipControl(b []byte) []byte {
	for len(b) > 0 {
		n := 0
		switch c := b[0]; {
		case c == esc:
			n = escapeLen(b)
		case c <= ' ' || c == del:
			n = 1
		case bytes.HasPrefix(b, []byte("\ufeff")):
			n = len("\ufeff")
		}
		if n == 0 {
			return b
		}
		b = b[n:]
	}
	return b
}

// escapeLen is the length of the escape sequence at the start of b, 0 if it does not end.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case ']', 'P', 'X', '^', '_':
		return stringLen(b)
	case '[':
		return finalLen(b, 2, 0x20, 0x3f, 0x40)
	}
	return finalLen(b, 1, 0x20, 0x2f, 0x30)
}

// stringLen is the length of a sequence that carries text (a window title, say): it ends with BEL or ESC \.
func stringLen(b []byte) int {
	for i := 2; i < len(b); i++ {
		if b[i] == bel {
			return i + 1
		}
		if b[i] == esc && i+1 < len(b) && b[i+1] == '\\' {
			return i + 2
		}
	}
	return 0
}

// finalLen is the length of a sequence that from position i has bytes in [lo, hi] and then one in
// [final, 0x7e].
func finalLen(b []byte, i int, lo, hi, final byte) int {
	for i < len(b) && b[i] >= lo && b[i] <= hi {
		i++
	}
	if i < len(b) && b[i] >= final && b[i] < del {
		return i + 1
	}
	return 0
}
