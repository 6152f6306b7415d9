//go:build linux || darwin

package mockcli_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/wiretrial/wiretrial/mockcli"
)

// A harness moves a mock: it hears a line that the mock read and has one written. The test binary is the mock, see TestMain.
func Example() {
	dir, err := os.MkdirTemp("", "run")
	must(err)
	defer os.RemoveAll(dir)
	l, err := mockcli.Listen(dir)
	must(err)
	defer l.Close()
	exe, err := os.Executable()
	must(err)
	claude, err := l.Install(filepath.Join(dir, "client"), exe)
	must(err)

	sdk := exec.Command(claude, "--verbose") // what an SDK does
	stdin, _ := sdk.StdinPipe()
	stdout, _ := sdk.StdoutPipe()
	must(sdk.Start())
	fmt.Fprintln(stdin, `{"type":"user"}`)

	mock, err := l.Accept(context.Background())
	must(err)
	defer mock.Close()
	fmt.Printf("started with %s\n", mock.Hello().Argv[1])
	for _, c := range []mockcli.Command{
		{Op: mockcli.OpRead, Mode: mockcli.ModeLines},
		{Op: mockcli.OpSync},
		{Op: mockcli.OpWrite, FD: 1, Data: []byte("{\"type\":\"result\"}\n")},
		{Op: mockcli.OpExit, Code: 3},
	} {
		_, err := mock.Send(c)
		must(err)
	}
	for e := range mock.Events() {
		if e.Ev == mockcli.EvLine {
			fmt.Printf("it read  %s\n", e.Data)
		}
	}
	wrote, _ := io.ReadAll(stdout)
	fmt.Printf("it wrote %s", wrote)
	_ = sdk.Wait()
	fmt.Println("it ended with", sdk.ProcessState.ExitCode())
	// Output:
	// started with --verbose
	// it read  {"type":"user"}
	// it wrote {"type":"result"}
	// it ended with 3
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
