package early

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wiretrial/wiretrial/mockcli"
)

const large = `package main

import (
	"fmt"

	_ "github.com/google/jsonschema-go/jsonschema"

	_ "github.com/wiretrial/wiretrial/mockcli/early"
)

func main() { fmt.Println("main") }
`

// A program that holds the schema validator is the mock before that is initialised, and itself under another name.
func TestComesFirst(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds a program")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(large), 0o600); err != nil {
		t.Fatal(err)
	}
	exe := filepath.Join(dir, "large")
	if out, err := exec.Command("go", "build", "-o", exe, filepath.Join(dir, "main.go")).CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, out)
	}
	claude, err := mockcli.LinkClaude(filepath.Join(dir, "client"), exe)
	if err != nil {
		t.Fatal(err)
	}
	const slow = "init github.com/google/jsonschema-go/jsonschema "
	if code, trace := traced(exe); code != 0 || !strings.Contains(trace, slow) || !strings.HasSuffix(trace, "main\n") {
		t.Errorf("as itself: exit %d: %s", code, trace)
	}
	if code, trace := traced(claude); code != mockcli.ExitNoHarness || strings.Contains(trace, slow) {
		t.Errorf("as claude: exit %d: %s", code, trace)
	}
}

// traced runs exe and returns its exit code and what it printed, each initialised package included.
func traced(exe string) (code int, trace string) {
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, _ := cmd.CombinedOutput()
	return cmd.ProcessState.ExitCode(), string(out)
}
