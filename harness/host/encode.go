package host

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

const hexDigits = "0123456789abcdef"

// encodeLine makes one line of the channel, newline included: compact JSON in ASCII, which no peer's encoding can spoil.
func encodeLine(m *contract.Message, limit int) ([]byte, error) {
	m.JSONRPC = "2.0"
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	line, err := escapeASCII(b.Bytes())
	if err != nil {
		return nil, err
	}
	if len(line)-1 > limit {
		return nil, fmt.Errorf("%w: the line has %d bytes, at most %d are allowed", ErrMessage, len(line)-1, limit)
	}
	return line, nil
}

// encodeValue is v as JSON text. A json.RawMessage must be JSON.
func encodeValue(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// escapeASCII writes everything above ASCII as \uXXXX. In JSON it can only stand in strings.
func escapeASCII(text []byte) ([]byte, error) {
	first := bytes.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	if first < 0 {
		return text, nil
	}
	out := append(make([]byte, 0, len(text)+len(text)/2), text[:first]...)
	for i := first; i < len(text); {
		if text[i] < utf8.RuneSelf {
			out = append(out, text[i])
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return nil, fmt.Errorf("%w: byte %d of it is not UTF-8", ErrMessage, i)
		}
		out = appendEscape(out, r)
		i += size
	}
	return out, nil
}

func appendEscape(out []byte, r rune) []byte {
	if r > 0xFFFF {
		high, low := utf16.EncodeRune(r)
		return appendEscape(appendEscape(out, high), low)
	}
	return append(out, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
