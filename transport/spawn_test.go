//go:build unix

package transport

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSpawnErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	self, _ := os.Executable()
	for _, tc := range []struct {
		name string
		cmd  Command
		kind error
		says string
	}{
		{"no file", Command{Path: filepath.Join(dir, "none")}, ErrNotFound, "none"},
		{"no file in a file", Command{Path: filepath.Join(file("plain", "", 0o600), "x")}, ErrNotFound, "plain"},
		{"not in PATH", Command{Path: "no-such-claude-anywhere"}, ErrNotFound, "PATH"},
		{"empty path", Command{}, ErrIsDirectory, "directory"},
		{"mode", Command{Path: file("mode", "#!/bin/sh\n", 0o600)}, ErrNotExecutable, "-rw-------"},
		{"directory", Command{Path: dir}, ErrIsDirectory, "directory"},
		{"no program", Command{Path: file("garbage", "\x00\x01", 0o700)}, ErrNotExecutable, "#!"},
		{"interpreter", Command{Path: file("script", "#!/no/such/node -x\n", 0o700)}, ErrBadInterpreter, "/no/such/node"},
		{"no directory", Command{Path: self, Dir: filepath.Join(dir, "gone")}, ErrNoDir, "gone"},
		{"directory is a file", Command{Path: self, Dir: file("nodir", "", 0o600)}, ErrNoDir, "nodir"},
		{"long argument", Command{Path: self, Args: []string{strings.Repeat("x", 4<<20)}}, ErrArgsTooLong, "4194304"},
		{"zero byte", Command{Path: self, Args: []string{"a\x00b"}}, nil, "invalid argument"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p, err := Start(t.Context(), tc.cmd, Options{})
			if err == nil {
				_ = p.Close(ended(t))
				t.Fatal("it started")
			}
			var bad *SpawnError
			if !errors.As(err, &bad) || bad.Kind != tc.kind || tc.kind != nil && !errors.Is(err, tc.kind) {
				t.Errorf("want %v, got %v", tc.kind, err)
			}
			if !strings.Contains(err.Error(), tc.says) {
				t.Errorf("error does not say %q: %v", tc.says, err)
			}
		})
	}
}
