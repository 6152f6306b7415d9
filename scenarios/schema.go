package scenarios

import (
	_ "embed"
	"slices"
)

//go:embed scenario.schema.json
var schemaText []byte

// Schema returns the JSON Schema (draft 2020-12) of a scenario file, for editors. docs/scenario.schema.json is a copy. It refuses nothing
// that Load accepts; Load is stricter, since a schema knows no order of keys, no names and no variants.
func Schema() []byte { return slices.Clone(schemaText) }
