package scenarios

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Limits of a file. A scenario is a page of text: whatever is larger is an accident or an attack.
const (
	MaxSource = 1 << 20 // bytes of a file
	maxNodes  = 50_000  // values of a file
	maxDepth  = 32      // lists and maps within each other
)

// variantMark is what a node that needs a row of the variants contains.
const variantMark = "${variant."

// parser turns the text of a file into nodes and enforces the subset of YAML.
type parser struct {
	file  string
	rep   *report
	nodes int
}

// parse returns the file's top map, or nil if there is none to work on; the report then says why.
func parse(file string, src []byte, rep *report) *node {
	p := &parser{file: file, rep: rep}
	if !p.sound(src) {
		return nil
	}
	doc, err := p.document(src)
	if err != nil {
		p.syntax(err)
		return nil
	}
	if doc == nil || len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		rep.add(Pos{file, 1, 1}, RuleDocument, "a scenario file is one map of keys like title, level and steps")
		return nil
	}
	top := p.node(doc.Content[0], 0)
	if p.nodes > maxNodes || rep.full() {
		return nil // the rest was not read: what it lacks is no fault
	}
	return top
}

// sound checks what the YAML reader would report without a position.
func (p *parser) sound(src []byte) bool {
	if len(src) > MaxSource {
		p.rep.add(Pos{p.file, 1, 1}, RuleSize, "the file has %d bytes; a scenario may have %d", len(src), MaxSource)
		return false
	}
	if utf8.Valid(src) {
		return true
	}
	line, col := 1, 1
	for rest := src; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			p.rep.add(Pos{p.file, line, col}, RuleUTF8, "byte 0x%02x is no UTF-8; bad bytes on the wire are ${hex:ff fe}", rest[0])
			return false
		}
		if col++; r == '\n' {
			line, col = line+1, 1
		}
		rest = rest[n:]
	}
	return true
}

// document reads the only document of the text.
func (p *parser) document(src []byte) (doc *yaml.Node, err error) {
	// The reader of YAML reports by panic inside and recovers its own kinds only: a fault of its own must not end a run.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the reader of YAML failed: %v", r)
		}
	}()
	in := yaml.NewDecoder(bytes.NewReader(src))
	doc = new(yaml.Node)
	if err := in.Decode(doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, err
	}
	var more yaml.Node
	switch err := in.Decode(&more); {
	case errors.Is(err, io.EOF):
		return doc, nil
	case err != nil:
		return nil, err
	}
	p.rep.add(Pos{p.file, more.Line, 1}, RuleDocument, "a second document; a scenario file holds one")
	return doc, nil
}

var yamlLine = newForm(`^yaml: (?:line (\d+): )?`)

// syntax reports an error of the YAML reader, which names a line at best.
func (p *parser) syntax(err error) {
	text, line := err.Error(), 1
	if m := yamlLine().FindStringSubmatch(text); m != nil {
		text = text[len(m[0]):]
		if n, convErr := strconv.Atoi(m[1]); convErr == nil {
			line = n
		}
	}
	p.rep.add(Pos{p.file, line, 1}, RuleSyntax, "not YAML: %s", text)
}

// node converts one value. It returns a stand-in for what the subset refuses, so that the rest can still be checked.
func (p *parser) node(in *yaml.Node, depth int) *node {
	out := &node{pos: Pos{p.file, in.Line, in.Column}, bare: true}
	if p.nodes++; p.nodes > maxNodes || depth > maxDepth {
		p.rep.add(out.pos, RuleLimit, "a scenario may hold %d values, nested %d deep", maxNodes, maxDepth)
		return out
	}
	out.odd = p.dress(in, out.pos)
	switch in.Kind {
	case yaml.SequenceNode:
		p.list(in, out, depth)
	case yaml.MappingNode:
		p.object(in, out, depth)
	case yaml.ScalarNode:
		p.scalar(in, out)
	}
	return out
}

// dress refuses anchors, aliases, tags and folding.
func (p *parser) dress(in *yaml.Node, pos Pos) (odd bool) {
	switch {
	case in.Kind == yaml.AliasNode:
		p.rep.add(pos, RuleAnchor, "alias *%s; write the value out, there are no anchors", clip(in.Value))
	case in.Anchor != "":
		p.rep.add(pos, RuleAnchor, "anchor &%s; write the value out, there are no anchors", clip(in.Anchor))
	case in.Style&yaml.TaggedStyle != 0:
		p.rep.add(pos, RuleTag, "tag %s; values have no tags, quote a text that looks like a number", clip(in.Tag))
	case in.Style&yaml.FoldedStyle != 0:
		p.rep.add(pos, RuleFolded, "folded scalar; write | and keep each line feed, or quote the text")
	default:
		return false
	}
	return true
}

func (p *parser) list(in *yaml.Node, out *node, depth int) {
	out.shape, out.bare = list, false
	for _, item := range in.Content {
		if p.rep.full() || p.nodes > maxNodes {
			return
		}
		child := p.node(item, depth+1)
		out.items = append(out.items, child)
		out.holds = out.holds || child.holds
	}
}

func (p *parser) object(in *yaml.Node, out *node, depth int) {
	out.shape, out.bare = object, false
	seen := make(map[string]Pos, len(in.Content)/2)
	for i := 0; i+1 < len(in.Content); i += 2 {
		if p.rep.full() || p.nodes > maxNodes {
			return
		}
		key, pos := in.Content[i], Pos{p.file, in.Content[i].Line, in.Content[i].Column}
		if !p.key(key, pos, seen) {
			continue
		}
		child := p.node(in.Content[i+1], depth+1)
		out.keys = append(out.keys, entry{key.Value, pos, child})
		out.holds = out.holds || child.holds || strings.Contains(key.Value, variantMark)
	}
}

// key checks the key of a map and remembers where it stands.
func (p *parser) key(key *yaml.Node, pos Pos, seen map[string]Pos) bool {
	p.nodes++
	p.dress(key, pos)
	tag := key.ShortTag()
	switch plain := key.Kind == yaml.ScalarNode && unquoted(key); {
	case plain && tag == "!!merge":
		p.rep.add(pos, RuleMerge, "merge key <<; write the keys out")
		return false
	case key.Kind != yaml.ScalarNode, plain && (tag == "!!null" || tag == "!!bool"):
		p.rep.add(pos, RuleKey, "a key is a text; quote it if it is a word like null")
		return false
	}
	if first, twice := seen[key.Value]; twice {
		p.rep.add(pos, RuleDuplicate, "key %q again; it stands in line %d already", clip(key.Value), first.Line)
		return false
	}
	seen[key.Value] = pos
	return true
}

func unquoted(n *yaml.Node) bool {
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

func (p *parser) scalar(in *yaml.Node, out *node) {
	out.value, out.bare = in.Value, false
	out.holds = strings.Contains(in.Value, variantMark)
	if !unquoted(in) || in.Style&yaml.TaggedStyle != 0 {
		return
	}
	switch in.Value {
	case "":
		out.value, out.bare = nil, true
		return
	case "null":
		out.value = nil
		return
	case "true", "false":
		out.value = in.Value == "true"
		return
	}
	if len(in.Value) < 400 && isNumber(in.Value) {
		out.value = json.Number(in.Value)
		return
	}
	switch in.ShortTag() {
	case "!!null", "!!bool":
		out.odd = true
		p.rep.add(out.pos, RuleWord, "the word %s; only true, false and null have a meaning: use them or quote it", in.Value)
	case "!!int", "!!float":
		out.odd = true
		p.rep.add(out.pos, RuleNumber, "%s is no number of JSON; write it as JSON does or quote it", clip(in.Value))
	}
}

// isNumber tells whether s is a number by JSON's grammar.
func isNumber(s string) bool {
	if s == "" || s[0] != '-' && (s[0] < '0' || s[0] > '9') {
		return false
	}
	last := s[len(s)-1]
	return last >= '0' && last <= '9' && json.Valid([]byte(s))
}
