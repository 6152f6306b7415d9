package scenarios

import (
	"slices"
	"strings"
)

// host reads what describes the adapter's process.
func (d *decoder) host(n *node) Host {
	var h Host
	if n = d.fill.node(n); n == nil {
		return h
	}
	if n.shape != object {
		d.odd(n, "host", "a map of env and locale")
		return h
	}
	d.fileKeys(n, "host", "env", "locale")
	h.Locale, _ = d.fileText(n.get("locale"), "locale")
	env := n.get("env")
	if env == nil {
		return h
	}
	if env.shape != object {
		d.odd(env, "env", "a map from name to text")
		return h
	}
	h.Env = make(map[string]string, len(env.keys))
	for _, e := range env.keys {
		s, ok := e.val.text()
		if !ok || strings.ContainsAny(e.key, "=\x00") || e.key == "" || strings.ContainsRune(s, 0) {
			d.odd(e.val, "env."+clip(e.key), "a text (quoted, if it looks like a number)")
		}
		h.Env[e.key] = s
	}
	return h
}

// cli reads what describes the fake before its first step.
func (d *decoder) cli(n *node) CLI {
	c := CLI{Serves: []string{"initialize"}}
	if n = d.fill.node(n); n == nil {
		return c
	}
	if n.shape != object {
		d.odd(n, "cli", "a map that describes the fake")
		return c
	}
	d.fileKeys(n, "cli", "version", "pipe", "gulp", "startup", "ignores", "serves")
	for _, e := range n.keys {
		d.cliKey(e, &c)
	}
	return c
}

func (d *decoder) cliKey(e entry, c *CLI) {
	switch e.key {
	case "version":
		c.Version = d.version(e.val)
	case "pipe":
		d.pipe(e.val, c)
	case "gulp":
		c.Gulp = d.size(e.val)
	case "startup":
		c.Startup = d.duration(e.val)
	case "ignores":
		d.ignores(e.val, c)
	case "serves":
		c.Serves, c.ServesGiven = d.words(e.val), true
	}
}

var exitForm = newForm(`^exit \d{1,3}$`)

// version reads hang, exit N, or the text that the version probe prints.
func (d *decoder) version(n *node) string {
	s, _ := d.fileText(n, "version")
	if strings.HasPrefix(s, "exit") && !exitForm.matches(s) {
		d.odd(n, "version", `hang, "exit N" or the text that the probe prints`)
	}
	return s
}

func (d *decoder) pipe(n *node, c *CLI) {
	if n.shape != object {
		d.odd(n, "pipe", "a map of stdin and stdout")
		return
	}
	d.fileKeys(n, "pipe", "stdin", "stdout")
	if v := n.get("stdin"); v != nil {
		c.StdinPipe = d.size(v)
	}
	if v := n.get("stdout"); v != nil {
		c.StdoutPipe = d.size(v)
	}
}

func (d *decoder) ignores(n *node, c *CLI) {
	if n.shape != list {
		d.odd(n, "ignores", "a list of eof and signals")
	}
	for _, item := range n.items {
		word := d.choice(item, slices.Concat([]string{"eof"}, signalNames()))
		switch word {
		case "eof":
			c.IgnoresEOF = true
		case "SIGKILL", "SIGSTOP":
			d.odd(item, "ignores", "what a process can ignore")
		default:
			c.Ignores = append(c.Ignores, word)
		}
	}
}

// frames reads the named frames.
func (d *decoder) frames(n *node) map[string]Frame {
	if n = d.fill.node(n); n == nil {
		return nil
	}
	if n.shape != object {
		d.odd(n, "frames", "a map from name to JSON text")
		return nil
	}
	out := make(map[string]Frame, len(n.keys))
	for _, e := range n.keys {
		d.frameName(e, "frames")
		out[e.key] = d.frame(e)
	}
	return out
}

func (d *decoder) frame(e entry) Frame {
	f := Frame{Pos: e.pos}
	if e.val.shape != object {
		f.JSON = d.word(e.val)
		return f
	}
	d.fileKeys(e.val, "the frame "+e.key, "like", "set", "unset")
	like := e.val.get("like")
	if like == nil {
		d.odd(e.val, "frame "+e.key, "JSON text, or {like: STOCK, set: {...}, unset: [...]}")
		return f
	}
	f.Like = d.word(like)
	if set := e.val.get("set"); set != nil {
		f.Set = d.pairs(set, d.setter)
	}
	if unset := e.val.get("unset"); unset != nil {
		f.Unset = d.words(unset)
	}
	return f
}

// frameName checks the name of a frame or a raw text.
func (d *decoder) frameName(e entry, key string) {
	if !nameForm.matches(e.key) || e.key == "end" && key == "frames" {
		d.rep.add(e.pos, RuleFileValue, "%s: %q is no name of letters, digits, _ and - (end is the end of a prompt stream)", key, clip(e.key))
	}
}

// raw reads the named texts that need not be JSON.
func (d *decoder) raw(n, frames *node) map[string]string {
	if n = d.fill.node(n); n == nil {
		return nil
	}
	if n.shape != object {
		d.odd(n, "raw", "a map from name to text")
		return nil
	}
	out := make(map[string]string, len(n.keys))
	for _, e := range n.keys {
		d.frameName(e, "raw")
		if frames.get(e.key) != nil {
			d.rep.add(e.pos, RuleDuplicate, "%s is a frame already; frames and raw share their names", e.key)
		}
		s, ok := e.val.text()
		if !ok {
			d.odd(e.val, "raw."+clip(e.key), "a text")
		}
		out[e.key] = s
	}
	return out
}
