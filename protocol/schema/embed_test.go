package schema_test

import (
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

func TestAnUnknownSchemaIsAnError(t *testing.T) {
	t.Parallel()
	if text, err := schema.Source("nope.json"); err == nil {
		t.Errorf("got %s", text)
	}
}
