package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
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

// explain says why the value at path in line was refused by the schema that entry names: its first fault is the outermost, then
// the first by name. The line is decoded again, for its numbers as they stand there.
func (s *set) explain(entry string, line []byte, path []string, refusal error) error {
	object, err := decodeExactly(line)
	if err != nil {
		return err
	}
	value := within(object, path)
	faults := s.docs.faults(entry, path, value)
	if len(faults) == 0 { // a keyword that the walk does not know
		return &Error{
			Path: strings.Join(path, "."), Expected: "a value that fits " + entry, Got: describe(value) + ", " + cut(refusal.Error()),
		}
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

// within returns the value under names in an object.
func within(value any, names []string) any {
	for _, name := range names {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
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

// negation says what a not means, by its own description.
func negation(not *jsonschema.Schema) string {
	if not.Description != "" {
		return "another value, since " + not.Description
	}
	return "another value"
}

// unknownName reports a name that an object must not have, with the one that was probably meant.
func unknownName(path, name string, properties map[string]*jsonschema.Schema) *Error {
	expected := knownName
	for known := range properties {
		if plain(known) == plain(name) {
			expected = "the name " + strconv.Quote(known)
		}
	}
	return &Error{Path: path, Expected: expected, Got: "the name " + quote(name)}
}

// plain strips what languages disagree about: case and underscores.
func plain(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// types names the types that a schema allows, in its order.
func types(want []string) string {
	names := make([]string, 0, len(want))
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

func atLeast(length int) string {
	if length == 1 {
		return "a string that is not empty"
	}
	return fmt.Sprintf("a string of at least %d characters", length)
}
