package mockcli

import (
	"os"
	"syscall"
)

// selfPath leads to the running executable.
func selfPath() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// restoreDefault has nothing to add to signal.Reset here: the runtime ends the process by the signals that a scenario uses.
func restoreDefault(syscall.Signal) {}
