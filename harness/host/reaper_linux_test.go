package host

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pidOf reads a pid that the echo adapter answered.
func pidOf(t *testing.T, answer []byte) int {
	t.Helper()
	pid, err := strconv.Atoi(strings.TrimSpace(string(answer)))
	if err != nil {
		t.Fatalf("got %q, want a pid", answer)
	}
	return pid
}

// watched holds on to a process, so that its end can be waited for without its number being taken by another.
func watched(t *testing.T, pid int) *os.File {
	t.Helper()
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatalf("process %d: %v", pid, err)
	}
	f := os.NewFile(uintptr(fd), fmt.Sprintf("process %d", pid))
	t.Cleanup(func() { f.Close() })
	return f
}

// ended waits until a watched process has ended.
func ended(t *testing.T, f *os.File, within time.Duration) {
	t.Helper()
	fds := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}}
	for {
		n, err := unix.Poll(fds, int(within.Milliseconds()))
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n == 0 {
			t.Errorf("%s lives after %v (%v)", f.Name(), within, err)
		}
		return
	}
}

// TestKillReachesEverything: children, session leaders, orphans, those that hold stdout, and stopped ones.
func TestKillReachesEverything(t *testing.T) {
	t.Parallel()
	for name, fork := range map[string]forkParams{
		"child":                {},
		"holds stdout":         {Hold: true},
		"own session":          {Setsid: true},
		"orphan":               {Orphan: true},
		"orphan of a session":  {Setsid: true, Orphan: true},
		"session holds stdout": {Setsid: true, Hold: true},
	} {
		for _, end := range []string{"kill", "close", "adapter dies", "stopped"} {
			t.Run(name+", "+end, func(t *testing.T) {
				t.Parallel()
				a := start(t, role("echo"))
				pid := pidOf(t, mustCall(t, a, "fork", fork))
				child, adapter, reaper := watched(t, pid), watched(t, a.PID()), watched(t, a.ReaperPID())
				checkDescendant(t, a, pid)
				endAdapter(t, a, end, pid)
				for _, p := range []*os.File{child, adapter, reaper} {
					ended(t, p, 0)
				}
			})
		}
	}
}

func checkDescendant(t *testing.T, a *Adapter, pid int) {
	t.Helper()
	var p Proc
	for end := time.Now().Add(patience); !slices.Contains(p.Cmdline, "role:sleeper"); { // it may still be in the middle of exec
		below, err := a.Descendants()
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(below, func(p Proc) bool { return p.PID == pid })
		if i < 0 || time.Now().After(end) {
			t.Fatalf("process %d is not among the descendants %+v", pid, below)
		}
		p = below[i]
	}
	if self, _ := os.Executable(); p.Zombie || p.Exe != self {
		t.Errorf("got %+v", p)
	}
	if age := time.Since(p.Start); age < -time.Second || age > time.Hour {
		t.Errorf("it started %v ago", age)
	}
}

func endAdapter(t *testing.T, a *Adapter, end string, child int) {
	t.Helper()
	switch end {
	case "kill":
		if err := a.Kill(); err != nil {
			t.Error(err)
		}
	case "stopped":
		if err := errors.Join(unix.Kill(child, unix.SIGSTOP), a.Signal("STOP", true), a.Kill()); err != nil {
			t.Error(err)
		}
	case "adapter dies":
		if _, err := a.Send("die", nil); err != nil {
			t.Error(err)
		}
		if ev := mustNext(t, a, Exit); ev.Signal != "SIGKILL" { // also when the child holds stdout
			t.Errorf("got %+v", ev)
		}
		wantLeft(t, a.Close(bg()), child)
	default:
		wantLeft(t, a.Close(bg()), child)
	}
}

func wantLeft(t *testing.T, err error, pid int) {
	t.Helper()
	var end *CloseError
	if !errors.As(err, &end) || !errors.Is(err, ErrLeft) || errors.Is(err, ErrKilled) {
		t.Fatalf("got %v, want ErrLeft", err)
	}
	if len(end.Left) != 1 || end.Left[0].PID != pid {
		t.Errorf("left %v, want %d", end.Left, pid)
	}
}

// TestHarnessKilled: when the harness is killed with SIGKILL, nothing of its adapter outlives it, neither a grandchild that left the session
// nor the reaper.
func TestHarnessKilled(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	scratch := t.TempDir()
	harness := exec.Command(self, "role:harness", scratch)
	out, err := harness.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := harness.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	var reaper, adapter, grandchild int
	if _, err := fmt.Sscan(line, &reaper, &adapter, &grandchild); err != nil {
		t.Fatalf("the harness printed %q: %v", line, err)
	}
	processes := []*os.File{watched(t, reaper), watched(t, adapter), watched(t, grandchild)}
	if err := harness.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	limit := time.Now().Add(patience)
	for _, p := range processes {
		ended(t, p, max(time.Until(limit), 0))
	}
	_ = harness.Wait()
	if _, err := os.Stat(scratch); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the run's folder is still there: %v", err)
	}
}

// TestScratchIsTheHarnessesOwn: as long as the harness lives, nobody else removes its folder.
func TestScratchIsTheHarnessesOwn(t *testing.T) {
	t.Parallel()
	s := role("echo")
	s.Scratch = t.TempDir()
	if err := start(t, s).Close(bg()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(s.Scratch); err != nil {
		t.Error(err)
	}
}

// TestReaperKilled: the adapter goes with its reaper, and the engine learns whose doing it was.
func TestReaperKilled(t *testing.T) {
	t.Parallel()
	a := start(t, role("echo"))
	adapter := watched(t, a.PID())
	if err := unix.Kill(a.ReaperPID(), unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if ev := mustNext(t, a, Exit); ev.Code != -1 || ev.Signal != "" || !strings.Contains(ev.Text, "reaper ended before it") {
		t.Errorf("got %+v", ev)
	}
	ended(t, adapter, patience)
}

// TestReaperIgnoresTheTerminal: Ctrl-C and its like do not end the reaper, and the adapter's own dispositions are the default.
func TestReaperIgnoresTheTerminal(t *testing.T) {
	t.Parallel()
	a := start(t, role("echo"))
	for _, sig := range []unix.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT} {
		if err := unix.Kill(a.ReaperPID(), sig); err != nil {
			t.Fatal(err)
		}
	}
	mustCall(t, a, "echo", nil)
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", a.PID()))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "SigIgn:")
	ignored, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	if mask, err := strconv.ParseUint(ignored, 16, 64); err != nil || mask != 0 {
		t.Errorf("the adapter ignores signals %s (%v), want none", ignored, err)
	}
	if pgid, err := unix.Getpgid(a.PID()); err != nil || pgid != a.PGID() || pgid != a.PID() {
		t.Errorf("the adapter's group is %d (%v), want its own", pgid, err)
	}
}

func TestZombiesAreFlagged(t *testing.T) {
	t.Parallel()
	a := start(t, role("echo"))
	pid := pidOf(t, mustCall(t, a, "zombie", nil))
	below, err := a.Descendants()
	if err != nil {
		t.Fatal(err)
	}
	if len(below) != 1 || below[0].PID != pid {
		t.Fatalf("got %v, want process %d", below, pid)
	}
	ended(t, watched(t, pid), patience)
	if below, err = a.Descendants(); err != nil || len(below) != 1 || !below[0].Zombie || below[0].State != 'Z' {
		t.Errorf("got %+v (%v), want a zombie", below, err)
	}
	if err := a.Close(bg()); err != nil {
		t.Errorf("a zombie is no living process left behind: %v", err)
	}
}

// TestDescriptors: the adapter has its stdio, blocking, and nothing else of the harness's, not even what the harness leaves inheritable.
func TestDescriptors(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if _, err := unix.FcntlInt(w.Fd(), unix.F_SETFD, 0); err != nil { // as inherited from a careless parent
		t.Fatal(err)
	}
	start(t, role("echo")) // another adapter's pipes must not be passed on either
	a := start(t, role("fds"))
	var pipes, others []string
	for _, fd := range a.Hello().Features {
		switch _, link, _ := strings.Cut(fd, " "); {
		case strings.HasPrefix(link, "pipe:"):
			pipes = append(pipes, fd)
		case strings.HasPrefix(link, "anon_inode:"): // the Go runtime's own
		default:
			others = append(others, fd)
		}
	}
	if len(pipes) != 3 || pipes[0][0] != '0' || pipes[1][0] != '1' || pipes[2][0] != '2' {
		t.Errorf("got pipes %v, want descriptors 0, 1 and 2", pipes)
	}
	others = slices.DeleteFunc(others, func(fd string) bool { return strings.Contains(fd, "/proc/") || strings.Contains(fd, "/sys/fs/cgroup/") }) // the listing, and the Go runtime
	if len(others) > 0 {
		t.Errorf("got %v besides", others)
	}
	fds, err := a.FDs()
	if err != nil || !strings.HasPrefix(fds[1], "pipe:") {
		t.Errorf("got %v (%v)", fds, err)
	}
}

// TestNothingOfOursIsLeft: Start and Kill return all descriptors.
func TestNothingOfOursIsLeft(t *testing.T) {
	// Not parallel: it counts the descriptors of this process.
	a := start(t, role("echo"))
	if err := a.Kill(); err != nil {
		t.Fatal(err)
	}
	before := len(numbers("/proc/self/fd"))
	for range 5 {
		a := start(t, role("echo"))
		if err := a.Kill(); err != nil {
			t.Fatal(err)
		}
		if _, err := Start(bg(), Spec{Argv: []string{"/bin/true"}}); err == nil {
			t.Fatal("/bin/true is an adapter")
		}
	}
	if after := len(numbers("/proc/self/fd")); after > before {
		t.Errorf("%d descriptors before, %d after five adapters", before, after)
	}
}
