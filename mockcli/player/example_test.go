//go:build linux || darwin

package player_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/wiretrial/wiretrial/mockcli/player"
)

// A test of an app makes a claude that plays a script, and gives its path to the SDK. The test binary is the fake, see TestMain.
func ExampleInstall() {
	dir, err := os.MkdirTemp("", "app")
	must(err)
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "greets.yaml")
	text := `title: Claude greets
level: may
steps:
- cli.reads: user
- cli.writes: '{"type":"greeting"}'
- cli.exits: 0
`
	must(os.WriteFile(script, []byte(text), 0o600))
	exe, err := os.Executable()
	must(err)
	claude, err := player.Install(filepath.Join(dir, "bin"), exe, script)
	must(err)
	sdk := exec.Command(claude) // what the SDK does with that path
	sdk.Stdin = strings.NewReader(`{"type":"user","message":{"role":"user","content":"hello"}}` + "\n")
	out, err := sdk.Output()
	fmt.Printf("%s%v\n", out, err)
	// Output:
	// {"type":"greeting"}
	// <nil>
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
