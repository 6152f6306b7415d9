package host

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// script is an adapter written for another runtime: it says hello and then does as told.
func script(t *testing.T, program string, args ...string) Spec {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("SKIPPED: %s is not installed, so quiet is not proven for it here: %v", program, err)
	}
	private, err := PrivateHome(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return Spec{Name: program, Argv: append([]string{path}, args...), Env: EnvAllow(os.Environ(), private, nil)}
}

const pythonAdapter = `
import asyncio, json, os, sys
async def main():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        m = json.loads(line)
        result = {"protocol": 1, "features": []}
        if m["method"] == "timer":
            loop.call_later(m["params"]["s"], lambda: None)
        if m["method"] == "sleep":
            import time; time.sleep(m["params"]["s"])
        print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": result}), flush=True)
asyncio.run(main())
`

const nodeAdapter = `
const rl = require('readline').createInterface({input: process.stdin});
rl.on('line', line => {
  const m = JSON.parse(line);
  if (m.method === 'timer') setTimeout(() => {}, m.params.s * 1000);
  process.stdout.write(JSON.stringify({jsonrpc: '2.0', id: m.id, result: {protocol: 1, features: []}}) + '\n');
});
`

func await(t *testing.T, a *Adapter, opt QuietOptions) Quiet {
	t.Helper()
	ctx, cancel := context.WithTimeout(bg(), patience)
	defer cancel()
	q, err := a.AwaitQuiet(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	if !q.Proven {
		t.Fatalf("this Linux cannot prove quiet: %s", q.Detail)
	}
	return q
}

const confirm = 200 * time.Millisecond

// TestQuietIdle: runtimes that wait for their stdin only are idle, with nothing that will wake them.
func TestQuietIdle(t *testing.T) {
	t.Parallel()
	for name, spec := range map[string]func(t *testing.T) Spec{
		"go":     func(*testing.T) Spec { return role("echo") },
		"python": func(t *testing.T) Spec { return script(t, "python3", "-c", pythonAdapter) },
		"node":   func(t *testing.T) Spec { return script(t, "node", "-e", nodeAdapter) },
		"shell": func(t *testing.T) Spec {
			return Spec{Argv: []string{"/bin/sh", "-c", "read l; echo '" + hello("1") + "'; read l"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := start(t, spec(t))
			q := await(t, a, QuietOptions{Confirm: confirm})
			if !q.Idle || q.Wake.Kind != WakeNone || q.Threads == 0 {
				t.Errorf("got %+v, want idle for ever", q)
			}
		})
	}
}

// TestQuietTimed: a timer of the program's is seen, and when it will fire at the latest.
func TestQuietTimed(t *testing.T) {
	t.Parallel()
	const seconds = 40
	for name, tt := range map[string]struct {
		spec   func(t *testing.T) Spec
		method string
		params any
		what   string
	}{
		"go":     {func(*testing.T) Spec { return role("echo") }, "later", map[string]int{"ms": seconds * 1000}, "epoll_pwait"},
		"python": {func(t *testing.T) Spec { return script(t, "python3", "-c", pythonAdapter) }, "timer", map[string]int{"s": seconds}, "epoll"},
		"node":   {func(t *testing.T) Spec { return script(t, "node", "-e", nodeAdapter) }, "timer", map[string]int{"s": seconds}, "epoll"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := start(t, tt.spec(t))
			began := time.Now()
			mustCall(t, a, tt.method, tt.params)
			q := await(t, a, QuietOptions{Confirm: confirm})
			if !q.Idle || q.Wake.Kind != WakeAt {
				t.Fatalf("got %+v, want a wake-up", q)
			}
			if in := q.Wake.At.Sub(began); in < (seconds-1)*time.Second || in > seconds*time.Second+patience {
				t.Errorf("it wakes %v after it was set, want %d s: %s", in, seconds, q.Wake.What)
			}
			if again := await(t, a, QuietOptions{}); again.Wake.At.Sub(q.Wake.At).Abs() > time.Second {
				t.Errorf("the wake-up moved from %v to %v", q.Wake.At, again.Wake.At)
			}
		})
	}
}

// TestQuietWaits: the timer in which a sleeping thread sits, by its system call.
func TestQuietWaits(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("SKIPPED: python3 is not installed, so the waits of a C library are not seen here")
	}
	for name, tt := range map[string]struct {
		wait string
		kind WakeKind
		what string
	}{
		"clock_nanosleep": {`time.sleep(50)`, WakeAt, "clock_nanosleep"},
		"select":          {`select.select([0], [], [], 50)`, WakeAt, "select"},
		"select for ever": {`select.select([0], [], [])`, WakeNone, ""},
		"poll":            {`p = select.poll(); p.register(0); p.poll(50000)`, WakeAt, "poll"},
		"futex":           {`threading.Event().wait(50)`, WakeAt, "futex"},
		"futex for ever":  {`threading.Event().wait()`, WakeNone, ""},
		"sigtimedwait":    {`signal.sigtimedwait([signal.SIGUSR1], 50)`, WakeAt, "rt_sigtimedwait"},
		"pause":           {`signal.pause()`, WakeNone, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code := "import os, select, signal, sys, threading, time\nsys.stdin.readline()\nprint('''" + hello("1") + "''', flush=True)\n"
			code += tt.wait + "\n"
			began := time.Now()
			a := start(t, script(t, "python3", "-c", code))
			q := await(t, a, QuietOptions{})
			for q.Wake.Kind != tt.kind && time.Since(began) < patience { // it may still be on its way into the wait
				q = await(t, a, QuietOptions{})
			}
			if q.Wake.Kind != tt.kind || !strings.Contains(q.Wake.What, tt.what) {
				t.Fatalf("got %+v, want kind %v in %q", q, tt.kind, tt.what)
			}
			if in := q.Wake.At.Sub(began); tt.kind == WakeAt && (in < 49*time.Second || in > 50*time.Second+patience) {
				t.Errorf("it wakes after %v, want 50 s", in)
			}
		})
	}
}

func TestQuietBusy(t *testing.T) {
	t.Parallel()
	a := start(t, role("echo"))
	for ms := 300; looksBusy(t, a, ms) == 0; ms *= 2 { // on a busy machine it may be over before the first look
		if ms > int(patience.Milliseconds()) {
			t.Fatal("no look while it span")
		}
	}
	if q := await(t, a, QuietOptions{Confirm: confirm}); !q.Idle || q.RunQueueWait < 0 {
		t.Errorf("got %+v", q)
	}
}

// looksBusy counts the looks while an adapter spins.
func looksBusy(t *testing.T, a *Adapter, ms int) (looks int) {
	t.Helper()
	if _, err := a.Send("spin", map[string]int{"ms": ms}); err != nil {
		t.Fatal(err)
	}
	for ; ; looks++ {
		q, err := a.Quiet(bg(), QuietOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if q.Idle {
			t.Fatalf("idle while it spins: %+v", q)
		}
		if q.Why == WhyUnread {
			mustNext(t, a, Answer)
			return looks
		}
	}
}

// TestQuietNeverBeforeTheAnswer: an answer that is to come is never overlooked.
func TestQuietNeverBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	a := start(t, role("echo"))
	for i := range 300 {
		if _, err := a.Send("echo", map[string]int{"i": i}); err != nil {
			t.Fatal(err)
		}
		if q := await(t, a, QuietOptions{}); q.Idle {
			t.Fatalf("round %d: idle before the answer was taken: %+v", i, q)
		}
		mustNext(t, a, Answer)
	}
}

func TestQuietDeaf(t *testing.T) {
	t.Parallel()
	a := start(t, script(t, "python3", "-c", pythonAdapter))
	for _, line := range []struct{ method, key string }{{"sleep", "s"}, {"alive", "x"}} {
		if _, err := a.Send(line.method, map[string]int{line.key: 1000}); err != nil {
			t.Fatal(err)
		}
		until(t, a, QuietOptions{}, func(q Quiet) bool { return strings.Contains(q.Wake.What, "clock_nanosleep") })
	}
	q := until(t, a, QuietOptions{}, func(q Quiet) bool { return q.Why == WhyDeaf })
	if q.Idle || q.Wake.Kind != WakeAt {
		t.Errorf("got %+v, want deaf until a timer", q)
	}
}

// until looks until a look is as wanted.
func until(t *testing.T, a *Adapter, opt QuietOptions, want func(q Quiet) bool) Quiet {
	t.Helper()
	for end := time.Now().Add(patience); ; {
		q, err := a.Quiet(bg(), opt)
		if err != nil {
			t.Fatal(err)
		}
		if want(q) {
			return q
		}
		if time.Now().After(end) {
			t.Fatalf("the last look was %+v", q)
		}
	}
}

func TestQuietOptions(t *testing.T) {
	t.Parallel()
	a := start(t, role("echo"))
	child := pidOf(t, mustCall(t, a, "fork", forkParams{}))
	with := await(t, a, QuietOptions{})
	without := await(t, a, QuietOptions{Exclude: func(pid int) bool { return pid == child }})
	if with.Threads <= without.Threads {
		t.Errorf("%d threads with the child, %d without", with.Threads, without.Threads)
	}
	wrong := errors.New("the mock is gone")
	if _, err := a.AwaitQuiet(bg(), QuietOptions{Between: func() (bool, error) { return false, wrong }}); !errors.Is(err, wrong) {
		t.Errorf("got %v, want the error of between", err)
	}
	until(t, a, QuietOptions{Between: func() (bool, error) { return false, nil }}, func(q Quiet) bool { return q.Why == WhyInFlight })
	calls := 0
	ran := func() (bool, error) { calls++; _, err := call(a, "echo", nil); return true, err }
	q := until(t, a, QuietOptions{Between: ran}, func(q Quiet) bool { return calls > 0 })
	if q.Idle {
		t.Errorf("got %+v, although it ran between the scans", q)
	}
	if err := a.Kill(); err != nil {
		t.Fatal(err)
	}
	if q, err := a.Quiet(bg(), QuietOptions{}); err != nil || q.Why != WhyGone {
		t.Errorf("got %+v (%v), want gone", q, err)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	a := start(t, role("echo"))
	child := pidOf(t, mustCall(t, a, "fork", forkParams{Setsid: true}))
	mustCall(t, a, "zombie", nil)
	if _, err := a.Send("spin", map[string]int{"ms": 3_600_000}); err != nil {
		t.Fatal(err)
	}
	u, err := a.Usage(bg(), 300*time.Millisecond, nil)
	if err != nil {
		t.Fatal(err)
	}
	if u.RSS < 1<<20 || u.FDs < 3 || u.Threads < 2 || u.CPU < 1 || u.CPU > 400 {
		t.Errorf("got %+v", u)
	}
	if u, err = a.Usage(bg(), 0, func(pid int) bool { return pid == child }); err != nil || u.Children > 1 {
		t.Errorf("got %+v (%v), want the child excluded", u, err)
	}
	b, err := a.Baseline()
	if err != nil || len(b.FDs) < 3 || b.Threads < 2 || len(b.Children) < 1 {
		t.Errorf("got %+v (%v)", b, err)
	}
	ctx, cancel := context.WithCancel(bg())
	cancel()
	if _, err := a.Usage(ctx, time.Hour, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
}
