package host

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

func descriptors(pid int) (map[int]string, error) {
	dir := "/proc/" + strconv.Itoa(pid) + "/fd/"
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	fds := map[int]string{}
	for _, fd := range numbers(dir) {
		if link, err := os.Readlink(dir + strconv.Itoa(fd)); err == nil {
			fds[fd] = link
		}
	}
	return fds, nil
}

// cpuTime reads the process's CPU clock, which counts nanoseconds and threads that have ended.
func cpuTime(pid int) (time.Duration, error) {
	const scheduled = 2 // CPUCLOCK_SCHED
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduled), &ts); err != nil {
		return 0, fmt.Errorf("read its CPU clock: %w", err)
	}
	return time.Duration(ts.Nano()), nil
}

func processUsage(pid int, u *Usage) error {
	dir := "/proc/" + strconv.Itoa(pid)
	text, err := os.ReadFile(dir + "/statm")
	if err != nil {
		return err
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return errors.New("it has ended")
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return err
	}
	u.RSS = pages * int64(os.Getpagesize())
	u.FDs = len(numbers(dir + "/fd"))
	u.Threads, u.RunQueueWait = runQueue(pid)
	return nil
}

// runQueue counts the threads of a process, and adds up how long they have waited for a CPU.
func runQueue(pid int) (threads int, wait time.Duration) {
	dir := "/proc/" + strconv.Itoa(pid) + "/task/"
	for _, tid := range numbers(dir) {
		threads++
		if s, err := readSched(dir + strconv.Itoa(tid)); err == nil {
			wait += s.wait()
		}
	}
	return threads, wait
}
