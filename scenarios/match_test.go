package scenarios

import (
	"encoding/json"
	"strings"
	"testing"
)

func num(s string) json.Number { return json.Number(s) }

func op(name string, arg Value) Value { return map[string]any{name: arg} }

const matchDoc = `{"type":"control_response","n":1000,"big":9007199254740993,"zero":-0.0,"s":"a\u00e9b","nil":null,"yes":true,
 "list":["x",{"k":1},3],"obj":{"a":1,"b":[1,2]},"lone":"\ud800","half":"\udc00","argv":["--print","-p"]}`

func TestMatch(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		path string
		want Value
		ok   bool
	}{
		"number by value":              {"n", num("1e3"), true},
		"number with a fraction":       {"n", num("1000.0"), true},
		"number beyond a double":       {"big", num("9007199254740993"), true},
		"number one off":               {"big", num("9007199254740992"), false},
		"minus zero":                   {"zero", num("0"), true},
		"number is no string":          {"n", "1000", false},
		"string by code point":         {"s", "aéb", true},
		"string differs":               {"s", "aeb", false},
		"null":                         {"nil", nil, true},
		"absent is not null":           {"gone", nil, false},
		"bool":                         {"yes", true, true},
		"bool differs":                 {"yes", false, false},
		"template":                     {"n", "${fill:1*1}000", false},
		"captured number":              {"list.2", "${i}", true},
		"json":                         {"obj", op("json", `{"b":[1,2.0],"a":1}`), true},
		"json order of lists":          {"obj.b", op("json", `[2,1]`), false},
		"json more keys":               {"obj", op("json", `{"a":1}`), false},
		"json of absent":               {"gone", op("json", `{}`), false},
		"json templated":               {"list", op("json", `["x",{"k":1},${i}]`), true},
		"absent":                       {"gone", op("absent", true), true},
		"absent but there":             {"n", op("absent", true), false},
		"absent but null":              {"nil", op("absent", true), false},
		"not absent":                   {"n", op("absent", false), true},
		"present":                      {"nil", op("present", true), true},
		"present but gone":             {"gone", op("present", true), false},
		"absent_or, absent":            {"gone", op("absent_or", false), true},
		"absent_or, equal":             {"yes", op("absent_or", true), true},
		"absent_or, other":             {"yes", op("absent_or", false), false},
		"absent_or, operator":          {"obj.b", op("absent_or", op("json", "[1,2]")), true},
		"not":                          {"n", op("not", num("1")), true},
		"not, equal":                   {"n", op("not", num("1000")), false},
		"contains text":                {"s", op("contains", "é"), true},
		"contains other text":          {"s", op("contains", "z"), false},
		"contains element":             {"list", op("contains", "x"), true},
		"contains no part of element":  {"argv", op("contains", "--pri"), false},
		"contains element by json":     {"list", op("contains", op("json", `{"k":1}`)), true},
		"contains key":                 {"obj", op("contains", "a"), true},
		"contains in absent":           {"gone", op("contains", "a"), false},
		"lacks":                        {"argv", op("lacks", "hello"), true},
		"lacks, but there":             {"argv", op("lacks", "-p"), false},
		"regex":                        {"s", op("regex", "^a.b$"), true},
		"regex other":                  {"s", op("regex", "^b"), false},
		"regex of a number":            {"n", op("regex", "^10+$"), true},
		"one_of":                       {"n", op("one_of", []any{"x", num("1000")}), true},
		"one_of none":                  {"n", op("one_of", []any{"x", num("1")}), false},
		"type string":                  {"s", op("type", "string"), true},
		"type number":                  {"n", op("type", "number"), true},
		"type boolean":                 {"yes", op("type", "boolean"), true},
		"type null":                    {"nil", op("type", "null"), true},
		"type object, not array":       {"list", op("type", "object"), false},
		"type array":                   {"list", op("type", "array"), true},
		"type of absent":               {"gone", op("type", "null"), false},
		"size of a string":             {"s", op("size", num("3")), true},
		"size of a list":               {"list", op("size", num("3")), true},
		"size of an object":            {"obj", op("size", op("above", num("1"))), true},
		"size of a number":             {"n", op("size", num("4")), false},
		"above":                        {"big", op("above", num("9007199254740992")), true},
		"above itself":                 {"n", op("above", num("1000")), false},
		"below":                        {"n", op("below", num("1000.0000000000000000001")), true},
		"below of a string":            {"s", op("below", num("5")), false},
		"huge exponent":                {"n", op("below", num("1e999999999")), true},
		"lone surrogates differ":       {"lone", "${init.lone}", true},
		"another lone surrogate":       {"half", "${init.lone}", false},
		"count":                        {"list.#", num("3"), true},
		"query":                        {`list.#(k==1).k`, num("1"), true},
		"a list says nothing":          {"list", []any{"x"}, false},
		"a map that is no operator":    {"obj", map[string]any{"a": num("1")}, false},
		"an operator with a bad value": {"n", op("above", "x"), false},
		"a bad template":               {"n", "${nobody.x}", false},
		"a path with i":                {"list.${variant.n}", op("absent", true), true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := Match([]byte(matchDoc), []PathValue{{Path: tt.path, Value: tt.want}}, testEnv())
			if (len(bad) == 0) != tt.ok {
				t.Errorf("want ok %v, got %+v", tt.ok, bad)
			}
		})
	}
}

func TestMismatchSaysBothSides(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		check PathValue
		want  Mismatch
	}{
		"equal":    {PathValue{Path: "s", Value: "x"}, Mismatch{Path: "s", Op: "equal", Want: `"x"`, Got: `"a\u00e9b"`}},
		"absent":   {PathValue{Path: "gone", Value: true}, Mismatch{Path: "gone", Op: "equal", Want: "true", Got: "absent"}},
		"operator": {PathValue{Path: "s", Value: op("contains", "q")}, Mismatch{Path: "s", Op: "contains", Want: `contains "q"`, Got: `"a\u00e9b"`}},
		"json":     {PathValue{Path: "n", Value: op("json", "[${i}]")}, Mismatch{Path: "n", Op: "json", Want: "[3]", Got: "1000"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := Match([]byte(matchDoc), []PathValue{tt.check}, testEnv())
			if len(bad) != 1 || bad[0] != tt.want {
				t.Errorf("want %+v, got %+v", tt.want, bad)
			}
		})
	}
	if bad := Match([]byte(`{"a":`), []PathValue{{Path: "a", Value: op("absent", true)}}, Env{}); len(bad) != 1 || bad[0].Op != "json" {
		t.Errorf("want what is no JSON to fail, got %+v", bad)
	}
}

func TestMatchReportedTakesNullForAbsent(t *testing.T) {
	t.Parallel()
	doc := []byte(`{"nil":null}`)
	for _, v := range []Value{op("absent", true), op("absent_or", "x"), nil, op("present", false)} {
		if bad := MatchReported(doc, []PathValue{{Path: "nil", Value: v}}, Env{}); len(bad) > 0 {
			t.Errorf("%v: got %+v", v, bad)
		}
	}
	if bad := MatchReported(doc, []PathValue{{Path: "gone", Value: nil}}, Env{}); len(bad) > 0 {
		t.Errorf("got %+v", bad)
	}
	if bad := Match(doc, []PathValue{{Path: "nil", Value: op("absent_or", "x")}}, Env{}); len(bad) != 1 {
		t.Error("want null to be there on the wire")
	}
}

func TestTextPath(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ doc, want string }{
		"string content": {`{"type":"user","message":{"content":"hello"}}`, `"hello"`},
		"blocks":         {`{"type":"assistant","message":{"content":[{"type":"text","text":"a\n"},{"type":"tool_use","text":"no"},{"type":"text","text":"b"}]}}`, `"a\nb"`},
		"no text block":  {`{"type":"user","message":{"content":[]}}`, `""`},
		"result":         {`{"result":"r","type":"result","text":"no"}`, `"r"`},
		"other":          {`{"type":"stderr","text":"line"}`, `"line"`},
	}
	for name, tt := range tests {
		if got, ok := Lookup([]byte(tt.doc), "text"); !ok || string(got) != tt.want {
			t.Errorf("%s: want %s, got %s", name, tt.want, got)
		}
	}
	for _, doc := range []string{`{"type":"result","errors":[]}`, `{"type":"user"}`, `{`, `{"type":"x"}`} {
		if got, ok := Lookup([]byte(doc), "text"); ok {
			t.Errorf("want nothing in %s, got %s", doc, got)
		}
	}
}

func TestCheckValue(t *testing.T) {
	t.Parallel()
	good := []Value{"x", nil, true, num("1"), op("json", "[]"), op("json", "[${x.y}]"), op("absent", true), op("absent_or", op("type", "string")),
		op("one_of", []any{"a"}), op("size", num("3")), op("size", op("below", num("3"))), op("above", "${i}"), op("regex", "a+"), op("present", "${init.x}")}
	for _, v := range good {
		if err := CheckValue(v); err != nil {
			t.Errorf("%v: %v", v, err)
		}
	}
	bad := []Value{[]any{"x"}, map[string]any{}, map[string]any{"a": 1}, map[string]any{"json": "[]", "absent": true}, op("json", "{"), op("absent", "yes"),
		op("one_of", []any{}), op("one_of", "a"), op("regex", "("), op("type", "text"), op("size", "3"), op("above", true), op("not", []any{}),
		op("absent_or", map[string]any{"x": 1})}
	for _, v := range bad {
		if err := CheckValue(v); err == nil {
			t.Errorf("want an error for %v", v)
		}
	}
}

func TestEqualJSON(t *testing.T) {
	t.Parallel()
	equal := [][2]string{{`1e3`, `1000`}, {`-0`, `0.0`}, {`{"a":1,"b":2}`, ` {"b":2,"a":1} `}, {`"\u00e9"`, `"é"`}, {`"\ud83d\ude00"`, `"😀"`},
		{`[1,[2]]`, `[1.0,[2e0]]`}, {`{"a":1,"a":2}`, `{"a":2}`}, {`0.1`, `1e-1`}, {`123456789012345678901234567890`, `1.2345678901234567890123456789e29`}}
	for _, p := range equal {
		if !EqualJSON([]byte(p[0]), []byte(p[1])) {
			t.Errorf("want %s equal to %s", p[0], p[1])
		}
	}
	different := [][2]string{{`1`, `"1"`}, {`1`, `true`}, {`null`, `{}`}, {`[]`, `{}`}, {`"\ud800"`, `"\udc00"`}, {`"\ud800"`, `"\ufffd"`}, {`[1]`, `[1,1]`},
		{`123456789012345678901234567890`, `123456789012345678901234567891`}, {`{`, `{`}, {`-1`, `1`}, {`1e400`, `1e401`}, {`{"a":1}`, `{"b":1}`},
		{`true`, `false`}}
	for _, p := range different {
		if EqualJSON([]byte(p[0]), []byte(p[1])) {
			t.Errorf("want %s different from %s", p[0], p[1])
		}
	}
}

func TestDeepJSONIsRefusedNotFatal(t *testing.T) {
	t.Parallel()
	deep := []byte(strings.Repeat("[", 5_000_000))
	if validJSON(deep) || EqualJSON(deep, deep) || ParseLine(append([]byte(`{"a":`), deep...)).Valid {
		t.Error("want five million brackets refused")
	}
	ok := strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000)
	if !EqualJSON([]byte(ok), []byte(" "+ok)) || !validJSON([]byte(`"`+strings.Repeat("[{", 20_000)+`"`)) {
		t.Error("want nine thousand levels, and brackets in a text, taken")
	}
}

func TestContradictsJSON(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ written, yielded, path string }{
		"same":                 {`{"a":1}`, `{"a":1.0}`, ""},
		"absent":               {`{"a":1,"b":2}`, `{"a":1}`, ""},
		"null":                 {`{"a":1}`, `{"a":null}`, ""},
		"default for a null":   {`{"a":null}`, `{"a":""}`, ""},
		"further":              {`{"a":1}`, `{"b":2}`, ""},
		"other":                {`{"a":{"b":"x"}}`, `{"a":{"b":"y"}}`, "a.b"},
		"other type":           {`{"a":"1"}`, `{"a":1}`, "a"},
		"blocks lacking":       {`{"l":[{"t":"a"},{"t":"b"},{"t":"c"}]}`, `{"l":[{"t":"a"},{"t":"c"}]}`, ""},
		"blocks in disorder":   {`{"l":[{"t":"a"},{"t":"b"}]}`, `{"l":[{"t":"b"},{"t":"a"}]}`, "l.1"},
		"block changed":        {`{"l":[{"t":"a"}]}`, `{"l":[{"t":"x"}]}`, "l.0.t"},
		"block twice":          {`{"l":[{"t":"a"}]}`, `{"l":[{"t":"a"},{"t":"a"}]}`, "l.1"},
		"scalars lacking":      {`{"l":["a","b"]}`, `{"l":["a"]}`, "l.1"},
		"scalars more":         {`{"l":["a"]}`, `{"l":["a","b"]}`, "l.1"},
		"same double":          {`{"n":9007199254740993}`, `{"n":9007199254740992}`, ""},
		"lone surrogate":       {`{"s":"\ud800x"}`, `{"s":"\ufffdx"}`, ""},
		"content as blocks":    {`{"message":{"content":"hi"}}`, `{"message":{"content":[{"type":"text","text":"hi"}]}}`, ""},
		"content as other":     {`{"message":{"content":"hi"}}`, `{"message":{"content":[{"type":"text","text":"ho"}]}}`, "message.content"},
		"written is no JSON":   {`{`, `{}`, "-"},
		"an object for a list": {`{"l":[1]}`, `{"l":{}}`, "l"},
	}
	for name, tt := range tests {
		path, _, _, bad := ContradictsJSON([]byte(tt.written), []byte(tt.yielded))
		if bad != (tt.path != "") || tt.path != "-" && path != tt.path {
			t.Errorf("%s: want a contradiction at %q, got %v at %q", name, tt.path, bad, path)
		}
	}
}

func FuzzMatch(f *testing.F) {
	for _, path := range []string{"s", "list.#", "text", "obj.b.1", "list.#(k==1)", "", "@this", "a.b|c", "list.#.k", `x\.y`} {
		f.Add([]byte(matchDoc), path, `{"b":[1,2],"a":1}`)
	}
	f.Fuzz(func(t *testing.T, doc []byte, path, want string) {
		if strings.Contains(path, "${") || len(doc) > 4096 {
			t.Skip("substitution has its own target")
		}
		got, ok := Lookup(doc, path)
		if ok && path != "text" && path == "" && !EqualJSON(doc, got) {
			t.Fatalf("want the whole, got %s", got)
		}
		for _, v := range []Value{want, op("json", want), op("contains", want), op("size", num("2")), op("absent", true), op("regex", "x"), op("above", num("1"))} {
			failed := len(Match(doc, []PathValue{{Path: path, Value: v}}, Env{})) > 0
			if !validJSON(doc) && !failed {
				t.Fatalf("want a failure on what is no JSON: %q", doc)
			}
		}
		if ok && validJSON(got) && len(Match(doc, []PathValue{{Path: path, Value: op("json", string(got))}}, Env{})) > 0 && !strings.Contains(string(got), "${") {
			t.Fatalf("want %s at %s equal to itself", got, path)
		}
		if validJSON(doc) {
			if p, w, y, bad := ContradictsJSON(doc, doc); bad {
				t.Fatalf("want a document not to contradict itself, got %s: %s, %s", p, w, y)
			}
		}
	})
}
