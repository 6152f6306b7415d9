package scenarios

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// isOperator reports whether a one-key map with that key is an operator.
func isOperator(key string) bool {
	switch key {
	case "json", "absent", "present", "absent_or", "not", "contains", "lacks", "regex", "one_of", "type", "size", "above", "below":
		return true
	}
	return false
}

// CheckValue says whether v may stand in match or where: a scalar, or a map of one operator with a fitting argument.
// Arguments with ${...} are judged as far as they are known.
func CheckValue(v Value) error {
	op, arg, ok := operator(v)
	if !ok {
		return scalarOnly(v)
	}
	if err := checkArg(op, arg); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

// scalarOnly refuses what is neither a scalar nor an operator.
func scalarOnly(v Value) error {
	switch v := v.(type) {
	case []any:
		return errors.New("want a scalar or an operator, got a list: compare lists with {json: '[...]'}")
	case map[string]any:
		for key := range v {
			return fmt.Errorf("want a scalar or one operator (json, absent, present, absent_or, not, contains, lacks, regex, "+
				"one_of, type, size, above, below), got a map of %d with %q", len(v), key)
		}
		return errors.New("want a scalar or one operator, got an empty map")
	}
	return nil
}

// isTemplate reports whether v is still to be substituted.
func isTemplate(v Value) bool {
	s, ok := v.(string)
	return ok && strings.Contains(s, "${")
}

// checkArg judges the argument of an operator.
func checkArg(op string, arg Value) error {
	if isTemplate(arg) {
		return nil
	}
	switch op {
	case "json":
		return checkJSONArg(arg)
	case "absent", "present":
		_, err := wantBool(arg)
		return err
	case "not", "absent_or", "contains", "lacks":
		return CheckValue(arg)
	case "regex":
		_, err := wantRegexp(arg)
		return err
	case "one_of":
		return checkList(arg)
	case "type":
		_, err := wantType(arg)
		return err
	case "size":
		if _, _, ok := operator(arg); ok {
			return CheckValue(arg)
		}
	}
	_, err := wantNumber(arg)
	return err
}

func checkJSONArg(arg Value) error {
	s, ok := arg.(string)
	if !ok || !validJSON([]byte(s)) {
		return fmt.Errorf("want JSON text in a scalar, got %v", arg)
	}
	return nil
}

func checkList(arg Value) error {
	list, ok := arg.([]any)
	if !ok || len(list) == 0 {
		return fmt.Errorf("want a list of values, got %v", arg)
	}
	for i, e := range list {
		if err := CheckValue(e); err != nil {
			return fmt.Errorf("value %d: %w", i+1, err)
		}
	}
	return nil
}

func wantBool(arg Value) (bool, error) {
	b, ok := arg.(bool)
	if !ok {
		return false, fmt.Errorf("want true or false, got %v", arg)
	}
	return b, nil
}

func wantRegexp(arg Value) (*regexp.Regexp, error) {
	s, ok := arg.(string)
	if !ok {
		return nil, fmt.Errorf("want a regular expression, got %v", arg)
	}
	return regexp.Compile(s)
}

func wantType(arg Value) (string, error) {
	names := []string{"string", "number", "boolean", "object", "array", "null"}
	s, ok := arg.(string)
	if !ok || !slices.Contains(names, s) {
		return "", fmt.Errorf("want one of %s, got %v", strings.Join(names, ", "), arg)
	}
	return s, nil
}

func wantNumber(arg Value) (decimal, error) {
	switch n := arg.(type) {
	case json.Number:
		if isJSONNumber([]byte(n)) {
			return parseDecimal(string(n)), nil
		}
	case string: // a capture of a string that holds a number is no number
	}
	return decimal{}, fmt.Errorf("want a number, got %v", arg)
}

// apply runs one operator on what was found (nil: absent). Nested values are resolved where they are compared.
func (m matcher) apply(op string, got []byte, arg Value) (bool, error) {
	switch op {
	case "not":
		return m.negated(m.holds(got, arg))
	case "absent_or":
		if got == nil {
			return true, nil
		}
		return m.plain(m.holds(got, arg))
	case "one_of":
		return m.oneOf(got, arg)
	case "contains":
		return m.contains(got, arg)
	case "lacks":
		has, err := m.contains(got, arg)
		return !has, err
	case "json":
		return m.sameJSON(got, arg)
	case "size":
		return m.size(got, arg)
	}
	resolved, err := Resolve(arg, m.env)
	if err != nil {
		return false, err
	}
	return applySimple(op, got, resolved)
}

// applySimple runs the operators whose argument is a plain scalar.
func applySimple(op string, got []byte, arg Value) (bool, error) {
	switch op {
	case "absent":
		want, err := wantBool(arg)
		return (got == nil) == want, err
	case "present":
		want, err := wantBool(arg)
		return (got != nil) == want, err
	case "type":
		want, err := wantType(arg)
		return got != nil && typeName(got) == want, err
	case "regex":
		re, err := wantRegexp(arg)
		return err == nil && got != nil && re.MatchString(textOf(got)), err
	default: // above, below
		want, err := wantNumber(arg)
		if err != nil || got == nil || !isJSONNumber(got) {
			return false, err
		}
		order := parseDecimal(string(got)).cmp(want)
		return op == "above" && order > 0 || op == "below" && order < 0, nil
	}
}

// plain turns a nested verdict into a result; an invalid one stays an error.
func (m matcher) plain(v verdict) (bool, error) {
	if v.op == "invalid" {
		return false, errors.New(v.want)
	}
	return v.ok, nil
}

func (m matcher) negated(v verdict) (bool, error) {
	ok, err := m.plain(v)
	return !ok && err == nil, err
}

func (m matcher) oneOf(got []byte, arg Value) (bool, error) {
	list, ok := arg.([]any)
	if !ok {
		return false, fmt.Errorf("want a list of values, got %v", arg)
	}
	for _, e := range list {
		if ok, err := m.plain(m.holds(got, e)); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// contains looks for a part of a string, an element of a list, or a key of an object.
func (m matcher) contains(got []byte, arg Value) (bool, error) {
	switch {
	case got == nil:
		return false, nil
	case got[0] == '[':
		return m.hasElement(got, arg)
	}
	want, err := resolveJSONValue(arg, m.env)
	if err != nil {
		return false, err
	}
	if got[0] == '{' {
		_, has := members(gjson.ParseBytes(got))[textOf(want)]
		return has, nil
	}
	return strings.Contains(textOf(got), textOf(want)), nil
}

func (m matcher) hasElement(list []byte, arg Value) (found bool, err error) {
	gjson.ParseBytes(list).ForEach(func(_, e gjson.Result) bool {
		found, err = m.plain(m.holds(rawResult(e), arg))
		return !found && err == nil
	})
	return found, err
}

func (m matcher) sameJSON(got []byte, arg Value) (bool, error) {
	s, ok := arg.(string)
	if !ok {
		return false, fmt.Errorf("want JSON text in a scalar, got %v", arg)
	}
	want, err := ResolveJSON(s, m.env)
	if err != nil {
		return false, err
	}
	if !validJSON(want) {
		return false, fmt.Errorf("want JSON text after substitution, got %s", shorten(string(want), 200))
	}
	return got != nil && equalRaw(trimJSON(want), got), nil
}

// size compares a length: code points of a string, elements of a list, keys of an object.
func (m matcher) size(got []byte, arg Value) (bool, error) {
	n := -1
	switch {
	case got == nil:
	case got[0] == '"':
		n = utf8.RuneCountInString(unquoteJSON(got))
	case got[0] == '[':
		n = len(gjson.ParseBytes(got).Array())
	case got[0] == '{':
		n = len(members(gjson.ParseBytes(got)))
	}
	if n < 0 {
		return false, nil
	}
	return m.plain(m.holds(strconv.AppendInt(nil, int64(n), 10), arg))
}

// textOf is a string's text, or another value's JSON.
func textOf(raw []byte) string {
	if raw[0] == '"' {
		return unquoteJSON(raw)
	}
	return string(raw)
}

// typeName names the type of a JSON value.
func typeName(raw []byte) string {
	switch raw[0] {
	case '"':
		return "string"
	case '{':
		return "object"
	case '[':
		return "array"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}
