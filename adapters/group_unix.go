//go:build unix

package adapters

import (
	"os/exec"
	"syscall"
)

// ownGroup puts a package manager into a process group of its own, so that giving up ends what it started, too.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
