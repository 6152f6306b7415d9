package transport

import (
	"bufio"
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// diagnose finds out why a start failed: the system has one word, "no such file", for four reasons. It
// looks only after the failure, so a good start pays nothing.
func diagnose(cmd Command, path string, err error) error {
	e := &SpawnError{Kind: systemKind(err), Path: cmd.Path, Dir: cmd.Dir, Err: err}
	switch {
	case e.Kind == ErrArgsTooLong:
		e.Detail = sizes(cmd)
	case (e.Kind == nil || e.Kind == ErrNotFound) && cmd.Dir != "" && !usableDir(cmd.Dir):
		e.Kind = ErrNoDir
	case e.Kind != nil:
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		e.Detail, e.Kind = missing(path)
	case errors.Is(err, fs.ErrPermission):
		e.Detail, e.Kind = denied(path)
	case errors.Is(err, syscall.ENOEXEC):
		e.Kind, e.Detail = ErrNotExecutable, "it is neither a program for this system nor a script that starts with #!"
	}
	return e
}

// missing says what is not there: the file, or what it needs to run.
func missing(path string) (detail string, kind error) {
	if _, err := os.Stat(path); err == nil {
		return interpreter(path), ErrBadInterpreter
	}
	if target, err := os.Readlink(path); err == nil {
		return fmt.Sprintf("it is a link to %q, which is not there", target), ErrNotFound
	}
	return "", ErrNotFound
}

// denied says whose permission was missing: the file's own or its interpreter's.
func denied(path string) (detail string, kind error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", ErrNotExecutable
	case info.IsDir():
		return "", ErrIsDirectory
	case info.Mode()&0o111 == 0:
		return "mode " + info.Mode().String(), ErrNotExecutable
	}
	if name := interpreter(path); name != "" {
		return name, ErrBadInterpreter
	}
	return "mode " + info.Mode().String() + "; its owner or a mount option may forbid it", ErrNotExecutable
}

// interpreter is the one that a script's first line names, or the loader that a program names; empty if there is none.
func interpreter(path string) string {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return "" // opening a pipe would wait
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	first, _ := bufio.NewReader(io.LimitReader(f, 512)).ReadString('\n')
	if name, ok := strings.CutPrefix(first, "#!"); ok {
		return fmt.Sprintf("its first line names %q", strings.TrimRight(name, "\n"))
	}
	if name := loader(f); name != "" {
		return fmt.Sprintf("its loader is %q; it may be built for another libc", name)
	}
	return ""
}

// loader is the dynamic loader of an ELF program: the other libc's is what a program fails with whose platform is right (ts 1.3).
func loader(f io.ReaderAt) string {
	program, err := elf.NewFile(f)
	if err != nil {
		return ""
	}
	for _, part := range program.Progs {
		if part.Type == elf.PT_INTERP {
			name := make([]byte, min(part.Filesz, 256))
			n, _ := part.ReadAt(name, 0)
			return string(bytes.TrimRight(name[:n], "\x00"))
		}
	}
	return ""
}

// sizes says how long arguments and environment are: systems limit their sum and, on Linux, each one (128 KiB).
func sizes(cmd Command) string {
	total, longest := 0, 0
	for _, list := range [][]string{cmd.Args, cmd.Env} {
		for _, s := range list {
			total += len(s) + 1
			longest = max(longest, len(s))
		}
	}
	return fmt.Sprintf("%d bytes in all, the longest %d; pass long values in a file or over stdin", total, longest)
}
