// Command wiretrial checks any Claude Agent SDK, in any language, against the control protocol of the claude command line.
// It holds no logic: it picks the role that this process plays (the command, the fake claude, a reaper, the Go adapter or a mutant).
package main

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/wiretrial/wiretrial/cmd/wiretrial/cli"
	"github.com/wiretrial/wiretrial/mockcli"
)

// main picks the role before any other work: as the fake claude this binary must start as fast as a program can.
func main() {
	if mockcli.IsMock(os.Args) {
		os.Exit(mockcli.Main(os.Args, mockcli.Env{}))
	}
	os.Exit(run())
}

func run() int {
	if code, ok := cli.Role(os.Args); ok {
		return code
	}
	// The harness lives for seconds and makes much garbage of long lines: collecting it later is cheaper, until there is a lot.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(1 << 30)
	exe, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, "wiretrial: its own executable cannot be found:", err)
		return 3
	}
	ctx, abort, stop := cli.Signals()
	defer stop()
	return cli.Main(ctx, cli.Process{
		Args: os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Exe: exe, Abort: abort,
	})
}
