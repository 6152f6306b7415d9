package soak

import (
	_ "embed"
	"slices"
)

//go:embed soak.schema.json
var schema []byte

// JSONSchema returns the JSON Schema (draft 2020-12) of one line of a record. docs/soak.schema.json is a copy.
func JSONSchema() []byte { return slices.Clone(schema) }
