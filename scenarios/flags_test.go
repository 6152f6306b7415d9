package scenarios_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/scenarios"
)

func TestFlagsAreReadAsTheCLIReadsThem(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args []string
		want map[string][]string
	}{
		"joined, split, bare":       {[]string{"--model=m", "--settings", "{}", "--continue"}, map[string][]string{"--model": {"m"}, "--settings": {"{}"}, "--continue": {}}},
		"a value like a flag":       {[]string{"--model", "-p"}, map[string][]string{"--model": {"-p"}}},
		"an optional one is none":   {[]string{"--resume", "-p"}, map[string][]string{"--resume": {}, "-p": {}}},
		"an empty list":             {[]string{"--tools="}, map[string][]string{"--tools": {""}}},
		"a list in one token":       {[]string{"--allowedTools", "A,B(x, y),C"}, map[string][]string{"--allowedTools": {"A", "B(x, y)", "C"}}},
		"in several, and spelt":     {[]string{"--allowed-tools", "A", "B", "--verbose"}, map[string][]string{"--allowedTools": {"A", "B"}, "--verbose": {}}},
		"by the flag again":         {[]string{"--add-dir", "/a", "--add-dir=/b,c"}, map[string][]string{"--add-dir": {"/a", "/b,c"}}},
		"a parenthesis without end": {[]string{"--disallowedTools=A)(b,c"}, map[string][]string{"--disallowedTools": {"A)(b,c"}}},
		"no flags":                  {[]string{"a", "-", ""}, map[string][]string{}},
	} {
		if diff := cmp.Diff(tt.want, scenarios.ParseFlags(tt.args)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
