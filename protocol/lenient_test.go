package protocol

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type viewed struct {
	Header
	Text    string            `json:"text"`
	Number  json.Number       `json:"number"`
	Int     int               `json:"int"`
	Small   int8              `json:"small"`
	Float   float64           `json:"float"`
	Bool    bool              `json:"bool"`
	Maybe   *bool             `json:"maybe"`
	Inner   inner             `json:"inner"`
	Pointer *inner            `json:"pointer"`
	List    []string          `json:"list"`
	Inners  []inner           `json:"inners"`
	ByName  map[string]inner  `json:"by_name"`
	Plain   map[string]string `json:"plain"`
	Any     json.RawMessage   `json:"any"`
	ID      ID                `json:"id"`
	NoTag   string
}

type inner struct {
	A   string          `json:"a"`
	Raw json.RawMessage `json:"-"`
}

func TestView(t *testing.T) {
	t.Parallel()
	yes := true
	a := inner{A: "x", Raw: json.RawMessage(`{"a":"x","b":1}`)}
	tests := map[string]struct {
		text string
		want viewed
	}{
		"each kind": {
			`{"text":"a","number":1.50,"int":-3,"small":7,"float":1e3,"bool":true,"maybe":true,"inner":{"a":"x","b":1},"pointer":{"a":"x","b":1},` +
				`"list":["p","q"],"inners":[{"a":"x","b":1}],"by_name":{"k":{"a":"x","b":1}},"plain":{"k":"v"},"any":[1, 2],"id":7}`,
			viewed{Text: "a", Number: "1.50", Int: -3, Small: 7, Float: 1000, Bool: true, Maybe: &yes, Inner: a, Pointer: &a, List: []string{"p", "q"}, Inners: []inner{a},
				ByName: map[string]inner{"k": a}, Plain: map[string]string{"k": "v"}, Any: json.RawMessage(`[1, 2]`), ID: "7"},
		},
		"wrong types": {
			`{"text":1,"number":"1","int":1.5,"small":300,"float":"x","bool":"true","maybe":1,"inner":[],"pointer":"x","list":{},"inners":7,"by_name":[],"plain":1}`, viewed{},
		},
		"elements of another type are left out": {
			`{"list":["p",1,null,"q"],"inners":[1,{"a":"x","b":1},null],"by_name":{"j":1,"k":{"a":"x","b":1}}}`,
			viewed{List: []string{"p", "q"}, Inners: []inner{a}, ByName: map[string]inner{"k": a}},
		},
		"null is nothing":                      {`{"text":null,"maybe":null,"pointer":null,"list":null,"any":null,"id":null}`, viewed{}},
		"names in another case, and no names":  {`{"Text":"a","TEXT":"b","hidden":"c","NoTag":"d","":"e","-":"f"}`, viewed{}},
		"escapes and another order":            {`{"bool":true,"\u0074ext":"\u00e9\n","id":"\"","unknown":{"text":"x"}}`, viewed{Text: "é\n", Bool: true, ID: `"\""`}},
		"the last of two counts":               {`{"text":"a","text":"b"}`, viewed{Text: "b"}},
		"embedded fields":                      {`{"uuid":"u","session_id":"s"}`, viewed{Header: Header{UUID: "u", SessionID: "s"}}},
		"white space":                          {" { \"text\" : \"a\" ,\t\"list\" : [ \"p\" , \"q\" ] } ", viewed{Text: "a", List: []string{"p", "q"}}},
		"no object":                            {`["text"]`, viewed{}},
		"nothing":                              {``, viewed{}},
		"a text that is longer than is shared": {`{"x":"` + strings.Repeat("x", shareBelow) + `","text":"a","number":1}`, viewed{Text: "a", Number: "1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := View[viewed](json.RawMessage(tt.text))
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(viewed{}), cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Header.Raw" }, cmp.Ignore())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestViewsOfBrokenTextEnd(t *testing.T) {
	t.Parallel()
	whole := `{"text":"a\"","inner":{"a":"x"},"list":["p",{"q":[]}],"by_name":{"k":{"a":"x"}},"inners":[{"a":"x"}],"any":[{}]} `
	for cut := range len(whole) {
		for _, with := range []string{"", "}", "]", ",", ":", `"`, "x", "{", "["} {
			_ = View[viewed](json.RawMessage(whole[:cut] + with + whole[cut:]))
			_ = View[viewed](json.RawMessage(whole[:cut] + with))
		}
	}
}

func TestViewsAreMadeByManyAtOnce(t *testing.T) {
	t.Parallel()
	type fresh struct {
		A []inner `json:"a"`
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if got := View[fresh](json.RawMessage(`{"a":[{"a":"x"}]}`)); len(got.A) != 1 || got.A[0].A != "x" {
				t.Errorf("got %+v", got)
			}
		})
	}
	group.Wait()
}

func TestStringsAreDecodedAsEncodingJSONDoes(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`""`, `"a"`, `"é"`, `"a\nb\tc\"d\\e\/f\bg\fh\r"`, `"\u0041\u00e9\u2028"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00x"`, `"\ud83dx\n"`, `"\u0000"`, "\"\xff\\n\"", "\"\xff\"",
		`"\uD83D\uDE00\n"`, `"\\\\"`, `"\\n"`,
	} {
		var want string
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := stringValue([]byte(text)); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	for _, broken := range []string{`"\"`, `"\u12"`, `"\x"`, `"\u+123"`, `"\u12g4"`} {
		if got := stringValue([]byte(broken)); got != "" {
			t.Errorf("%s: got %q, want nothing", broken, got)
		}
	}
}

func TestAViewAllocatesTheListOfBlocksOnly(t *testing.T) {
	m, err := Decode(line(strings.Repeat("x", 1<<20)))
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(10, func() { _ = m.Assistant() }); n > 8 {
		t.Errorf("the view of an assistant message makes %v allocations, want the list and the few short strings that are copied", n)
	}
	if text := m.Assistant().Message.Content.Text(); len(text) != 1<<20 {
		t.Errorf("the text has %d bytes, want 1 MiB", len(text))
	}
}
