//go:build linux || darwin

package mockcli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// holdAlone bounds the life of a grandchild that has no harness which could end it.
const holdAlone = 10 * time.Minute

func observeCommon(args []string) Event {
	e := Event{PID: unix.Getpid(), PPID: unix.Getppid(), PGID: unix.Getpgrp()}
	for _, a := range args {
		e.Argv = append(e.Argv, []byte(a))
	}
	e.Exe, _ = os.Executable()
	var cwd [unix.PathMax]byte
	if n, err := unix.Getcwd(cwd[:]); err == nil && n > 0 {
		e.Cwd = string(bytes.TrimRight(cwd[:n], "\x00"))
	}
	for fd := range 3 {
		e.Stdio = append(e.Stdio, kindOf(fd))
	}
	return e
}

func setSocketBuffer(fd, n int) (int, error) {
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, n); err != nil {
		return 0, err
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, n); err != nil {
		return 0, err
	}
	return unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF)
}

// dial connects to the harness.
func dial(path string) (int, error) {
	fd, err := newSocket()
	if err != nil {
		return -1, err
	}
	for {
		err = unix.Connect(fd, &unix.SockaddrUnix{Name: path})
		if err != unix.EINTR && err != unix.EAGAIN {
			break
		}
		nanosleep(time.Millisecond) // the harness's backlog is full
	}
	if err != nil {
		_ = unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// signals reports the catchable signals that end a process by default.
type signals struct {
	mu      sync.Mutex
	ignored map[string]bool
}

func caught() []os.Signal {
	return []os.Signal{unix.SIGTERM, unix.SIGINT, unix.SIGHUP, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2}
}

func catchSignals(emit func(...Event)) *signals {
	s := &signals{ignored: map[string]bool{}}
	c := make(chan os.Signal, 64)
	signal.Notify(c, caught()...)
	go func() { // as long as the process
		for got := range c {
			name := unix.SignalName(got.(syscall.Signal))
			emit(Event{Ev: EvSignal, Signal: name, Action: s.action(name)})
		}
	}()
	return s
}

func (s *signals) action(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ignored[name] {
		return ActionIgnored
	}
	return ActionExit
}

func (s *signals) set(name string, ignored bool) error {
	if unix.SignalNum(name) == 0 {
		return fmt.Errorf("no such signal %q", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ignored[name] = ignored
	return nil
}

// die ends the process by a signal. It reports first, as nothing can be reported after.
func (h *hands) die(c Command, done func(Event)) {
	sig := unix.SignalNum(c.Sig)
	if sig == 0 {
		done(outcome(c, Event{}, fmt.Errorf("no such signal %q", c.Sig)))
		return
	}
	done(outcome(c, Event{}, nil))
	dieBy(sig)
	select {} // the signal is on its way
}

// dieBy raises sig with its default disposition, and leaves no core file behind.
func dieBy(sig syscall.Signal) {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	signal.Reset(sig)
	restoreDefault(sig)
	_ = unix.Kill(unix.Getpid(), sig)
}

// spawn starts a grandchild.
func (h *hands) spawn(c Command) (int, error) {
	argv := c.Argv
	path := selfPath()
	if len(argv) > 0 {
		path = argv[0]
	} else {
		argv = h.holder
	}
	pid, err := fork(path, argv, c.Inherit, c.Setsid)
	if err != nil {
		return 0, err
	}
	go func() { // collects the grandchild for as long as the mock lives
		var st unix.WaitStatus
		for {
			if _, err := unix.Wait4(pid, &st, 0, nil); err != unix.EINTR {
				return
			}
		}
	}()
	return pid, nil
}

// holdArgs are the arguments of a grandchild: its name says where it came from.
func holdArgs(at place) []string {
	return []string{filepath.Join(at.dir, "claude"), HoldRole, at.sock}
}

// fork starts argv with the inherited descriptors under their own numbers, and /dev/null for those of the standard ones
// that are not inherited.
func fork(path string, argv []string, inherit []int, setsid bool) (int, error) {
	null, err := unix.Open("/dev/null", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(null)
	files := []uintptr{uintptr(null), uintptr(null), uintptr(null)}
	for _, fd := range inherit {
		if fd < 0 || fd > 255 {
			return 0, fmt.Errorf("inherit descriptor %d: want 0 to 255", fd)
		}
		for len(files) <= fd {
			files = append(files, ^uintptr(0))
		}
		files[fd] = uintptr(fd)
	}
	return syscall.ForkExec(path, argv, &syscall.ProcAttr{
		Env: os.Environ(), Files: files, Sys: &syscall.SysProcAttr{Setsid: setsid},
	})
}

// hold is the grandchild: it does nothing but keep its descriptors, until it is killed or its harness is gone.
func hold(args []string) int {
	if len(args) < 3 || args[2] == "" {
		time.Sleep(holdAlone)
		return 0
	}
	sock, err := dial(args[2])
	if err != nil {
		return ExitLost
	}
	b, _ := appendEvent(nil, &Event{Ev: evHold, PID: unix.Getpid(), T: monotonic(), Seq: 1})
	if writeAll(sock, b) == nil {
		_, _ = io.Copy(io.Discard, rawReader(sock))
	}
	return 0
}

// probe answers a version probe as it is told, however long that takes. It says whether the process is to exit; a hanging one goes on as a
// puppet.
func (p *puppet) probe() (code int, exit bool) {
	for {
		c, ok := p.queue.take()
		if !ok {
			return <-p.quit, true
		}
		if c.Op != OpProbe {
			p.emit(outcome(c, Event{}, fmt.Errorf("a version probe takes no op but %s, got %q", OpProbe, c.Op)))
			continue
		}
		p.emit(outcome(c, Event{}, nil))
		if c.Hang {
			return 0, false
		}
		return printVersion(c.Text, c.Code), true
	}
}

func printVersion(text string, code int) int {
	if text != "" {
		_ = writeAll(1, []byte(text+"\n")) // nobody to tell
	}
	return code
}

// evHold opens the connection of a grandchild, which says nothing more and ends with it.
const evHold = "hold"
