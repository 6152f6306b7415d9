package deviations

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
)

// Range is a range of versions: "*", a version, or bounds that must all hold, such as ">=0.2.180 <0.3". The zero Range holds nothing.
type Range struct {
	text   string
	any    bool
	bounds []bound
}

type bound struct {
	op      string
	version string
}

// operators are those of a bound, the longer first.
func operators() []string { return []string{">=", "<=", "!=", ">", "<", "="} }

// ParseRange reads a range.
func ParseRange(s string) (Range, error) {
	r := Range{text: s}
	words := strings.Fields(strings.ReplaceAll(s, ",", " "))
	if len(words) == 1 && words[0] == "*" {
		r.any = true
		return r, nil
	}
	for i := 0; i < len(words); i++ {
		b := bound{op: "=", version: words[i]}
		for _, op := range operators() {
			if rest, ok := strings.CutPrefix(words[i], op); ok {
				b = bound{op: op, version: rest}
				break
			}
		}
		if b.version == "" && i+1 < len(words) { // ">= 0.2"
			i++
			b.version = words[i]
		}
		if !isVersion(b.version) {
			return Range{}, fmt.Errorf("%q is no range of versions: want \"*\", a version, or bounds like \">=0.2.180 <0.3\"", s)
		}
		r.bounds = append(r.bounds, b)
	}
	if len(r.bounds) == 0 {
		return Range{}, fmt.Errorf("an empty range of versions: want \"*\", a version, or bounds like \">=0.2.180 <0.3\"")
	}
	return r, nil
}

// isVersion wants a number first.
func isVersion(s string) bool {
	s = strings.TrimPrefix(s, "v")
	return s != "" && s[0] >= '0' && s[0] <= '9' && strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsDigit(r) && !unicode.IsLetter(r) && !strings.ContainsRune(".-+_", r)
	}) < 0
}

// String returns the range as written.
func (r Range) String() string { return r.text }

// Holds tells whether a version lies in the range.
func (r Range) Holds(version string) bool {
	if r.any {
		return true
	}
	for _, b := range r.bounds {
		if !b.holds(CompareVersions(version, b.version)) {
			return false
		}
	}
	return len(r.bounds) > 0
}

func (b bound) holds(order int) bool {
	switch b.op {
	case ">=":
		return order >= 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case "<":
		return order < 0
	case "!=":
		return order != 0
	}
	return order == 0
}

// CompareVersions orders versions as their publishers mean them: numbers by value, a missing number is zero, a pre-release (1.0-beta.2, 1.0rc1,
// 1.0.dev3) before its release, a post release after it. What follows a + is no part of the order. It returns -1, 0 or 1.
func CompareVersions(a, b string) int {
	x, y := split(a), split(b)
	for i := range max(len(x), len(y)) {
		if c := comparePart(part(x, i), part(y, i)); c != 0 {
			return c
		}
	}
	return 0
}

func part(parts []string, i int) string {
	if i < len(parts) {
		return parts[i]
	}
	return ""
}

// split cuts a version at its separators and where letters and digits meet.
func split(v string) []string {
	v, _, _ = strings.Cut(strings.TrimPrefix(strings.ToLower(v), "v"), "+")
	var parts []string
	start := 0
	flush := func(end int) {
		if end > start {
			parts = append(parts, v[start:end])
		}
	}
	for i := 0; i < len(v); i++ {
		switch {
		case strings.IndexByte(".-_", v[i]) >= 0:
			flush(i)
			start = i + 1
		case i > start && isDigit(v[i]) != isDigit(v[i-1]):
			flush(i)
			start = i
		}
	}
	flush(len(v))
	return parts
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// comparePart orders: pre-release words, nothing (which is zero), numbers above zero, post.
func comparePart(a, b string) int {
	if c := cmp.Compare(weight(a), weight(b)); c != 0 {
		return c
	}
	if weight(a) == zero {
		return 0
	}
	if isNumber(a) && isNumber(b) {
		a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
		if c := cmp.Compare(len(a), len(b)); c != 0 {
			return c
		}
	}
	return cmp.Compare(a, b)
}

func isNumber(s string) bool { return s != "" && isDigit(s[0]) }

// The weights of the parts of a version.
const (
	dev    = iota // before alpha
	pre           // alpha, b, rc
	zero          // nothing is zero
	number        // and post
)

func weight(s string) int {
	switch {
	case s == "" || isNumber(s) && strings.Trim(s, "0") == "":
		return zero
	case isNumber(s) || s == "post":
		return number
	case s == "dev":
		return dev
	}
	return pre
}
