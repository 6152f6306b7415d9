package cli

import (
	"debug/buildinfo"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"
)

// fakeName is the fake alone, as it is installed beside this command.
const fakeName = "mockclaude"

// sameMake is how far apart the two programs of one build may be written.
const sameMake = 10 * time.Minute

// fakeBeside returns the binary that becomes the fake claude: mockclaude if it lies beside this command and is of the same build, since a
// small program starts in half the time of this one; else this command itself, which can do all that it does.
func fakeBeside(exe string) string {
	small := filepath.Join(filepath.Dir(exe), fakeName+filepath.Ext(exe))
	theirs, err := buildinfo.ReadFile(small)
	if err != nil {
		return exe
	}
	ours, ok := debug.ReadBuildInfo()
	if !ok || !sameBuild(ours, theirs) || olderThan(small, exe) {
		return exe
	}
	return small
}

// sameBuild tells whether two programs come from one state of the module.
func sameBuild(a, b *debug.BuildInfo) bool {
	if a.Main.Path != b.Main.Path || a.Main.Version != b.Main.Version || a.GoVersion != b.GoVersion {
		return false
	}
	settings := map[string]string{}
	for _, s := range a.Settings {
		settings[s.Key] = s.Value
	}
	for _, s := range b.Settings {
		if (s.Key == "vcs.revision" || s.Key == "vcs.modified") && settings[s.Key] != s.Value {
			return false
		}
	}
	return true
}

// olderThan tells whether a file was built well before another: builds without a version are told apart by nothing else.
func olderThan(small, exe string) bool {
	a, err := os.Stat(small)
	if err != nil {
		return true
	}
	b, err := os.Stat(exe)
	return err == nil && b.ModTime().Sub(a.ModTime()) > sameMake
}
