package cli

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync/atomic"
)

// RoleBusy is a process that only uses a CPU, until its stdin ends: with the one that started it, whatever becomes of that.
const RoleBusy = "__busy"

// busyRole is the whole life of such a process.
func busyRole() int {
	var over atomic.Bool
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		over.Store(true)
	}()
	for !over.Load() { // a loop that the scheduler can interrupt, and nothing else
	}
	return 0
}

// keepBusy starts n busy processes, and returns how to end them.
func keepBusy(exe string, n int) (stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, s := range stops {
			s()
		}
	}
	for range n {
		cmd := exec.Command(exe, RoleBusy)
		in, err := cmd.StdinPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			stop()
			return nil, fmt.Errorf("a process that keeps a CPU busy: %w", err)
		}
		stops = append(stops, func() {
			_ = in.Close()
			_ = cmd.Wait()
		})
	}
	return stop, nil
}
