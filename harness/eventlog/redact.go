package eventlog

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// The bounds of the texts in a log, in bytes. A scenario may move 100 MB; its record must stay something that an editor opens.
const (
	MaxText  = 4 << 10  // a sentence, a note, a row
	MaxValue = 16 << 10 // what was wanted and what came
	MaxTrace = 8 << 10  // one line of the wire
	MaxItems = 1000     // rows, notes, features
)

// Redacted stands where a secret was.
const Redacted = "[redacted]"

// minSecret is the shortest value of a variable that counts as a secret: shorter ones are words that occur by chance.
const minSecret = 8

// secretName are the ends of the names of variables that hold secrets.
const secretName = `_(?:KEY|TOKEN|SECRET|PASSWORD)`

// Cleaner makes texts fit for a log: secrets redacted, invalid UTF-8 made printable, length bounded. It is safe for concurrent use; the
// zero Cleaner knows the patterns of secrets but no values.
type Cleaner struct {
	values *strings.Replacer // the values of secret variables
	names  *regexp.Regexp
}

// NewCleaner returns a Cleaner that also knows the values of variables (NAME=VALUE, as os.Environ gives them) whose name ends like a
// secret's: _KEY, _TOKEN, _SECRET, _PASSWORD.
func NewCleaner(environ []string) *Cleaner {
	isSecret := regexp.MustCompile(`(?i)` + secretName + `$`)
	var values []string
	for _, kv := range environ {
		name, value, ok := strings.Cut(kv, "=")
		if !ok || len(value) < minSecret || !isSecret.MatchString(name) {
			continue
		}
		values = append(values, value)
		if quoted, err := json.Marshal(value); err == nil {
			values = append(values, strings.Trim(string(quoted), `"`)) // as it stands in a line of the wire
		}
	}
	c := &Cleaner{names: regexp.MustCompile(
		`sk-ant-[\w-]{4,}|(?i:\bbearer)[ \t]+[\w.~+/=-]{8,}|(\b\w*` + secretName + `["']?\s*[:=]\s*["']?)([^\s"',}]{4,})`)}
	if len(values) > 0 {
		slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) }) // a secret may hold another
		pairs := make([]string, 0, 2*len(values))
		for _, v := range slices.Compact(values) {
			pairs = append(pairs, v, Redacted)
		}
		c.values = strings.NewReplacer(pairs...)
	}
	return c
}

// Text cleans one text and bounds it to limit bytes.
func (c *Cleaner) Text(s string, limit int) string {
	const slack = 4 << 10 // a secret at the bound must not lose the end by which it is known
	whole := len(s)
	if whole > limit+slack {
		s = s[:limit+slack]
	}
	if c != nil {
		s = c.redact(s)
	}
	s = printable(s)
	if len(s) <= limit {
		if whole > limit+slack {
			return s + fmt.Sprintf("… (%d bytes)", whole)
		}
		return s
	}
	end := limit
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + fmt.Sprintf("… (%d bytes)", whole)
}

func (c *Cleaner) redact(s string) string {
	if c.values != nil {
		s = c.values.Replace(s)
	}
	if c.names == nil || !suspicious(s) {
		return s
	}
	return c.names.ReplaceAllString(s, "${1}"+Redacted)
}

// suspicious spares the texts without any sign of a secret the slow search.
func suspicious(s string) bool {
	for _, sign := range []string{"sk-ant-", "earer", "EARER", "_KEY", "_TOKEN", "_SECRET", "_PASSWORD"} {
		if strings.Contains(s, sign) {
			return true
		}
	}
	return false
}

// printable returns s with each byte that is no UTF-8 written as \xNN, so that nothing is lost and nothing is invented.
func printable(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[0])
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}
