package schema_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/protocol/schema"
)

// corpus returns the lines of a folder by name, without their line feeds.
func corpus(t testing.TB, folder string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.json"))
	if err != nil || len(paths) < 30 {
		t.Fatalf("found %d files in %s: %v", len(paths), folder, err)
	}
	lines := map[string][]byte{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines[strings.TrimSuffix(filepath.Base(path), ".json")] = bytes.TrimSuffix(text, []byte("\n"))
	}
	return lines
}

func TestLegalVariantsAreAccepted(t *testing.T) {
	t.Parallel()
	for name, line := range corpus(t, "accept") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := schema.CheckInput(line); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWrongLinesAreRefusedAndSayWhy(t *testing.T) {
	t.Parallel()
	for name, line := range corpus(t, "refuse") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(filepath.Join("testdata", "refuse", name+".want"))
			if err != nil {
				t.Fatal(err)
			}
			err = schema.CheckInput(line)
			var fault *schema.Error
			if !errors.As(err, &fault) {
				t.Fatalf("got %v, want a *schema.Error", err)
			}
			if !strings.Contains(err.Error(), strings.TrimSuffix(string(want), "\n")) {
				t.Errorf("got  %s\nwant %s", err, want)
			}
		})
	}
}
