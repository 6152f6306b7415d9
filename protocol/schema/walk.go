package schema

import (
	"encoding/json"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/jsonschema-go/jsonschema"
)

// spot is where the walk stands: in which document, and at which value of the line.
type spot struct {
	doc  string
	path string
}

func (s spot) child(name string) spot {
	if s.path != "" {
		name = s.path + "." + name
	}
	return spot{doc: s.doc, path: name}
}

// faults walks through the schema that entry names and through value, which stands at path, and returns all that does not fit. It
// knows the keywords that our schemas use and no others. Numbers are json.Number.
func (d documents) faults(entry string, path []string, value any) []*Error {
	s, doc := d.follow(spot{}, entry)
	return d.walk(spot{doc: doc, path: strings.Join(path, ".")}, s, value)
}

func (d documents) walk(at spot, s *jsonschema.Schema, value any) []*Error {
	var found []*Error
	if s.Ref != "" {
		target, doc := d.follow(at, s.Ref)
		found = d.walk(spot{doc: doc, path: at.path}, target, value)
	}
	if want := typesOf(s); len(want) > 0 && !isOneOf(value, want) {
		return append(found, fault(at, types(want), value))
	}
	found = append(found, ofScalar(at, s, value)...)
	found = append(found, d.ofBranches(at, s, value)...)
	switch v := value.(type) {
	case map[string]any:
		found = append(found, d.ofObject(at, s, v)...)
	case []any:
		if s.Items != nil {
			for i, item := range v {
				found = append(found, d.walk(at.child(strconv.Itoa(i)), s.Items, item)...)
			}
		}
	}
	return found
}

// follow returns what a reference means that stands in the document of at: "#/$defs/NAME", "FILE", or both in one.
func (d documents) follow(at spot, ref string) (target *jsonschema.Schema, doc string) {
	doc, fragment, _ := strings.Cut(ref, "#")
	if doc == "" {
		doc = at.doc
	}
	target = d[doc]
	if name, ok := strings.CutPrefix(fragment, "/$defs/"); ok {
		target = target.Defs[name]
	}
	return target, doc
}

func (d documents) fits(at spot, s *jsonschema.Schema, value any) bool {
	return len(d.walk(at, s, value)) == 0
}

// ofScalar judges by what is not about members.
func ofScalar(at spot, s *jsonschema.Schema, value any) []*Error {
	var found []*Error
	if s.Const != nil && !equal(*s.Const, value) {
		found = append(found, fault(at, literal(*s.Const), value))
	}
	if s.Enum != nil && !slices.ContainsFunc(s.Enum, func(want any) bool { return equal(want, value) }) {
		found = append(found, fault(at, oneOf(s.Enum), value))
	}
	text, ok := value.(string)
	if !ok {
		return found
	}
	if s.MinLength != nil && utf8.RuneCountInString(text) < *s.MinLength {
		found = append(found, fault(at, atLeast(*s.MinLength), value))
	}
	if s.Pattern != "" {
		if ok, err := regexp.MatchString(s.Pattern, text); err != nil || !ok {
			found = append(found, fault(at, "a string like "+s.Pattern, value))
		}
	}
	return found
}

// ofBranches judges by allOf, if and not.
func (d documents) ofBranches(at spot, s *jsonschema.Schema, value any) []*Error {
	var found []*Error
	for _, each := range s.AllOf {
		found = append(found, d.walk(at, each, value)...)
	}
	if s.Not != nil && d.fits(at, s.Not, value) {
		found = append(found, fault(at, negation(s.Not), value))
	}
	if s.If == nil {
		return found
	}
	branch := s.Else
	if d.fits(at, s.If, value) {
		branch = s.Then
	}
	if branch != nil {
		found = append(found, d.walk(at, branch, value)...)
	}
	return found
}

// ofObject judges the members of an object.
func (d documents) ofObject(at spot, s *jsonschema.Schema, object map[string]any) []*Error {
	var found []*Error
	for _, name := range s.Required {
		if _, given := object[name]; !given {
			found = append(found, &Error{Path: at.path, Expected: strconv.Quote(name), Got: "none"})
		}
	}
	for name, member := range object {
		if s.PropertyNames != nil && !d.fits(at, s.PropertyNames, name) {
			found = append(found, unknownName(at.path, name, s.Properties))
		}
		want, known := s.Properties[name]
		switch {
		case known:
			found = append(found, d.walk(at.child(name), want, member)...)
		case s.AdditionalProperties == nil:
		case isNothing(s.AdditionalProperties):
			found = append(found, unknownName(at.path, name, s.Properties))
		default:
			found = append(found, d.walk(at.child(name), s.AdditionalProperties, member)...)
		}
	}
	return found
}

// isNothing reports whether a schema is false, which the library spells as the negation of true.
func isNothing(s *jsonschema.Schema) bool { return s.Not != nil && reflect.ValueOf(*s.Not).IsZero() }

func typesOf(s *jsonschema.Schema) []string {
	if s.Type != "" {
		return []string{s.Type}
	}
	return s.Types
}

// isOneOf reports whether a value is of one of the named types. A number without a fraction is an integer, too.
func isOneOf(value any, names []string) bool {
	name := "object"
	switch v := value.(type) {
	case nil:
		name = "null"
	case bool:
		name = "boolean"
	case string:
		name = "string"
	case []any:
		name = "array"
	case json.Number:
		name = "number"
		if f, err := v.Float64(); err == nil && f == math.Trunc(f) && slices.Contains(names, "integer") {
			name = "integer"
		}
	}
	return slices.Contains(names, name)
}

func equal(want, got any) bool {
	if number, ok := got.(json.Number); ok {
		got = floats(number)
	}
	return jsonschema.Equal(want, got)
}

func fault(at spot, expected string, got any) *Error {
	return &Error{Path: at.path, Expected: expected, Got: describe(got)}
}
