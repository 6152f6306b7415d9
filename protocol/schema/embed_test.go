package schema_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"slices"
	"testing"

	"github.com/wiretrial/wiretrial/protocol/schema"
)

func TestEachSchemaFileIsNamedAndIsJSON(t *testing.T) {
	t.Parallel()
	found, err := fs.Glob(os.DirFS("."), "*.json")
	if err != nil {
		t.Fatal(err)
	}
	names := schema.Names()
	slices.Sort(names)
	if !slices.Equal(found, names) {
		t.Errorf("files %v, names %v", found, names)
	}
	for _, name := range names {
		text, err := schema.Source(name)
		if err != nil || !json.Valid(text) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchemasArePublished(t *testing.T) {
	t.Parallel()
	for _, name := range schema.Names() {
		text, err := schema.Source(name)
		if err != nil {
			t.Fatal(err)
		}
		published, err := os.ReadFile("../../docs/protocol/" + name)
		if err != nil || !bytes.Equal(published, text) {
			t.Errorf("docs/protocol/%s is not protocol/schema/%s; copy it (%v)", name, name, err)
		}
	}
}

func TestAnUnknownSchemaIsAnError(t *testing.T) {
	t.Parallel()
	if text, err := schema.Source("nope.json"); err == nil {
		t.Errorf("got %s", text)
	}
}

func TestEachRequestInTheSchemaIsReached(t *testing.T) {
	t.Parallel()
	text, err := schema.Source("request.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		AllOf []struct {
			If struct {
				Properties struct{ Subtype struct{ Const string } }
			}
			Then struct {
				Ref string `json:"$ref"`
			}
		}
		Defs map[string]json.RawMessage `json:"$defs"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	reached := map[string]bool{"matcher": true} // not a request
	for _, branch := range doc.AllOf {
		name := branch.If.Properties.Subtype.Const
		if branch.Then.Ref != "#/$defs/"+name {
			t.Errorf("%s leads to %s", name, branch.Then.Ref)
		}
		reached[name] = true
	}
	for name := range doc.Defs {
		if !reached[name] {
			t.Errorf("%s is judged by nothing", name)
		}
	}
	if len(reached) < 38 {
		t.Errorf("only %d requests", len(reached))
	}
}
