package wiretrial_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/adapters"
)

var findingsFlag = flag.Bool("findings", false, "run the program of every finding against the SDK it is about")

// TestFindingsReproduce runs the program of each finding with the SDK's pinned release against mockclaude with the finding's script, as a
// reader of the page would, and compares what it prints with what the page says:
//
//	go test -run TestFindingsReproduce -findings -v .
//
// With WIRETRIAL_UPDATE_DOCS set it writes what was printed into the pages instead. A finding that does not show any more fails: the
// release has changed, and the page and its deviation are to be looked at again.
func TestFindingsReproduce(t *testing.T) {
	if !*findingsFlag {
		t.Skip("runs only with -findings: it installs three SDKs, and compiles a program for each finding in Rust")
	}
	fake := build(t, t.TempDir(), "mockclaude", "./cmd/mockclaude")
	all := findings(t)
	for sdk := range languages() {
		at, err := adapters.Provision(t.Context(), sdk, "", func(line string) { t.Log(line) })
		if err != nil {
			t.Fatal(err)
		}
		command := map[string]func(*testing.T, finding, string) *exec.Cmd{
			"python": func(t *testing.T, f finding, dir string) *exec.Cmd {
				return script(t, f, dir, "program.py", at.Argv[0])
			},
			"typescript": func(t *testing.T, f finding, dir string) *exec.Cmd { return nodeModule(t, f, dir, at) },
		}[sdk]
		if sdk == "rust" {
			command = crates(t, all, at.Version)
		}
		for _, f := range all {
			if f.sdk == sdk {
				t.Run(f.name, func(t *testing.T) { t.Parallel(); reproduce(t, f, fake, at.Env, command) })
			}
		}
	}
}

// reproduce plays one finding in a folder of its own.
func reproduce(t *testing.T, f finding, fake string, env []string, command func(*testing.T, finding, string) *exec.Cmd) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "script.yaml", f.script)
	install := exec.CommandContext(t.Context(), fake, "install", filepath.Join(dir, "fake"), filepath.Join(dir, "script.yaml"))
	if text, err := install.CombinedOutput(); err != nil {
		t.Fatalf("mockclaude install: %v\n%s", err, text)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := command(t, f, dir)
	bounded := exec.CommandContext(ctx, cmd.Path, append(cmd.Args[1:], filepath.Join(dir, "fake", "claude"))...)
	bounded.Dir, bounded.Env = dir, append(os.Environ(), env...)
	var stderr bytes.Buffer
	bounded.Stderr = &stderr
	bounded.WaitDelay = 5 * time.Second
	printed, err := bounded.Output()
	if os.Getenv("WIRETRIAL_UPDATE_DOCS") != "" {
		rewrite(t, f, string(printed))
		return
	}
	if diff := cmp.Diff(f.prints, string(printed)); diff != "" {
		t.Errorf("docs/findings/%s.md does not show what it says (-page +printed):\n%s\nended: %v, stderr:\n%s", f.name, diff, err, stderr.String())
	}
}

// rewrite puts what was printed into the page, for somebody who reads the difference before it is committed.
func rewrite(t *testing.T, f finding, printed string) {
	t.Helper()
	file := filepath.Join(findingsDir, f.name+".md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(text), "```text\n")
	write(t, findingsDir, f.name+".md", head+"```text\n"+printed+"```\n")
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// script makes the command of a program that an interpreter runs.
func script(t *testing.T, f finding, dir, name, interpreter string) *exec.Cmd {
	t.Helper()
	write(t, dir, name, f.program)
	return exec.CommandContext(t.Context(), interpreter, name)
}

// nodeModule makes the command of a JavaScript module, which finds its packages beside itself.
func nodeModule(t *testing.T, f finding, dir string, at *adapters.Installation) *exec.Cmd {
	t.Helper()
	if err := os.Symlink(filepath.Join(at.Dir, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return script(t, f, dir, "program.mjs", at.Argv[0])
}

const manifest = `[package]
name = "findings"
version = "0.0.0"
edition = "2021"

[dependencies]
claude-codes = { version = "=@VERSION@", default-features = false, features = ["async-client"] }
serde_json = "1"
tokio = { version = "1", features = ["io-util", "macros", "rt", "sync", "time"] }
uuid = "1"
`

// crates compiles the programs in Rust, all at once, because each alone would compile the crates that they need again.
func crates(t *testing.T, all []finding, version string) func(*testing.T, finding, string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	bins := filepath.Join(dir, "src", "bin")
	if err := os.MkdirAll(bins, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "Cargo.toml", strings.ReplaceAll(manifest, "@VERSION@", version))
	write(t, dir, filepath.Join("src", "lib.rs"), "")
	for _, f := range all {
		if f.sdk == "rust" {
			write(t, bins, f.name+".rs", f.program)
		}
	}
	cargo := exec.CommandContext(t.Context(), "cargo", "build", "--quiet", "--bins")
	cargo.Dir = dir
	if text, err := cargo.CombinedOutput(); err != nil {
		t.Fatalf("cargo build: %v\n%s", err, text)
	}
	return func(t *testing.T, f finding, _ string) *exec.Cmd {
		t.Helper()
		return exec.CommandContext(t.Context(), filepath.Join(dir, "target", "debug", f.name))
	}
}
