package host

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	t.Parallel()
	text := "4711 (a (b) c) S 12 34 34 0 -1 4194304 126 0 1 0 0 0 0 0 20 0 1 0 111827 2990080 389\n"
	got, err := parseStat([]byte(text))
	if want := (stat{state: 'S', ppid: 12, pgid: 34, start: 111827}); err != nil || got != want {
		t.Errorf("got %+v (%v), want %+v", got, err, want)
	}
	for _, bad := range []string{"", "1 (x", "1 (x) S 1", ")"} {
		if got, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("%q was read as %+v", bad, got)
		}
	}
}

// TestParseWait: the timeouts of the system calls, with the numbers of this architecture.
func TestParseWait(t *testing.T) {
	t.Parallel()
	const at = 0x7ffc0000
	calls := timedCalls()
	nr := func(name string) int {
		for nr, call := range calls {
			if call.name == name {
				return nr
			}
		}
		return -1
	}
	const never = 7777 // no system call: stands for read, wait4 and the like
	tests := map[string]struct {
		text string
		peek time.Duration
		want wait
	}{
		"epoll for ever":    {fmt.Sprintf("%d 0x4 0x1 0x80 0xffffffffffffffff 0x0 0x8", nr("epoll_pwait")), 0, wait{kind: waitForever}},
		"epoll 32 bits":     {fmt.Sprintf("%d 0x4 0x1 0x80 0xffffffff 0x0 0x8", nr("epoll_pwait")), 0, wait{kind: waitForever}},
		"epoll":             {fmt.Sprintf("%d 0x4 0x1 0x80 0xea60 0x0 0x8", nr("epoll_pwait")), 0, wait{waitRelative, time.Minute, "epoll_pwait(1m0s)", false}},
		"epoll2 for ever":   {fmt.Sprintf("%d 0x4 0x1 0x80 0x0 0x0 0x8", nr("epoll_pwait2")), 0, wait{kind: waitForever}},
		"epoll2":            {fmt.Sprintf("%d 0x4 0x1 0x80 0x7ffc0000 0x0 0x8", nr("epoll_pwait2")), time.Second, wait{waitRelative, time.Second, "epoll_pwait2(1s)", false}},
		"futex for ever":    {fmt.Sprintf("%d 0x1 0x80 0x0 0x0 0x0 0x0", nr("futex")), 0, wait{kind: waitForever}},
		"futex":             {fmt.Sprintf("%d 0x1 0x80 0x0 0x7ffc0000 0x0 0x0", nr("futex")), time.Second, wait{waitRelative, time.Second, "futex(1s)", false}},
		"go's monitor":      {fmt.Sprintf("%d 0x1 0x80 0x0 0x7ffc0000 0x0 0x0", nr("futex")), time.Minute, wait{waitRelative, time.Minute, "futex(1m0s)", true}},
		"go's monitor soon": {fmt.Sprintf("%d 0x7ffc0000 0x0 0x0 0x0 0x0 0x0", nr("nanosleep")), 5120 * time.Microsecond, wait{waitRelative, 5120 * time.Microsecond, "nanosleep(5.12ms)", true}},
		"nanosleep":         {fmt.Sprintf("%d 0x7ffc0000 0x0 0x0 0x0 0x0 0x0", nr("nanosleep")), time.Second, wait{waitRelative, time.Second, "nanosleep(1s)", false}},
		"futex bitset":      {fmt.Sprintf("%d 0x1 0x89 0x0 0x7ffc0000 0x0 0xffffffff", nr("futex")), time.Hour, wait{waitMono, time.Hour, "futex", false}},
		"futex bitset real": {fmt.Sprintf("%d 0x1 0x189 0x0 0x7ffc0000 0x0 0xffffffff", nr("futex")), time.Hour, wait{waitReal, time.Hour, "futex", false}},
		"futex lock":        {fmt.Sprintf("%d 0x1 0x86 0x0 0x7ffc0000 0x0 0x0", nr("futex")), time.Hour, wait{waitReal, time.Hour, "futex", false}},
		"sleep relative":    {fmt.Sprintf("%d 0x1 0x0 0x7ffc0000 0x0 0x0 0x0", nr("clock_nanosleep")), time.Hour, wait{waitRelative, time.Hour, "clock_nanosleep(1h0m0s)", false}},
		"sleep absolute":    {fmt.Sprintf("%d 0x1 0x1 0x7ffc0000 0x0 0x0 0x0", nr("clock_nanosleep")), time.Hour, wait{waitMono, time.Hour, "clock_nanosleep", false}},
		"sleep real":        {fmt.Sprintf("%d 0x0 0x1 0x7ffc0000 0x0 0x0 0x0", nr("clock_nanosleep")), time.Hour, wait{waitReal, time.Hour, "clock_nanosleep", false}},
		"io_uring":          {fmt.Sprintf("%d 0x1 0x1 0x0 0x0 0x0 0x0", nr("io_uring_enter")), 0, wait{kind: waitUnknown, what: "io_uring_enter"}},
		"a read":            {fmt.Sprintf("%d 0x1 0x1 0x0 0x0 0x0 0x0", never), 0, wait{kind: waitForever}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parseWait([]byte(tt.text+" 0x7ffd 0x7f00\n"), calls, func(p uint64) (time.Duration, error) {
				if p != at {
					return 0, fmt.Errorf("read at %#x", p)
				}
				return tt.peek, nil
			})
			if err != nil || got != tt.want {
				t.Errorf("got %+v (%v), want %+v", got, err, tt.want)
			}
		})
	}
}

func TestParseWaitErrors(t *testing.T) {
	t.Parallel()
	calls := timedCalls()
	fails := func(uint64) (time.Duration, error) { return 0, errors.New("not permitted") }
	for name, text := range map[string]string{
		"running":      "running\n",
		"empty":        "",
		"no call":      "-1 0x7ffd 0x7f00\n",
		"not a number": "x 0 0 0 0 0 0 0 0",
		"bad argument": "1 y 0 0 0 0 0 0 0",
	} {
		if got, err := parseWait([]byte(text), calls, fails); !errors.Is(err, errNoWait) {
			t.Errorf("%s: got %+v (%v), want an error", name, got, err)
		}
	}
}

func TestTimerLeft(t *testing.T) {
	t.Parallel()
	info := "pos:\t0\nflags:\t02\nclockid: 1\nticks: 0\nsettime flags: 01\nit_value: (%s)\nit_interval: (1, 0)\n"
	if left, ok := timerLeft(fmt.Appendf(nil, info, "2, 500000000")); !ok || left != 2500*time.Millisecond {
		t.Errorf("got %v %v", left, ok)
	}
	for _, value := range []string{"0, 0", "x", ""} {
		if left, ok := timerLeft(fmt.Appendf(nil, info, value)); ok {
			t.Errorf("%q was read as %v", value, left)
		}
	}
}

func TestEarliestWake(t *testing.T) {
	t.Parallel()
	now := time.Now()
	soon, late := Wake{Kind: WakeAt, At: now, What: "soon"}, Wake{Kind: WakeAt, At: now.Add(time.Hour), What: "late"}
	runtime, unknown := Wake{Kind: WakeRuntime, What: "runtime"}, Wake{Kind: WakeUnknown, What: "unknown"}
	for name, tt := range map[string]struct{ a, b, want Wake }{
		"nothing":             {Wake{}, Wake{}, Wake{}},
		"the earlier":         {late, soon, soon},
		"a timer, a runtime":  {late, runtime, late},
		"nothing, a runtime":  {Wake{}, runtime, runtime},
		"a timer and unknown": {soon, unknown, Wake{Kind: WakeUnknown, At: now, What: "unknown"}},
	} {
		if got := tt.a.earlier(tt.b); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tt.want)
		}
		if got := tt.b.earlier(tt.a); got != tt.want {
			t.Errorf("%s, the other way round: got %+v, want %+v", name, got, tt.want)
		}
	}
}

func FuzzParseProc(f *testing.F) {
	f.Add([]byte("4711 (a (b) c) S 12 34 34 0 -1 4194304 126 0 1 0 0 0 0 0 20 0 1 0 111827 2990080 389\n"))
	f.Add([]byte("1215240 4216 5\n"))
	f.Add([]byte("281 0x4 0x1 0x80 0xea60 0x0 0x8 0x7ffd 0x7f00\n"))
	f.Add([]byte("it_value: (2, 5)\n"))
	calls := timedCalls()
	f.Fuzz(func(t *testing.T, text []byte) {
		if st, err := parseStat(text); err == nil && st.state == 0 {
			t.Errorf("a process without state in %q", text)
		}
		_, _ = parseSched(text)
		if w, err := parseWait(text, calls, func(uint64) (time.Duration, error) { return time.Second, nil }); err == nil && w.kind == waitForever && w.d != 0 {
			t.Errorf("%q waits for ever, and %v", text, w.d)
		}
		if left, ok := timerLeft(text); ok && left <= 0 {
			t.Errorf("%q fires in %v", text, left)
		}
	})
}
