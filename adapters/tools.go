package adapters

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// tools runs the user's package managers.
type tools struct {
	look func(name string) (string, error) // finds an executable, as exec.LookPath does
	env  []string                          // what they get of the environment
}

// passed are the variables that a package manager needs: where things are, how the network is reached, and its own settings.
func passed() (names, prefixes []string) {
	names = []string{
		"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TMPDIR", "TMP", "TEMP", "CC", "CXX", "AR", "CFLAGS", "LDFLAGS",
		"CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
		"USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "SYSTEMROOT", "COMSPEC", "PATHEXT", "WINDIR", "SYSTEMDRIVE",
	}
	prefixes = []string{
		"LC_", "XDG_", "SSL_CERT_", "PIP_", "PYENV_", "NPM_CONFIG_", "NODE_EXTRA_CA_", "NVM_", "VOLTA_", "ASDF_", "MISE_",
		"CARGO_", "RUSTUP_", "PROGRAMFILES",
	}
	return names, prefixes
}

// allowed is the part of an environment that package managers get.
func allowed(environ []string) []string {
	names, prefixes := passed()
	return slices.DeleteFunc(slices.Clone(environ), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		name = strings.ToUpper(name)
		return !slices.Contains(names, name) && !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	})
}

// find returns the path of a tool that an SDK needs, or a *ToolchainError.
func (t tools) find(sdk, name string) (string, error) {
	path, err := t.look(name)
	if err != nil {
		return "", &ToolchainError{SDK: sdk, Tool: name}
	}
	return path, nil
}

// run starts a program in a folder and returns what it wrote to its stdout. Its failure carries the end of what it wrote to stderr.
func (t tools) run(ctx context.Context, dir string, extra []string, path string, args ...string) (string, error) {
	out, _, err := t.both(ctx, dir, extra, path, args...)
	return out, err
}

// both is run that also returns what the program wrote to stderr, whether it failed or not.
func (t tools) both(ctx context.Context, dir string, extra []string, path string, args ...string) (stdout, stderr string, err error) {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir, cmd.Env = dir, append(slices.Clip(t.env), extra...)
	cmd.WaitDelay = 5 * time.Second // a grandchild must not hold us by its pipes
	ownGroup(cmd)
	var out, errs tail
	out.limit, errs.limit = 8<<20, 64<<10
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		said := tail{limit: 4 << 10}
		_, _ = said.Write(errs.kept) // never fails
		return "", string(errs.kept), fmt.Errorf("%s %s: %w: %s", path, strings.Join(args[:min(len(args), 3)], " "), err, strings.TrimSpace(string(said.kept)))
	}
	return string(out.kept), string(errs.kept), nil
}

// tail keeps the end of what is written to it.
type tail struct {
	limit int
	kept  []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if len(t.kept) > t.limit {
		t.kept = slices.Delete(t.kept, 0, len(t.kept)-t.limit)
	}
	return len(p), nil
}

// systemTools are the tools that the user has.
func systemTools() tools {
	return tools{look: exec.LookPath, env: allowed(os.Environ())}
}
