// Package release orders the releases of SDKs by their numbers, as PyPI, npm and crates.io write them.
//
// It does not say which texts are numbers: who takes one from a user or from a registry checks that first.
package release

import (
	"cmp"
	"strings"
)

// Compare orders versions as their publishers mean them: numbers by value, a missing number is zero, a pre-release (1.0-beta.2, 1.0rc1,
// 1.0.dev3) before its release, a post release after it. What follows a + is no part of the order. It returns -1, 0 or 1.
func Compare(a, b string) int {
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
