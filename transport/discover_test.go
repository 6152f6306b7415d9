package transport

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// place is a system in memory: files by their absolute paths.
func place(goos string, env map[string]string, files map[string]fs.FileMode) Discovery {
	tree := fstest.MapFS{}
	key := func(path string) string {
		return strings.NewReplacer(`\`, "/", ":", "").Replace(strings.TrimPrefix(path, "/"))
	}
	for path, mode := range files {
		tree[key(path)] = &fstest.MapFile{Mode: mode}
	}
	return Discovery{
		GOOS: goos, Getenv: func(name string) string { return env[name] },
		Stat: func(path string) (fs.FileInfo, error) { return tree.Stat(key(path)) },
		Abs: func(path string) (string, error) {
			s := search{Discovery: Discovery{GOOS: goos}}
			if s.isAbs(path) {
				return path, nil
			}
			if goos == "windows" {
				return s.join(`C:\work`, path), nil
			}
			return s.join("/work", path), nil
		},
	}
}

func TestDiscoverUnix(t *testing.T) {
	t.Parallel()
	env := map[string]string{"PATH": "/bin:/opt/bin", "HOME": "/home/me"}
	for name, tc := range map[string]struct {
		path  string
		env   map[string]string
		files map[string]fs.FileMode
		want  string
		kind  error
		says  string
	}{
		"the option is taken":    {path: "/x/claude", files: map[string]fs.FileMode{"/x/claude": 0o755, "/bin/claude": 0o755}, want: "/x/claude"},
		"a relative option":      {path: "./x/claude", files: map[string]fs.FileMode{"/work/x/claude": 0o755}, want: "/work/x/claude"},
		"a bare name is in PATH": {path: "claude-next", files: map[string]fs.FileMode{"/opt/bin/claude-next": 0o755}, want: "/opt/bin/claude-next"},
		"a bare name is not in the working directory": {
			path: "claude-next", files: map[string]fs.FileMode{"/work/claude-next": 0o755}, kind: ErrNotFound, says: "not in PATH: /bin, /opt/bin",
		},
		"a bare name has no other place": {
			path: "claude", files: map[string]fs.FileMode{"/home/me/.local/bin/claude": 0o755}, kind: ErrNotFound, says: `the option names "claude"`,
		},
		"an option that is wrong is not replaced": {path: "/x/claude", files: map[string]fs.FileMode{"/bin/claude": 0o755}, kind: ErrNotFound, says: "/x/claude"},
		"a directory":                {path: "/x", files: map[string]fs.FileMode{"/x": fs.ModeDir | 0o755}, kind: ErrIsDirectory, says: "directory"},
		"not executable":             {path: "/x/claude", files: map[string]fs.FileMode{"/x/claude": 0o644}, kind: ErrNotExecutable, says: "-rw-r--r--"},
		"no file":                    {path: "/x/p", files: map[string]fs.FileMode{"/x/p": fs.ModeNamedPipe | 0o777}, kind: ErrNotExecutable, says: "no file"},
		"a home that nobody expands": {path: "~/bin/claude", kind: ErrNotFound, says: "not expanded"},
		"the variable": {
			env: map[string]string{PathVariable: "/v/claude"}, files: map[string]fs.FileMode{"/v/claude": 0o755, "/bin/claude": 0o755}, want: "/v/claude",
		},
		"the option beats the variable": {
			path: "/x/claude", env: map[string]string{PathVariable: "/v/claude"},
			files: map[string]fs.FileMode{"/v/claude": 0o755, "/x/claude": 0o755}, want: "/x/claude",
		},
		"a variable that is wrong is not replaced": {
			env: map[string]string{PathVariable: "/v/claude"}, files: map[string]fs.FileMode{"/bin/claude": 0o755}, kind: ErrNotFound, says: "$CLAUDE_CLI_PATH names",
		},
		"the first in PATH": {files: map[string]fs.FileMode{"/bin/claude": 0o755, "/opt/bin/claude": 0o755}, want: "/bin/claude"},
		"PATH passes over what cannot be executed": {
			files: map[string]fs.FileMode{"/bin/claude": 0o644, "/opt/bin/claude": 0o755}, want: "/opt/bin/claude",
		},
		"PATH passes over a directory": {
			files: map[string]fs.FileMode{"/bin/claude": fs.ModeDir | 0o755, "/opt/bin/claude": 0o755}, want: "/opt/bin/claude",
		},
		"the working directory is not searched": {
			env: map[string]string{"PATH": ".::bin:/opt/bin"}, files: map[string]fs.FileMode{"/work/claude": 0o755, "/work/bin/claude": 0o755},
			kind: ErrNotFound, says: `PATH entry "." passed over`,
		},
		"a usual place":             {files: map[string]fs.FileMode{"/home/me/.claude/local/claude": 0o755}, want: "/home/me/.claude/local/claude"},
		"the order of usual places": {files: map[string]fs.FileMode{"/home/me/.local/bin/claude": 0o755, "/usr/local/bin/claude": 0o755}, want: "/usr/local/bin/claude"},
		"PATH beats a usual place":  {files: map[string]fs.FileMode{"/home/me/.local/bin/claude": 0o755, "/opt/bin/claude": 0o755}, want: "/opt/bin/claude"},
		"a home that is relative":   {env: map[string]string{"HOME": "me"}, files: map[string]fs.FileMode{"/work/me/.local/bin/claude": 0o755}, kind: ErrNotFound},
		"no environment":            {env: map[string]string{"PATH": "", "HOME": ""}, files: map[string]fs.FileMode{"/opt/homebrew/bin/claude": 0o755}, want: "/opt/homebrew/bin/claude"},
		"nothing":                   {kind: ErrNotFound, says: "/home/me/.bun/bin/claude"},
		"nothing that can be executed": {
			files: map[string]fs.FileMode{"/opt/bin/claude": 0o600}, kind: ErrNotExecutable, says: "/opt/bin/claude: file is not executable: mode -rw-------",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := map[string]string{"PATH": env["PATH"], "HOME": env["HOME"]}
			for k, v := range tc.env {
				all[k] = v
			}
			checkFind(t, place("linux", all, tc.files), tc.path, tc.want, tc.kind, tc.says)
		})
	}
}

func TestDiscoverWindows(t *testing.T) {
	t.Parallel()
	env := map[string]string{"PATH": `C:\bin;"D:\other bin";.;\bin;D:tools`, "USERPROFILE": `C:\Users\me`}
	for name, tc := range map[string]struct {
		path  string
		files []string
		want  string
		kind  error
	}{
		"claude.exe in PATH":          {files: []string{`D:\other bin\claude.exe`}, want: `D:\other bin\claude.exe`},
		"a usual place":               {files: []string{`C:\Users\me\.local\bin\claude.exe`}, want: `C:\Users\me\.local\bin\claude.exe`},
		"the scripts of npm":          {files: []string{`C:\bin\claude`, `C:\bin\claude.cmd`, `C:\bin\claude.ps1`}, kind: ErrNotFound},
		"not the working directory":   {files: []string{`C:\work\claude.exe`, `C:\work\.\claude.exe`}, kind: ErrNotFound},
		"a bare name":                 {path: "claude-next", files: []string{`C:\bin\claude-next.exe`}, want: `C:\bin\claude-next.exe`},
		"a bare name with its ending": {path: "CLAUDE.EXE", files: []string{`C:\bin\CLAUDE.EXE`}, want: `C:\bin\CLAUDE.EXE`},
		"a bare batch file":           {path: "claude.cmd", files: []string{`C:\bin\claude.cmd`}, kind: ErrBatchFile},
		"a path":                      {path: `x\claude.exe`, files: []string{`C:\work\x\claude.exe`}, want: `C:\work\x\claude.exe`},
		"a path of the other slashes": {path: `C:/x/claude.exe`, files: []string{`C:\x\claude.exe`}, want: `C:/x/claude.exe`},
		"a batch file":                {path: `C:\x\claude.CMD`, files: []string{`C:\x\claude.CMD`}, kind: ErrBatchFile},
		"a batch file in disguise":    {path: `C:\x\claude.bat. .`, kind: ErrBatchFile},
		"a stream of a batch file":    {path: `C:\x\claude.bat::$DATA`, kind: ErrBatchFile},
		"a batch file further up":     {path: `C:\x\claude.cmd\..\claude.exe`, kind: ErrBatchFile},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string]fs.FileMode{}
			for _, f := range tc.files {
				files[f] = 0o666
			}
			checkFind(t, place("windows", env, files), tc.path, tc.want, tc.kind, "")
		})
	}
}

func checkFind(t *testing.T, d Discovery, path, want string, kind error, says string) {
	t.Helper()
	got, err := d.Find(path)
	if got != want || (err == nil) != (kind == nil) {
		t.Fatalf("want %q and %v, got %q and %v", want, kind, got, err)
	}
	if err == nil {
		return
	}
	var bad *DiscoverError
	if !errors.As(err, &bad) || bad.Kind != kind || !errors.Is(err, kind) || bad.Path == "" != (bad.Source == FromPlaces) {
		t.Errorf("want %v, got %#v", kind, err)
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("error does not say %q: %v", says, err)
	}
}

// TestDiscoverErrorSaysAll: the whole text of a search that found nothing.
func TestDiscoverErrorSaysAll(t *testing.T) {
	t.Parallel()
	d := place("linux", map[string]string{"PATH": "/bin:.:/sbin", "HOME": "/root"}, map[string]fs.FileMode{"/sbin/claude": fs.ModeDir | 0o755})
	_, err := d.Find("")
	want := `executable not found: no claude is named by the options or $CLAUDE_CLI_PATH; not in PATH: /bin; not at ` +
		`/root/.npm-global/bin/claude, /usr/local/bin/claude, /root/.local/bin/claude, /root/node_modules/.bin/claude, ` +
		`/root/.yarn/bin/claude, /root/.claude/local/claude, /root/.bun/bin/claude, /opt/homebrew/bin/claude, ` +
		`/home/linuxbrew/.linuxbrew/bin/claude; PATH entry "." passed over, it is not absolute; /sbin/claude: file is not executable: ` +
		`it is a directory; install it (npm install -g @anthropic-ai/claude-code), or name it in the options or $CLAUDE_CLI_PATH`
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDiscoverHere looks at real files.
func TestDiscoverHere(t *testing.T) {
	name := "claude-of-this-test"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	dir := t.TempDir()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	t.Setenv(PathVariable, file)
	t.Chdir(dir)
	for _, path := range []string{file, name, "." + string(filepath.Separator) + name, ""} {
		got, err := Discover(path)
		if want, _ := filepath.EvalSymlinks(file); err != nil || got != file && got != want {
			t.Errorf("Discover(%q): want %s, got %s, %v", path, file, got, err)
		}
	}
	if _, err := Discover(filepath.Join(dir, "none", "claude")); !errors.Is(err, ErrNotFound) {
		t.Errorf("want ErrNotFound, got %v", err)
	}
}

func FuzzDiscover(f *testing.F) {
	f.Add("", "", "/bin:.", "/root", true)
	f.Add("claude", "", `C:\bin;"D:\x"`, `C:\Users\me`, false)
	f.Add(`C:\x\claude.bat. .`, "a/b", "", "", false)
	f.Fuzz(func(t *testing.T, path, variable, list, home string, unix bool) {
		goos := "windows"
		if unix {
			goos = "linux"
		}
		there := false
		d := place(goos, map[string]string{PathVariable: variable, "PATH": list, "HOME": home, "USERPROFILE": home}, nil)
		abs := d.Abs
		d.Stat = func(path string) (fs.FileInfo, error) {
			s := search{Discovery: d}
			if there = !there; there {
				return nil, fs.ErrNotExist
			}
			if !s.isAbs(path) {
				t.Errorf("%q was looked at, which depends on the working directory", path)
			}
			return fstest.MapFS{"x": {Mode: 0o755}}.Stat("x")
		}
		d.Abs = abs
		got, err := d.Find(path)
		if (err == nil) != (got != "") {
			t.Errorf("got %q and %v", got, err)
		}
		if err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
		if goos == "windows" && isBatch(got) && (path != "" || variable != "") {
			t.Errorf("a batch file was taken: %q", got)
		}
	})
}
