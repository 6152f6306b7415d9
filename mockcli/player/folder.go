package player

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/wiretrial/wiretrial/mockcli"
)

// Install makes a folder in which an SDK finds a fake claude: dir/claude, a hard link to exe, or a copy across devices, and
// dir/claude.yaml, a copy of the script, which is FILE or FILE#ROW. It checks that the script can be played, and starts it
// over: the next start plays its first session. It returns the path to give to the SDK.
func Install(dir, exe, named string) (cliPath string, err error) {
	s := parseScript(named)
	c, err := s.load()
	if err != nil {
		return "", err
	}
	cliPath, err = mockcli.LinkClaude(dir, exe)
	if err != nil {
		return "", err
	}
	root, err := os.OpenRoot(filepath.Dir(cliPath))
	if err != nil {
		return "", fmt.Errorf("install %s: %w", named, err)
	}
	defer root.Close()
	err = errors.Join(
		absent(root.Remove(rowName)),
		absent(root.Remove(scriptName+".starts")),
		root.WriteFile(scriptName, c.File.Source, 0o644),
	)
	if err == nil && s.row != "" {
		err = root.WriteFile(rowName, []byte(s.row+"\n"), 0o644)
	}
	if err != nil {
		return "", fmt.Errorf("install %s: %w", named, err)
	}
	return cliPath, nil
}

// absent makes no error of a file that is not there.
func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// nextSession counts this start and returns which of n sessions it plays: the first start the first, and after the last the
// first again. A script with one session keeps no count.
func (s script) nextSession(n int) (int, error) {
	if n <= 1 {
		return 0, nil
	}
	f, err := os.OpenFile(s.bound, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return 0, fmt.Errorf("count the starts of a script with %d sessions: %w", n, err)
	}
	defer f.Close()
	if err := lockFile(f); err != nil {
		return 0, fmt.Errorf("lock %s: %w", s.bound, err)
	}
	var b [32]byte
	got, _ := f.ReadAt(b[:], 0) // an empty file is a first start
	starts, err := strconv.Atoi(strings.TrimSpace(string(b[:got])))
	if got > 0 && (err != nil || starts < 0) {
		return 0, fmt.Errorf("%s holds %q, want the number of starts so far: remove it to start over", s.bound, b[:got])
	}
	text := strconv.Itoa(starts+1) + "\n"
	if _, err := f.WriteAt([]byte(text), 0); err != nil {
		return 0, fmt.Errorf("count this start: %w", err)
	}
	return starts % n, nil
}
