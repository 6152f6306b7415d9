package host

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// openFDs lists "N link" of this process's descriptors that are not the runtime's own, and "N nonblocking" for stdio in that mode.
func openFDs() ([]string, error) {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return nil, err
	}
	var found []string
	for _, e := range entries {
		link, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err != nil {
			continue // the descriptor of this listing
		}
		found = append(found, e.Name()+" "+link)
	}
	for fd := range 3 {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		if err != nil {
			return nil, err
		}
		if flags&unix.O_NONBLOCK != 0 {
			found = append(found, fmt.Sprintf("%d nonblocking", fd))
		}
	}
	return found, nil
}
