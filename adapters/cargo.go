package adapters

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// cargo builds the adapter of a Rust crate: the crate is compiled into it, so there is nothing to install beside it.
type cargo struct{}

// binaryName is the program that Cargo.toml.in describes.
const binaryName = "wiretrial-adapter-rust"

// releases asks for the wanted release, and for the newest; cargo has no list.
func (c cargo) releases(ctx context.Context, j *job, pack string) ([]string, error) {
	tool, err := j.tools.find(j.sdk.Name, j.sdk.Tool)
	if err != nil {
		return nil, err
	}
	var found []string
	wanted := []string{pack}
	if j.version.text != "" {
		wanted = []string{pack + "@" + j.version.text, pack}
	}
	for _, what := range wanted {
		out, err := j.tools.run(ctx, os.TempDir(), nil, tool, "info", "--quiet", "--color", "never", what)
		var exit *exec.ExitError
		if errors.As(err, &exit) && what != pack {
			continue // cargo says so when there is no such release, and otherwise fails for the newest, too
		}
		if err != nil {
			return nil, fmt.Errorf("ask cargo about %s: %w", what, err)
		}
		found = append(found, cargoVersion(out)...)
	}
	return found, nil
}

// cargoVersion reads the version that `cargo info` prints; "2.1.0 (latest 2.2.0)" tells of two.
func cargoVersion(out string) []string {
	for line := range strings.Lines(out) {
		if text, found := strings.CutPrefix(line, "version:"); found {
			words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ()\r\n", r) })
			if len(words) > 0 {
				return words[:1]
			}
		}
	}
	return nil
}

func (cargo) install(_ context.Context, j *job, _, _ string) (record, error) {
	tool, err := j.tools.find(j.sdk.Name, j.sdk.Tool)
	return record{Tool: tool}, err
}

func (cargo) adapt(ctx context.Context, j *job, _ record, from fs.FS, dir string) error {
	tool, err := j.tools.find(j.sdk.Name, j.sdk.Tool)
	if err != nil {
		return err
	}
	j.say("building its adapter with %s, once, into %s: this takes a minute or more", tool, j.dir())
	project := filepath.Join(dir, "project")
	without := []string{"pin", "Cargo.toml.in"}
	args := []string{"build", "--release", "--quiet", "--color", "never"}
	if j.version.text == j.sdk.Pin {
		args = append(args, "--locked")
	} else {
		without = append(without, "Cargo.lock")
	}
	if err := copyTree(project, from, without...); err != nil {
		return err
	}
	if err := writeManifest(project, from, j.version.text); err != nil {
		return err
	}
	env := []string{"WIRETRIAL_SDK_VERSION=" + j.version.text, "CARGO_TARGET_DIR=" + filepath.Join(project, "target")}
	if _, err := j.tools.run(ctx, project, env, tool, args...); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(project, "target", "release", binary()), filepath.Join(dir, binary())); err != nil {
		return err
	}
	return os.RemoveAll(project)
}

func writeManifest(project string, from fs.FS, version string) error {
	manifest, err := fs.ReadFile(from, "Cargo.toml.in")
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(string(manifest), "@VERSION@", version)
	return os.WriteFile(filepath.Join(project, "Cargo.toml"), []byte(text), 0o644)
}

func binary() string {
	if runtime.GOOS == "windows" {
		return binaryName + ".exe"
	}
	return binaryName
}

func (cargo) command(_, adapter string, _ record) (argv, env []string) {
	return []string{filepath.Join(adapter, binary())}, nil
}
