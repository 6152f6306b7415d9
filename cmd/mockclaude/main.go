// Command mockclaude is the fake claude alone: an app's tests point their SDK's CLI path at it, and it plays the CLI's side of a
// scenario file. Under a harness it is the harness's puppet. It is not the harness: it proves nothing about an SDK.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/wiretrial/wiretrial/mockcli"
	"github.com/wiretrial/wiretrial/mockcli/player"
)

func main() { os.Exit(run(os.Args, os.Stdout, os.Stderr)) }

// run dispatches by hand and before anything else: an SDK measures how fast claude starts.
func run(args []string, stdout, stderr io.Writer) int {
	if !mockcli.IsMock(args) && len(args) > 1 {
		switch args[1] {
		case "install":
			return install(args[2:], stdout, stderr)
		case "help", "-h", "--help":
			fmt.Fprint(stdout, usage)
			return 0
		}
	}
	return mockcli.Main(args, mockcli.Env{Alone: player.Main})
}

const usage = `mockclaude - a fake claude for the tests of apps on the Claude Agent SDKs

  mockclaude install DIR FILE[#ROW]   make DIR/claude, which plays the script FILE; prints its path
  mockclaude [ANY ARGUMENTS]          play: claude.yaml beside this executable, else $MOCKCLAUDE_SCRIPT (FILE[#ROW])

A script is a scenario file; only its cli steps are played, and those that see something (cli.reads, ...) are what it waits
for. The n-th start plays the n-th session of the script.

Exit codes besides the script's own: 95 stdin ended with steps left, 96 a line was not as the script says, 97 nothing to
play, 98 the harness is gone, 143 SIGTERM (128 + its number). Reasons are on stderr.
`

// install makes a folder with a fake and its script. Exit code 2 is a mistake in the call or in the script.
func install(args []string, stdout, stderr io.Writer) int {
	if len(args) != 2 {
		fmt.Fprintln(stderr, "mockclaude: usage: mockclaude install DIR FILE[#ROW]")
		return 2
	}
	exe, err := os.Executable()
	if err != nil {
		fmt.Fprintf(stderr, "mockclaude: find the own executable: %v\n", err)
		return 1
	}
	path, err := player.Install(args[0], exe, args[1])
	if err != nil {
		fmt.Fprintf(stderr, "mockclaude: %v\n", err)
		return 2
	}
	fmt.Fprintln(stdout, path)
	return 0
}
