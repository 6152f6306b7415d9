package client_test

import (
	"log"
	"os"
	"path/filepath"

	"github.com/wiretrial/wiretrial/mockcli/player"
)

// The examples run offline: their CLI is the fake of this module, which says what the script after each example tells it to. A
// program with a real claude leaves CLIPath out. Tests of your own can do the same, in any language: docs/mockclaude.md.

// claude gives the path of a fake claude that plays a script. The test binary itself is the fake, see TestMain.
func claude(script string) (path string) {
	dir, err := os.MkdirTemp("", "example-*") // TestMain removes what is left there
	check(err)
	file := filepath.Join(dir, "script.yaml")
	check(os.WriteFile(file, []byte("title: An example\nlevel: may\n"+script), 0o600))
	exe, err := os.Executable()
	check(err)
	path, err = player.Install(filepath.Join(dir, "bin"), exe, file)
	check(err)
	return path
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
