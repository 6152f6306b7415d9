package parts

import "strings"

// Spec is what of a session's options concerns the start of the CLI.
type Spec struct {
	// Leading stand before everything else: arguments of a runtime, and the script that it runs.
	Leading []string
	// Flags are what the options come to, in their order.
	Flags []Flag
	// Env is what the user adds to the inherited environment; it wins.
	Env map[string]string
	// Own are the variables that options stand for; they win over Env.
	Own map[string]string
}

// Form is how a flag and its value stand among the arguments.
type Form int

// The forms. All three are read by the CLI as they are meant (ts:1.1, cli:15.3).
const (
	Joined Form = iota // --flag=value, one argument: the value can be read as nothing else
	Split              // --flag value, for the flags of which a joined form was never seen; joined if the value begins with a dash
	Bare               // --flag, without a value
)

// Flag is one flag of the CLI.
type Flag struct {
	// Name is the flag with its dashes.
	Name string
	// Value is the caller's; none in the form Bare.
	Value string
	Form  Form
	// Option is the name of the option that it stands for, for errors.
	Option string
}

// Argv gives the arguments of the CLI. No value of a caller's ever stands where the CLI would read a flag (py:41, py#1123, cli:15.3).
// The prompt is never among them.
func Argv(s Spec) []string {
	args := make([]string, 0, len(s.Leading)+5+2*len(s.Flags))
	args = append(args, s.Leading...)
	args = append(args, "--output-format", "stream-json", "--verbose", "--input-format", "stream-json")
	for _, f := range s.Flags {
		switch {
		case f.Form == Bare:
			args = append(args, f.Name)
		case f.Form == Split && !strings.HasPrefix(f.Value, "-"):
			args = append(args, f.Name, f.Value)
		default:
			args = append(args, f.Name+"="+f.Value)
		}
	}
	return args
}

// maxArgument is the longest value that goes on the command line, in bytes. Linux takes no argument above 128 KiB, and Windows no
// command line above 32 KiB (py#1096, ts:START-10).
const maxArgument = 16 << 10

// TooLong tells whether a value cannot be an argument, so that it travels in initialize or in a file. A text with a NUL byte can be no
// argument either.
func TooLong(value string) bool {
	return len(value) > maxArgument || strings.ContainsRune(value, 0)
}
