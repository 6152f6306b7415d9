package adaptercheck_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"testing"

	goadapter "github.com/wiretrial/wiretrial/adapters/go"
	"github.com/wiretrial/wiretrial/harness/adaptercheck"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/mockcli"
)

// TestMain lets the test binary be everything that a check starts: the fake, the reaper, and adapters good and bad.
func TestMain(m *testing.M) {
	if mockcli.IsMock(os.Args) {
		os.Exit(mockcli.Main(os.Args, mockcli.Env{}))
	}
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "__reaper":
			os.Exit(host.ReaperMain(os.Args[2:]))
		case "__check":
			os.Exit(checkRole(os.Args[2:]))
		case "__sleep":
			os.Exit(sleep())
		case "__adapter":
			os.Exit(adapterRole(os.Args[2]))
		}
	}
	os.Exit(m.Run())
}

// adapterRole is the adapter of our own client, with the fault of that name.
func adapterRole(name string) int {
	in, out, err := takeChannel(name == "channel.descriptors", name == "channel.children")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code, err := serve(in, out, faults()[name])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func serve(in io.Reader, out io.Writer, f fault) (int, error) {
	if f.in == nil && f.out == nil {
		return 0, goadapter.Main(context.Background(), in, out, goadapter.Config{})
	}
	return proxied(in, out, f)
}

// sleep lives until its stdin ends.
func sleep() int {
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// checkRole checks the command that it is given, as wiretrial adapter check does.
func checkRole(argv []string) int {
	dir, err := os.MkdirTemp("", "check")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return adaptercheck.ExitStart
	}
	defer os.RemoveAll(dir)
	exe, _ := os.Executable()
	r, err := adaptercheck.Run(context.Background(), adaptercheck.Config{Argv: argv, Exe: exe, Dir: dir, Env: map[string]string{"PYTHONPATH": os.Getenv("PYTHONPATH")}}, nil)
	fmt.Print(report(r))
	if err != nil {
		fmt.Println(err)
		return adaptercheck.ExitStart
	}
	return r.ExitCode()
}
