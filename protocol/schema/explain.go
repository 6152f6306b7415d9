package schema

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Error says why a line does not fit.
type Error struct {
	// Path leads to the value in question, as in gjson: "request.hooks.PreToolUse.0.timeout". Empty for the line itself.
	Path string
	// Offset is the byte at which a line stops being JSON or UTF-8; 0 for all other faults.
	Offset int64
	// Expected and Got say what should stand there and what does, for people.
	Expected string
	Got      string
	// More is how many further faults the line has.
	More int
}

// Error returns one line: the place, what was expected, what was there.
func (e *Error) Error() string {
	where := e.Path
	switch {
	case where != "":
	case e.Offset > 0:
		where = fmt.Sprintf("byte %d", e.Offset)
	default:
		where = "line"
	}
	text := fmt.Sprintf("%s: expected %s, got %s", where, e.Expected, e.Got)
	if e.More > 0 {
		text += fmt.Sprintf(" (and %d more)", e.More)
	}
	return text
}

// explain turns the validator's tree of causes into its first fault: the outermost, then the first by name.
func (s *set) explain(err error, path []string, value any) error {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return err
	}
	var faults []*Error
	for _, leaf := range leaves(invalid, nil) {
		place := slices.Concat(path, leaf.InstanceLocation)
		faults = append(faults, s.faults(leaf, place, at(value, leaf.InstanceLocation))...)
	}
	slices.SortFunc(faults, func(a, b *Error) int {
		return cmp.Or(
			cmp.Compare(strings.Count(a.Path, "."), strings.Count(b.Path, ".")),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(rank(a), rank(b)),
			cmp.Compare(a.Expected+a.Got, b.Expected+b.Got))
	})
	faults = slices.CompactFunc(faults, func(a, b *Error) bool { return *a == *b })
	first := faults[0]
	first.More = len(faults) - 1
	return first
}

// rank puts a name that is nearly right before the one that is missing because of it, and names that mean nothing last.
func rank(e *Error) int {
	switch {
	case e.Expected == knownName:
		return 2
	case strings.HasPrefix(e.Expected, "the name"):
		return 0
	}
	return 1
}

const knownName = "a known name"

func leaves(e *jsonschema.ValidationError, found []*jsonschema.ValidationError) []*jsonschema.ValidationError {
	if _, named := e.ErrorKind.(*kind.PropertyNames); named || len(e.Causes) == 0 {
		return append(found, e)
	}
	for _, cause := range e.Causes {
		found = leaves(cause, found)
	}
	return found
}

// at returns the value at a location.
func at(value any, location []string) any {
	for _, token := range location {
		switch v := value.(type) {
		case map[string]any:
			value = v[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i >= len(v) {
				return nil
			}
			value = v[i]
		}
	}
	return value
}

func (s *set) faults(leaf *jsonschema.ValidationError, place []string, value any) []*Error {
	path, got := strings.Join(place, "."), describe(value)
	fault := func(expected, got string) []*Error {
		return []*Error{{Path: path, Expected: expected, Got: got}}
	}
	switch k := leaf.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		return s.unknownNames(leaf.SchemaURL, path, k.Properties)
	case *kind.PropertyNames:
		return s.unknownNames(strings.TrimSuffix(leaf.SchemaURL, "/propertyNames"), path, []string{k.Property})
	case *kind.Required:
		var missing []*Error
		for _, name := range k.Missing {
			missing = append(missing, &Error{Path: path, Expected: strconv.Quote(name), Got: "none"})
		}
		return missing
	case *kind.Type:
		return fault(types(k.Want), got)
	case *kind.Const:
		return fault(literal(k.Want), got)
	case *kind.Enum:
		return fault(oneOf(k.Want), got)
	case *kind.MinLength:
		return fault("a string that is not empty", got)
	case *kind.Pattern:
		return fault("a string like "+k.Want, got)
	case *kind.Not:
		return fault(s.negation(leaf.SchemaURL), got)
	}
	return fault("a value that fits "+leaf.SchemaURL, got)
}

// negation says what a not means, by its own description.
func (s *set) negation(location string) string {
	node, _ := s.lookup(location).(map[string]any)
	not, _ := node["not"].(map[string]any)
	if text, ok := not["description"].(string); ok {
		return "another value, since " + text
	}
	return "another value"
}

// unknownNames reports each name that a closed object must not have, with the name that was probably meant.
func (s *set) unknownNames(location, path string, names []string) []*Error {
	node, _ := s.lookup(location).(map[string]any)
	properties, _ := node["properties"].(map[string]any)
	var faults []*Error
	for _, name := range names {
		expected := knownName
		for known := range properties {
			if plain(known) == plain(name) {
				expected = "the name " + strconv.Quote(known)
			}
		}
		faults = append(faults, &Error{Path: path, Expected: expected, Got: "the name " + quote(name)})
	}
	return faults
}

// plain strips what languages disagree about: case and underscores.
func plain(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// lookup returns the schema at an absolute location with a JSON pointer as its fragment.
func (s *set) lookup(location string) any {
	file, pointer, _ := strings.Cut(location, "#")
	node := s.docs[file]
	for _, token := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if token == "" {
			continue
		}
		if plain, err := url.PathUnescape(token); err == nil {
			token = plain
		}
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		node = at(node, []string{token})
	}
	return node
}

func types(want []string) string {
	var names []string
	for _, name := range want {
		switch name {
		case "object", "array", "integer":
			name = "an " + name
		case "string", "number", "boolean":
			name = "a " + name
		}
		names = append(names, name)
	}
	return strings.Join(names, " or ")
}

func literal(value any) string {
	if text, ok := value.(string); ok {
		return strconv.Quote(text)
	}
	return fmt.Sprint(value)
}

func oneOf(values []any) string {
	var texts []string
	for _, value := range values {
		texts = append(texts, literal(value))
	}
	return strings.Join(texts, " or ")
}
