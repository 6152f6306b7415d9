//go:build linux || darwin

package host

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The reaper's descriptors besides the adapter's stdio.
const (
	fdLife   = 3
	fdReport = 4
)

// reaper is the process between the harness and one adapter.
type reaper struct {
	life, report *os.File
	pid          int           // the adapter
	gone         chan struct{} // closed: no child is left, so no descendant
}

// ReaperMain is the whole life of a reaper: main calls it with the arguments after ReaperArg (the run's folder or "", "--" and the adapter's
// command) before anything else, and exits with what it returns. It starts the adapter, reports its pid and its end on descriptor 4, and when
// descriptor 3 ends it kills all descendants until none is left; if that was the end of the harness, it removes the run's folder. It takes no
// notice of the terminal's signals.
func ReaperMain(args []string) int {
	if len(args) < 3 || args[1] != "--" || !isPipe(fdLife) || !isPipe(fdReport) {
		fmt.Fprintln(os.Stderr, "this command is internal: the harness runs it to look after an adapter")
		return 2
	}
	// The adapter's death signal is tied to this thread, so it must not end before the process.
	runtime.LockOSThread()
	signals := make(chan os.Signal, 1)
	// Caught, not ignored: what is ignored would stay ignored in the adapter.
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGPIPE, unix.SIGTSTP, unix.SIGTTIN, unix.SIGTTOU)
	closeOnExec(fdLife)
	r := &reaper{life: os.NewFile(fdLife, "life"), report: os.NewFile(fdReport, "report"), gone: make(chan struct{})}
	if err := r.start(args[2:]); err != nil {
		_ = ownReport{Err: err.Error()}.write(r.report)
		return 1
	}
	go r.wait() // ends with the last child, before killAll returns
	last, _ := io.ReadAll(r.life)
	r.killAll()
	if scratch := args[0]; scratch != "" && len(last) == 0 { // other reapers of the run do the same: the last one removes the rest
		_ = os.RemoveAll(scratch)
	}
	return 0
}

func isPipe(fd int) bool {
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO
}

// start starts the adapter and lets go of its pipes, so that their ends are the adapter's alone.
func (r *reaper) start(argv []string) error {
	if err := becomeSubreaper(); err != nil {
		return fmt.Errorf("become a subreaper: %w", err)
	}
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return err
	}
	pid, err := syscall.ForkExec(path, argv, &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}, Sys: adapterAttr()})
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	r.pid = pid
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", os.DevNull, err)
	}
	defer null.Close()
	for fd := range 3 {
		if err := dupOnto(int(null.Fd()), fd); err != nil {
			return fmt.Errorf("let go of descriptor %d: %w", fd, err)
		}
	}
	return ownReport{PID: pid}.write(r.report)
}

// wait reaps every child there is, the adapter and orphans, until there is none.
func (r *reaper) wait() {
	defer close(r.gone)
	for {
		var ws unix.WaitStatus
		pid, err := unix.Wait4(-1, &ws, waitFlags, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return
		case pid == r.pid && ws.Exited():
			_ = ownReport{Exited: true, Code: ws.ExitStatus()}.write(r.report)
		case pid == r.pid && ws.Signaled():
			_ = ownReport{Exited: true, Code: -1, Signal: unix.SignalName(ws.Signal())}.write(r.report)
		}
	}
}

// killAll kills until nothing is left. A process that cannot be killed (another user's, or stuck in the kernel) keeps it here.
func (r *reaper) killAll() {
	for pause := time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		r.killPass()
		select {
		case <-r.gone:
			return
		case <-time.After(pause):
		}
	}
}

// killPass stops all descendants first, until no new ones turn up, so that none can start another while they are killed.
func (r *reaper) killPass() {
	stopped := map[int]bool{}
	for range 5 {
		fresh := false
		for _, p := range r.below() {
			if !stopped[p.PID] {
				stopped[p.PID], fresh = true, true
				signalProc(p, unix.SIGSTOP)
			}
		}
		if !fresh {
			break
		}
	}
	for _, p := range r.below() {
		signalProc(p, unix.SIGKILL)
	}
	killGroup(r.pid)
}

// below are the descendants, with what identifies them only.
func (r *reaper) below() []Proc {
	found, err := subtree(os.Getpid(), r.pid, nil)
	if err != nil {
		return nil
	}
	return found
}
