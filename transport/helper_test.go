//go:build unix

package transport

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// helperVar makes the test binary play a CLI: its value names the part.
const helperVar = "WIRETRIAL_TRANSPORT_HELPER"

// lifeVar is the socket by which a grandchild shows that it lives.
const lifeVar = "WIRETRIAL_TRANSPORT_LIFE"

func TestMain(m *testing.M) {
	if part := os.Getenv(helperVar); part != "" {
		syscall.Exit(play(part)) // os.Exit would write about coverage to stderr
	}
	os.Exit(m.Run())
}

// play plays a part and gives the exit code.
func play(part string) int {
	switch part {
	case "echo":
		_, _ = io.Copy(os.Stdout, os.Stdin)
	case "fail":
		fmt.Fprintln(os.Stderr, "first line\r\ncannot go on")
		return 7
	case "die":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "burst":
		fmt.Print(strings.Repeat(object(999)+"\n", 60) + object(999))
	case "stderr":
		flood := strings.Repeat(strings.Repeat("e", 99)+"\n", 80_000)
		fmt.Fprint(os.Stderr, flood, "the end")
		fmt.Println(`{"flooded":true}`)
	case "deaf":
		fmt.Println(`{"ready":true}`)
		wait()
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		fmt.Println(`{"ready":true}`)
		wait()
	case "closes-stdin":
		_ = os.Stdin.Close()
		fmt.Println(`{"ready":true}`)
		wait()
	case "environment":
		return tell()
	case "puppet":
		return bePulled()
	case "no-files":
		return startWithoutFiles()
	case "version", "version-fails", "version-stays", "version-floods", "version-parent":
		return version(part)
	case "parent", "chatty-parent", "parent-at-eof":
		return parent(part)
	case "grandchild", "known-grandchild", "chatty":
		return grandchild(part)
	}
	return 0
}

// wait waits for a signal that ends it.
func wait() { <-make(chan os.Signal) }

// tell writes what it was started with.
func tell() int {
	dir, _ := os.Getwd()
	flags, _, _ := syscall.Syscall(syscall.SYS_FCNTL, 1, syscall.F_GETFL, 0)
	fmt.Printf("{\"args\":%q,\"env\":%q,\"dir\":%q,\"blocking\":%v,\"leads\":%v}\n", os.Args,
		os.Environ(), dir, flags&syscall.O_NONBLOCK == 0, syscall.Getpgrp() == os.Getpid())
	return 0
}

// version tells a version in one way or another.
func version(part string) int {
	if len(os.Args) != 2 || os.Args[1] != "--version" {
		return 99
	}
	fmt.Fprintln(os.Stderr, "a warning")
	switch part {
	case "version-fails":
		return 3
	case "version-floods":
		for {
			if _, err := fmt.Println(strings.Repeat("x", 4000)); err != nil {
				return 1
			}
		}
	case "version-parent":
		if _, err := giveBirth("known-grandchild"); err != nil {
			return 1
		}
	}
	fmt.Println("update available\n2.1.329 (Claude Code)")
	if part == "version-stays" {
		wait()
	}
	return 0
}

// giveBirth starts a grandchild that holds stdout and stderr, and gives its stdin. It returns when a known-grandchild lives.
func giveBirth(part string) (io.Closer, error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{helperVar + "=" + part, lifeVar + "=" + os.Getenv(lifeVar)}
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	alive, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	lives, tell, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	if part == "known-grandchild" {
		cmd.ExtraFiles = []*os.File{tell}
	}
	err = cmd.Start()
	_ = tell.Close()
	_, _ = io.Copy(io.Discard, lives) // until a grandchild that was given the pipe has closed it
	return alive, err
}

// parent starts a grandchild that holds its stdout and stderr, says so when that lives, and ends: at once with code 7,
// or at the end of its input.
func parent(part string) int {
	child := "grandchild"
	if part == "chatty-parent" {
		child = "chatty"
	}
	alive, err := giveBirth(child)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer alive.Close()
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // the test goes on when the grandchild lives
	if part == "parent-at-eof" {
		_, _ = io.Copy(io.Discard, os.Stdin)
		return 0
	}
	fmt.Println(`{"last":true}`)
	return 7
}

// grandchild lives until the test closes the socket.
func grandchild(part string) int {
	signal.Ignore(syscall.SIGPIPE)
	life, err := net.Dial("unix", os.Getenv(lifeVar))
	if err != nil {
		return 1
	}
	if part == "known-grandchild" {
		_ = os.NewFile(3, "tell").Close()
	}
	if part == "chatty" {
		go func() {
			for {
				if _, err := fmt.Println(strings.Repeat("chatter ", 100)); err != nil {
					return
				}
			}
		}()
	}
	_, _ = io.Copy(io.Discard, life)
	return 0
}

// helper is the command for a part.
func helper(t testing.TB, part string, env ...string) Command {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Command{Path: path, Env: append(env, helperVar+"="+part)}
}

// start starts a part, and ends it with the test.
func start(t testing.TB, cmd Command, opts Options) *Process {
	t.Helper()
	p, err := Start(t.Context(), cmd, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close(ended(t)) })
	return p
}

// life waits for a grandchild: the connection ends with it.
type life struct {
	listener net.Listener
	conn     net.Conn
}

func newLife(t *testing.T) (l *life, env string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "wt") // t.TempDir may be longer than a socket's name may be
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	l = &life{listener: listener}
	t.Cleanup(func() {
		_ = listener.Close()
		if l.conn != nil {
			_ = l.conn.Close()
		}
		_ = os.RemoveAll(dir)
	})
	return l, lifeVar + "=" + path
}

// await waits until the grandchild lives.
func (l *life) await(t *testing.T) {
	t.Helper()
	conn, err := l.listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	l.conn = conn
}
