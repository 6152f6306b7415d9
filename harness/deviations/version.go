package deviations

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/wiretrial/wiretrial/internal/release"
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
		if !b.holds(release.Compare(version, b.version)) {
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
