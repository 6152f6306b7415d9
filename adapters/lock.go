package adapters

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/wiretrial/wiretrial/internal/filelock"
)

// lock waits until this process alone may change what the lock file stands for, and returns how to let go. waiting is called once if
// another process is at it.
func lock(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("adapters: the cache: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("adapters: the cache: %w", err)
	}
	// A blocking flock cannot be given up; an install takes seconds, so looking again ten times a second costs nothing.
	for first := true; ; first = false {
		got, err := filelock.Try(file)
		if err != nil {
			return nil, fmt.Errorf("adapters: lock %s: %w", path, joinClose(err, file))
		}
		if got {
			return func() { _ = file.Close() }, nil // nothing was written, so nothing can be lost
		}
		if first {
			waiting()
		}
		select {
		case <-ctx.Done():
			return nil, joinClose(context.Cause(ctx), file)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
