package goadapter

import (
	"fmt"
	"os"
)

// Stdio takes the process's stdin and stdout for the channel, and leaves an empty stdin and stderr in their place, so that nothing
// else reads or prints there, children included. It is for the start of a main, before any other goroutine.
func Stdio() (in, out *os.File, err error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, nil, fmt.Errorf("adapter cannot free its stdin: %w", err)
	}
	in, out, err = takeStdio(null)
	if err != nil {
		return nil, nil, fmt.Errorf("adapter cannot free its stdio: %w", err)
	}
	return in, out, nil
}
