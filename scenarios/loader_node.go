package scenarios

import (
	"encoding/json"
	"fmt"
	"strings"
)

// shape is the form of a node.
type shape int

const (
	scalar shape = iota
	list
	object
)

// node is one YAML value of the subset, with its place.
type node struct {
	pos   Pos
	shape shape
	value Value // of a scalar: nil, bool, json.Number or string
	bare  bool  // a scalar that is not written at all, as in "sdk.start:"
	keys  []entry
	items []*node
	holds bool // a ${variant. stands somewhere in it
	odd   bool // the subset refuses it, which is reported: what follows from that is not
}

// entry is one key of an object.
type entry struct {
	key string
	pos Pos
	val *node
}

// get returns the value of a key, or nil.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.keys {
		if e.key == key {
			return e.val
		}
	}
	return nil
}

// text returns the string that a scalar is.
func (n *node) text() (string, bool) {
	if n == nil || n.shape != scalar {
		return "", false
	}
	s, ok := n.value.(string)
	return s, ok
}

// plain returns the node as a Value.
func (n *node) plain() Value {
	if n == nil {
		return nil
	}
	switch n.shape {
	case list:
		out := make([]any, len(n.items))
		for i, item := range n.items {
			out[i] = item.plain()
		}
		return out
	case object:
		out := make(map[string]any, len(n.keys))
		for _, e := range n.keys {
			out[e.key] = e.val.plain()
		}
		return out
	}
	return n.value
}

// what describes the node in an error message.
func (n *node) what() string {
	switch {
	case n == nil || n.bare:
		return "nothing"
	case n.shape == list && len(n.items) == 0:
		return "an empty list"
	case n.shape == list:
		return "a list"
	case n.shape == object && len(n.keys) == 0:
		return "an empty map"
	case n.shape == object:
		return "a map"
	}
	switch v := n.value.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprintf("%t", v)
	case json.Number:
		return "the number " + clip(v.String())
	case string:
		return fmt.Sprintf("%q", clip(v))
	}
	return "a scalar"
}

// clip shortens a text for a message.
func clip(s string) string {
	const limit = 60
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}

// join lists names for a message.
func join(names []string) string { return strings.Join(names, ", ") }
