package adapters

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain lets the test binary be a package manager: under the name of one it installs files that a test can look at.
func TestMain(m *testing.M) {
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	if slices.Contains([]string{"python3", "npm", "node", "cargo"}, name) {
		os.Exit(fakeTool(name, os.Args[1:]))
	}
	os.Exit(m.Run())
}

// fakeTool notes its arguments in the file "calls" beside it, and does as the package managers do. A file "fail-ARGUMENT" beside it
// makes a call with that argument fail.
func fakeTool(name string, args []string) int {
	home := filepath.Dir(os.Args[0])
	line := name + " " + strings.Join(args, " ") + "\n"
	file, err := os.OpenFile(filepath.Join(home, "calls"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return 9
	}
	_, err = file.WriteString(line)
	if errors.Join(err, file.Close()) != nil {
		return 9
	}
	for _, arg := range args {
		if _, err := os.Stat(filepath.Join(home, "fail-"+filepath.Base(arg))); err == nil {
			fmt.Fprintln(os.Stderr, "told to fail at", arg)
			return 1
		}
	}
	switch {
	case strings.Contains(line, "sys.executable"):
		fmt.Println(os.Args[0])
	case strings.Contains(line, "versions claude-code-sdk"):
		fmt.Println("Available versions: 0.0.25, 0.0.20")
	case strings.Contains(line, "index versions"):
		fmt.Println("Available versions: 0.2.187, 0.2.100, 0.1.0")
	case strings.Contains(line, "pip download"):
		told := map[bool]string{true: "0.0.20, 0.0.25", false: "0.1.0, 0.1.45, 0.2.100, 0.2.187, 0.3.0rc1"}[strings.Contains(line, "claude-code-sdk")]
		fmt.Fprintf(os.Stderr, "ERROR: Could not find a version that satisfies the requirement x==999999 (from versions: %s)\n", told)
		return 1
	case strings.Contains(line, "time --json"):
		fmt.Println(`{"created":"a","0.3.328":"b","0.3.329":"c","0.3.330":"d"}`)
	case strings.Contains(line, "versions --json"):
		fmt.Println(`["0.3.329","0.3.330"]`)
	case strings.Contains(line, "cargo info"):
		fmt.Println("version: 2.1.316")
	case strings.Contains(line, "--target"):
		if strings.Contains(line, "==0.1.45") {
			fmt.Fprintln(os.Stderr, "WARNING: The candidate selected for download or install is a yanked version\nReason for being yanked: to be deleted soon")
		}
		bundled := filepath.Join(args[slices.Index(args, "--target")+1], "claude_agent_sdk", "_bundled")
		if os.MkdirAll(bundled, 0o755) != nil || os.WriteFile(filepath.Join(bundled, "claude"), []byte("a CLI"), 0o755) != nil {
			return 9
		}
	case strings.Contains(line, "cargo build"):
		built := filepath.Join(os.Getenv("CARGO_TARGET_DIR"), "release")
		if os.MkdirAll(built, 0o755) != nil || os.WriteFile(filepath.Join(built, binary()), []byte(os.Getenv("WIRETRIAL_SDK_VERSION")), 0o755) != nil {
			return 9
		}
	}
	return 0
}

// fakeStore is a store whose package managers are this test binary; calls returns what they were called with.
func fakeStore(t *testing.T) (store *Store, home string, calls func() []string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home = t.TempDir()
	for _, name := range []string{"python3", "npm", "node", "cargo"} {
		path := filepath.Join(home, name)
		if runtime.GOOS == "windows" {
			path += ".exe"
		}
		if os.Link(self, path) != nil {
			if err := os.Symlink(self, path); err != nil {
				t.Fatal(err)
			}
		}
	}
	store = &Store{dir: filepath.Join(t.TempDir(), "cache"), tools: tools{env: allowed(os.Environ()), look: func(name string) (string, error) {
		return exec.LookPath(filepath.Join(home, name))
	}}}
	return store, home, func() []string {
		data, err := os.ReadFile(filepath.Join(home, "calls"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSpace(string(data)), "\n")
	}
}

func TestProvisionInstallsThePinnedReleaseOnceAndThenNeedsNoTool(t *testing.T) {
	t.Parallel()
	for _, sdk := range SDKs() {
		t.Run(sdk.Name, func(t *testing.T) {
			t.Parallel()
			store, home, calls := fakeStore(t)
			var said []string
			got, err := store.Provision(t.Context(), sdk.Name, "", func(line string) { said = append(said, line) })
			if err != nil {
				t.Fatal(err)
			}
			if got.Version != sdk.Pin || got.Package != sdk.Packages[0] || got.Dir != filepath.Join(store.dir, "sdks", sdk.Name+"@"+sdk.Pin) {
				t.Errorf("installed %+v", got)
			}
			if _, err := os.Stat(got.Argv[len(got.Argv)-1]); err != nil {
				t.Errorf("the adapter is not there: %v", err)
			}
			if len(said) == 0 || !strings.HasPrefix(said[0], sdk.Name+"@"+sdk.Pin+": ") {
				t.Errorf("said %q, want a line that names the release", said)
			}
			before := calls()
			for _, name := range []string{"npm", "cargo"} { // the interpreters stay: they start the adapter
				if err := os.Remove(filepath.Join(home, name)); err != nil {
					t.Fatal(err)
				}
			}
			again, err := store.Provision(t.Context(), sdk.Name, sdk.Pin, nil)
			if err != nil || !slices.Equal(again.Argv, got.Argv) {
				t.Errorf("the second time: %+v, %v", again, err)
			}
			if after := calls(); len(after) != len(before) {
				t.Errorf("a cached release started %q", after[len(before):])
			}
		})
	}
}

func TestProvisionTellsThePackageManagersTheRelease(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		sdk, version string
		want         []string // parts of calls
	}{
		"python, from source":        {"python", "0.2.100", []string{"--no-binary claude-agent-sdk claude-agent-sdk==0.2.100 mcp<2"}},
		"python, current":            {"python", "0.2.187", []string{"claude-agent-sdk==0.2.187"}},
		"python, former name":        {"python", "0.0.25", []string{"--no-binary claude-code-sdk claude-code-sdk==0.0.25 mcp<2"}},
		"python, latest":             {"python", Latest, []string{"claude-agent-sdk==0.2.187"}},
		"typescript, without binary": {"typescript", "0.3.329", []string{"--omit=optional", "@anthropic-ai/claude-agent-sdk@0.3.329"}},
		"rust, with the lock":        {"rust", "", []string{"build --release", "--locked"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, _, calls := fakeStore(t)
			if _, err := store.Provision(t.Context(), c.sdk, c.version, nil); err != nil {
				t.Fatal(err)
			}
			all := strings.Join(calls(), "\n")
			for _, part := range c.want {
				if !strings.Contains(all, part) {
					t.Errorf("no call has %q:\n%s", part, all)
				}
			}
		})
	}
}

func TestProvisionFallsBackToTheWheelAndRemovesItsCLI(t *testing.T) {
	t.Parallel()
	store, home, _ := fakeStore(t)
	if err := os.WriteFile(filepath.Join(home, "fail---no-binary"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	got, err := store.Provision(t.Context(), "python", "0.2.187", func(line string) { said.WriteString(line + "\n") })
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said.String(), "wheel") {
		t.Errorf("said nothing of the wheel: %s", &said)
	}
	if _, err := os.Stat(filepath.Join(got.Dir, "site", "claude_agent_sdk", "_bundled", "claude")); err == nil {
		t.Error("the bundled CLI is still there")
	}
}

func TestProvisionFails(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		sdk, version, without string
		is                    error
		says                  string
	}{
		"unknown sdk":            {sdk: "pyhton", is: ErrUnknownSDK, says: `did you mean "python"`},
		"no such version":        {sdk: "python", version: "0.2.150", is: ErrNoSuchVersion, says: "the nearest is python@0.2.100"},
		"no such npm version":    {sdk: "typescript", version: "9.9.9", is: ErrNoSuchVersion, says: "the nearest is typescript@0.3.330"},
		"no such crate":          {sdk: "rust", version: "9.9.9", is: ErrNoSuchVersion, says: "the nearest is rust@2.1.316"},
		"unpublished":            {sdk: "typescript", version: "0.3.328", is: ErrGone, says: "does not give it out any more"},
		"never published":        {sdk: "python", version: "9.9.9", is: ErrGone, says: "the registry has no such release"},
		"older than the control": {sdk: "python", version: "0.0.10", is: ErrNoSuchVersion, says: "older than"},
		"not a version":          {sdk: "python", version: "../up", is: ErrNoSuchVersion, says: "expected a number"},
		"no pip":                 {sdk: "python", without: "python3", is: ErrNoToolchain, says: "needs python3"},
		"no npm":                 {sdk: "typescript", version: Latest, without: "npm", is: ErrNoToolchain, says: "needs npm"},
		"npm without node":       {sdk: "typescript", without: "node", is: ErrNoToolchain, says: "needs node"},
		"no cargo":               {sdk: "rust", without: "cargo", is: ErrNoToolchain, says: "needs cargo"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, home, _ := fakeStore(t)
			if c.without != "" {
				if err := os.Remove(filepath.Join(home, c.without)); err != nil {
					t.Fatal(err)
				}
			}
			_, err := store.Provision(t.Context(), c.sdk, c.version, nil)
			if !errors.Is(err, c.is) || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("failed with %v, want %v that says %q", err, c.is, c.says)
			}
		})
	}
}

func TestProvisionHasWhatWasYankedAndSaysWhy(t *testing.T) {
	t.Parallel()
	store, _, _ := fakeStore(t)
	for _, when := range []string{"installed now", "cached"} {
		got, err := store.Provision(t.Context(), "python", "0.1.45", nil)
		if err != nil || got.Withdrawn != "to be deleted soon" {
			t.Errorf("%s: withdrawn is %q, %v", when, got.Withdrawn, err)
		}
	}
}

func TestWhatDoesNotInstallIsGoneAndWhatIsInterruptedIsNot(t *testing.T) {
	t.Parallel()
	store, home, _ := fakeStore(t)
	if err := os.WriteFile(filepath.Join(home, "fail-install"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := store.Provision(t.Context(), "typescript", "", nil)
	if !errors.Is(err, ErrGone) || !strings.Contains(fmt.Sprint(err), "told to fail at install") {
		t.Errorf("failed with %v, want an ErrGone with the words of npm", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Provision(ctx, "python", "", nil); err == nil || errors.Is(err, ErrGone) {
		t.Errorf("interrupted: %v, want an error that is no ErrGone", err)
	}
}

func TestReleasesAreOrderedAndTellWhatIsWithdrawn(t *testing.T) {
	t.Parallel()
	cases := map[string][]Release{
		"python": {
			{Version: "0.0.20", Package: "claude-code-sdk"}, {Version: "0.0.25", Package: "claude-code-sdk"},
			{Version: "0.1.0", Package: "claude-agent-sdk"}, {Version: "0.1.45", Package: "claude-agent-sdk", Withdrawn: true},
			{Version: "0.2.100", Package: "claude-agent-sdk"}, {Version: "0.2.187", Package: "claude-agent-sdk"},
			{Version: "0.3.0rc1", Package: "claude-agent-sdk", Pre: true, Withdrawn: true},
		},
		"typescript": {
			{Version: "0.3.328", Package: "@anthropic-ai/claude-agent-sdk", Withdrawn: true},
			{Version: "0.3.329", Package: "@anthropic-ai/claude-agent-sdk"}, {Version: "0.3.330", Package: "@anthropic-ai/claude-agent-sdk"},
		},
		"rust": {{Version: "2.1.316", Package: "claude-codes"}},
	}
	for name, want := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, home, _ := fakeStore(t)
			store.tools.env = append(store.tools.env, "CARGO_HOME="+home)
			got, err := store.Releases(t.Context(), name, nil)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, want)
			}
		})
	}
}

func TestCargoIndexIsReadOutOfItsCopy(t *testing.T) {
	t.Parallel()
	copied := "\x03\x02\x00\x00\x00etag\x002.1.0\x00" + `{"name": "claude-codes", "vers": "2.1.0", "deps": [{"name":"a"}], "yanked": true}` + "\x002.1.1\x00" +
		`{"name":"claude-codes","vers":"2.1.1","yanked":false}` + "\x00junk{not json}\x00" + `{"name":"other","vers":"1.0.0"}` + "\x00"
	want := []Release{{Version: "2.1.0", Package: "claude-codes", Withdrawn: true}, {Version: "2.1.1", Package: "claude-codes"}}
	if got := cargoIndex("claude-codes", []byte(copied)); !slices.Equal(got, want) {
		t.Errorf("read %+v, want %+v", got, want)
	}
}

func TestProvisionLeavesNothingHalfInstalled(t *testing.T) {
	t.Parallel()
	store, home, _ := fakeStore(t)
	fail := filepath.Join(home, "fail-install")
	if err := os.WriteFile(fail, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Provision(t.Context(), "typescript", "", nil); err == nil || !strings.Contains(err.Error(), "told to fail at install") {
		t.Fatalf("failed with %v, want what the package manager said", err)
	}
	if entries, err := os.ReadDir(filepath.Join(store.dir, "sdks")); err != nil || len(entries) != 0 {
		t.Errorf("left %v, %v", entries, err)
	}
	if err := os.Remove(fail); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Provision(t.Context(), "typescript", "", nil); err != nil {
		t.Errorf("after a failure: %v", err)
	}
}

func TestProvisionSweepsWhatACutOffInstallLeft(t *testing.T) {
	t.Parallel()
	store, _, _ := fakeStore(t)
	left := filepath.Join(store.dir, "sdks", ".staging-python@"+pin("python")+"-123")
	if err := os.MkdirAll(filepath.Join(left, "site"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Provision(t.Context(), "python", "", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("the leftover is still there")
	}
}

func TestProvisionInParallelInstallsOnce(t *testing.T) {
	t.Parallel()
	store, _, calls := fakeStore(t)
	var all sync.WaitGroup
	for range 4 {
		other := *store // as another process would have it: only the folder is shared
		all.Go(func() {
			if _, err := other.Provision(t.Context(), "typescript", "", nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	installs := 0
	for _, call := range calls() {
		if strings.Contains(call, "install") && !strings.Contains(call, "zod") {
			installs++
		}
	}
	if installs != 1 {
		t.Errorf("installed %d times: %q", installs, calls())
	}
}

func TestWaitingForTheLockCanBeGivenUp(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "locks", "python@1.lock")
	unlock, err := lock(t.Context(), path, func() { t.Error("nobody else holds the lock") })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the user has gone")
	if _, err := lock(ctx, path, func() { cancel(gone) }); !errors.Is(err, gone) {
		t.Errorf("waiting ended with %v, want the cause", err)
	}
	unlock()
	again, err := lock(t.Context(), path, func() { t.Error("the lock was not let go of") })
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func TestGivingUpEndsThePackageManager(t *testing.T) {
	t.Parallel()
	sleep, err := systemTools().look("sleep")
	if err != nil {
		t.Skip("no sleep here")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := systemTools().run(ctx, "", nil, sleep, "60"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("ended with %v, want the context's cause", err)
	}
}

func TestADamagedRecordIsNamed(t *testing.T) {
	t.Parallel()
	store, _, _ := fakeStore(t)
	got, err := store.Provision(t.Context(), "rust", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(got.Dir, recordName), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Provision(t.Context(), "rust", "", nil); err == nil || !strings.Contains(err.Error(), got.Dir+" is damaged") {
		t.Errorf("failed with %v, want one that names %s", err, got.Dir)
	}
}

func TestListTellsWhatIsCached(t *testing.T) {
	t.Parallel()
	store, _, _ := fakeStore(t)
	for _, version := range []string{"0.2.187", "0.1.0"} {
		if _, err := store.Provision(t.Context(), "python", version, nil); err != nil {
			t.Fatal(err)
		}
	}
	list, err := store.List()
	if err != nil || len(list) != 3 {
		t.Fatalf("listed %v, %v", list, err)
	}
	if !slices.Equal(list[0].Cached, []string{"0.1.0", "0.2.187"}) || len(list[1].Cached) != 0 {
		t.Errorf("listed %v and %v as cached", list[0].Cached, list[1].Cached)
	}
}

func TestPackageManagersGetNoSecrets(t *testing.T) {
	t.Parallel()
	environ := []string{"PATH=/bin", "ANTHROPIC_API_KEY=x", "pip_index_url=y", "https_proxy=z", "GITHUB_TOKEN=w", "npm_config_registry=r", "PYTHONPATH=/evil"}
	want := []string{"PATH=/bin", "pip_index_url=y", "https_proxy=z", "npm_config_registry=r"}
	if got := allowed(environ); !slices.Equal(got, want) {
		t.Errorf("passed %v, want %v", got, want)
	}
}

func TestEveryPinIsAVersionThatTheAdapterDrives(t *testing.T) {
	t.Parallel()
	for _, sdk := range SDKs() {
		if err := (&job{sdk: sdk}).want(sdk.Pin); err != nil {
			t.Errorf("%s/pin: %v", sdk.Name, err)
		}
	}
	lock, err := sources.ReadFile("rust/Cargo.lock")
	if err != nil || !strings.Contains(string(lock), "name = \"claude-codes\"\nversion = \""+pin("rust")+"\"") {
		t.Errorf("rust/Cargo.lock is not for the pinned release %s (%v)", pin("rust"), err)
	}
}

func FuzzRegistryWords(f *testing.F) {
	f.Add("(from versions: 0.1, 0.2)\nReason for being yanked: x\n", []byte("{\"name\":\"claude-codes\",\"vers\":\"1\"}\x00"))
	f.Add("(from versions: none)", []byte("{{{}"))
	f.Fuzz(func(t *testing.T, words string, index []byte) {
		for _, told := range pipTold(words) {
			if strings.ContainsAny(told, ", \n\r)") {
				t.Errorf("%q is no word", told)
			}
		}
		if strings.Contains(yankedReason(words), "\n") {
			t.Error("a reason of two lines")
		}
		for _, r := range cargoIndex("claude-codes", index) {
			if r.Version == "" {
				t.Error("a release without a number")
			}
		}
	})
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"python", "python", 0}, {"pyhton", "python", 2}, {"", "rust", 4}, {"ts", "typescript", 8}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("from %q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
