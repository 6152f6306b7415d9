package mockcli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// LinkClaude makes dir/claude a hard link to exe, or, where no link can be made (another device), a copy, and returns its
// absolute path. It makes dir where it is absent and replaces a former claude. It is never a symbolic link: the fake finds its
// harness or script beside its own executable. exe must not be written meanwhile.
func LinkClaude(dir, exe string) (path string, err error) {
	path, linked, err := linkClaude(dir, exe)
	if err == nil && !linked {
		if err = copyExecutable(path, exe); err != nil {
			err = fmt.Errorf("install mock: copy %s: %w", exe, err)
		}
	}
	if err != nil {
		return "", err
	}
	return path, nil
}

// linkClaude is LinkClaude without the copy: linked is false where one is needed.
func linkClaude(dir, exe string) (path string, linked bool, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return "", false, fmt.Errorf("install mock: %w", err)
	}
	if exe, err = filepath.EvalSymlinks(exe); err != nil {
		return "", false, fmt.Errorf("install mock: executable: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", false, fmt.Errorf("install mock: %w", err)
	}
	path = filepath.Join(dir, claudeName())
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", false, fmt.Errorf("install mock: replace: %w", err)
	}
	return path, os.Link(exe, path) == nil, nil
}

func claudeName() string {
	if runtime.GOOS == "windows" {
		return "claude.exe"
	}
	return "claude"
}

// copyExecutable writes under another name and renames: whoever sees the file can run it.
func copyExecutable(path, exe string) (err error) {
	from, err := os.Open(exe)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.CreateTemp(filepath.Dir(path), ".claude-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(to.Name()))
		}
	}()
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Chmod(0o755), to.Close()); err != nil {
		return err
	}
	return os.Rename(to.Name(), path)
}
