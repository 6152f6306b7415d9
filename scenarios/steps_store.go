package scenarios

import (
	"path"
	"slices"
	"strings"
)

// methodsArg reads a list of methods of a session store.
func methodsArg(d *decoder, n *node) Value {
	if n.shape != list || len(n.items) == 0 {
		d.bad(n, "a list of "+join(StoreMethods()))
		return []any{}
	}
	out := []any{}
	for _, item := range n.items {
		out = append(out, d.choice(item, StoreMethods()))
	}
	return out
}

// transcriptArg reads SESSION_ID, or SESSION_ID/SUBPATH of what belongs to one, as a subagent's transcript.
func (d *decoder) transcriptArg(n *node) Value {
	s, ok := n.text()
	if !ok || s == "" || strings.HasPrefix(s, "/") || strings.HasSuffix(s, "/") {
		d.bad(n, "SESSION_ID or SESSION_ID/SUBPATH")
		return ""
	}
	return s
}

// globArg reads a pattern of paths below the directory that CLAUDE_CONFIG_DIR names.
func (d *decoder) globArg(n *node) Value {
	s, ok := n.text()
	if !ok || !insidePattern(s) {
		d.bad(n, "a path below CLAUDE_CONFIG_DIR, where * stands for one part, as projects/*/x.jsonl")
		return ""
	}
	return s
}

// insidePattern tells patterns that stay in their directory.
func insidePattern(s string) bool {
	_, err := path.Match(s, "")
	return s != "" && err == nil && !path.IsAbs(s) && !strings.Contains(s, "\\") && !slices.Contains(strings.Split(s, "/"), "..")
}

// files reads what lies in the run's directory before the first step.
func (d *decoder) files(n *node) map[string]string {
	if n = d.fill.node(n); n == nil {
		return nil
	}
	if n.shape != object {
		d.odd(n, "files", "a map from path to text")
		return nil
	}
	out := make(map[string]string, len(n.keys))
	for _, e := range n.keys {
		s, ok := e.val.text()
		if !ok || !insidePattern(e.key) || strings.ContainsAny(e.key, "*?[") {
			d.odd(e.val, "files."+clip(e.key), "a path below the run's directory, and a text")
		}
		out[e.key] = s
	}
	return out
}
