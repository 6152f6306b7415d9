package schema

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/google/jsonschema-go/jsonschema"
)

// answerTo is how the entries for answers begin; the subtype of the request follows.
const answerTo = "answer.json#/$defs/"

// set is the schemas and the judges by entry: a file, or a part of it. It is never changed.
type set struct {
	docs   documents
	judges map[string]judge
}

// judge compiles what it judges by at its first call.
type judge func() (*jsonschema.Resolved, error)

// judge returns the judge of a value, nil if there is none for entry.
func (s *set) judge(entry string, value any) judge {
	if object, ok := value.(map[string]any); ok {
		if kind, ok := object["type"].(string); ok {
			if narrow := s.judges[ofType(entry, kind)]; narrow != nil {
				return narrow
			}
		}
	}
	return s.judges[entry]
}

func ofType(entry, kind string) string { return entry + " of type " + kind }

var load = sync.OnceValues(parse)

func parse() (*set, error) {
	s := &set{docs: documents{}, judges: map[string]judge{}}
	for _, name := range Names() {
		text, err := Source(name)
		if err != nil {
			return nil, err
		}
		doc := new(jsonschema.Schema)
		if err := json.Unmarshal(text, doc); err != nil {
			return nil, fmt.Errorf("schema %s: %w", name, err)
		}
		s.docs[name] = doc
	}
	s.addLines("input.json")
	s.addLines("output.json")
	for name := range s.docs["answer.json"].Defs {
		if !strings.Contains(name, ".") { // a part
			s.add(answerTo+name, &jsonschema.Schema{Ref: base + answerTo + name})
		}
	}
	return s, nil
}

// addLines adds the judges of lines: one of all, and for each type one without the branches of the other types, since each branch
// that the validator tries in vain costs it microseconds.
func (s *set) addLines(name string) {
	doc := s.docs[name]
	s.add(name, doc)
	for _, branch := range doc.AllOf {
		kind, ok := branchType(branch)
		if !ok {
			continue
		}
		narrow := *doc
		narrow.AllOf = slices.DeleteFunc(slices.Clone(doc.AllOf), func(other *jsonschema.Schema) bool {
			_, apart := branchType(other)
			return apart && other != branch
		})
		s.add(ofType(name, kind), &narrow)
	}
}

// branchType returns the type of line that a branch is for, if its condition is one.
func branchType(branch *jsonschema.Schema) (kind string, ok bool) {
	if branch.If == nil || branch.Else != nil {
		return "", false
	}
	if named := branch.If.Properties["type"]; named != nil && named.Const != nil {
		kind, ok = (*named.Const).(string)
	}
	return kind, ok
}

func (s *set) add(entry string, root *jsonschema.Schema) {
	s.judges[entry] = sync.OnceValues(func() (*jsonschema.Resolved, error) {
		compiled, err := root.Resolve(&jsonschema.ResolveOptions{Loader: s.docs.load})
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", entry, err)
		}
		return compiled, nil
	})
}

// documents are the parsed schema files by name.
type documents map[string]*jsonschema.Schema

// load finds a document for the validator by its address.
func (d documents) load(at *url.URL) (*jsonschema.Schema, error) {
	doc := d[strings.TrimPrefix(at.String(), base)]
	if doc == nil {
		return nil, fmt.Errorf("expected one of %s, got %s", strings.Join(Names(), ", "), at)
	}
	return doc, nil
}
