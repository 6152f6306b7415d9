package scenarios

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"reflect"
	"slices"
	"strings"
)

// Digest returns 16 hexadecimal digits that stand for what the file plays: its cases with all their steps, frames and settings. It changes
// with each of these, and not with a comment, the layout, the title, the level, the rules or the sources. Stock frames count by name.
// The error is that of Cases.
func (f *File) Digest() (string, error) {
	cases, err := f.Cases()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for i := range cases {
		digestValue(h, reflect.ValueOf(cases[i]))
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

// undigested are the types of fields that say nothing of what is played.
func undigested(t reflect.Type) bool {
	return t == reflect.TypeFor[Pos]() || t == reflect.TypeFor[*File]() || t == reflect.TypeFor[Level]()
}

// digestValue writes a value so that no two that differ are written alike: each part with its size, maps by their keys' order. An empty
// field is left out, so that one that is new to the language changes no digest.
func digestValue(h hash.Hash, v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			fmt.Fprint(h, "nil;")
			return
		}
		digestValue(h, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); !undigested(field.Type) && !v.Field(i).IsZero() {
				fmt.Fprintf(h, "%s=", field.Name)
				digestValue(h, v.Field(i))
			}
		}
		fmt.Fprint(h, ".;")
	case reflect.Slice, reflect.Array:
		fmt.Fprintf(h, "[%d;", v.Len())
		for i := range v.Len() {
			digestValue(h, v.Index(i))
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		fmt.Fprintf(h, "{%d;", len(keys))
		for _, k := range keys {
			digestValue(h, k)
			digestValue(h, v.MapIndex(k))
		}
	default: // text, numbers, truth: the type tells the number 1 from the text "1"
		text := fmt.Sprint(v.Interface())
		fmt.Fprintf(h, "%s %d:%s;", v.Type(), len(text), text)
	}
}
