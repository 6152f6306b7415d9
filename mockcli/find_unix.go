//go:build linux || darwin

package mockcli

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// place is where a mock found its harness.
type place struct {
	sock, via, dir string
	reads          bool // lines are read from the start, without being told
}

// find looks for a harness beside the real executable, beside argv[0], in the environment. The executable comes first, as
// SDKs may hand over any argv[0] and replace the environment.
func find(args []string) (place, bool) {
	if exe, err := os.Executable(); err == nil {
		if s, ok := readName(filepath.Dir(exe)); ok {
			return placed(s, "exe", filepath.Dir(exe)), true
		}
	}
	if len(args) > 0 && strings.Contains(args[0], "/") {
		if dir, err := filepath.Abs(filepath.Dir(args[0])); err == nil {
			if s, ok := readName(dir); ok {
				return placed(s, "argv0", dir), true
			}
		}
	}
	if s := os.Getenv(SocketEnv); s != "" {
		return place{sock: s, via: "env"}, true
	}
	return place{}, false
}

// placed reads what Install wrote: the socket's path, and in a second line how the mock begins.
func placed(text, via, dir string) place {
	sock, begin, _ := strings.Cut(text, "\n")
	return place{sock: sock, via: via, dir: dir, reads: begin == beginReading}
}

// readName reads the socket's path from dir. It avoids os.File, which would set up the runtime's poller, and with it
// descriptors of the mock's own, before the SDK's have been looked at.
func readName(dir string) (string, bool) {
	fd, err := unix.Open(filepath.Join(dir, FileName), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", false
	}
	defer unix.Close(fd)
	var b [512]byte
	n, err := unix.Read(fd, b[:])
	s := strings.TrimSpace(string(b[:max(n, 0)]))
	return s, err == nil && s != ""
}
