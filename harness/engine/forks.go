package engine

import (
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"
)

// forksPause is the time between two looks at what a CLI forked: nothing reports its end.
const forksPause = 20 * time.Millisecond

// forksGone waits until nothing that the session's CLIs forked is left.
func (r *run) forksGone(v view) error {
	w := r.bound(v.Step, "the end of what the CLI forked")
	for {
		left := v.s.forks()
		if len(left) == 0 {
			return nil
		}
		if time.Now().After(w.until) {
			f := r.failAt(v.Step, CheckUses, "what the CLI forked lives on")
			f.Want, f.Got = "no such process", fmt.Sprintf("%d: %v", len(left), left)
			return f
		}
		if err := r.pump(time.Now().Add(forksPause)); err != nil {
			return err
		}
	}
}

// forks are the processes that the session's CLIs forked and that live.
func (s *session) forks() []int {
	var all []int
	for _, f := range s.fakes {
		all = append(all, f.kids...)
	}
	return slices.DeleteFunc(all, func(pid int) bool { return !lives(pid) })
}

// lives tells whether a process of that id is there.
func lives(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer func() { _ = p.Release() }()
	return p.Signal(syscall.Signal(0)) == nil
}
