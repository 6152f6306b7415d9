package scenarios_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/scenarios"
)

func TestCLIStartDocument(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		start scenarios.CLIStart
		want  string
	}{
		{"nothing is known", scenarios.CLIStart{},
			`{"argv":[],"cwd":"","env":{},"fds":null,"flags":{},"group":"shared","stdio":null}`},
		{"all is", scenarios.CLIStart{
			Argv: [][]byte{[]byte("claude"), []byte("word"), []byte("--model"), []byte("m=1")},
			Env:  [][]byte{[]byte("A=b=c"), []byte("none"), []byte("E=")},
			Cwd:  "/home", FDs: map[string]string{"3": "pipe"}, Stdio: []string{"pipe", "pipe", "null"}, OwnGroup: true,
		}, `{"argv":["word","--model","m=1"],"cwd":"/home","env":{"A":"b=c","E":""},"fds":{"3":"pipe"},"flags":{"--model":["m=1"]},"group":"own","stdio":["pipe","pipe","null"]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, string(tt.start.Document())); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
