package scenarios

import (
	"bytes"
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// EqualJSON reports deep equality of two JSON documents: numbers by their exact value (1e3 is 1000, -0 is 0), strings by
// code point, objects without order and with the last of repeated keys, as parsers take it. What is no JSON equals
// nothing.
func EqualJSON(a, b []byte) bool {
	return validJSON(a) && validJSON(b) && equalRaw(trimJSON(a), trimJSON(b))
}

// equalRaw is EqualJSON on what is known to be JSON.
func equalRaw(a, b []byte) bool {
	return bytes.Equal(a, b) || equalResults(gjson.ParseBytes(a), gjson.ParseBytes(b))
}

func equalResults(a, b gjson.Result) bool {
	if a.Type != b.Type {
		return false
	}
	switch a.Type {
	case gjson.String:
		return a.Raw == b.Raw || unquoteJSON([]byte(a.Raw)) == unquoteJSON([]byte(b.Raw))
	case gjson.Number:
		return parseDecimal(a.Raw).cmp(parseDecimal(b.Raw)) == 0
	case gjson.JSON:
		if a.IsArray() || b.IsArray() {
			return a.IsArray() && b.IsArray() && equalLists(a.Array(), b.Array())
		}
		return equalMembers(members(a), members(b))
	}
	return true
}

func equalLists(a, b []gjson.Result) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !equalResults(a[i], b[i]) {
			return false
		}
	}
	return true
}

func equalMembers(a, b map[string]gjson.Result) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if w, ok := b[k]; !ok || !equalResults(v, w) {
			return false
		}
	}
	return true
}

// members returns the keys of an object; the last of repeated ones counts.
func members(object gjson.Result) map[string]gjson.Result {
	out := map[string]gjson.Result{}
	object.ForEach(func(k, v gjson.Result) bool {
		out[unquoteJSON([]byte(k.Raw))] = v
		return true
	})
	return out
}

// decimal is a number as 0.DIGITS times ten to the power of exp: exact, and never expanded, since 1e999999999 is nine
// bytes in a frame and a gigabyte as an integer.
type decimal struct {
	negative bool
	digits   string // without zeros at either end; empty: zero
	exp      int64
}

// parseDecimal reads a JSON number. Exponents beyond what fits are cut to the largest: no two that a peer would mean to
// differ are equal then.
func parseDecimal(s string) decimal {
	var d decimal
	if s, d.negative = strings.CutPrefix(s, "-"); s == "" {
		return decimal{}
	}
	mantissa, exponent, _ := strings.Cut(strings.ReplaceAll(s, "E", "e"), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	d.exp = parseExponent(exponent) + int64(len(whole))
	digits := whole + fraction
	d.digits = strings.TrimLeft(digits, "0")
	d.exp -= int64(len(digits) - len(d.digits))
	if d.digits = strings.TrimRight(d.digits, "0"); d.digits == "" {
		return decimal{}
	}
	return d
}

func parseExponent(s string) int64 {
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err == nil && n > -math.MaxInt64/4 && n < math.MaxInt64/4 {
		return n
	}
	if s[0] == '-' {
		return -math.MaxInt64 / 4
	}
	return math.MaxInt64 / 4
}

// cmp orders two numbers.
func (d decimal) cmp(e decimal) int {
	if c := cmp.Compare(d.sign(), e.sign()); c != 0 || d.digits == "" {
		return c
	}
	c := cmp.Or(cmp.Compare(d.exp, e.exp), strings.Compare(d.digits, e.digits))
	if d.negative {
		return -c
	}
	return c
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// ContradictsJSON finds the first place where a yielded document contradicts the written one (law 2): a field that
// is absent or null on either side does not, a list of blocks may lack members, a further field says nothing. Numbers
// are equal also if they are the same double, and lone surrogates equal U+FFFD: those die on the way through an adapter.
// Documents that are no JSON contradict each other unless they are the same bytes.
func ContradictsJSON(written, yielded []byte) (path, want, got string, bad bool) {
	if !validJSON(written) || !validJSON(yielded) {
		return "", string(written), string(yielded), !bytes.Equal(written, yielded)
	}
	if c := contradict("", gjson.ParseBytes(written), gjson.ParseBytes(yielded)); c != nil {
		return c.path, c.want, c.got, true
	}
	return "", "", "", false
}

// contradiction is a place where two documents differ.
type contradiction struct{ path, want, got string }

func contradict(path string, w, y gjson.Result) *contradiction {
	if isNull(w) || isNull(y) {
		return nil
	}
	differ := &contradiction{path: path, want: w.Raw, got: y.Raw}
	switch {
	case path == "message.content" && w.Type != y.Type, path == "message.content" && w.IsArray() != y.IsArray():
		return contradictContent(w, y)
	case w.Type != y.Type || w.IsArray() != y.IsArray():
		return differ
	case w.Type == gjson.String && !sameText(w.Raw, y.Raw):
		return differ
	case w.Type == gjson.Number && !sameNumber(w, y):
		return differ
	case w.IsArray():
		return contradictLists(path, w.Array(), y.Array())
	case w.IsObject():
		return contradictObjects(path, w, y)
	}
	return nil
}

func isNull(r gjson.Result) bool { return !r.Exists() || r.Type == gjson.Null }

// contradictContent compares a text with blocks: an SDK may show one as the other.
func contradictContent(w, y gjson.Result) *contradiction {
	if sameText(string(contentText(w)), string(contentText(y))) {
		return nil
	}
	return &contradiction{path: "message.content", want: w.Raw, got: y.Raw}
}

func contentText(r gjson.Result) []byte {
	if r.IsArray() {
		return blocksText(r)
	}
	return []byte(r.Raw)
}

func sameText(w, y string) bool {
	if w == y {
		return true
	}
	if w == "" || y == "" || w[0] != '"' || y[0] != '"' {
		return false
	}
	a, b := unquoteJSON([]byte(w)), unquoteJSON([]byte(y))
	return a == b || replaceSurrogates(a) == replaceSurrogates(b)
}

// replaceSurrogates puts one U+FFFD for each lone surrogate.
func replaceSurrogates(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if i+2 < len(s) && s[i] == 0xed && s[i+1] >= 0xa0 {
			b.WriteRune('\uFFFD')
			i += 3
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

func sameNumber(w, y gjson.Result) bool {
	return w.Raw == y.Raw || parseDecimal(w.Raw).cmp(parseDecimal(y.Raw)) == 0 || w.Num == y.Num
}

func contradictObjects(path string, w, y gjson.Result) (found *contradiction) {
	written := members(w)
	y.ForEach(func(k, v gjson.Result) bool {
		key := unquoteJSON([]byte(k.Raw))
		if other, ok := written[key]; ok {
			found = contradict(joinPath(path, key), other, v)
		}
		return found == nil
	})
	return found
}

func joinPath(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// contradictLists compares lists: of blocks the yielded ones must come in the written order, others must be the same.
func contradictLists(path string, w, y []gjson.Result) *contradiction {
	if len(w) == 0 || !w[0].IsObject() {
		return contradictPlain(path, w, y)
	}
	at := 0
	for i, block := range y {
		var first *contradiction
		found := false
		for ; at < len(w) && !found; at++ {
			c := contradict(joinPath(path, strconv.Itoa(i)), w[at], block)
			if found = c == nil; first == nil {
				first = c
			}
		}
		if !found && first != nil {
			return first
		}
		if !found {
			return &contradiction{path: joinPath(path, strconv.Itoa(i)), want: "absent", got: block.Raw}
		}
	}
	return nil
}

func contradictPlain(path string, w, y []gjson.Result) *contradiction {
	for i := range max(len(w), len(y)) {
		at := joinPath(path, strconv.Itoa(i))
		switch {
		case i >= len(y):
			return &contradiction{path: at, want: w[i].Raw, got: "absent"}
		case i >= len(w):
			return &contradiction{path: at, want: "absent", got: y[i].Raw}
		}
		if c := contradict(at, w[i], y[i]); c != nil {
			return c
		}
	}
	return nil
}
