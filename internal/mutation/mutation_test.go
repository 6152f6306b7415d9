package mutation

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var (
	own  = flag.Int("own", 0, "build and test `N` faults of our own, chosen by -own.seed; negative: all")
	seed = flag.Uint64("own.seed", 0, "which faults; zero: those of the day")
)

// root is the module's folder.
const root = "../.."

// patched gives the file with the fault.
func (p patch) patched() ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p.file)))
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(text, []byte(p.old)); n != 1 || p.old == p.text {
		return nil, fmt.Errorf("%s has the text of the patch %d times, and it must be there once; the code has changed: write the same fault into "+
			"internal/mutation/patches_test.go as the code is now:\n%s", p.file, n, p.old)
	}
	return bytes.Replace(text, []byte(p.old), []byte(p.text), 1), nil
}

func TestEachPatchApplies(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range patches() {
		if seen[p.name] {
			t.Errorf("two patches are named %q", p.name)
		}
		seen[p.name] = true
		if _, err := p.patched(); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	}
	if len(seen) < 20 {
		t.Errorf("%d patches; want 20 at least", len(seen))
	}
}

// TestEachFaultOfOurOwnIsCaught builds tests with one fault each and wants them to fail. It takes some seconds for each, so it runs on demand.
func TestEachFaultOfOurOwnIsCaught(t *testing.T) {
	if *own == 0 {
		t.Skip("builds the tests of many packages; ask for it with -own N or -own -1")
	}
	for _, p := range chosen() {
		t.Run(strings.ReplaceAll(p.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			caught(t, p)
		})
	}
}

// chosen are some of the patches, others on each day.
func chosen() []patch {
	all := patches()
	if *own < 0 || *own >= len(all) {
		return all
	}
	s := *seed
	if s == 0 {
		s = uint64(time.Now().Unix() / (24 * 60 * 60))
	}
	rand.New(rand.NewPCG(s, 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:*own]
}

// caught fails the test if the fault is not.
func caught(t *testing.T, p patch) {
	t.Helper()
	overlay, err := p.overlay(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	programs := t.TempDir()
	defer endAll(t, programs)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	args := []string{"test", "-vet=off", "-count=1", "-failfast", "-timeout=90s", "-overlay", overlay, "-run", p.run, p.pkg}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "GOTMPDIR="+programs)
	cmd.WaitDelay = 10 * time.Second
	began := time.Now()
	out, err := cmd.CombinedOutput()
	text := string(out)
	switch {
	case strings.Contains(text, "[build failed]") || strings.Contains(text, "[setup failed]"):
		t.Errorf("the patch does not compile: mend it in patches_test.go\n%s", tail(text))
	case strings.Contains(text, "[no tests to run]") || strings.Contains(text, "[no test files]"):
		t.Errorf("-run %q of %s selects no test: name the one that catches this fault", p.run, p.pkg)
	case err == nil:
		t.Errorf("it survives: the tests %q of %s pass with %s in it; a test is missing", p.run, p.pkg, p.file)
	case !strings.Contains(text, "--- FAIL") && !strings.Contains(text, "panic: "):
		t.Errorf("no test ran: %v\n%s", err, tail(text))
	default:
		t.Logf("caught after %.1f s: %s", time.Since(began).Seconds(), firstFailure(text))
	}
}

// endAll kills what a faulty harness left behind, which may be the very fault: all that runs a program of that folder, where that can be seen.
func endAll(t *testing.T, programs string) {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		program, err := os.Readlink(link)
		if err != nil || !strings.HasPrefix(program, programs+string(filepath.Separator)) {
			continue // it is gone, or somebody else's
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link)))
		if err != nil {
			t.Fatal(err)
		}
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
		}
	}
}

// overlay writes the patched file, and the list that puts it in the other's place.
func (p patch) overlay(dir string) (string, error) {
	text, err := p.patched()
	if err != nil {
		return "", err
	}
	original, err := filepath.Abs(filepath.Join(root, filepath.FromSlash(p.file)))
	if err != nil {
		return "", err
	}
	changed := filepath.Join(dir, "patched.go")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(changed, text, 0o600); err != nil {
		return "", err
	}
	return name, os.WriteFile(name, list, 0o600)
}

func firstFailure(text string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, "--- FAIL") || strings.Contains(line, "panic: ") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

func tail(text string) string { return text[max(0, len(text)-2000):] }
