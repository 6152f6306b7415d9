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
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "greets.yaml")
	text := `title: Claude greets
level: may
steps:
- cli.reads: user
- cli.writes: '{"type":"greeting"}'
- cli.exits: 0
`
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	exe, err := os.Executable()
	if err != nil {
		fmt.Println(err)
		return
	}
	claude, err := player.Install(filepath.Join(dir, "bin"), exe, script)
	if err != nil {
		fmt.Println(err)
		return
	}
	sdk := exec.Command(claude) // what the SDK does with that path
	sdk.Stdin = strings.NewReader(`{"type":"user","message":{"role":"user","content":"hello"}}` + "\n")
	out, err := sdk.Output()
	fmt.Printf("%s%v\n", out, err)
	// Output:
	// {"type":"greeting"}
	// <nil>
}
