package transport

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestProcessesNeedNoThreads is not parallel: it counts the threads of the whole process. Many processes at once are waited for
// without one thread each.
func TestProcessesNeedNoThreads(t *testing.T) {
	fd, err := unix.PidfdOpen(os.Getpid(), unix.PIDFD_NONBLOCK)
	if err != nil {
		t.Skipf("this system has no process descriptors: %v", err)
	}
	_ = unix.Close(fd)
	if _, ok := awaitByPoller(os.Getpid()); ok {
		t.Fatal("this process is no child of its own")
	}
	const many = 40
	before := threads(t)
	var all []*Process
	for range many {
		p := start(t, helper(t, "echo"), Options{})
		echoed(t, p, "{}")
		all = append(all, p)
	}
	if now := threads(t); now > before+many/2 {
		t.Errorf("threads: %d before, %d with %d processes", before, now, many)
	}
	for _, p := range all {
		if err := p.CloseInput(); err != nil {
			t.Error(err)
		}
		<-p.Done()
		if e := p.Exit(); e.Err != nil {
			t.Error(e.Err)
		}
	}
}

func threads(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}
