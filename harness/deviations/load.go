package deviations

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/scenarios"
)

// MaxSource bounds a file of deviations, in bytes.
const MaxSource = 1 << 20

// Selector finds the cases that a pattern names; scenarios.Catalogue is one.
type Selector interface {
	Select(patterns []string) ([]scenarios.Case, error)
}

// Load reads a file of deviations. name appears in positions; cat says which ids exist, extra names ids that are no scenario's. It is strict and
// reports all that is wrong at once: the error is of type Problems. An id that nothing has is no fault of the file by itself, since
// scenarios may go: the entry is Stale.
func Load(name string, src []byte, cat Selector, extra ...string) (*Set, error) {
	l := &loader{file: name, src: src, cat: cat, extra: extra, set: &Set{File: name, Digest: digest(src)}}
	root, err := l.document()
	if err != nil {
		return nil, err
	}
	l.top(root)
	if len(l.found) > 0 {
		return nil, l.found
	}
	return l.set, nil
}

func digest(src []byte) string {
	sum := sha256.Sum256(src)
	return hex.EncodeToString(sum[:12])
}

type loader struct {
	file  string
	src   []byte
	cat   Selector
	extra []string
	set   *Set
	found Problems
}

func (l *loader) at(n *yaml.Node) scenarios.Pos {
	return scenarios.Pos{File: l.file, Line: n.Line, Col: n.Column}
}

func (l *loader) bad(n *yaml.Node, format string, args ...any) {
	l.found = append(l.found, Problem{Pos: l.at(n), Message: fmt.Sprintf(format, args...)})
}

// document parses the one YAML document.
func (l *loader) document() (*yaml.Node, error) {
	fail := func(line int, format string, args ...any) error {
		return Problems{{Pos: scenarios.Pos{File: l.file, Line: line, Col: 1}, Message: fmt.Sprintf(format, args...)}}
	}
	if len(l.src) > MaxSource {
		return nil, fail(1, "the file has %d bytes; want at most %d", len(l.src), MaxSource)
	}
	dec := yaml.NewDecoder(bytes.NewReader(l.src))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, nil // an empty file records nothing
	} else if err != nil {
		return nil, fail(lineOf(err), "no YAML: %v", err)
	}
	if err := dec.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, fail(1, "want one document, got more")
	}
	return doc.Content[0], nil
}

// lineOf finds the line in what the YAML reader says.
func lineOf(err error) int {
	if m := regexp.MustCompile(`line (\d+)`).FindStringSubmatch(err.Error()); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			return n
		}
	}
	return 1
}

func (l *loader) top(root *yaml.Node) {
	if root == nil || root.Tag == "!!null" {
		return
	}
	l.each(root, []string{"features", "known"}, func(key string, v *yaml.Node) {
		switch key {
		case "features":
			l.features(v)
		case "known":
			if v.Tag == "!!null" { // a list that became empty
				return
			}
			for _, item := range l.list(v) {
				l.entry(item)
			}
		}
	})
}

// each walks over a map with a closed set of keys.
func (l *loader) each(n *yaml.Node, keys []string, visit func(string, *yaml.Node)) {
	if n.Kind != yaml.MappingNode || n.Anchor != "" {
		l.bad(n, "want a map with the keys %s", strings.Join(keys, ", "))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case !slices.Contains(keys, k.Value):
			l.bad(k, "unknown key %q%s", k.Value, meant(k.Value, keys))
		case seen[k.Value]:
			l.bad(k, "the key %s stands here twice", k.Value)
		case v.Kind == yaml.AliasNode || v.Anchor != "":
			l.bad(v, "anchors and aliases are not allowed")
		default:
			seen[k.Value] = true
			visit(k.Value, v)
		}
	}
}

func meant(word string, known []string) string {
	near := scenarios.Nearest(word, known, 3)
	if len(near) == 0 {
		return "; want one of " + strings.Join(known, ", ")
	}
	return "; did you mean " + strings.Join(near, " or ") + "?"
}

func (l *loader) list(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		l.bad(n, "want a list")
		return nil
	}
	return n.Content
}

func (l *loader) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
		l.bad(n, "want a text")
		return ""
	}
	return strings.TrimSpace(n.Value)
}

// oneOf is a text of a closed set.
func (l *loader) oneOf(n *yaml.Node, what string, known []string) string {
	s := l.text(n)
	if s != "" && !slices.Contains(known, s) {
		l.bad(n, "unknown %s %q%s", what, s, meant(s, known))
	}
	return s
}

func (l *loader) features(n *yaml.Node) {
	l.set.Features = []string{}
	for _, item := range l.list(n) {
		f := l.oneOf(item, "feature", contract.Features())
		if slices.Contains(l.set.Features, f) {
			l.bad(item, "the feature %s stands here twice", f)
		}
		l.set.Features = append(l.set.Features, f)
	}
}

func entryKeys() []string {
	return []string{"id", "versions", "check", "kind", "class", "reason", "code", "issue", "unreported", "expires"}
}

func (l *loader) entry(n *yaml.Node) {
	e := Entry{Pos: l.at(n), LastLine: l.lastLine(n)}
	e.source = strings.Split(string(l.src), "\n")[n.Line-1 : e.LastLine]
	before := len(l.found)
	has := map[string]bool{}
	l.each(n, entryKeys(), func(key string, v *yaml.Node) {
		has[key] = true
		l.value(&e, key, v)
	})
	if n.Kind == yaml.MappingNode {
		for _, key := range []string{"id", "versions", "check", "reason"} {
			if !has[key] {
				l.bad(n, "the key %s is missing", key)
			}
		}
		if has["issue"] == has["unreported"] {
			l.bad(n, "want either issue (where it was reported) or unreported (why it was not)")
		}
	}
	if len(l.found) == before {
		l.set.Known = append(l.set.Known, e)
	}
}

func (l *loader) value(e *Entry, key string, v *yaml.Node) {
	switch key {
	case "id":
		e.ID = l.text(v)
		l.resolve(e)
	case "versions":
		r, err := ParseRange(l.text(v))
		if err != nil && v.Value != "" {
			l.bad(v, "%v", err)
		}
		e.Versions = r
	case "check":
		e.Check = l.oneOf(v, "check", engine.Checks())
	case "kind":
		e.Kind = l.oneOf(v, "kind", scenarios.FailureKinds())
	case "class":
		e.Class = l.oneOf(v, "class", classes())
	case "reason":
		e.Reason = l.text(v)
	case "code":
		e.Code = l.text(v)
	case "issue":
		e.Issue = l.text(v)
	case "unreported":
		if e.Unreported = l.text(v); e.Unreported == "false" {
			l.bad(v, "unreported says why it was not reported; false says nothing")
		}
	case "expires":
		e.Expires = l.date(v)
	}
}

func classes() []string {
	var out []string
	for _, c := range protocol.Classes() {
		out = append(out, string(c))
	}
	return out
}

func (l *loader) date(n *yaml.Node) time.Time {
	t, err := time.Parse(time.DateOnly, n.Value)
	if err != nil {
		l.bad(n, "want a date like 2027-01-31, got %q", n.Value)
	}
	return t
}

// resolve finds the cases that the entry names.
func (l *loader) resolve(e *Entry) {
	e.cases = map[string]bool{}
	if slices.Contains(l.extra, e.ID) {
		e.cases[e.ID] = true
		return
	}
	cases, err := l.cat.Select([]string{e.ID})
	var unknown *scenarios.UnknownError
	if errors.As(err, &unknown) {
		e.near = unknown.Near
	}
	for i := range cases {
		e.cases[cases[i].ID] = true
	}
}

// lastLine is the last line of a list's item: all that follows and is indented deeper than its dash.
func (l *loader) lastLine(n *yaml.Node) int {
	lines := strings.Split(string(l.src), "\n")
	last := n.Line
	for i := n.Line; i < len(lines); i++ { // lines[i] is line i+1
		trimmed := strings.TrimLeft(lines[i], " ")
		if trimmed == "" {
			continue
		}
		if len(lines[i])-len(trimmed) < n.Column-1 {
			break
		}
		last = i + 1
	}
	return last
}
