package adaptercheck

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/wiretrial/wiretrial/harness/host"
)

// channelDescriptors looks at what the adapter's first two descriptors are.
func channelDescriptors(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		channel, fds, err := s.channel()
		if err != nil {
			return err
		}
		for fd, name := range []string{"stdin", "stdout"} {
			if channel[fds[fd]] {
				return wrongf("descriptor %d of the adapter's process, its %s, is still the channel (%s)", fd, name, fds[fd])
			}
		}
		return nil
	})
}

// channel names the pipes of the channel: what the harness and the adapter both hold, stderr aside. fds are the adapter's.
func (s *stage) channel() (channel map[string]bool, fds map[int]string, err error) {
	fds, err = s.a.FDs()
	if errors.Is(err, host.ErrUnsupported) {
		return nil, nil, &skip{"descriptors cannot be seen on this platform"}
	}
	if err != nil {
		return nil, nil, err
	}
	own, err := ownPipes()
	if err != nil {
		return nil, nil, err
	}
	channel = map[string]bool{}
	for fd, link := range fds {
		if own[link] && fd != 2 && link != fds[2] {
			channel[link] = true
		}
	}
	return channel, fds, nil
}

// ownPipes are the pipes that this process holds. Linux only, as FDs is.
func ownPipes() (map[string]bool, error) {
	const dir = "/proc/self/fd"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list the harness's descriptors: %w", err)
	}
	own := map[string]bool{}
	for _, e := range entries {
		if link, err := os.Readlink(filepath.Join(dir, e.Name())); err == nil && strings.HasPrefix(link, "pipe:") {
			own[link] = true
		}
	}
	return own, nil
}

// channelChildren looks at the descriptors with which the SDK started its CLI.
func channelChildren(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		channel, _, err := s.channel()
		if err != nil {
			return err
		}
		reading, err := s.begins(nil)
		if err != nil {
			return err
		}
		fds := s.peer.Hello().FDs
		for _, fd := range slices.Sorted(maps.Keys(fds)) {
			if _, err := strconv.Atoi(fd); err == nil && channel[fds[fd]] {
				return wrongf("descriptor %s of the CLI that the SDK started is the adapter's channel (%s)", fd, fds[fd])
			}
		}
		return s.finishes(reading)
	})
}
