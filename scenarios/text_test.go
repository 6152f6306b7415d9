package scenarios

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testEnv knows one captured line, i = 3 and a directory.
func testEnv() Env {
	line := []byte(`{"request_id":"r1","n":12345678901234567890123,"quote":"a\"b\nc","list":[1,{"k":"v"}],"lone":"\ud800","nil":null}`)
	return Env{I: 3, HasI: true, Dir: "/run/1", Seed: 7, Variant: map[string]Value{"text": "é", "n": json.Number("5"), "list": []any{"${i}"}},
		Capture: func(name, path string) ([]byte, error) {
			if name != "init" {
				return nil, errors.New("unknown name")
			}
			if b, ok := Lookup(line, path); ok {
				return b, nil
			}
			return nil, errors.New("absent")
		}}
}

func TestResolveText(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"":                               "",
		"plain $ { } text":               "plain $ { } text",
		"m${i}":                          "m3",
		"${dir}/nowhere":                 "/run/1/nowhere",
		"${fill:ab*3}":                   "ababab",
		"${fill:a*b*2}":                  "a*ba*b",
		"${fill: *2}|":                   "  |",
		"${fill:x*1KiB}":                 strings.Repeat("x", 1024),
		"${fill:${variant.text}*2}":      "éé",
		"${fill:x*${i}}":                 "xxx",
		"${fill:x*0}":                    "",
		"${init.request_id}":             "r1",
		"<${init.quote}>":                "<a\"b\nc>",
		"<${init.list}>":                 `<[1,{"k":"v"}]>`,
		"${init.list.1.k}":               "v",
		"${init.n}":                      "12345678901234567890123",
		"${init.nil}":                    "null",
		"${init.list.${fill:1*1}.k}":     "v",
		"${variant.n}${variant.text}":    "5é",
		"${init.request_id}${init.list}": `r1[1,{"k":"v"}]`,
	}
	for in, want := range tests {
		got, err := ResolveText(in, testEnv())
		if err != nil || got != want {
			t.Errorf("ResolveText(%q): want %q, got %q, %v", in, want, got, err)
		}
	}
}

func TestResolveErrorsNameTheExpression(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, expr string }{
		"unclosed":          {"a ${init.x", "${init.x"},
		"no such name":      {"a ${other.x} b", "${other.x}"},
		"no such path":      {"${init.nothing}", "${init.nothing}"},
		"no star":           {"${fill:abc}", "${fill:abc}"},
		"no number":         {"${fill:a*b}", "${fill:a*b}"},
		"negative":          {"${fill:a*-1}", "${fill:a*-1}"},
		"too long":          {"${fill:aaaa*100MiB}", "${fill:aaaa*100MiB}"},
		"too long in sum":   {"${fill:a*200MiB}${fill:b*200MiB}", "${fill:b*200MiB}"},
		"far too long":      {"${words:9999999999999999999}", "${words:9999999999999999999}"},
		"bytes in text":     {"${hex:ff}", "${hex:ff}"},
		"no column":         {"${variant.other}", "${variant.other}"},
		"empty":             {"${}", "${}"},
		"unknown generator": {"${stock:uuid}", "${stock:uuid}"},
		"inner":             {"${fill:${other}*2}", "${other}"},
		"too deep":          {strings.Repeat("${fill:", 40) + strings.Repeat("}", 40), "${fill:"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ResolveText(tt.in, testEnv())
			var sub *SubstitutionError
			if !errors.As(err, &sub) || !strings.HasPrefix(sub.Expr, tt.expr) || sub.Err == nil {
				t.Fatalf("want a SubstitutionError for %s, got %.60q, %v", tt.expr, got, err)
			}
		})
	}
	if _, err := ResolveText("${i}", Env{}); err == nil {
		t.Error("want an error for ${i} in a step without times")
	}
	if _, err := ResolveText("${words:999999MiB}", testEnv()); !errors.Is(err, ErrTooLong) {
		t.Errorf("want ErrTooLong, got %v", err)
	}
}

func TestResolveTakesTheType(t *testing.T) {
	t.Parallel()
	in := map[string]any{
		"number": "${i}", "text": "n${i}", "big": "${init.n}", "list": "${init.list}", "null": "${init.nil}", "same": true,
		"deep": []any{"${variant.list}", map[string]any{"k${i}": "${dir}"}}, "fill": "${fill:1*3}",
	}
	want := map[string]any{
		"number": json.Number("3"), "text": "n3", "big": json.Number("12345678901234567890123"),
		"list": []any{json.Number("1"), map[string]any{"k": "v"}}, "null": nil, "same": true,
		"deep": []any{[]any{json.Number("3")}, map[string]any{"k3": "/run/1"}}, "fill": "111",
	}
	got, err := Resolve(in, testEnv())
	if diff := cmp.Diff(any(want), got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if in["number"] != "${i}" {
		t.Error("want the given value unchanged, got it substituted in place")
	}
	if _, err := Resolve("${variant.a}", Env{Variant: map[string]Value{"a": "${variant.a}"}}); err == nil {
		t.Error("want an error for a column that holds itself")
	}
	if _, err := Resolve(map[string]any{"a${i}": 1, "a3": 2}, testEnv()); err == nil {
		t.Error("want an error for two keys that become one")
	}
}

func TestResolveBytes(t *testing.T) {
	t.Parallel()
	got, err := ResolveBytes("x${hex:ff fe}y\n", testEnv())
	if err != nil || string(got) != "x\xff\xfey\n" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := ResolveBytes("${hex:f}", testEnv()); err == nil {
		t.Error("want an error for half a byte")
	}
}

func TestResolveJSON(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`{"a":1e3,"b":-0.0}`:              `{"a":1e3,"b":-0.0}`,
		`{"a":"<${init.quote}>"}`:         `{"a":"<a\"b\nc>"}`,
		`{"a":${init.quote}}`:             `{"a":"a\"b\nc"}`,
		`{"a":${init.list},"b":"\""}`:     `{"a":[1,{"k":"v"}],"b":"\""}`,
		`{"a":"\"${init.list}"}`:          `{"a":"\"[1,{\"k\":\"v\"}]"}`,
		`{"a":"\\","b":${init.n}}`:        `{"a":"\\","b":12345678901234567890123}`,
		`{"a":"\\\"${i}","b":${i}}`:       `{"a":"\\\"3","b":3}`,
		`{"a":${dir},"b":"${dir}"}`:       `{"a":"/run/1","b":"/run/1"}`,
		`${fill:[*3}${fill:]*3}`:          `[[[]]]`,
		`{"a":"${fill:"*2}"}`:             `{"a":"\"\""}`,
		`{"a":${init.lone}}`:              `{"a":"\ud800"}`,
		`{"a":"${fill:\*2}","b":"c"}`:     `{"a":"\\\\","b":"c"}`,
		`{"${init.request_id}":"\u00e9"}`: `{"r1":"\u00e9"}`,
	}
	for in, want := range tests {
		got, err := ResolveJSON(in, testEnv())
		if err != nil || string(got) != want {
			t.Errorf("ResolveJSON(%s): want %s, got %s, %v", in, want, got, err)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for _, n := range []string{"0", "1", "17", "1KiB", "300KiB"} {
		want, _ := parseCount(n)
		a, err := ResolveText("${words:"+n+"}", Env{Seed: 1})
		if err != nil || len(a) != want || strings.TrimSpace(a) != a {
			t.Errorf("words:%s: want %d bytes without space at the ends, got %d, %v", n, want, len(a), err)
		}
		again, _ := ResolveText("${words:"+n+"}", Env{Seed: 1})
		other, _ := ResolveText("${words:"+n+"}", Env{Seed: 2})
		if a != again || want > 16 && a == other {
			t.Errorf("words:%s: want the seed alone to decide", n)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	got := Names("${init.a} ${i} ${dir} ${fill:${p1.text}*2} ${init.b} ${hook.Stop} ${variant.x} ${words:3} ${a${i}.x} ${whole}")
	if diff := cmp.Diff([]string{"init", "p1", "hook", "a${i}", "whole"}, got); diff != "" {
		t.Error(diff)
	}
	if got := Names("${unclosed"); got != nil {
		t.Errorf("want none, got %v", got)
	}
}

func FuzzResolve(f *testing.F) {
	for _, s := range []string{"${i}", "a${fill:x*3}b", `{"a":"${init.quote}","b":${init.list}}`, "${fill:${init.n}*2}", "${hex:ff}", "${words:12}",
		"${", "}${}", "${fill:${fill:a*2}*2}", `"\${i}`} {
		f.Add(s)
	}
	env := testEnv()
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "iB") || len(s) > 200 {
			t.Skip("large on purpose")
		}
		text, err := ResolveText(s, env)
		var sub *SubstitutionError
		if err != nil && !errors.As(err, &sub) {
			t.Fatalf("want a SubstitutionError, got %v", err)
		}
		if err == nil && !strings.Contains(s, "${") && text != s {
			t.Fatalf("want %q untouched, got %q", s, text)
		}
		v, err2 := Resolve(s, env)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("Resolve and ResolveText disagree on %q: %v, %v", s, err, err2)
		}
		if got, ok := v.(string); ok && err == nil && got != text {
			t.Fatalf("want %q, got %q", text, got)
		}
		// Inside of a JSON string whatever is inserted leaves it one JSON string.
		if !strings.ContainsAny(s, "\"\\") && utf8Printable(s) {
			if b, err := ResolveJSON(`"`+s+`"`, env); err == nil && !validJSON(b) {
				t.Fatalf("want one JSON string from %q, got %s", s, b)
			}
		}
	})
}

func utf8Printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 })
}
