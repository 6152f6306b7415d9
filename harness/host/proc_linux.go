package host

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// stat is what /proc/PID/stat says.
type stat struct {
	state      byte
	ppid, pgid int
	start      uint64 // clock ticks after boot
}

func readStat(pid int) (stat, error) { return readStatFile("/proc/" + strconv.Itoa(pid) + "/stat") }

func readStatFile(path string) (stat, error) {
	var buf [procLine]byte
	text, err := slurp(path, buf[:])
	if err != nil {
		return stat{}, err
	}
	return parseStat(text)
}

// procLine holds what /proc says in one line: proofs of quiet read many of them, so none costs an allocation or a look whether it is a socket.
const procLine = 1024

// slurp reads a whole file of /proc by read(2), into buf where it fits.
func slurp(path string, buf []byte) ([]byte, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	text := buf[:0]
	for {
		if len(text) == cap(text) {
			text = append(text, 0)[:len(text)]
		}
		n, err := unix.Read(fd, text[len(text):cap(text)])
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return nil, err
		case n == 0:
			return text, nil
		default:
			text = text[:len(text)+n]
		}
	}
}

// parseStat reads the fields after the command's name, which may hold spaces and parentheses.
func parseStat(text []byte) (stat, error) {
	close := bytes.LastIndexByte(text, ')')
	fields := bytes.Fields(text[close+1:])
	if close < 0 || len(fields) < 20 {
		return stat{}, fmt.Errorf("not a /proc stat line: %q", clip(text, 100))
	}
	ppid, err1 := strconv.Atoi(string(fields[1]))
	pgid, err2 := strconv.Atoi(string(fields[2]))
	start, err3 := strconv.ParseUint(string(fields[19]), 10, 64)
	return stat{state: fields[0][0], ppid: ppid, pgid: pgid, start: start}, errors.Join(err1, err2, err3)
}

// subtree lists the living and dead processes below root, parents first. What exclude names is left out with all that is below it. pgid does
// not matter on Linux, where every descendant stays below the reaper.
func subtree(root, _ int, exclude func(pid int) bool) ([]Proc, error) {
	family := kernelChildren
	if _, err := os.Stat("/proc/thread-self/children"); err != nil {
		table, err := parentTable()
		if err != nil {
			return nil, err
		}
		family = func(pid int) []int { return table[pid] }
	}
	var found []Proc
	for queue := family(root); len(queue) > 0; queue = queue[1:] {
		pid := queue[0]
		if exclude != nil && exclude(pid) {
			continue
		}
		st, err := readStat(pid)
		if err != nil {
			continue // it is gone
		}
		found = append(found, Proc{PID: pid, PPID: st.ppid, PGID: st.pgid, State: st.state, Zombie: st.state == 'Z' || st.state == 'X', start: st.start})
		queue = append(queue, family(pid)...)
	}
	return found, nil
}

// kernelChildren reads the lists that the kernel keeps for each thread.
func kernelChildren(pid int) []int {
	dir := "/proc/" + strconv.Itoa(pid) + "/task/"
	var pids []int
	var buf [procLine]byte
	for _, tid := range numbers(dir) {
		text, err := slurp(dir+strconv.Itoa(tid)+"/children", buf[:])
		if err != nil {
			continue
		}
		for _, field := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return pids
}

// parentTable reads all processes, for kernels that keep no lists of children.
func parentTable() (map[int][]int, error) {
	table := map[int][]int{}
	for _, pid := range numbers("/proc") {
		if st, err := readStat(pid); err == nil {
			table[st.ppid] = append(table[st.ppid], pid)
		}
	}
	if len(table) == 0 {
		return nil, fmt.Errorf("%w: /proc cannot be read", ErrUnsupported)
	}
	return table, nil
}

// numbers are the entries of a directory that are numbers, in the kernel's order.
func numbers(dir string) []int {
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil
	}
	found := make([]int, 0, len(names))
	for _, name := range names {
		if n, err := strconv.Atoi(name); err == nil {
			found = append(found, n)
		}
	}
	return found
}

// describe fills in what a report wants to say.
func describe(procs []Proc) {
	var now unix.Timespec
	boot := time.Time{}
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) == nil {
		boot = time.Now().Add(-time.Duration(now.Nano()))
	}
	for i := range procs {
		p := &procs[i]
		dir := "/proc/" + strconv.Itoa(p.PID)
		p.Exe, _ = os.Readlink(dir + "/exe")
		if text, err := os.ReadFile(dir + "/cmdline"); err == nil && len(text) > 0 {
			p.Cmdline = strings.Split(strings.TrimRight(string(text), "\x00"), "\x00")
		}
		if !boot.IsZero() {
			p.Start = boot.Add(time.Duration(p.start) * (time.Second / userHZ))
		}
	}
}

// userHZ is the unit of times in /proc, the same on every architecture that Go runs on.
const userHZ = 100
