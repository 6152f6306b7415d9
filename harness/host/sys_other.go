//go:build !linux && !darwin

package host

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

func supported() error {
	return fmt.Errorf("%w: adapters run on Linux and macOS, this is %s", ErrUnsupported, runtime.GOOS)
}

// ReaperMain is not available here.
func ReaperMain([]string) int { return 2 }

func readNow(uintptr, []byte) (n int, again bool, err error) { return 0, false, ErrUnsupported }

func queued(*os.File) int { return 0 }

func signalNumber(string) (syscall.Signal, error) { return 0, ErrUnsupported }

func signalGroup(int, syscall.Signal) error { return ErrUnsupported }

func widen(*os.File) {}

func ownGroup() *syscall.SysProcAttr { return nil }

func subtree(int, int, func(pid int) bool) ([]Proc, error) { return nil, ErrUnsupported }

func describe([]Proc) {}
