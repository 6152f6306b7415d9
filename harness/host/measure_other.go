//go:build !linux

package host

import (
	"context"
	"time"
)

func descriptors(int) (map[int]string, error) { return nil, ErrUnsupported }

func cpuTime(int) (time.Duration, error) { return 0, ErrUnsupported }

func processUsage(int, *Usage) error { return ErrUnsupported }

func runQueue(int) (int, time.Duration) { return 0, 0 }

// sleep is not known here.
type sleep struct{}

func (a *Adapter) prove(context.Context, QuietOptions) (Quiet, error) {
	return Quiet{Why: WhyUnknown, Detail: "this platform has no /proc"}, nil
}
