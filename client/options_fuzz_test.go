package client_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/transport"
)

// FuzzOptions holds that options with any texts are refused with a kind of error, or come to arguments in which the CLI reads no flag
// but those of the options, each with its value whole.
func FuzzOptions(f *testing.F) {
	for _, seed := range []string{"m", "", "--version", "-p", "=", "a=b", "a,b", "x),Bash(*", "\x00", "\xff", `{"a":1}`, "{", "/p q", "\n--continue"} {
		f.Add(seed, "x", false)
		f.Add("x", seed, true)
	}
	f.Fuzz(func(t *testing.T, a, b string, with bool) {
		opts := everyText(a, b, with)
		var got []string
		opts.Spawn = func(_ context.Context, c transport.Command) (transport.Transport, error) {
			got = c.Args
			return nil, errors.New("not started")
		}
		err := client.New(opts).Connect(t.Context())
		if got == nil {
			if !errors.Is(err, client.InvalidOption) {
				t.Fatalf("nothing was started, with %v", err)
			}
			return
		}
		values := readFlags(t, got[len(opts.ExecutableArgs)+5:])
		for flag, want := range map[string]string{
			"--model": a, "--resume": b, "--session-id": a, "--system-prompt": a, "--extra": b, "--tools": a, "--settings": opts.Settings.(string),
		} {
			if i := slices.IndexFunc(values, func(v [2]string) bool { return v[0] == flag }); want != "" && (i < 0 || values[i][1] != want) {
				t.Errorf("%s: want %q among %q", flag, want, values)
			}
		}
	})
}

// everyText gives options whose texts are all a or b.
func everyText(a, b string, with bool) client.Options {
	opts := client.Options{
		SystemPrompt: client.PromptText{Text: a}, Tools: []string{a}, Settings: b, ForkSession: true, ExtraArgs: map[string]*string{"extra": &b},
		Thinking: client.ThinkingAdaptive{Display: a}, ResumeDropsTurn: &a,
	}
	for i, field := range reflect.ValueOf(&opts).Elem().Fields() {
		switch field := field; {
		case field.Kind() != reflect.String || !field.IsZero() || i.Name == "CLIPath" || i.Name == "Cwd" || strings.HasSuffix(i.Name, "Delivery"):
		case i.Name == "Resume" || i.Name == "FallbackModel" || i.Name == "MCPConfig":
			field.SetString(b)
		default:
			field.SetString(a)
		}
	}
	if with {
		opts.AllowedTools, opts.DisallowedTools, opts.AddDirs, opts.SettingSources = []string{a, b}, []string{b}, []string{b, a}, []string{a}
		opts.Plugins = []client.Plugin{{Path: a}}
		opts.ExecutableArgs = []string{b}
	}
	return opts
}

// readFlags reads arguments as the CLI does: a flag with its value behind =, or one of those that take the next argument.
func readFlags(t *testing.T, args []string) [][2]string {
	t.Helper()
	var read [][2]string
	for i := 0; i < len(args); i++ {
		flag, value, joined := strings.Cut(args[i], "=")
		if !strings.HasPrefix(flag, "--") || strings.ContainsAny(flag, " \n") {
			t.Fatalf("%q stands where a flag should, in %q", args[i], args)
		}
		if !joined && slices.Contains([]string{"--settings", "--mcp-config", "--managed-settings"}, flag) {
			i++
			value = args[i]
			if strings.HasPrefix(value, "-") {
				t.Fatalf("%q stands where %s could take it for a flag", value, flag)
			}
		}
		if !joined && value == "" && !slices.Contains([]string{"--fork-session", "--settings"}, flag) {
			t.Fatalf("%s has no value, in %q", flag, args)
		}
		read = append(read, [2]string{flag, value})
	}
	return read
}
