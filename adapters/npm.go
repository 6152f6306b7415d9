package adapters

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// npm installs TypeScript SDKs; the adapter stands beside node_modules, where Node's modules look for packages.
type npm struct{}

func (npm) releases(ctx context.Context, j *job, pack string) ([]string, error) {
	tool, err := j.tools.find(j.sdk.Name, j.sdk.Tool)
	if err != nil {
		return nil, err
	}
	out, err := j.tools.run(ctx, "", nil, tool, "view", pack, "versions", "--json")
	if err != nil {
		return nil, fmt.Errorf("ask npm for the releases of %s: %w", pack, err)
	}
	return npmVersions(out)
}

// npmVersions reads what `npm view PACKAGE versions --json` prints: an array, or one string if there is one release.
func npmVersions(out string) ([]string, error) {
	var list []string
	if err := json.Unmarshal([]byte(out), &list); err == nil {
		return list, nil
	}
	var one string
	if err := json.Unmarshal([]byte(out), &one); err != nil {
		return nil, fmt.Errorf("npm view: expected an array of versions, got %.80q: %w", out, err)
	}
	return []string{one}, nil
}

func (n npm) install(ctx context.Context, j *job, pack, dir string) (record, error) {
	tool, err := j.tools.find(j.sdk.Name, j.sdk.Tool)
	if err != nil {
		return record{}, err
	}
	node, err := j.tools.find(j.sdk.Name, "node")
	if err != nil {
		return record{}, err
	}
	j.say("installing %s with %s, once, into %s", pack, tool, j.dir())
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte("{\"private\": true}\n"), 0o644); err != nil {
		return record{}, err
	}
	if err := n.get(ctx, j, tool, dir, pack+"@"+j.version.text); err != nil {
		return record{}, err
	}
	// The first releases leave it to their users to bring zod, which tools are declared with.
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "zod")); err != nil {
		return record{Tool: node}, n.get(ctx, j, tool, dir, "zod@^3.24.1")
	}
	return record{Tool: node}, nil
}

func (npm) get(ctx context.Context, j *job, tool, dir, what string) error {
	_, err := j.tools.run(ctx, dir, nil, tool, "install", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--save-exact", what)
	return err
}

func (npm) adapt(_ context.Context, _ *job, _ record, from fs.FS, dir string) error {
	return copyTree(dir, from, "pin")
}

func (npm) command(_, adapter string, r record) (argv, env []string) {
	return []string{r.Tool, filepath.Join(adapter, "adapter.mjs")}, nil
}
