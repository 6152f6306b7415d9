package scenarios

import (
	"errors"
	"fmt"
	"strings"
)

const (
	// maxText bounds what one substitution may make, in bytes: a scenario is data, and ${fill:x*9999999999} must be an
	// error, not the end of the machine.
	maxText = 256 << 20
	// maxBraces bounds how deep ${...} may stand in ${...}.
	maxBraces = 32
)

// Env is what a substitution may look at. The zero Env knows no captures and no ${i}.
type Env struct {
	I    int    // ${i}
	HasI bool   // false: ${i} is an error
	Dir  string // ${dir}, the run's directory
	Seed uint64 // of ${words:N}: one seed and one N make one text
	// Capture returns the JSON at a gjson path of what is known under name; an empty path means the whole. Lookup reads
	// such a path. An error is reported with the ${...} that asked.
	Capture func(name, path string) (json []byte, err error)
	// Variant holds the columns for ${variant.COL}, if they are not applied yet.
	Variant map[string]Value
}

// SubstitutionError says which ${...} could not be substituted. Unwrap tells why.
type SubstitutionError struct {
	Expr string // as written, braces and all
	Err  error
}

// Error names the expression first: it is what the author has to find.
func (e *SubstitutionError) Error() string { return fmt.Sprintf("substitute %s: %v", e.Expr, e.Err) }

// Unwrap returns the reason.
func (e *SubstitutionError) Unwrap() error { return e.Err }

// ErrTooLong is the reason of a SubstitutionError for a text over 256 MiB.
var ErrTooLong = errors.New("want a text of at most 256 MiB, got a longer one")

// Resolve substitutes deeply, in the keys of maps too. A scalar that is nothing but one ${...} takes the value's type;
// numbers are json.Number. The given value is not changed.
func Resolve(v Value, env Env) (Value, error) {
	r := resolver{env: env, left: maxText}
	return r.value(v, 0)
}

// ResolveText substitutes in a text: strings are inserted without quotes, other JSON values as their JSON.
func ResolveText(s string, env Env) (string, error) {
	parts, err := parseText(s, 0)
	if err != nil {
		return "", err
	}
	r := resolver{env: env, left: maxText}
	return r.text(parts)
}

// ResolveBytes substitutes in a raw text, the one place where ${hex:ff fe} may stand.
func ResolveBytes(s string, env Env) ([]byte, error) {
	parts, err := parseText(s, 0)
	if err != nil {
		return nil, err
	}
	r := resolver{env: env, left: maxText, raw: true}
	text, err := r.text(parts)
	return []byte(text), err
}

// ResolveJSON substitutes in JSON text. Inside a JSON string everything inserted is escaped (also TEXT of ${fill}, which
// is text and not JSON); outside a string captures and ${i} are inserted as the JSON that they are, ${dir} and ${words}
// as JSON strings, and ${fill} as it stands. What is written around them stays byte for byte. The result is not checked.
func ResolveJSON(s string, env Env) ([]byte, error) {
	parts, err := parseText(s, 0)
	if err != nil {
		return nil, err
	}
	r := resolver{env: env, left: maxText}
	return r.json(parts)
}

// Names lists the captures that s uses (initialize in ${initialize.request_id}), each once, in order. A name that is
// itself substituted is listed as its template (s${i}). A text that does not parse has none.
func Names(s string) []string {
	parts, err := parseText(s, 0)
	if err != nil {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	walkExprs(parts, func(e *textExpr) {
		if name, ok := e.capture(); ok && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	})
	return out
}

// textPart is a literal, or an expression if expr is set.
type textPart struct {
	lit  string
	expr *textExpr
}

// textExpr is one ${...}.
type textExpr struct {
	src  string // with its braces
	body []textPart
}

// capture returns the name that the expression captures, if it is a capture at all.
func (e *textExpr) capture() (string, bool) {
	body := strings.TrimSuffix(strings.TrimPrefix(e.src, "${"), "}")
	if body == "i" || body == "dir" || strings.HasPrefix(body, "variant.") || strings.HasPrefix(body, "fill:") ||
		strings.HasPrefix(body, "words:") || strings.HasPrefix(body, "hex:") {
		return "", false
	}
	depth := 0
	for i := 0; i < len(body); i++ {
		switch {
		case strings.HasPrefix(body[i:], "${"):
			depth++
		case body[i] == '}' && depth > 0:
			depth--
		case body[i] == '.' && depth == 0:
			return body[:i], true
		}
	}
	return body, true
}

// walkExprs visits every expression, outer before inner.
func walkExprs(parts []textPart, f func(*textExpr)) {
	for _, p := range parts {
		if p.expr != nil {
			f(p.expr)
			walkExprs(p.expr.body, f)
		}
	}
}

// parseText cuts a text into literals and expressions.
func parseText(s string, depth int) ([]textPart, error) {
	var parts []textPart
	for s != "" {
		at := strings.Index(s, "${")
		if at < 0 {
			return append(parts, textPart{lit: s}), nil
		}
		if at > 0 {
			parts = append(parts, textPart{lit: s[:at]})
		}
		end := closingBrace(s[at:])
		if end < 0 {
			return nil, &SubstitutionError{Expr: shorten(s[at:], 60), Err: errors.New("want a closing brace, got the end of the text")}
		}
		src := s[at : at+end+1]
		if depth >= maxBraces {
			return nil, &SubstitutionError{Expr: shorten(src, 60), Err: fmt.Errorf("want at most %d nested, got more", maxBraces)}
		}
		body, err := parseText(src[2:len(src)-1], depth+1)
		if err != nil {
			return nil, err
		}
		parts = append(parts, textPart{expr: &textExpr{src: src, body: body}})
		s = s[at+end+1:]
	}
	return parts, nil
}

// closingBrace returns the place of the brace that closes the ${ which s starts with, or -1.
func closingBrace(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '$' && i+1 < len(s) && s[i+1] == '{':
			depth++
			i++
		case s[i] == '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// resolver carries one substitution: its Env, and how many more bytes it may make.
type resolver struct {
	env  Env
	left int
	raw  bool // ${hex:..} is allowed
}

// spend takes n bytes off the budget.
func (r *resolver) spend(n int) error {
	if n < 0 || n > r.left {
		return ErrTooLong
	}
	r.left -= n
	return nil
}

// text renders parts as text.
func (r *resolver) text(parts []textPart) (string, error) {
	if len(parts) == 1 && parts[0].expr == nil {
		return parts[0].lit, nil
	}
	var b strings.Builder
	for _, p := range parts {
		if p.expr == nil {
			b.WriteString(p.lit)
			continue
		}
		v, err := r.eval(p.expr)
		if err != nil {
			return "", err
		}
		text, err := v.asText()
		if err == nil {
			err = r.spend(len(text))
		}
		if err != nil {
			return "", p.expr.wrap(err)
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// json renders parts as JSON text.
func (r *resolver) json(parts []textPart) ([]byte, error) {
	var out []byte
	var state stringState
	for _, p := range parts {
		if p.expr == nil {
			out = append(out, p.lit...)
			state.feed(p.lit)
			continue
		}
		v, err := r.eval(p.expr)
		if err != nil {
			return nil, err
		}
		before := len(out)
		if out, err = state.insert(out, v); err == nil {
			err = r.spend(len(out) - before)
		}
		if err != nil {
			return nil, p.expr.wrap(err)
		}
	}
	return out, nil
}

// stringState knows whether the next byte of a JSON text stands inside a string.
type stringState struct{ in, escaped bool }

// feed goes over more of the text.
func (s *stringState) feed(text string) {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case s.escaped:
			s.escaped = false
		case c == '\\' && s.in:
			s.escaped = true
		case c == '"':
			s.in = !s.in
		}
	}
}

// insert appends a value the way its place wants it.
func (s *stringState) insert(out []byte, v evaluated) ([]byte, error) {
	if s.in {
		text, err := v.asText()
		return appendEscaped(out, text), err
	}
	b, err := v.asJSON()
	if v.fill {
		s.feed(v.text)
	}
	return append(out, b...), err
}

// value resolves deeply.
func (r *resolver) value(v Value, depth int) (Value, error) {
	if depth > maxLevels {
		return nil, fmt.Errorf("want a value of at most %d levels, got a deeper one", maxLevels)
	}
	switch v := v.(type) {
	case string:
		return r.scalar(v, depth)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			var err error
			if out[i], err = r.value(e, depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		return r.object(v, depth)
	default:
		return v, nil
	}
}

// object resolves the keys and values of a map.
func (r *resolver) object(m map[string]any, depth int) (Value, error) {
	out := make(map[string]any, len(m))
	for k, e := range m {
		parts, err := parseText(k, 0)
		if err != nil {
			return nil, err
		}
		if k, err = r.text(parts); err != nil {
			return nil, err
		}
		if _, twice := out[k]; twice {
			return nil, fmt.Errorf("want keys that differ after substitution, got %q twice", k)
		}
		if out[k], err = r.value(e, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// scalar resolves a string, which takes the type of a ${...} that is all of it.
func (r *resolver) scalar(s string, depth int) (Value, error) {
	parts, err := parseText(s, 0)
	if err != nil {
		return nil, err
	}
	if len(parts) != 1 || parts[0].expr == nil {
		return r.text(parts)
	}
	e := parts[0].expr
	v, err := r.eval(e)
	switch {
	case err != nil:
		return nil, err
	case v.is:
		return r.value(v.any, depth+1)
	case v.json == nil:
		return v.text, e.wrap(r.spend(len(v.text)))
	}
	if err := r.spend(len(v.json)); err != nil {
		return nil, e.wrap(err)
	}
	out, err := decodeValue(v.json)
	return out, e.wrap(err)
}
