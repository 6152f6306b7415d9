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
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	l, err := mockcli.Listen(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	exe, err := os.Executable()
	if err != nil {
		fmt.Println(err)
		return
	}
	claude, err := l.Install(filepath.Join(dir, "client"), exe)
	if err != nil {
		fmt.Println(err)
		return
	}

	sdk := exec.Command(claude, "--verbose") // what an SDK does
	stdin, _ := sdk.StdinPipe()
	stdout, _ := sdk.StdoutPipe()
	if err := sdk.Start(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Fprintln(stdin, `{"type":"user"}`)

	mock, err := l.Accept(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer mock.Close()
	fmt.Printf("started with %s\n", mock.Hello().Argv[1])
	for _, c := range []mockcli.Command{
		{Op: mockcli.OpRead, Mode: mockcli.ModeLines},
		{Op: mockcli.OpSync},
		{Op: mockcli.OpWrite, FD: 1, Data: []byte("{\"type\":\"result\"}\n")},
		{Op: mockcli.OpExit, Code: 3},
	} {
		if _, err := mock.Send(c); err != nil {
			fmt.Println(err)
		}
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
