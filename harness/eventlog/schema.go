package eventlog

import (
	_ "embed"
	"slices"
)

//go:embed log.schema.json
var schema []byte

// JSONSchema returns the JSON Schema (draft 2020-12) of one line of a log. docs/log.schema.json is a copy.
func JSONSchema() []byte { return slices.Clone(schema) }
