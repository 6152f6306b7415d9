package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/wiretrial/wiretrial/fixtures"
)

// preparedKey finds a prepared frame again: the step by its place and by the lists it owns, and what it writes.
type preparedKey struct {
	index int
	ref   string
	set   *PathValue
	unset *string
}

// preparedFrame is a frame with the work done that is the same for each turn of a step: 12,000 frames of one step are
// rendered from here with no JSON edited again.
type preparedFrame struct {
	name  string // of the frame; empty for inline JSON
	key   bool   // the name is a key of frames
	parts []fixtures.Part
	sets  []setValue
}

// setValue is the value of one set: its JSON if it is the same for each turn, else its template.
type setValue struct {
	static []byte
	value  Value
	parts  []textPart // of a templated string
}

// edit is one set or unset.
type edit struct {
	path  string
	value Value
	unset bool
}

// prepare finds or builds the prepared frame of a step. What depends on the turn beyond the values of sets (a path, the
// JSON text) is built anew each time.
func (k *Composer) prepare(step *Step, ref string, env *Env) (*preparedFrame, error) {
	key := preparedKey{index: step.Index, ref: ref}
	if len(step.Set) > 0 {
		key.set = &step.Set[0]
	}
	if len(step.Unset) > 0 {
		key.unset = &step.Unset[0]
	}
	if p, ok := k.prepared[key]; ok {
		return p, nil
	}
	p, again, err := k.build(step, ref, env)
	if err == nil && again {
		k.prepared[key] = p
	}
	return p, err
}

// build composes a frame up to its slots; again says whether the next turn may use it too.
func (k *Composer) build(step *Step, ref string, env *Env) (p *preparedFrame, again bool, err error) {
	p = &preparedFrame{}
	frame, named := k.c.Frames[ref]
	if named {
		p.name, p.key = ref, true
	} else if !isInline(ref) {
		p.name, frame = ref, Frame{Like: ref}
	} else {
		frame = Frame{JSON: ref}
	}
	edits := append(editsOf(frame.Set, frame.Unset), editsOf(step.Set, step.Unset)...)
	base, again, err := k.base(frame, edits, env)
	if err != nil {
		return nil, false, err
	}
	for i := range edits {
		if strings.Contains(edits[i].path, "${") {
			again = false
			if edits[i].path, err = ResolveText(edits[i].path, *env); err != nil {
				return nil, false, err
			}
		}
	}
	if base, err = p.apply(base, edits, env); err != nil {
		return nil, false, err
	}
	p.parts = fixtures.Split(base)
	return p, again, nil
}

func editsOf(set []PathValue, unset []string) []edit {
	out := make([]edit, 0, len(set)+len(unset))
	for _, s := range set {
		out = append(out, edit{path: s.Path, value: s.Value})
	}
	for _, path := range unset {
		out = append(out, edit{path: path, unset: true})
	}
	return out
}

// base returns the frame before its edits; again is false if it holds what may differ in the next turn.
func (k *Composer) base(frame Frame, edits []edit, env *Env) (b []byte, again bool, err error) {
	if frame.JSON == "" {
		b, err = k.stock(frame.Like, edits, env)
		return b, true, err
	}
	b = []byte(frame.JSON)
	if again = !bytes.Contains(b, []byte("${")); !again {
		if b, err = ResolveJSON(frame.JSON, *env); err != nil {
			return nil, false, err
		}
	}
	if b = trimJSON(b); !validJSON(b) {
		return nil, false, fmt.Errorf("want a frame of JSON after substitution, got %s", shorten(string(b), 200))
	}
	if bytes.ContainsAny(b, "\n\r") {
		return nil, false, errors.New("want a frame in one line, got a line break in its JSON")
	}
	return b, again, nil
}

// stock returns a stock frame; that of a hook gets the input of its event.
func (k *Composer) stock(name string, edits []edit, env *Env) ([]byte, error) {
	b, err := fixtures.Frame(name)
	if err != nil || name != "hook_callback" {
		return b, err
	}
	event := k.firstHook()
	for _, e := range edits {
		if s, ok := e.value.(string); ok && e.path == "request.input.hook_event_name" {
			if event, err = ResolveText(s, *env); err != nil {
				return nil, err
			}
		}
	}
	input, err := fixtures.HookInput(event)
	if err != nil {
		return nil, err
	}
	input = bytes.Replace(input, fixtures.Slot("hook_event"), appendJSONString(nil, event), 1)
	return bytes.Replace(b, fixtures.Slot("hook_input"), input, 1), nil
}

// apply makes the edits. The value of a set becomes a slot, unless a later edit goes into it.
func (p *preparedFrame) apply(b []byte, edits []edit, env *Env) ([]byte, error) {
	for i, e := range edits {
		var err error
		switch {
		case e.unset:
			b, err = unsetPath(b, e.path)
		case entered(e.path, edits[i+1:]):
			var raw []byte
			if raw, err = resolveJSONValue(e.value, *env); err == nil {
				b, err = setPath(b, e.path, raw)
			}
		default:
			var v setValue
			if v, err = prepareValue(e.value, env); err == nil {
				slot := fixtures.Slot("set" + strconv.Itoa(len(p.sets)))
				p.sets = append(p.sets, v)
				b, err = setPath(b, e.path, slot)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("set or unset %s: %w", e.path, err)
		}
	}
	return b, nil
}

// entered reports whether a later edit goes below path.
func entered(path string, later []edit) bool {
	for _, e := range later {
		if strings.HasPrefix(e.path, path+".") {
			return true
		}
	}
	return false
}

// prepareValue resolves what does not depend on the turn.
func prepareValue(v Value, env *Env) (setValue, error) {
	s, ok := v.(string)
	if !ok {
		if hasTemplate(v) {
			return setValue{value: v}, nil
		}
		b, err := encodeValue(nil, v)
		return setValue{static: b}, err
	}
	parts, err := parseText(s, 0)
	if err != nil {
		return setValue{}, err
	}
	r := resolver{env: *env, left: maxText}
	if parts, err = r.fold(parts); err != nil {
		return setValue{}, err
	}
	if len(parts) > 1 || len(parts) == 1 && parts[0].expr != nil {
		return setValue{parts: parts}, nil
	}
	b, err := r.jsonScalar(parts)
	return setValue{static: b}, err
}

// hasTemplate reports whether anything in v is still to be substituted.
func hasTemplate(v Value) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, "${")
	case []any:
		for _, e := range v {
			if hasTemplate(e) {
				return true
			}
		}
	case map[string]any:
		for key, e := range v {
			if hasTemplate(key) || hasTemplate(e) {
				return true
			}
		}
	}
	return false
}

// fold replaces generated text, which is the same in each turn, by literals, and joins neighbours.
func (r *resolver) fold(parts []textPart) ([]textPart, error) {
	var out []textPart
	for _, p := range parts {
		if p.expr != nil && p.expr.generated() {
			v, err := r.eval(p.expr)
			if err != nil {
				return nil, err
			}
			p = textPart{lit: v.text}
		}
		if p.expr == nil && len(out) > 0 && out[len(out)-1].expr == nil {
			out[len(out)-1].lit += p.lit
			continue
		}
		out = append(out, p)
	}
	return out, nil
}

// generated reports whether the expression makes text out of nothing but itself.
func (e *textExpr) generated() bool {
	return len(e.body) == 1 && e.body[0].expr == nil &&
		(strings.HasPrefix(e.body[0].lit, "fill:") || strings.HasPrefix(e.body[0].lit, "words:"))
}

// maxIndex bounds an index in a path: sjson fills a list up to it.
const maxIndex = 10_000

// setPath puts raw JSON at a path. The path text is the message's text.
func setPath(b []byte, path string, raw []byte) ([]byte, error) {
	if path == "text" {
		path, raw = textPlace(b, raw)
	}
	if strings.ContainsAny(path, "*?#|@") {
		return nil, errors.New("want a plain path, got one with a wildcard or a modifier")
	}
	for _, word := range strings.Split(path, ".") {
		if n, err := strconv.Atoi(word); err == nil && n > maxIndex {
			return nil, fmt.Errorf("want an index up to %d, got %d", maxIndex, n)
		}
	}
	out, err := sjson.SetRawBytes(b, path, raw)
	if err == nil && !gjson.GetBytes(out, path).Exists() {
		return nil, errors.New("want a path that can be set, got a frame without it afterwards")
	}
	return out, err
}

// textPlace says where a message's text stands, and what stands there: the result of a result, the only text block,
// else the whole content.
func textPlace(b, raw []byte) (string, []byte) {
	switch stringAt(b, "type") {
	case "result":
		return "result", raw
	case "assistant", "user":
	default:
		return "text", raw
	}
	content := gjson.GetBytes(b, "message.content")
	if !content.IsArray() {
		return "message.content", raw
	}
	at := -1
	for i, block := range content.Array() {
		if block.Get("type").String() != "text" {
			continue
		}
		if at >= 0 {
			at = -1
			break
		}
		at = i
	}
	if at >= 0 {
		return "message.content." + strconv.Itoa(at) + ".text", raw
	}
	return "message.content", append(append([]byte(`[{"type":"text","text":`), raw...), '}', ']')
}

// unsetPath removes what is there; nothing there is an error, since the step would say something that is not so.
func unsetPath(b []byte, path string) ([]byte, error) {
	if path == "text" {
		path, _ = textPlace(b, nil)
	}
	if !gjson.GetBytes(b, path).Exists() {
		return nil, errors.New("want a field to remove, got a frame without it")
	}
	return sjson.DeleteBytes(b, path)
}
