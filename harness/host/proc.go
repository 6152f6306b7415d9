package host

import (
	"fmt"
	"path/filepath"
	"time"
)

// Proc is one process, as the system's table shows it.
type Proc struct {
	PID, PPID, PGID int
	Exe             string    // resolved executable, empty if it cannot be read (a zombie has none)
	Cmdline         []string  // arguments, empty for a zombie
	State           byte      // R, S, D, T, Z, ...
	Zombie          bool      // ended, not yet reaped by its parent
	Start           time.Time // when it started; with PID it identifies the process
	start           uint64    // the same in the kernel's own ticks, exact
}

// String names the process for a report.
func (p Proc) String() string {
	name := filepath.Base(p.Exe)
	if p.Exe == "" && len(p.Cmdline) > 0 {
		name = filepath.Base(p.Cmdline[0])
	}
	if p.Zombie {
		return fmt.Sprintf("%d (%s, zombie of %d)", p.PID, name, p.PPID)
	}
	return fmt.Sprintf("%d (%s)", p.PID, name)
}

// Usage is what the adapter's process uses now.
type Usage struct {
	RSS          int64         // resident bytes of the adapter's process
	CPU          float64       // percent of one CPU that it used, or waited for, over the interval
	FDs          int           // open descriptors
	Children     int           // living children of the adapter that are not excluded
	Threads      int           // threads of the adapter's process
	RunQueueWait time.Duration // how long its living threads have waited for a CPU so far
}
