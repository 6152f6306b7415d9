package schema

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// knownKeywords are what the walk judges by, then what judges nothing.
func knownKeywords() []string {
	return []string{
		"$ref", "type", "const", "enum", "minLength", "pattern", "allOf", "if", "then", "else", "not", "properties", "required",
		"additionalProperties", "propertyNames", "items",
		"$schema", "$id", "$defs", "title", "description",
	}
}

func TestWalkKnowsEachKeywordInUse(t *testing.T) {
	t.Parallel()
	for _, name := range Names() {
		text, err := Source(name)
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		checkKeywords(t, name, doc)
	}
}

func checkKeywords(t *testing.T, at string, node any) {
	t.Helper()
	switch v := node.(type) {
	case []any:
		for _, item := range v {
			checkKeywords(t, at, item)
		}
	case map[string]any:
		for keyword, value := range v {
			if !slices.Contains(knownKeywords(), keyword) {
				t.Errorf("%s: the walk does not know %s", at, keyword)
			}
			switch keyword {
			case "properties", "$defs":
				for name, member := range value.(map[string]any) {
					checkKeywords(t, at+" "+name, member)
				}
			case "const", "enum":
			default:
				checkKeywords(t, at, value)
			}
		}
	}
}

// lines returns the lines of both corpora by folder and name.
func lines(t testing.TB) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	for _, folder := range []string{"accept", "refuse"} {
		paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.json"))
		if err != nil || len(paths) < 30 {
			t.Fatalf("found %d files in %s: %v", len(paths), folder, err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			found[folder+"/"+strings.TrimSuffix(filepath.Base(path), ".json")] = bytes.TrimSuffix(text, []byte("\n"))
		}
	}
	return found
}

// The walk finds a fault in each line that the validator refuses, and in no other.
func TestWalkAgreesWithTheValidator(t *testing.T) {
	t.Parallel()
	explained := 0
	for name, line := range lines(t) {
		for entry, refused := range agree(t, line) {
			if entry != "input.json" {
				continue
			}
			if want := strings.HasPrefix(name, "refuse/"); refused != want {
				t.Errorf("%s: refused: %t", name, refused)
			}
			if refused {
				explained++
			}
		}
	}
	if explained < 40 {
		t.Errorf("only %d lines are JSON and refused", explained)
	}
}

func FuzzWalk(f *testing.F) {
	for _, line := range lines(f) {
		f.Add(line)
	}
	f.Add([]byte(`{"behavior":"allow","updatedPermissions":[{"type":"addRules","rules":[{"toolName":"Bash","ruleContent":null}]}]}`))
	f.Add([]byte(`{"continue_":false,"async":1}`))
	f.Add([]byte(`{"mcp_response":{"jsonrpc":"2.0","error":{"code":1.5,"message":"m"}}}`))
	f.Add([]byte(`{"type":"result","subtype":"success","num_turns":2e0}`))
	f.Fuzz(func(t *testing.T, line []byte) { agree(t, line) })
}

// agree checks that the judge of each entry, the one for the line's type if there is one, and the walk come to the same
// verdict about a line. It returns which entries refuse it; none if it is no JSON object.
func agree(t *testing.T, line []byte) map[string]bool {
	t.Helper()
	s, err := load()
	if err != nil {
		t.Fatal(err)
	}
	exact, err := decodeExactly(line)
	if err != nil {
		return nil
	}
	value, err := decode(line)
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	refuses := map[string]bool{}
	for entry := range s.judges {
		if strings.Contains(entry, " ") { // of one type
			continue
		}
		refuses[entry] = refused(t, s.judges[entry], value)
		if narrow := refused(t, s.judge(entry, value), value); narrow != refuses[entry] {
			t.Errorf("%s of %q: refused: %t, by its type: %t", entry, line, refuses[entry], narrow)
		}
		if faults := s.docs.faults(entry, nil, exact); len(faults) > 0 != refuses[entry] {
			t.Errorf("%s of %q: refused: %t, the walk finds %v", entry, line, refuses[entry], faults)
		}
	}
	return refuses
}

func refused(t *testing.T, by judge, value any) bool {
	t.Helper()
	compiled, err := by()
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Validate(value) != nil
}
