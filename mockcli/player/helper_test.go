//go:build linux || darwin

package player

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// killHolders ends the grandchildren that were started from dir. It needs /proc.
func killHolders(t *testing.T, dir string) {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil || len(links) == 0 {
		t.Skip("no /proc: the grandchild ends by itself")
	}
	killed := 0
	for _, link := range links {
		exe, err := os.Readlink(link)
		if err != nil || filepath.Dir(exe) != dir {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link)))
		if err == nil && unix.Kill(pid, unix.SIGKILL) == nil {
			killed++
		}
	}
	if killed != 1 {
		t.Errorf("killed %d grandchildren, want 1", killed)
	}
}
