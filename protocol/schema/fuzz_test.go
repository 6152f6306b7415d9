package schema_test

import (
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/wiretrial/wiretrial/protocol/schema"
)

// FuzzCheckInput shows that no line makes the judgement panic, that a line which passes is what a strict reader takes for one JSON
// object, and that a refusal always says what it wants.
func FuzzCheckInput(f *testing.F) {
	for _, folder := range []string{"accept", "refuse"} {
		for _, line := range corpus(f, folder) {
			f.Add(line)
		}
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		for _, check := range []func([]byte) error{schema.CheckInput, schema.CheckOutput, answer} {
			judge(t, line, check(line))
		}
	})
}

func answer(line []byte) error { return schema.CheckAnswer("can_use_tool", line) }

func judge(t *testing.T, line []byte, err error) {
	t.Helper()
	if err == nil {
		var object map[string]json.RawMessage
		if !utf8.Valid(line) || json.Unmarshal(line, &object) != nil {
			t.Errorf("accepted %q", line)
		}
		return
	}
	var fault *schema.Error
	if !errors.As(err, &fault) || fault.Expected == "" || fault.Got == "" || fault.Offset > int64(len(line)) {
		t.Errorf("unclear refusal of %q: %v", line, err)
	}
}
