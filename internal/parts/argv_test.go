package parts_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/internal/parts"
)

func base() []string {
	return []string{"--output-format", "stream-json", "--verbose", "--input-format", "stream-json"}
}

func TestArgv(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		flag parts.Flag
		want []string
	}{
		"joined":                       {parts.Flag{Name: "--model", Value: "m"}, []string{"--model=m"}},
		"a value like a flag":          {parts.Flag{Name: "--resume", Value: "--version"}, []string{"--resume=--version"}},
		"an empty value":               {parts.Flag{Name: "--tools"}, []string{"--tools="}},
		"split":                        {parts.Flag{Name: "--settings", Value: "{}", Form: parts.Split}, []string{"--settings", "{}"}},
		"split, and empty":             {parts.Flag{Name: "--settings", Form: parts.Split}, []string{"--settings", ""}},
		"split, and it looks like one": {parts.Flag{Name: "--settings", Value: "-p", Form: parts.Split}, []string{"--settings=-p"}},
		"bare":                         {parts.Flag{Name: "--continue", Form: parts.Bare}, []string{"--continue"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := parts.Argv(parts.Spec{Leading: []string{"script.js"}, Flags: []parts.Flag{tt.flag}})
			if diff := cmp.Diff(slices.Concat([]string{"script.js"}, base(), tt.want), got); diff != "" {
				t.Errorf("argv (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsTooLongForAnArgument(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		value string
		want  bool
	}{
		"short": {"x", false}, "at the bound": {strings.Repeat("x", 16<<10), false},
		"above it": {strings.Repeat("x", 16<<10+1), true}, "with a NUL byte": {"a\x00b", true},
	} {
		if got := parts.TooLong(tt.value); got != tt.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestEnv(t *testing.T) {
	t.Parallel()
	const state = "CLAUDE_CODE_SDK_READS_SESSION_STATE"
	for name, tt := range map[string]struct {
		spec      parts.Spec
		inherited []string
		want      []string
	}{
		"the user's wins, the marks of an outer session go": {
			parts.Spec{Env: map[string]string{"MINE": "new", "EMPTY": ""}},
			[]string{"PATH=/bin", "CLAUDECODE=1", "CLAUDE_CODE_SESSION_ID=x", "CLAUDE_CODE_ENTRYPOINT=cli", "KEEP=yes", "MINE=old"},
			[]string{"PATH=/bin", "KEEP=yes", "CLAUDE_CODE_ENTRYPOINT=sdk-go", state + "=1", "EMPTY=", "MINE=new"},
		},
		"marks that the user sets stay": {
			parts.Spec{Env: map[string]string{"CLAUDECODE": "1", "CLAUDE_CODE_ENTRYPOINT": "x", "NODE_OPTIONS": "-y"}}, []string{"NODE_OPTIONS=-x"},
			[]string{"CLAUDECODE=1", "CLAUDE_CODE_ENTRYPOINT=x", state + "=1", "NODE_OPTIONS=-y"},
		},
		"options win over the user's": {
			parts.Spec{Env: map[string]string{"PWD": "/a"}, Own: map[string]string{"PWD": "/b"}}, []string{"PWD=/c"},
			[]string{"CLAUDE_CODE_ENTRYPOINT=sdk-go", state + "=1", "PWD=/b"},
		},
		"the state is asked for unless somebody decided, in any case": {
			parts.Spec{}, []string{strings.ToLower(state) + "=0"},
			[]string{strings.ToLower(state) + "=0", "CLAUDE_CODE_ENTRYPOINT=sdk-go"},
		},
		"so may the user": {
			parts.Spec{Env: map[string]string{strings.ToLower(state): ""}}, nil,
			[]string{"CLAUDE_CODE_ENTRYPOINT=sdk-go", strings.ToLower(state) + "="},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, parts.Env(tt.spec, tt.inherited)); diff != "" {
				t.Errorf("environment (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzArgv holds that every argument but a value that the CLI takes for one begins with the name of a flag that was asked for.
func FuzzArgv(f *testing.F) {
	f.Add("--resume", "--version", byte(0), "--settings", "-p", byte(1))
	f.Add("--a", "", byte(1), "--b", "\x00=", byte(2))
	f.Fuzz(func(t *testing.T, name1, value1 string, form1 byte, name2, value2 string, form2 byte) {
		flags := []parts.Flag{
			{Name: name1, Value: value1, Form: parts.Form(form1 % 3)}, {Name: name2, Value: value2, Form: parts.Form(form2 % 3)},
		}
		rest := parts.Argv(parts.Spec{Flags: flags})[len(base()):]
		for _, flag := range flags {
			switch {
			case flag.Form == parts.Bare && rest[0] == flag.Name, flag.Form != parts.Bare && rest[0] == flag.Name+"="+flag.Value:
				rest = rest[1:]
			case flag.Form == parts.Split && rest[0] == flag.Name && rest[1] == flag.Value && !strings.HasPrefix(flag.Value, "-"):
				rest = rest[2:]
			default:
				t.Fatalf("flag %+v came out as %q", flag, rest)
			}
		}
		if len(rest) != 0 {
			t.Errorf("left over: %q", rest)
		}
	})
}
