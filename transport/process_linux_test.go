package transport

import (
	"os"
	"runtime"
	"testing"
)

// TestProcessLeavesNothing is not parallel: it counts what the whole process holds. Sessions are ended in
// each of the ways there are.
func TestProcessLeavesNothing(t *testing.T) {
	session := func(end func(*Process)) {
		p, err := Start(t.Context(), helper(t, "echo"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		end(p)
		<-p.Done()
	}
	all := func() {
		session(func(p *Process) { _ = p.CloseInput(); readAll(t, p) })
		session(func(p *Process) { _ = p.Close(t.Context()) })
		session(func(p *Process) { _ = p.Close(ended(t)) })
		if _, err := Start(t.Context(), Command{Path: "/no/such/file"}, Options{}); err == nil {
			t.Fatal("it started")
		}
	}
	all() // what is made once per program is made now
	fds, goroutines := openFiles(t), runtime.NumGoroutine()
	for range 16 { // 48 starts
		all()
	}
	if now := openFiles(t); now > fds {
		t.Errorf("descriptors: %d before, %d after", fds, now)
	}
	// A goroutine that has told its end may still be on its way out: a few, not one per session.
	if now := runtime.NumGoroutine(); now > goroutines+3 {
		t.Errorf("goroutines: %d before, %d after", goroutines, now)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}
