package protocol

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
)

// wireNames reads testdata/names.txt: lines of what (request, answer, input or output), a name, and an object with every field that the
// type has, under the names of the wire. The mixes of snake and camel case are facts, not choices.
func wireNames(t testing.TB, what string) map[string]json.RawMessage {
	t.Helper()
	text, err := os.ReadFile("testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]json.RawMessage{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		kind, rest, _ := strings.Cut(lines.Text(), " ")
		name, object, _ := strings.Cut(rest, " ")
		if kind == what {
			if !json.Valid([]byte(object)) {
				t.Fatalf("%s %s is no JSON", kind, name)
			}
			rows[name] = json.RawMessage(object)
		}
	}
	return rows
}

// TestNamesOfRequests holds what each request is written as, field by field.
func TestNamesOfRequests(t *testing.T) {
	t.Parallel()
	rows := wireNames(t, "request")
	kinds := RequestKinds()
	if len(rows) != len(kinds) {
		t.Errorf("%d rows, %d kinds", len(rows), len(kinds))
	}
	declared := 0
	for _, k := range kinds {
		if k.Declared {
			declared++
		}
		t.Run(k.Request.Subtype(), func(t *testing.T) {
			t.Parallel()
			value := filled(t, reflect.TypeOf(k.Request), rows[k.Request.Subtype()])
			line, err := EncodeRequest(NewID("r"), value.Elem().Interface().(Request))
			want := `{"type":"control_request","request_id":"r","request":{"subtype":"` + k.Request.Subtype() + `"`
			if own := string(rows[k.Request.Subtype()]); own != "{}" {
				want += "," + own[1:] + "}"
			} else {
				want += "}}"
			}
			if err != nil || string(line) != want {
				t.Errorf("%v\ngot  %s\nwant %s", err, line, want)
			}
		})
	}
	if declared != 41 {
		t.Errorf("%d declared requests, the SDK declares 41", declared)
	}
}

func TestNamesOfAnswers(t *testing.T) {
	t.Parallel()
	rows := wireNames(t, "answer")
	for _, k := range RequestKinds() {
		if k.Answer == nil {
			continue
		}
		t.Run(k.Request.Subtype(), func(t *testing.T) {
			t.Parallel()
			name := k.Request.Subtype()
			value := filled(t, reflect.TypeOf(k.Answer), rows[name])
			if k.Asker != BySDK {
				keepsItsJSON(t, value, rows[name])
			}
		})
	}
}

func TestNamesOfHooks(t *testing.T) {
	t.Parallel()
	inputs, outputs := wireNames(t, "input"), wireNames(t, "output")
	if len(inputs) != len(HookEvents()) || len(inputs) != 33 {
		t.Errorf("%d inputs of %d events", len(inputs), len(HookEvents()))
	}
	for _, row := range hookRows() {
		t.Run(row.event, func(t *testing.T) {
			t.Parallel()
			in := HookCallback{Input: inputs[row.event]}.HookInput()
			value := filled(t, reflect.TypeOf(in).Elem(), inputs[row.event])
			if in.Base().Event != row.event || !reflect.DeepEqual(in, value.Interface()) {
				t.Errorf("got %+v", in)
			}
			keepsItsJSON(t, value, inputs[row.event])
			if row.output == nil {
				return
			}
			answer := json.RawMessage(`{"hookSpecificOutput":` + string(outputs[row.event]) + `}`)
			out := View[HookOutput](answer)
			own, ok := out.Specific.(HookSpecificOutput)
			if !ok || own.HookEvent() != row.event {
				t.Fatalf("got %+v", out.Specific)
			}
			everySet(t, reflect.ValueOf(own), row.event)
			out.Raw = nil
			keepsItsJSON(t, reflect.ValueOf(out), answer)
		})
	}
}

// filled reads an object into a struct and checks that every field of it has arrived and that no member is without a field.
func filled(t *testing.T, of reflect.Type, object json.RawMessage) reflect.Value {
	t.Helper()
	if object == nil {
		t.Fatalf("no row for %s", of)
	}
	target := reflect.New(of)
	if own, ok := target.Interface().(lenient); ok {
		own.fromWire(object)
	} else {
		fill(object, target.Interface())
	}
	everySet(t, target.Elem(), of.Name())
	everyKnown(t, of, object, of.Name())
	return target
}

func keepsItsJSON(t *testing.T, value reflect.Value, want json.RawMessage) {
	t.Helper()
	got, err := encode(value.Interface())
	if err != nil || string(got) != string(want) {
		t.Errorf("%v\ngot  %s\nwant %s", err, got, want)
	}
}

// everySet checks that no field has its zero value, but those for what has no field.
func everySet(t *testing.T, v reflect.Value, at string) {
	t.Helper()
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			everySet(t, v.Elem(), at)
			return
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "Extra" && f.Name != "Raw" {
				everySet(t, v.Field(i), at+"."+f.Name)
			}
		}
		return
	case reflect.Slice:
		for i := range v.Len() {
			everySet(t, v.Index(i), at)
		}
	}
	if v.IsZero() {
		t.Errorf("%s is not set", at)
	}
}

// everyKnown checks that each member of an object has a field.
func everyKnown(t *testing.T, of reflect.Type, value json.RawMessage, at string) {
	t.Helper()
	switch {
	case of == rawType:
	case of.Kind() == reflect.Pointer:
		everyKnown(t, of.Elem(), value, at)
	case of.Kind() == reflect.Slice:
		for element := range Elements(value) {
			everyKnown(t, of.Elem(), element, at)
		}
	case of.Kind() == reflect.Map:
		for name, member := range Members(value) {
			everyKnown(t, of.Elem(), member, at+"."+name)
		}
	case of.Kind() == reflect.Struct && value[0] == '{':
		p := planOf(of)
		for name, member := range Members(value) {
			f := p.find([]byte(name), 0)
			if f == nil {
				t.Errorf("%s has no field for %s", at, name)
				continue
			}
			everyKnown(t, f.how.typ, member, at+"."+name)
		}
	}
}
