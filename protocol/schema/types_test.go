package schema_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/protocol/schema"
)

// node is as much of a schema as the types are held against.
type node struct {
	Ref                  string           `json:"$ref"`
	Type                 any              `json:"type"`
	Properties           map[string]*node `json:"properties"`
	AdditionalProperties *node            `json:"additionalProperties"`
	Items                *node            `json:"items"`
	Defs                 map[string]*node `json:"$defs"`
	Required             []string         `json:"required"`
}

// UnmarshalJSON also reads true and false, which name nothing.
func (n *node) UnmarshalJSON(text []byte) error {
	if text[0] != '{' {
		return nil
	}
	type plain node
	return json.Unmarshal(text, (*plain)(n))
}

func document(t *testing.T, name string) *node {
	t.Helper()
	text, err := schema.Source(name)
	if err != nil {
		t.Fatal(err)
	}
	doc := new(node)
	if err := json.Unmarshal(text, doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestRequestsAndAnswersHaveTheFieldsOfTheirTypes(t *testing.T) {
	t.Parallel()
	requests, answers, lines := document(t, "request.json"), document(t, "answer.json"), document(t, "output.json")
	known := map[string]bool{}
	for _, k := range protocol.RequestKinds() {
		name := k.Request.Subtype()
		known[name] = true
		if k.Asker != protocol.ByCLI {
			same(t, requests, requests.Defs[name], reflect.TypeOf(k.Request), "request "+name)
		}
		if k.Asker != protocol.BySDK {
			same(t, lines, lines.Defs["request."+name], reflect.TypeOf(k.Request), "request of the CLI "+name)
		}
		if k.Answer != nil {
			same(t, answers, answers.Defs[name], reflect.TypeOf(k.Answer), "answer "+name)
		}
	}
	for name := range answers.Defs {
		if !known[name] && !strings.Contains(name, ".") {
			t.Errorf("answer %s: no type", name)
		}
	}
}

func TestHooksHaveTheFieldsOfTheirTypes(t *testing.T) {
	t.Parallel()
	answers, lines := document(t, "answer.json"), document(t, "output.json")
	base := lines.Defs["request.hook_callback"].Properties["input"].Properties
	outputs := 0
	for _, event := range protocol.HookEvents() {
		out := protocol.View[protocol.HookOutput](json.RawMessage(`{"hookSpecificOutput":{"hookEventName":"` + event + `"}}`))
		def := answers.Defs["hook."+event]
		if own, ok := out.Specific.(protocol.HookSpecificOutput); ok {
			same(t, answers, def, reflect.TypeOf(own), "output "+event)
			outputs++
		} else if def != nil {
			t.Errorf("output %s: no type", event)
		}
	}
	for _, event := range protocol.HookEvents() {
		in := protocol.HookCallback{Input: json.RawMessage(`{"hook_event_name":"` + event + `"}`)}.HookInput()
		def := lines.Defs["hook."+event]
		if def == nil {
			t.Errorf("input %s: not in the schema", event)
			continue
		}
		for name, member := range base {
			if def.Properties[name] == nil {
				def.Properties[name] = member
			}
		}
		same(t, lines, def, reflect.TypeOf(in), "input "+event)
	}
	if outputs != 22 {
		t.Errorf("%d outputs", outputs)
	}
}

// same checks that an object of the schema and a struct have the same fields, all the way down. What the schema does not look into, the
// type may know.
func same(t *testing.T, doc, n *node, of reflect.Type, at string) {
	t.Helper()
	for n != nil && n.Ref != "" {
		_, name, _ := strings.Cut(n.Ref, "#/$defs/")
		if !strings.HasPrefix(n.Ref, "#") {
			return // of another document, where it is tested
		}
		n = doc.Defs[name]
	}
	if n == nil {
		t.Errorf("%s: not in the schema", at)
		return
	}
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	switch {
	case of.Kind() == reflect.Slice && n.Items != nil:
		same(t, doc, n.Items, of.Elem(), at+".*")
	case of.Kind() == reflect.Map && n.AdditionalProperties != nil:
		same(t, doc, n.AdditionalProperties, of.Elem(), at+".*")
	case of.Kind() == reflect.Struct && n.Properties != nil:
		sameFields(t, doc, n, of, at)
	}
}

func sameFields(t *testing.T, doc, n *node, of reflect.Type, at string) {
	t.Helper()
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(of) {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag != "" && tag != "-" {
			fields[tag] = f.Type
		}
	}
	for name := range n.Properties {
		if fields[name] == nil && !slices.Contains([]string{"subtype", "hookEventName"}, name) {
			t.Errorf("%s: the type has no %s", at, name)
		}
	}
	for name, field := range fields {
		if n.Properties[name] == nil {
			t.Errorf("%s: the schema has no %s", at, name)
			continue
		}
		same(t, doc, n.Properties[name], field, at+"."+name)
	}
	for _, name := range n.Required {
		if n.Properties[name] == nil {
			t.Errorf("%s: %s is required and not known", at, name)
		}
	}
}

// TestWhatHasAllItsFieldsFits holds the table of names of package protocol against the schemas: objects with each field that there is.
func TestWhatHasAllItsFieldsFits(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	askers := map[string]protocol.Asker{}
	for _, k := range protocol.RequestKinds() {
		askers[k.Request.Subtype()] = k.Asker
	}
	for row := range strings.Lines(string(text)) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(row), " ")
		name, object, _ := strings.Cut(rest, " ")
		t.Run(kind+" "+name, func(t *testing.T) {
			t.Parallel()
			if err := fits(kind, name, object, askers[name]); err != nil {
				t.Error(err)
			}
		})
	}
}

func fits(kind, name, object string, asker protocol.Asker) error {
	request := `{"type":"control_request","request_id":"r","request":{"subtype":"` + name + `"` + strings.TrimSuffix(","+object[1:], ",}")
	if object == "{}" {
		request += "}"
	}
	request += "}"
	answer := success(object)
	switch {
	case kind == "request" && asker == protocol.ByCLI:
		return schema.CheckOutput([]byte(request))
	case kind == "request":
		return schema.CheckInput([]byte(request))
	case kind == "answer" && asker == protocol.BySDK:
		return schema.CheckReply(name, []byte(answer))
	case kind == "answer":
		return schema.CheckAnswer(name, []byte(answer))
	case kind == "input":
		return schema.CheckOutput([]byte(`{"type":"control_request","request_id":"r","request":{"subtype":"hook_callback","callback_id":"h","tool_use_id":"t","input":` + object + `}}`))
	case kind == "output":
		return schema.CheckAnswer("hook_callback", []byte(success(`{"hookSpecificOutput":`+object+`}`)))
	}
	return nil
}

func TestCheckReply(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ subtype, line, want string }{
		"a model":              {"set_model", success(`{"model":"m"}`), ""},
		"what is new":          {"set_model", success(`{"model":"m","x_new":1}`), ""},
		"nothing":              {"set_model", `{"type":"control_response","response":{"subtype":"success","request_id":"p1"}}`, ""},
		"a refusal":            {"set_model", `{"type":"control_response","response":{"subtype":"error","request_id":"p1","error":"no"}}`, ""},
		"another type":         {"set_model", success(`{"model":1}`), `response.response.model: expected a string, got the number 1`},
		"deep inside":          {"mcp_status", success(`{"mcpServers":[{"name":7}]}`), `response.response.mcpServers.0.name: expected a string`},
		"a request not known":  {"x_new", success(`[1]`), ""},
		"the envelope is read": {"set_model", `{"type":"control_response"}`, `expected "response", got none`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := schema.CheckReply(c.subtype, []byte(c.line))
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
