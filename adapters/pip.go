package adapters

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// pip installs Python SDKs with the user's own interpreter.
type pip struct{}

// mcpTwo is the first release that is known to work with version 2 of its dependency mcp. Older ones do not bound it, and a user of
// theirs had version 1.
const mcpTwo = "0.2.143"

func (pip) releases(ctx context.Context, j *job, pack string) ([]string, error) {
	python, err := j.tools.find(j.sdk.Name, j.sdk.Tool)
	if err != nil {
		return nil, err
	}
	out, err := j.tools.run(ctx, "", nil, python, "-m", "pip", "index", "versions", pack)
	if err != nil {
		return nil, fmt.Errorf("ask pip for the releases of %s: %w", pack, err)
	}
	return pipVersions(out), nil
}

// pipVersions reads what `pip index versions` prints.
func pipVersions(out string) []string {
	for line := range strings.Lines(out) {
		if list, found := strings.CutPrefix(line, "Available versions:"); found {
			return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' })
		}
	}
	return nil
}

func (p pip) install(ctx context.Context, j *job, pack, dir string) (record, error) {
	python, err := j.tools.find(j.sdk.Name, j.sdk.Tool)
	if err != nil {
		return record{}, err
	}
	// A shim may start another interpreter in another folder, so the adapter is started with the one that answers now.
	out, err := j.tools.run(ctx, "", nil, python, "-c", "import sys; print(sys.executable)")
	if err != nil {
		return record{}, err
	}
	python = strings.TrimSpace(out)
	j.say("installing %s with %s -m pip, once, into %s", pack, python, j.dir())
	words, err := p.get(ctx, j, python, dir, pack, "--no-binary", pack)
	if err != nil {
		j.say("its source does not build (%.200s); installing the wheel instead, and removing the CLI that it carries", err)
		if words, err = p.get(ctx, j, python, dir, pack, "--upgrade"); err != nil {
			return record{}, err
		}
	}
	return record{Tool: python, Withdrawn: yankedReason(words)}, removeBundled(filepath.Join(dir, "site"))
}

func (pip) get(ctx context.Context, j *job, python, dir, pack string, more ...string) (words string, err error) {
	args := []string{"-m", "pip", "install", "--quiet", "--no-input", "--target", filepath.Join(dir, "site")}
	first, err := parseVersion(mcpTwo)
	if err != nil {
		return "", err
	}
	args = append(append(args, more...), pack+"=="+j.version.text)
	if j.version.compare(first) < 0 {
		args = append(args, "mcp<2")
	}
	_, words, err = j.tools.both(ctx, dir, nil, python, args...)
	return words, err
}

// removeBundled removes the CLI that a wheel carries: the adapter names the CLI, and it is a few hundred MB.
func removeBundled(site string) error {
	found, err := filepath.Glob(filepath.Join(site, "claude_*_sdk", "_bundled", "claude*"))
	if err != nil {
		return err
	}
	for _, path := range found {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

func (pip) adapt(_ context.Context, _ *job, _ record, from fs.FS, dir string) error {
	return copyTree(dir, from, "pin")
}

func (pip) command(dir, adapter string, r record) (argv, env []string) {
	env = []string{"PYTHONPATH=" + filepath.Join(dir, "site"), "PYTHONNOUSERSITE=1"}
	return []string{r.Tool, filepath.Join(adapter, "adapter.py")}, env
}
