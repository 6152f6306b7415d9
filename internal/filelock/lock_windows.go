package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// Try takes the file's lock unless another process holds it. The system lets go of it when the file is closed, also by a crash.
func Try(file *os.File) (bool, error) {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(file.Fd()), flags, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}
