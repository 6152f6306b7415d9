package protocol_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/fixtures"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/protocol/schema"
)

// stockLine returns a stock frame as a line, its slots filled.
func stockLine(t testing.TB, name string) []byte {
	t.Helper()
	frame, err := fixtures.Frame(name)
	if err != nil {
		t.Fatal(err)
	}
	var line bytes.Buffer
	for _, part := range fixtures.Split(frame) {
		line.Write(part.Literal)
		switch part.Slot {
		case "":
		case "result_index":
			line.WriteString("3")
		case "hook_input":
			line.WriteString(`{"hook_event_name":"Stop","session_id":"s","transcript_path":"/t","cwd":"/c"}`)
		case "rpc_id", "rpc_last":
			line.WriteString("100")
		default:
			line.WriteString(`"d37882d6-56df-48a8-a3ab-26bd84250631"`)
		}
	}
	return line.Bytes()
}

// kindFrames returns the names of the frames that were made for kinds, blocks and events.
func kindFrames(t testing.TB) []string {
	t.Helper()
	names := slices.DeleteFunc(fixtures.Names(), func(name string) bool {
		return !strings.HasPrefix(name, "kind_") && !strings.HasPrefix(name, "block_") && !strings.HasPrefix(name, "event_")
	})
	if len(names) < 90 {
		t.Fatalf("only %d frames", len(names))
	}
	return names
}

func TestEachStockFrameFitsTheSchemaAndComesBackAsItWas(t *testing.T) {
	t.Parallel()
	for _, name := range fixtures.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line := stockLine(t, name)
			if err := schema.CheckOutput(line); err != nil {
				t.Errorf("%v: %s", err, line)
			}
			m, err := protocol.Decode(line)
			if err != nil {
				t.Fatal(err)
			}
			if back, err := m.MarshalJSON(); err != nil || !bytes.Equal(back, line) {
				t.Errorf("got %s, %v; want %s", back, err, line)
			}
			if m.Type == protocol.TypeControlRequest || m.Type == protocol.TypeControlResponse {
				return // these are parts of a line
			}
			if back, err := m.Typed().(json.Marshaler).MarshalJSON(); err != nil || !bytes.Equal(back, line) {
				t.Errorf("the view gives back %s, %v; want %s", back, err, line)
			}
		})
	}
}

func TestEachKindHasATypeAndAFrame(t *testing.T) {
	t.Parallel()
	framed := map[string]protocol.Message{}
	for _, name := range fixtures.Names() {
		m, err := protocol.Decode(stockLine(t, name))
		if err != nil {
			t.Fatal(err)
		}
		kind := m.Kind()
		if m.IsControl() {
			kind = m.Type
		}
		framed[kind] = m
	}
	for _, k := range protocol.MessageKinds() {
		m, ok := framed[k.Name()]
		if !ok {
			t.Errorf("%s: there is no stock frame", k.Name())
			continue
		}
		if got, want := reflect.TypeOf(m.Typed()), reflect.TypeOf(k.Empty()); got != want {
			t.Errorf("%s: is read as %v, want %v", k.Name(), got, want)
		}
		if got := protocol.DeliveryOf(k.Type, k.Subtype); got != k.Delivery {
			t.Errorf("%s: is delivered as %s, its kind says %s", k.Name(), got, k.Delivery)
		}
		if len(k.Sources) == 0 || !slices.ContainsFunc(k.Sources, protocol.KnownSource) {
			t.Errorf("%s: sources %v", k.Name(), k.Sources)
		}
	}
}

// TestTheUnionIsWhole holds the number of members that the union has: two of them are one kind here, since a replay is told by a field,
// and the results are told by five subtypes.
func TestTheUnionIsWhole(t *testing.T) {
	t.Parallel()
	types := map[reflect.Type]bool{}
	for _, k := range protocol.MessageKinds() {
		if k.Union {
			types[reflect.TypeOf(k.Empty())] = true
		}
	}
	if len(types) != 39 {
		t.Errorf("%d types, want 39", len(types))
	}
}

// TestEachFieldArrives holds that each field of each view is set by some frame, and each member of a frame sets a field.
func TestEachFieldArrives(t *testing.T) {
	t.Parallel()
	seen, types := map[string]bool{}, map[reflect.Type]bool{}
	for _, name := range kindFrames(t) {
		m, err := protocol.Decode(stockLine(t, name))
		if err != nil {
			t.Fatal(err)
		}
		view := reflect.ValueOf(m.Typed()).Elem()
		types[view.Type()] = true
		arrived(t, name, view, m.Raw, seen, types)
		for _, block := range blocksOf(m) {
			view := reflect.ValueOf(block.Typed()).Elem()
			types[view.Type()] = true
			arrived(t, name+" "+block.Type, view, block.Raw, seen, types)
		}
	}
	for typ := range types {
		for name := range fieldsOf(typ) {
			if !seen[typ.Name()+"."+name] && typ != reflect.TypeFor[protocol.Block]() {
				t.Errorf("%s.%s: no frame sets it", typ.Name(), name)
			}
		}
	}
}

func blocksOf(m protocol.Message) []protocol.Block {
	blocks := m.Assistant().Message.Content
	for _, block := range blocks {
		if block.Type == protocol.BlockToolResult && block.Content[0] == '[' {
			for element := range protocol.Elements(block.Content) {
				inner := protocol.View[protocol.Block](element)
				blocks = append(blocks, inner)
			}
		}
	}
	return blocks
}

// arrived compares the members of an object with the fields of its view, and goes on with the views inside.
func arrived(t *testing.T, at string, view reflect.Value, object json.RawMessage, seen map[string]bool, types map[reflect.Type]bool) {
	t.Helper()
	if view.Type() == reflect.TypeFor[protocol.Block]() {
		return // a block's own types are looked at apart
	}
	types[view.Type()] = true
	fields := fieldsOf(view.Type())
	for name, value := range protocol.Members(object) {
		index, known := fields[name]
		if !known {
			if name != "type" && name != "subtype" {
				t.Errorf("%s: %s has no field for %s", at, view.Type().Name(), name)
			}
			continue
		}
		field := view.FieldByIndex(index)
		set := !field.IsZero()
		if set {
			seen[view.Type().Name()+"."+name] = true
		}
		if empty := slices.Contains([]string{"null", "false", `""`, "[]", "{}"}, string(value)); !set && !empty {
			t.Errorf("%s: %s.%s is not set by %s", at, view.Type().Name(), name, value)
		}
		switch {
		case field.Kind() == reflect.String && set:
			if text, err := json.Marshal(field.String()); string(value) != field.String() && (err != nil || string(text) != string(value)) {
				t.Errorf("%s: %s.%s is %q, want %s", at, view.Type().Name(), name, field.String(), value)
			}
			continue
		case string(value) == "false" && field.Kind() == reflect.Bool:
			seen[view.Type().Name()+"."+name] = true
		}
		inside(t, at, field, value, seen, types)
	}
}

func inside(t *testing.T, at string, field reflect.Value, value json.RawMessage, seen map[string]bool, types map[reflect.Type]bool) {
	t.Helper()
	switch field.Kind() {
	case reflect.Pointer:
		if !field.IsNil() {
			inside(t, at, field.Elem(), value, seen, types)
		}
	case reflect.Struct:
		arrived(t, at, field, value, seen, types)
	case reflect.Slice:
		if field.Type().Elem().Kind() == reflect.Struct && field.Len() > 0 {
			for element := range protocol.Elements(value) {
				inside(t, at, field.Index(0), element, seen, types)
				return
			}
		}
	case reflect.Map:
		for name, element := range protocol.Members(value) {
			inside(t, at, field.MapIndex(reflect.ValueOf(name)), element, seen, types)
		}
	}
}

// fieldsOf returns the fields of a view by the names that they have on the wire.
func fieldsOf(typ reflect.Type) map[string][]int {
	fields := map[string][]int{}
	for _, f := range reflect.VisibleFields(typ) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			fields[name] = f.Index
		}
	}
	return fields
}

// schemaDoc is what this test reads of a schema.
type schemaDoc struct {
	Ref        string               `json:"$ref"`
	Properties map[string]schemaAny `json:"properties"`
	Items      *schemaAny           `json:"items"`
	Members    *schemaAny           `json:"additionalProperties"`
	Defs       map[string]schemaDoc `json:"$defs"`
}

// schemaAny is a schema that may also be true.
type schemaAny struct{ schemaDoc }

func (s *schemaAny) UnmarshalJSON(text []byte) error {
	if string(text) == "true" || string(text) == "false" {
		return nil
	}
	return json.Unmarshal(text, &s.schemaDoc)
}

// TestTypesAndSchemaHaveTheSameFields walks through the types and output.json side by side.
func TestTypesAndSchemaHaveTheSameFields(t *testing.T) {
	t.Parallel()
	text, err := schema.Source("output.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc schemaDoc
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	reached := map[string]bool{}
	for _, k := range protocol.MessageKinds() {
		name := k.Type
		if k.Type == protocol.TypeSystem {
			name = k.Type + "." + k.Subtype
		}
		if strings.HasPrefix(k.Type, "control_re") {
			continue // their bodies are judged by others
		}
		sameFields(t, doc, name, reflect.TypeOf(k.Empty()).Elem(), reached)
	}
	for _, kind := range protocol.BlockTypes() {
		sameFields(t, doc, "block."+kind, reflect.TypeOf(protocol.Block{Type: kind}.Typed()).Elem(), reached)
	}
	for _, k := range protocol.RequestKinds() {
		if k.Asker != protocol.BySDK {
			sameFields(t, doc, "request."+k.Request.Subtype(), reflect.TypeOf(k.Request), reached)
		}
	}
	for name := range doc.Defs {
		if !reached[name] && (strings.HasPrefix(name, "system.") || strings.HasPrefix(name, "part.") || strings.HasPrefix(name, "block.") ||
			strings.HasPrefix(name, "request.")) {
			t.Errorf("%s: no type has it", name)
		}
	}
}

func sameFields(t *testing.T, doc schemaDoc, name string, typ reflect.Type, reached map[string]bool) {
	t.Helper()
	def, ok := doc.Defs[name]
	if !ok {
		t.Errorf("%s: the schema has no definition for %s", name, typ)
		return
	}
	if reached[name] {
		return
	}
	reached[name] = true
	sameMembers(t, doc, name, def, typ, reached)
}

// sameMembers compares the fields of a type with the properties of a schema, and goes on with what is inside.
func sameMembers(t *testing.T, doc schemaDoc, name string, def schemaDoc, typ reflect.Type, reached map[string]bool) {
	t.Helper()
	fields := fieldsOf(typ)
	names := slices.Sorted(maps.Keys(fields))
	common := []string{"uuid", "session_id", "type", "subtype"}
	for _, field := range names {
		if _, ok := def.Properties[field]; !ok && !slices.Contains(common, field) {
			t.Errorf("%s: the schema lacks %s.%s", name, typ.Name(), field)
		}
	}
	for property, inner := range def.Properties {
		index, ok := fields[property]
		if !ok {
			if !slices.Contains(common, property) {
				t.Errorf("%s: %s lacks %s", name, typ.Name(), property)
			}
			continue
		}
		sameInside(t, doc, name+"."+property, inner, typ.FieldByIndex(index).Type, reached)
	}
}

// sameInside compares the type of a field with the schema of a property: a definition, or an object that the schema writes out.
func sameInside(t *testing.T, doc schemaDoc, at string, s schemaAny, typ reflect.Type, reached map[string]bool) {
	t.Helper()
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
		typ = typ.Elem()
	}
	for _, deeper := range []*schemaAny{s.Items, s.Members} {
		if deeper != nil {
			s = *deeper
		}
	}
	switch target := strings.TrimPrefix(s.Ref, "#/$defs/"); {
	case strings.HasPrefix(target, "part.") || strings.HasPrefix(target, "request."):
		sameFields(t, doc, target, typ, reached)
	case len(s.Properties) > 0 && typ.Kind() == reflect.Struct:
		sameMembers(t, doc, at, s.schemaDoc, typ, reached)
	}
}
