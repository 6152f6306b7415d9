package scenarios

import (
	"strings"

	"github.com/tidwall/gjson"
)

// Mismatch is one failed check.
type Mismatch struct {
	Pos  Pos
	Path string
	Op   string // "equal", an operator, or "invalid" for a check that says nothing
	Want string // JSON text; of an operator its name and argument
	Got  string // JSON text or "absent"
}

// Match checks a wire document and returns the failed checks in their order. Null and absent are two things there: the
// real CLI refuses a null where a field may be missing.
func Match(doc []byte, checks []PathValue, env Env) []Mismatch {
	return matcher{env: env}.all(doc, checks)
}

// MatchReported checks what an adapter reported: a message, the arguments of a callback, the value of an operation.
// There null counts as absent, since a typed SDK cannot tell them apart (adapter contract, MATCHING).
func MatchReported(doc []byte, checks []PathValue, env Env) []Mismatch {
	return matcher{env: env, loose: true}.all(doc, checks)
}

// Lookup returns the JSON at a gjson path of doc, the whole for an empty path. The path text is a message's text: of a
// string content, of the text blocks together, of a result its result; elsewhere it is a path like any other. It
// reports false if doc is no JSON or has nothing there.
func Lookup(doc []byte, path string) (json []byte, ok bool) {
	if !validJSON(doc) {
		return nil, false
	}
	found := lookup(doc, path)
	return found, found != nil
}

// lookup is Lookup on what is known to be JSON; nil means absent.
func lookup(doc []byte, path string) []byte {
	switch path {
	case "":
		return trimJSON(doc)
	case "text":
		return messageText(doc)
	}
	return rawResult(gjson.GetBytes(doc, path))
}

// rawResult returns the JSON of what gjson found; counts (#) come without it.
func rawResult(r gjson.Result) []byte {
	if !r.Exists() {
		return nil
	}
	if r.Raw == "" {
		return []byte(r.String())
	}
	return trimJSON([]byte(r.Raw))
}

// messageText reads the pseudo path text.
func messageText(doc []byte) []byte {
	path, of := "text", gjson.GetBytes(doc, "type")
	switch of.String() {
	case "result":
		path = "result"
	case "assistant", "user":
		path = "message.content"
	}
	found := gjson.GetBytes(doc, path)
	if !found.IsArray() || path != "message.content" {
		return rawResult(found)
	}
	return blocksText(found)
}

// blocksText joins the texts of a list of blocks, as JSON; the escapes are kept as they are.
func blocksText(blocks gjson.Result) []byte {
	out := []byte{'"'}
	blocks.ForEach(func(_, block gjson.Result) bool {
		if text := block.Get("text"); block.Get("type").String() == "text" && text.Type == gjson.String {
			out = append(out, text.Raw[1:len(text.Raw)-1]...)
		}
		return true
	})
	return append(out, '"')
}

// matcher holds what checks are resolved with.
type matcher struct {
	env   Env
	loose bool // null counts as absent
}

// all runs the checks of one document.
func (m matcher) all(doc []byte, checks []PathValue) []Mismatch {
	if len(checks) == 0 {
		return nil
	}
	if !validJSON(doc) {
		return []Mismatch{{Pos: checks[0].Pos, Op: "json", Want: "a JSON document", Got: shorten(string(doc), 200)}}
	}
	var out []Mismatch
	for _, c := range checks {
		if bad, failed := m.one(doc, c); failed {
			out = append(out, bad)
		}
	}
	return out
}

// one runs one check.
func (m matcher) one(doc []byte, c PathValue) (Mismatch, bool) {
	path, err := c.Path, error(nil)
	if strings.Contains(path, "${") {
		if path, err = ResolveText(path, m.env); err != nil {
			return Mismatch{Pos: c.Pos, Path: c.Path, Op: "invalid", Want: err.Error(), Got: "nothing was compared"}, true
		}
	}
	got := lookup(doc, path)
	if m.loose && string(got) == "null" {
		got = nil
	}
	v := m.holds(got, c.Value)
	if v.ok {
		return Mismatch{}, false
	}
	bad := Mismatch{Pos: c.Pos, Path: path, Op: v.op, Want: v.want, Got: "absent"}
	if got != nil {
		bad.Got = string(got)
	}
	return bad, true
}

// verdict is the outcome of one comparison; op and want count only if it is not ok.
type verdict struct {
	ok   bool
	op   string
	want string
}

// holds compares what was found (nil: absent) with a scalar or an operator.
func (m matcher) holds(got []byte, want Value) verdict {
	if op, arg, ok := operator(want); ok {
		ok, err := m.apply(op, got, arg)
		if err != nil {
			return verdict{op: "invalid", want: op + ": " + err.Error()}
		}
		if ok {
			return verdict{ok: true}
		}
		return verdict{op: op, want: m.describe(op, arg)}
	}
	if err := scalarOnly(want); err != nil {
		return verdict{op: "invalid", want: err.Error()}
	}
	json, err := resolveJSONValue(want, m.env)
	if err != nil {
		return verdict{op: "invalid", want: err.Error()}
	}
	if got == nil {
		return verdict{ok: m.loose && string(json) == "null", op: "equal", want: string(json)}
	}
	return verdict{ok: equalRaw(json, got), op: "equal", want: string(json)}
}

// describe says what an operator wanted, as it would be written in a file.
func (m matcher) describe(op string, arg Value) string {
	if s, ok := arg.(string); ok && op == "json" {
		if b, err := ResolveJSON(s, m.env); err == nil {
			return string(b)
		}
	}
	b, err := resolveJSONValue(arg, m.env)
	if err != nil {
		return op
	}
	return op + " " + string(b)
}

// operator returns the operator that v is, if it is one.
func operator(v Value) (op string, arg Value, ok bool) {
	m, isMap := v.(map[string]any)
	if !isMap || len(m) != 1 {
		return "", nil, false
	}
	for op, arg = range m {
		ok = isOperator(op)
	}
	return op, arg, ok
}
