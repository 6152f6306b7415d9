package mockcli

import (
	"os"
	"path/filepath"
	"strings"
)

// Exit codes of a mock that end it without an exit command.
const (
	ExitNoHarness = 97 // neither a harness nor a script was found
	ExitLost      = 98 // the harness went away
)

// HoldRole is the first argument of a grandchild: it holds the descriptors that it inherited until it is killed or its
// harness is gone.
const HoldRole = "__hold"

// FileName is the file beside a mock's executable that holds the path of its harness's socket.
const FileName = ".wiretrial"

// beginReading is the second line of the file for a mock that reads from its start.
const beginReading = "read lines"

// SocketEnv is the variable that names the socket where no FileName was found.
const SocketEnv = "WIRETRIAL_SOCK"

// DefaultVersion is what -v prints where there is no harness and no script says otherwise.
const DefaultVersion = "2.1.329 (Claude Code)"

// Env is what a mock takes from the program that it is part of.
type Env struct {
	// Alone runs where no harness was found, with the arguments of Main; its result is the exit code. Nil: one line on
	// stderr and ExitNoHarness.
	Alone func(args []string) int
}

// IsMock reports whether a program that can be several things was started as a mock: by the name claude, or as the
// grandchild of one. Programs ask before any other work, because SDKs measure how fast claude starts.
func IsMock(args []string) bool {
	if len(args) > 1 && args[1] == HoldRole {
		return true
	}
	if len(args) > 0 && isClaude(args[0]) {
		return true
	}
	exe, err := os.Executable()
	return err == nil && isClaude(exe)
}

func isClaude(path string) bool {
	return strings.TrimSuffix(filepath.Base(path), ".exe") == "claude"
}

// Main is the whole mock process: it finds its harness, says hello, runs commands and reports events until it is told to
// exit. args are os.Args. The result is the exit code, to be handed to os.Exit at once: goroutines may still be parked in
// system calls. It takes over the process's signals and standard descriptors.
func Main(args []string, env Env) int { return run(args, env) }
