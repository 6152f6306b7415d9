package mockcli

import (
	"os"

	"golang.org/x/sys/unix"
)

// watcher takes the end of the connection for the process's death.
type watcher struct{ pid int }

func watchProcess(_ *os.File, pid int) watcher { return watcher{pid} }

func (w watcher) wait(ended, done <-chan struct{}) (Death, bool) { return waitEnd(ended, done) }

// reaped asks by the process's number, which another process may have got by then.
func (w watcher) reaped() (reaped, ok bool) { return unix.Kill(w.pid, 0) == unix.ESRCH, true }

func (w watcher) stop() {}
