package scenarios

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"
)

func compiledSchema(t testing.TB) *jsonschema.Resolved {
	t.Helper()
	doc := new(jsonschema.Schema)
	if err := json.Unmarshal(Schema(), doc); err != nil {
		t.Fatal(err)
	}
	s, err := doc.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance reads a file as an editor does: YAML as it stands, numbers as float64.
func instance(t testing.TB, name string) (Value, bool) {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	top := parse(name, src, newReport())
	text, err := json.Marshal(top.plain())
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var value Value
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return value, top != nil
}

func TestSchemaIsPublished(t *testing.T) {
	t.Parallel()
	published, err := os.ReadFile("../docs/scenario.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(published, Schema()) {
		t.Error("docs/scenario.schema.json is not the embedded scenarios/scenario.schema.json; copy it")
	}
}

func TestSchemaAcceptsWhatLoads(t *testing.T) {
	t.Parallel()
	s := compiledSchema(t)
	own, err := filepath.Glob("*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(own, sketches(t)...) {
		doc, _ := instance(t, name)
		if err := s.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range corpus(t) {
		if p := judge(t, name); LintRules()[promised(name)] == "" || slices.ContainsFunc(p, func(p Problem) bool { return LintRules()[p.Rule] == "" }) {
			continue // the loader refuses it
		}
		doc, _ := instance(t, name)
		if err := s.Validate(doc); err != nil {
			t.Errorf("the loader accepts %s, the schema does not: %v", name, err)
		}
	}
}

// blind are the invalid files that a schema cannot tell: their fault is in the text, in a name, or in what a variant makes.
func blind() []string {
	return []string{
		"file-cases", "file-cases-branches", "file-entry", "file-id_", "file-variant-none", "yaml-document",
		"yaml-duplicate", "yaml-duplicate-filled", "yaml-duplicate-names", "yaml-folded", "yaml-key", "yaml-merge", "yaml-syntax",
		"yaml-tag", "yaml-utf8", "yaml-number", "yaml-document-empty", "yaml-document-list",
	}
}

func TestSchemaRefusesWhatTheLoaderRefuses(t *testing.T) {
	t.Parallel()
	s := compiledSchema(t)
	for _, name := range corpus(t) {
		base := filepath.Base(name[:len(name)-len(".yaml")])
		if LintRules()[promised(name)] != "" {
			continue // it loads
		}
		doc, read := instance(t, name)
		refused := !read || s.Validate(doc) != nil
		if can := !slices.Contains(blind(), base); refused != can && read {
			t.Errorf("%s: refused by the schema: %t, want %t (a file that no schema can tell is listed in blind)", base, refused, can)
		}
	}
}

func TestSchemaHasTheVerbsOfTheLoader(t *testing.T) {
	t.Parallel()
	var doc struct {
		Properties map[string]json.RawMessage
		Defs       struct {
			Step struct {
				AnyOf []struct{ Properties map[string]json.RawMessage }
			}
			Operation, Failure, Signal struct{ AnyOf []struct{ Enum []string } }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	got, want := map[string][]string{}, map[string][]string{}
	for _, step := range doc.Defs.Step.AnyOf {
		var keys []string
		verb := ""
		for key := range step.Properties {
			if _, known := verbs()[key]; known {
				verb = key
				continue
			}
			keys = append(keys, key)
		}
		slices.Sort(keys)
		if verb != "" {
			got[verb] = keys
		}
	}
	for key, v := range verbs() {
		want[key] = slices.Sorted(slices.Values(v.keys))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("verbs and refinements differ (-loader +schema):\n%s", diff)
	}
	for _, list := range []struct {
		name      string
		want, got []string
	}{
		{"operations", Operations(), doc.Defs.Operation.AnyOf[0].Enum},
		{"failures", FailureKinds(), doc.Defs.Failure.AnyOf[0].Enum},
		{"signals", signalNames(), doc.Defs.Signal.AnyOf[0].Enum},
	} {
		if diff := cmp.Diff(list.want, list.got); diff != "" {
			t.Errorf("%s differ (-loader +schema):\n%s", list.name, diff)
		}
	}
	for _, key := range fileKeys() {
		if doc.Properties[key] == nil {
			t.Errorf("the schema does not know the file key %s", key)
		}
	}
}
