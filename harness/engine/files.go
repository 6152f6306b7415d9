package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/wiretrial/wiretrial/scenarios"
)

const (
	// configVariable names the directory in which the CLI keeps its configuration and its transcripts.
	configVariable = "CLAUDE_CONFIG_DIR"
	// mostFound and largestFound bound what a step may look at.
	mostFound    = 100
	largestFound = 1 << 20
	// removalPause is how long a wait for a removal leaves the directory alone.
	removalPause = 10 * time.Millisecond
)

// found is one file that the CLI would find.
type found struct {
	Path    string            `json:"path"` // below the directory, with slashes
	Mode    string            `json:"mode"` // of permission, as 0600
	Size    int64             `json:"size"`
	Text    string            `json:"text"`
	Entries []json.RawMessage `json:"entries,omitempty"` // its lines, if each is JSON
}

// finds looks for files where the CLI would look for them now: below the configuration directory that its environment names.
func (r *run) finds(v view) error {
	files, dir, err := v.s.configFiles(v.text())
	if err != nil {
		return fault("%s: cannot look for %s: %w: harness fault", v.Pos, v.text(), err)
	}
	doc, err := json.Marshal(map[string]any{"count": len(files), "files": files})
	if err != nil {
		return fault("%s: %w: harness fault", v.Pos, err)
	}
	v.keep(doc)
	if len(files) == 0 && len(v.Match) == 0 || dir == "" {
		f := r.failAt(v.Step, CheckFileMatch, "the CLI would not find %s", v.text())
		f.Want, f.Got = v.text(), "no such file"
		if dir == "" {
			f.Got = "no " + configVariable + " in the CLI's environment"
		}
		return f
	}
	if ms := scenarios.Match(doc, v.Match, v.env); len(ms) > 0 {
		return r.mismatch(v.Step, CheckFileMatch, ms)
	}
	return nil
}

// removes waits until nothing of a pattern is left below the directory that the CLI was started with.
func (r *run) removes(v view) error {
	if v.s.configDir() == "" {
		f := r.failAt(v.Step, CheckFileMatch, "the CLI was given no %s", configVariable)
		f.Want, f.Got = configVariable, "absent"
		return f
	}
	w := r.bound(v.Step, "the removal of "+v.text())
	for {
		files, _, err := v.s.configFiles(v.text())
		if err != nil {
			return fault("%s: cannot look for %s: %w: harness fault", v.Pos, v.text(), err)
		}
		if len(files) == 0 {
			return nil
		}
		if time.Now().After(w.until) {
			f := r.failAt(v.Step, CheckFileKept, "%s was not removed", v.text())
			f.Want, f.Got = "no such file", files[0].Path+" of "+files[0].Mode
			return f
		}
		if err := r.pump(time.Now().Add(removalPause)); err != nil {
			return err
		}
	}
}

// configDir is the directory that the session's latest CLI was told to keep its configuration in; empty if none was.
func (s *session) configDir() string {
	f := s.fake()
	if f == nil {
		return ""
	}
	for _, kv := range f.hello.Env {
		if dir, ok := strings.CutPrefix(string(kv), configVariable+"="); ok && filepath.IsAbs(dir) {
			return dir
		}
	}
	return ""
}

// configFiles are the regular files below the configuration directory that a pattern admits. The directory may be gone.
func (s *session) configFiles(pattern string) (files []found, dir string, err error) {
	if dir = s.configDir(); dir == "" {
		return nil, "", nil
	}
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, dir, nil
	}
	if err != nil {
		return nil, dir, err
	}
	defer root.Close()
	names, err := fs.Glob(root.FS(), path.Clean(pattern))
	if err != nil {
		return nil, dir, err
	}
	for _, name := range names {
		if len(files) == mostFound {
			return nil, dir, fmt.Errorf("more than %d files", mostFound)
		}
		f, ok, err := look(root, name)
		if err != nil {
			return nil, dir, err
		}
		if ok {
			files = append(files, f)
		}
	}
	return files, dir, nil
}

// look reads one file; ok is false for what is no regular file, or went away meanwhile.
func look(root *os.Root, name string) (f found, ok bool, err error) {
	info, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return f, false, nil
	}
	if err != nil || !info.Mode().IsRegular() {
		return f, false, err
	}
	f = found{Path: name, Mode: fmt.Sprintf("%04o", info.Mode().Perm()), Size: info.Size()}
	file, err := root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return f, false, nil
	}
	if err != nil {
		return f, false, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, largestFound+1))
	if err != nil {
		return f, false, err
	}
	if len(text) > largestFound {
		return f, false, fmt.Errorf("%s has more than %d bytes", name, largestFound)
	}
	f.Text, f.Entries = string(text), jsonLines(text)
	return f, true, nil
}

// jsonLines are the lines of a transcript, or nothing if one of them is no JSON.
func jsonLines(text []byte) []json.RawMessage {
	out := []json.RawMessage{}
	for _, line := range bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
		if !json.Valid(line) {
			return nil
		}
		out = append(out, line)
	}
	return out
}

// writeFiles puts the case's files into the run's directory.
func (r *run) writeFiles() error {
	for name, text := range r.c.Files {
		text, err := scenarios.ResolveText(text, scenarios.Env{Dir: r.o.Dir, Seed: r.o.Seed})
		if err != nil {
			return fault("files: %s: %w: scenario fault", name, err)
		}
		at := filepath.Join(r.o.Dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			return fault("cannot make the directory of %s: %w", name, err)
		}
		if err := writeFile(at, text); err != nil {
			return fault("cannot write %s: %w", name, err)
		}
	}
	return nil
}

// writeFile writes one file; one that begins like a script can be executed. No process may be started meanwhile: a child that had the
// file open for writing would keep everybody from executing it.
func writeFile(at, text string) error {
	mode := fs.FileMode(0o600)
	if strings.HasPrefix(text, "#!") {
		mode = 0o700
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(at, []byte(text), mode)
}
