package host

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// waitKind says how a sleeping thread waits.
type waitKind int

const (
	waitForever  waitKind = iota // no timeout
	waitRelative                 // at most d from the start of the call
	waitMono                     // until d on CLOCK_MONOTONIC
	waitReal                     // until d on CLOCK_REALTIME
	waitUnknown
)

// wait is the system call in which a thread sleeps.
type wait struct {
	kind    waitKind
	d       time.Duration
	what    string
	runtime bool // a language runtime's own timer
}

// goSysmon is the timeout of the monitor thread of an idle Go process: half of its forced garbage collection's period. With a timer of the
// program's own pending it is shorter.
const goSysmon = time.Minute

// wake turns the wait of thread t, seen in this sleep since then, into a wake-up.
func (w wait) wake(t thread, since time.Time) Wake {
	name := func() string { return fmt.Sprintf("%s in thread %d (%s)", w.what, t.tid, comm(t)) }
	switch w.kind {
	case waitForever:
		return Wake{}
	case waitUnknown:
		return Wake{Kind: WakeUnknown, What: name()}
	case waitRelative:
		if w.runtime {
			return Wake{Kind: WakeRuntime, What: name()}
		}
		return Wake{Kind: WakeAt, At: since.Add(w.d), What: name()}
	case waitReal:
		return Wake{Kind: WakeAt, At: time.Unix(0, int64(w.d)), What: name()}
	}
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return Wake{Kind: WakeUnknown, What: name()}
	}
	return Wake{Kind: WakeAt, At: time.Now().Add(w.d - time.Duration(now.Nano())), What: name()}
}

// readWait reads in what a thread sleeps.
func readWait(t thread, calls map[int]timedCall) (wait, error) {
	var buf [procLine]byte
	text, err := slurp(t.dir()+"/syscall", buf[:])
	if err != nil {
		return wait{}, fmt.Errorf("%w: %w", errNoWait, err)
	}
	return parseWait(text, calls, func(at uint64) (time.Duration, error) { return peekTime(t.pid, at) })
}

// parseWait reads /proc/PID/task/TID/syscall: the call's number and six arguments. peek reads a struct timespec of the process.
func parseWait(text []byte, calls map[int]timedCall, peek func(at uint64) (time.Duration, error)) (wait, error) {
	fields := strings.Fields(string(text))
	if len(fields) < 7 {
		return wait{}, fmt.Errorf("%w: %q", errNoWait, clip(bytes.TrimSpace(text), 60))
	}
	nr, err := strconv.Atoi(fields[0])
	if err != nil {
		return wait{}, fmt.Errorf("%w: %q", errNoWait, fields[0])
	}
	var args [6]uint64
	for i := range args {
		if args[i], err = strconv.ParseUint(strings.TrimPrefix(fields[i+1], "0x"), 16, 64); err != nil {
			return wait{}, fmt.Errorf("%w: %q", errNoWait, fields[i+1])
		}
	}
	call, ok := calls[nr]
	if !ok {
		return wait{kind: waitForever}, nil // read, write, accept, wait4, ...: no timeout of their own
	}
	return call.read(args, peek)
}

// timedCall says where a system call that can time out has its timeout.
type timedCall struct {
	name  string
	arg   int
	form  timeForm
	clock func(args [6]uint64) waitKind // nil: relative
}

type timeForm int

const (
	formMillis  timeForm = iota // an int, negative: none
	formSpec                    // a pointer to struct timespec, null: none
	formVal                     // a pointer to struct timeval, null: none
	formUnknown                 // may end by itself, cannot tell when
)

func (c timedCall) read(args [6]uint64, peek func(at uint64) (time.Duration, error)) (wait, error) {
	w := wait{kind: waitRelative, what: c.name}
	switch {
	case c.form == formUnknown:
		w.kind = waitUnknown
		return w, nil
	case c.form == formMillis:
		ms := int32(args[c.arg])
		if ms < 0 {
			return wait{kind: waitForever}, nil
		}
		w.d = time.Duration(ms) * time.Millisecond
	case args[c.arg] == 0:
		return wait{kind: waitForever}, nil
	default:
		var err error
		if w.d, err = peek(args[c.arg]); err != nil {
			return wait{}, fmt.Errorf("%w: timeout of %s: %w", errNoWait, c.name, err)
		}
		if c.form == formVal { // its second field counts microseconds, read as nanoseconds
			w.d = w.d.Truncate(time.Second) + w.d%time.Second*1000
		}
	}
	if c.clock != nil {
		w.kind = c.clock(args)
	}
	if w.kind == waitRelative {
		w.what = fmt.Sprintf("%s(%v)", c.name, w.d)
	}
	w.runtime = w.kind == waitRelative && ofGoRuntime(c.name, w.d)
	return w, nil
}

// ofGoRuntime knows the monitor thread of a Go process: its long sleep, and the short ones before it has found the process idle, which double
// from 20 microseconds to 10 milliseconds. C libraries sleep by clock_nanosleep, and wait on a futex until an absolute time.
func ofGoRuntime(call string, d time.Duration) bool {
	if call == "futex" {
		return d == goSysmon
	}
	if call != "nanosleep" {
		return false
	}
	for nap := 20 * time.Microsecond; nap < 10*time.Millisecond; nap *= 2 {
		if d == nap {
			return true
		}
	}
	return d == 10*time.Millisecond
}

// futexClock: FUTEX_WAIT is relative, all other timed operations are absolute.
func futexClock(args [6]uint64) waitKind {
	const (
		waitOp, lockPI   = 0, 6
		private, useReal = 128, 256
	)
	switch op := args[1] &^ (private | useReal); {
	case op == waitOp:
		return waitRelative
	case op == lockPI, args[1]&useReal != 0:
		return waitReal
	}
	return waitMono
}

func clockOf(id uint64) waitKind {
	switch int32(id) {
	case unix.CLOCK_REALTIME:
		return waitReal
	case unix.CLOCK_MONOTONIC:
		return waitMono
	}
	return waitUnknown
}

func nanosleepClock(args [6]uint64) waitKind {
	if args[1]&unix.TIMER_ABSTIME == 0 {
		return waitRelative
	}
	return clockOf(args[0])
}

func waitvClock(args [6]uint64) waitKind { return clockOf(args[4]) }

// peekTime reads a struct timespec out of another process.
func peekTime(pid int, at uint64) (time.Duration, error) {
	var raw [16]byte
	local := unix.Iovec{Base: &raw[0]}
	local.SetLen(len(raw))
	remote := unix.RemoteIovec{Base: uintptr(at), Len: len(raw)}
	n, err := unix.ProcessVMReadv(pid, []unix.Iovec{local}, []unix.RemoteIovec{remote}, 0)
	if err != nil {
		return 0, err
	}
	if n != len(raw) || unsafe.Sizeof(uintptr(0)) != 8 {
		return 0, fmt.Errorf("read %d bytes of 16", n)
	}
	return timeOf(raw), nil
}

func timeOf(raw [16]byte) time.Duration {
	sec := int64(binary.NativeEndian.Uint64(raw[:8]))
	nsec := int64(binary.NativeEndian.Uint64(raw[8:]))
	const far = int64(1<<63-1) / int64(time.Second)
	if sec >= far {
		return 1<<63 - 1 // practically never; Rust and C libraries write such for "no limit"
	}
	return time.Duration(sec)*time.Second + time.Duration(nsec)
}

// processTimers finds timers that no waiting call shows: armed timerfds, and POSIX timers, whose time the kernel does not tell.
func processTimers(pid int, now time.Time) Wake {
	dir := "/proc/" + strconv.Itoa(pid)
	var wake Wake
	var buf [procLine]byte
	if text, err := slurp(dir+"/timers", buf[:]); err == nil && len(bytes.TrimSpace(text)) > 0 {
		wake = Wake{Kind: WakeUnknown, What: fmt.Sprintf("a POSIX timer of process %d", pid)}
	}
	for _, fd := range numbers(dir + "/fd") {
		n := strconv.Itoa(fd)
		if link, err := os.Readlink(dir + "/fd/" + n); err != nil || link != "anon_inode:[timerfd]" {
			continue
		}
		text, err := os.ReadFile(dir + "/fdinfo/" + n)
		if err != nil {
			continue
		}
		if left, ok := timerLeft(text); ok {
			wake = wake.earlier(Wake{Kind: WakeAt, At: now.Add(left), What: fmt.Sprintf("timerfd %d of process %d", fd, pid)})
		}
	}
	return wake
}

// timerLeft reads fdinfo of a timerfd: "it_value: (seconds, nanoseconds)" is the time left, zero when disarmed.
func timerLeft(fdinfo []byte) (time.Duration, bool) {
	_, rest, ok := bytes.Cut(fdinfo, []byte("it_value:"))
	if !ok {
		return 0, false
	}
	var sec, nsec int64
	if n, err := fmt.Sscanf(string(rest), " (%d, %d)", &sec, &nsec); n != 2 || err != nil {
		return 0, false
	}
	left := time.Duration(sec)*time.Second + time.Duration(nsec)
	return left, left > 0
}
