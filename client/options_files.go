package client

import (
	"fmt"
	"os"
	"path/filepath"
)

// scratch is a directory for the files of one session, made when the first is written. Only this user can read it. It is
// removed when the session has ended; a host that is killed leaves it to whoever empties the system's temporary directory.
type scratch struct{ dir string }

// write makes a file and gives its path.
func (s *scratch) write(name, text string) (string, error) {
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "claude-session-")
		if err != nil {
			return "", fmt.Errorf("make a directory for a long value: %w", err)
		}
		s.dir = dir
	}
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("write a long value: %w", err)
	}
	return path, nil
}

// remove removes the directory.
func (s *scratch) remove() {
	if s.dir != "" {
		_ = os.RemoveAll(s.dir) // what is left is the system's to clean; the session's end is not the place to fail for it
		s.dir = ""
	}
}
