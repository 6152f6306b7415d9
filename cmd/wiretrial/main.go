// Command wiretrial checks any Claude Agent SDK, in any language, against the control protocol of the claude command line.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return cli.Main(ctx, os.Args[1:], os.Stdout, os.Stderr)
}
