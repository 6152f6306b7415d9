package player

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/wiretrial/wiretrial/scenarios"
)

// Names beside the executable, and the variable that names a script elsewhere.
const (
	scriptName = "claude.yaml"
	rowName    = "claude.row" // the chosen row, where Install was given one
	ScriptEnv  = "MOCKCLAUDE_SCRIPT"
)

// errNoScript says that there is nothing to play.
var errNoScript = errors.New("no script")

// script is a scenario file and the row of it that is played.
type script struct {
	path  string // of the file
	row   string // what stands in brackets in the id; empty if the file has one case
	bound string // of the state file
}

// findScript looks for claude.yaml beside the executable as it was started, then at $MOCKCLAUDE_SCRIPT, FILE or FILE#ROW.
func findScript(args []string) (script, error) {
	for _, dir := range startDirs(args) {
		path := filepath.Join(dir, scriptName)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		row, err := os.ReadFile(filepath.Join(dir, rowName))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return script{}, fmt.Errorf("read the chosen row: %w", err)
		}
		return script{path: path, row: strings.TrimSpace(string(row)), bound: path + ".starts"}, nil
	}
	if named := os.Getenv(ScriptEnv); named != "" {
		s := parseScript(named)
		s.bound = s.path + ".starts"
		return s, nil
	}
	return script{}, errNoScript
}

// parseScript reads FILE or FILE#ROW.
func parseScript(named string) script {
	if _, err := os.Stat(named); err == nil { // a file may have # in its name
		return script{path: named}
	}
	path, row, _ := strings.Cut(named, "#")
	return script{path: path, row: row}
}

// startDirs are the folders that the executable was started from: as it was called, as found on the PATH, as the system
// knows it.
func startDirs(args []string) []string {
	var dirs []string
	if len(args) > 0 {
		if strings.ContainsRune(args[0], filepath.Separator) {
			dirs = append(dirs, filepath.Dir(args[0]))
		} else if path, err := exec.LookPath(args[0]); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	if exe, err := os.Executable(); err == nil {
		dirs = append(dirs, filepath.Dir(exe))
	}
	return dirs
}

// load reads the script's case.
func (s script) load() (*scenarios.Case, error) {
	info, err := os.Stat(s.path)
	if err != nil {
		return nil, fmt.Errorf("script: %w", err)
	}
	if info.Size() > scenarios.MaxSource {
		return nil, fmt.Errorf("script %s has %d bytes; a scenario may have %d", s.path, info.Size(), scenarios.MaxSource)
	}
	src, err := os.ReadFile(s.path)
	if err != nil {
		return nil, fmt.Errorf("script: %w", err)
	}
	f, err := scenarios.Load(scriptName, src) // an app's own file need not be named like one of the catalogue
	if err != nil {
		return nil, s.placed(err)
	}
	cases, err := f.Cases()
	if err != nil {
		return nil, s.placed(err)
	}
	return s.choose(f, cases)
}

// placed puts the script's real path into the positions of problems.
func (s script) placed(err error) error {
	var problems scenarios.Problems
	if !errors.As(err, &problems) {
		return fmt.Errorf("script %s: %w", s.path, err)
	}
	out := append(scenarios.Problems(nil), problems...)
	for i := range out {
		out[i].Pos.File = s.path
	}
	return out
}

// choose picks the case of the row. Entry points make no difference to the CLI's side, nor do orders that nobody named.
func (s script) choose(f *scenarios.File, cases []scenarios.Case) (*scenarios.Case, error) {
	for i := range cases {
		c := &cases[i]
		id, _, _ := strings.Cut(c.ID, "@")
		if s.row == c.Row || strings.HasSuffix(id, "["+s.row+"]") {
			return c, nil
		}
	}
	if s.row == "" {
		return nil, fmt.Errorf("script %s has the rows %s: name one as %s#%s", s.path, strings.Join(f.Variants, ", "), filepath.Base(s.path), f.Variants[0])
	}
	have := "none"
	if len(f.Variants) > 0 {
		have = strings.Join(f.Variants, ", ")
	}
	return nil, fmt.Errorf("script %s has no row %q; rows: %s", s.path, s.row, have)
}
