package cli

import (
	"debug/buildinfo"
	"path/filepath"
	"runtime/debug"
)

// fakeName is the fake alone, as it is installed beside this command.
const fakeName = "mockclaude"

// fakeBeside returns the binary that becomes the fake claude: mockclaude if it lies beside this command and is known to be of the same
// build, since a small program starts in half the time of this one; else this command itself, which can do all that it does.
func fakeBeside(exe string) string {
	small := filepath.Join(filepath.Dir(exe), fakeName+filepath.Ext(exe))
	theirs, err := buildinfo.ReadFile(small)
	if err != nil {
		return exe
	}
	if ours, ok := debug.ReadBuildInfo(); ok && sameBuild(ours, theirs) {
		return small
	}
	return exe
}

// sameBuild tells whether two programs are known to come from one state of the module: a release, or a commit without changes.
func sameBuild(a, b *debug.BuildInfo) bool {
	if a.Main.Path != b.Main.Path || a.Main.Version != b.Main.Version || a.GoVersion != b.GoVersion {
		return false
	}
	ours, theirs := commit(a), commit(b)
	released := a.Main.Version != "" && a.Main.Version != "(devel)"
	return ours == theirs && (released || ours != "")
}

// commit is the revision of a build from an unchanged checkout; empty if it is not known.
func commit(b *debug.BuildInfo) string {
	revision := ""
	for _, s := range b.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value != "false":
			return ""
		}
	}
	return revision
}
