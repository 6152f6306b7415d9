//go:build linux || darwin

package player

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFile waits for the only lock on f, which ends with its close.
func lockFile(f *os.File) error {
	for {
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != unix.EINTR {
			return err
		}
	}
}
