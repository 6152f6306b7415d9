package scenarios

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// evaluated is what one ${...} stands for.
type evaluated struct {
	text string // if json is nil
	json []byte // a capture or ${i}
	fill bool   // text made by ${fill}
	any  Value  // ${variant.COL}, when is is set
	is   bool
}

// asText returns the value as it stands in a text.
func (e evaluated) asText() (string, error) {
	switch {
	case e.is:
		if s, ok := e.any.(string); ok {
			return s, nil
		}
		b, err := encodeValue(nil, e.any)
		return string(b), err
	case e.json == nil:
		return e.text, nil
	case e.json[0] == '"':
		return unquoteJSON(e.json), nil
	default:
		return string(e.json), nil
	}
}

// asJSON returns the value as it stands in JSON outside of a string.
func (e evaluated) asJSON() ([]byte, error) {
	switch {
	case e.is:
		return encodeValue(nil, e.any)
	case e.json != nil:
		return e.json, nil
	case e.fill:
		return []byte(e.text), nil
	default:
		return appendJSONString(nil, e.text), nil
	}
}

// wrap names the expression in an error.
func (e *textExpr) wrap(err error) error {
	var inner *SubstitutionError
	if err == nil || errors.As(err, &inner) {
		return err
	}
	return &SubstitutionError{Expr: shorten(e.src, 120), Err: err}
}

// eval finds what one expression stands for, inner ones first.
func (r *resolver) eval(e *textExpr) (evaluated, error) {
	body, err := r.text(e.body)
	if err != nil {
		return evaluated{}, err
	}
	v, err := r.evalBody(body)
	return v, e.wrap(err)
}

// evalBody finds what stands between the braces.
func (r *resolver) evalBody(body string) (evaluated, error) {
	word, arg, colon := strings.Cut(body, ":")
	switch {
	case body == "i" && !r.env.HasI:
		return evaluated{}, errors.New("want a step with times, got one without")
	case body == "i":
		return evaluated{json: strconv.AppendInt(nil, int64(r.env.I), 10)}, nil
	case body == "dir":
		return evaluated{text: r.env.Dir}, nil
	case colon && word == "fill":
		text, err := r.fill(arg)
		return evaluated{text: text, fill: true}, err
	case colon && word == "words":
		text, err := r.words(arg)
		return evaluated{text: text}, err
	case colon && word == "hex":
		text, err := r.hex(arg)
		return evaluated{text: text}, err
	case strings.HasPrefix(body, "variant."):
		v, ok := r.env.Variant[strings.TrimPrefix(body, "variant.")]
		if !ok {
			return evaluated{}, errors.New("want a column of variants, got another name")
		}
		return evaluated{any: v, is: true}, nil
	}
	return r.captured(body)
}

// captured asks for NAME.PATH.
func (r *resolver) captured(body string) (evaluated, error) {
	name, path, _ := strings.Cut(body, ".")
	if !isName(name) {
		return evaluated{}, errors.New("want NAME.PATH, i, dir, variant.COL, fill:TEXT*N, words:N or hex:.., got something else")
	}
	if r.env.Capture == nil {
		return evaluated{}, fmt.Errorf("nothing is known under the name %s here", name)
	}
	b, err := r.env.Capture(name, path)
	if err != nil {
		return evaluated{}, err
	}
	if b = trimJSON(b); !validJSON(b) {
		return evaluated{}, fmt.Errorf("want a JSON value, got %q", shorten(string(b), 60))
	}
	return evaluated{json: b}, nil
}

// isName reports whether s can be the name of a step or a frame.
func isName(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return s != ""
}

// fill repeats TEXT of TEXT*N.
func (r *resolver) fill(arg string) (string, error) {
	at := strings.LastIndexByte(arg, '*')
	if at < 0 {
		return "", errors.New("want fill:TEXT*N, got no *")
	}
	n, err := parseCount(arg[at+1:])
	if err != nil {
		return "", err
	}
	if text := arg[:at]; len(text) == 0 || n <= r.left/len(text) {
		return strings.Repeat(text, n), nil
	}
	return "", ErrTooLong
}

// words makes n bytes of words, single spaces between them, none at the ends.
func (r *resolver) words(arg string) (string, error) {
	n, err := parseCount(arg)
	if err != nil {
		return "", err
	}
	if n > r.left {
		return "", ErrTooLong
	}
	vocabulary := [...]string{"river", "stone", "of", "window", "paper", "a", "lantern", "under", "seven", "moss", "the",
		"harbour", "quiet", "maps", "over", "copper", "in", "garden", "slowly", "thread", "north", "bell", "and", "winter"}
	rng := rand.New(rand.NewPCG(r.env.Seed, uint64(n)))
	out := make([]byte, 0, n+16)
	for len(out) < n {
		out = append(out, vocabulary[rng.IntN(len(vocabulary))]...)
		out = append(out, ' ')
	}
	out = out[:n]
	if n > 0 && out[n-1] == ' ' {
		out[n-1] = 's'
	}
	return string(out), nil
}

// hex decodes pairs of hexadecimal digits.
func (r *resolver) hex(arg string) (string, error) {
	if !r.raw {
		return "", errors.New("bytes may stand in raw only: elsewhere a text must be UTF-8")
	}
	b, err := hex.DecodeString(strings.ReplaceAll(arg, " ", ""))
	if err != nil {
		return "", fmt.Errorf("want pairs of hexadecimal digits, got %q", shorten(arg, 40))
	}
	return string(b), nil
}

// parseCount reads 300, 300B, 64KiB, 1MiB or 1GiB.
func parseCount(s string) (int, error) {
	digits, factor := s, 1
	for _, unit := range [...]struct {
		name  string
		bytes int
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"B", 1}} {
		if d, ok := strings.CutSuffix(s, unit.name); ok {
			digits, factor = d, unit.bytes
			break
		}
	}
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("want a count such as 200 or 300KiB, got %q", shorten(s, 40))
	}
	if n > uint64(maxText) || int(n)*factor > maxText {
		return 0, ErrTooLong
	}
	return int(n) * factor, nil
}

// decodeValue decodes JSON into a Value, numbers kept as they are written.
func decodeValue(b []byte) (Value, error) {
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	var v Value
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("want a JSON value: %w", err)
	}
	return v, nil
}

// shorten shortens what an error quotes.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "…"
}
