package eventlog

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

const secret = "sk-ant-api03-abcDEF_123"

func TestCleanerText(t *testing.T) {
	t.Parallel()
	c := NewCleaner([]string{
		"MY_API_KEY=hunter2hunter2", "GIT_TOKEN=gh\"quoted\\value", "SHORT_KEY=true", "PATH=/usr/bin:/bin", "deploy_secret=lowercase-name", "broken",
		"OUTER_KEY=hunter2hunter2-and-more",
	})
	for name, test := range map[string]struct{ in, want string }{
		"plain":                {"nothing to hide", "nothing to hide"},
		"key of the service":   {"key " + secret + ".", "key [redacted]."},
		"bearer":               {"Authorization: Bearer abc.def-123456", "Authorization: [redacted]"},
		"bearer, lower case":   {"authorization: bearer abcdef123456", "authorization: [redacted]"},
		"a bearer of news":     {"the bearer of", "the bearer of"},
		"value of a variable":  {"got hunter2hunter2!", "got [redacted]!"},
		"longest value first":  {"hunter2hunter2-and-more", "[redacted]"},
		"value inside JSON":    {`{"t":"gh\"quoted\\value"}`, `{"t":"[redacted]"}`},
		"lower-case name":      {"lowercase-name", "[redacted]"},
		"short value":          {"true", "true"},
		"no secret's name":     {"/usr/bin:/bin", "/usr/bin:/bin"},
		"assignment":           {"env ANTHROPIC_API_KEY=abcd1234 x", "env ANTHROPIC_API_KEY=[redacted] x"},
		"assignment in JSON":   {`{"A_SECRET":"abcd1234","b":1}`, `{"A_SECRET":"[redacted]","b":1}`},
		"invalid UTF-8":        {"a\xff\xfeb", `a\xff\xfeb`},
		"control characters":   {"a\x1b[31m", "a\x1b[31m"}, // JSON escapes them, and the report shows them
		"replacement is valid": {"a\uFFFDb", "a\uFFFDb"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.Text(test.in, MaxText); got != test.want {
				t.Errorf("Text(%q) = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func TestCleanerBoundsTexts(t *testing.T) {
	t.Parallel()
	c := NewCleaner(nil)
	for name, test := range map[string]struct {
		in   string
		want string
	}{
		"at the bound":             {strings.Repeat("x", 100), strings.Repeat("x", 100)},
		"one over":                 {strings.Repeat("x", 101), strings.Repeat("x", 100) + "… (101 bytes)"},
		"in a rune":                {strings.Repeat("x", 99) + "é" + "y", strings.Repeat("x", 99) + "… (102 bytes)"},
		"secret across the bound":  {strings.Repeat("x", 95) + " " + secret, strings.Repeat("x", 95) + " [red… (119 bytes)"},
		"far over, short when cut": {"A_KEY=" + strings.Repeat("s", 9000), "A_KEY=[redacted]… (9006 bytes)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.Text(test.in, 100); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// fill sets every text that a value can hold.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), text)
		}
	case reflect.String:
		v.SetString(text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text)
	case reflect.Map:
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, text)
		fill(elem, text)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, elem)
	}
}

// A field that is added later must be cleaned too: this test fills all there are.
func TestNoTextOfARecordKeepsASecret(t *testing.T) {
	t.Parallel()
	var rec Record
	fill(reflect.ValueOf(&rec).Elem(), "x "+secret)
	before, err := json.Marshal(rec)
	if err != nil || strings.Count(string(before), secret) < 45 {
		t.Fatalf("the test fills too little: %s, %v", before, err)
	}
	got, err := json.Marshal(NewCleaner(nil).Record(rec))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(got), secret) {
		t.Errorf("a secret stays in %s", got)
	}
	if want := strings.ReplaceAll(string(before), secret, Redacted); want != string(got) {
		t.Errorf("more than the secrets changed:\n got %s\nwant %s", got, want)
	}
	if after, _ := json.Marshal(rec); string(after) != string(before) {
		t.Errorf("the record itself was changed: %s", after)
	}
}
