package adapters

import (
	"embed"
	"fmt"
)

// The records of what each SDK is known to do otherwise. Package harness/deviations reads them.
//
//go:embed */deviations.yaml
var recorded embed.FS

// Deviations returns the file of known deviations of an SDK by name, go included. The error is fs.ErrNotExist where nothing is recorded.
func Deviations(name string) ([]byte, error) {
	src, err := recorded.ReadFile(name + "/deviations.yaml")
	if err != nil {
		return nil, fmt.Errorf("known deviations of %s: %w", name, err)
	}
	return src, nil
}
