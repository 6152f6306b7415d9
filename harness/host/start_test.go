//go:build linux || darwin

package host

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// TestStartErrors: whatever is not an adapter is refused with a sentence that says what it did and whose fault it is, and is gone after.
func TestStartErrors(t *testing.T) {
	t.Parallel()
	shell := func(script string) Spec { return Spec{Argv: []string{"/bin/sh", "-c", script}} }
	tests := map[string]struct {
		spec   Spec
		heard  bool // time is up once it has been asked
		kind   error
		says   []string
		exited bool
	}{
		"no command":       {spec: Spec{Name: "x"}, kind: ErrSpawn, says: []string{"adapter x", "command is empty"}},
		"no such program":  {spec: Spec{Argv: []string{"no-such-program-anywhere"}}, kind: ErrSpawn, says: []string{"not found", "fault of the command line"}},
		"not executable":   {spec: Spec{Argv: []string{"/etc/passwd"}}, kind: ErrSpawn, says: []string{"permission denied"}},
		"no such folder":   {spec: Spec{Argv: []string{"cat"}, Dir: "/no/such/folder"}, kind: ErrSpawn, says: []string{"/no/such/folder"}},
		"no reaper":        {spec: Spec{Argv: []string{"cat"}, ReaperExe: "/bin/true"}, kind: ErrSpawn, says: []string{"is no reaper", "harness's fault"}},
		"exits 0":          {spec: Spec{Argv: []string{"/bin/true"}}, kind: ErrHello, says: []string{"ended (exit 0)", "adapter's fault"}, exited: true},
		"exits 1":          {spec: Spec{Argv: []string{"/bin/false"}}, kind: ErrHello, says: []string{"ended (exit 1)"}, exited: true},
		"dies":             {spec: shell(`kill -9 $$`), kind: ErrHello, says: []string{"ended (SIGKILL)"}, exited: true},
		"complains":        {spec: shell(`echo "no module named sdk" >&2; exit 3`), kind: ErrHello, says: []string{"exit 3", "no module named sdk"}, exited: true},
		"prints and exits": {spec: shell(`echo usage: adapter; exit 2`), kind: ErrHello, says: []string{"exit 2", `printed "usage: adapter"`}, exited: true},
		"echoes":           {spec: Spec{Argv: []string{"cat"}}, kind: ErrHello, says: []string{"request of the adapter with id 1"}},
		"says nothing":     {spec: shell(`read l; echo heard >&2; exec sleep 1000`), heard: true, kind: ErrHello, says: []string{"did not answer in time"}},
		"missed its bound": {spec: Spec{Argv: []string{"sleep", "1000"}, Boot: 50 * time.Millisecond}, kind: ErrHello,
			says: []string{"did not answer in time", "not within 50ms"}},
		"prints garbage":  {spec: shell(`while :; do echo garbage; done`), kind: ErrHello, says: []string{"1000 lines", `"garbage"`}},
		"closes stdout":   {spec: shell(`exec >&-; sleep 1000`), kind: ErrHello, says: []string{"closed its stdout"}},
		"protocol 2":      {spec: role("protocol", "2"), kind: ErrHello, says: []string{"protocol 2", "speaks 1", "update"}},
		"protocol string": {spec: role("protocol", `"one"`), kind: ErrHello, says: []string{"is no hello", `"protocol" must not be a string`}},
		"refuses": {spec: shell(`read l; echo '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"what?"}}'; cat`),
			kind: ErrHello, says: []string{"refused hello with error -32601", "what?"}},
		"wrong id": {spec: shell(`read l; echo '{"jsonrpc":"2.0","id":7,"result":{}}'; cat`), kind: ErrHello, says: []string{"id 7, which is not open"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(bg(), patience)
			defer cancel()
			if tt.heard {
				tt.spec.Stderr = ends(cancel)
			}
			if tt.spec.Env == nil {
				tt.spec.Env = role("").Env
			}
			a, err := Start(ctx, tt.spec)
			if err == nil {
				t.Errorf("it started as %+v", a.Hello())
				_ = a.Kill()
				return
			}
			checkStartError(t, err, tt.kind, tt.says, tt.exited)
		})
	}
}

// ends is a context's end as a writer: what is written first ends it.
type ends context.CancelFunc

func (e ends) Write(p []byte) (int, error) { e(); return len(p), nil }

func checkStartError(t *testing.T, err, kind error, says []string, exited bool) {
	t.Helper()
	var start *StartError
	if !errors.As(err, &start) || !errors.Is(err, kind) {
		t.Fatalf("got %v, want a StartError of kind %q", err, kind)
	}
	for _, part := range says {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("got %q, want %q in it", err, part)
		}
	}
	if start.Exited != exited {
		t.Errorf("exited is %v, want %v", start.Exited, exited)
	}
}

// TestEarlyLines: what is printed before the answer to hello is not lost and counts as unread.
func TestEarlyLines(t *testing.T) {
	t.Parallel()
	s := role("echo")
	s.Argv = append([]string{"/bin/sh", "-c", `echo a banner; echo '{"jsonrpc":"2.0","method":"stderr","params":{"text":"x"}}'; exec "$@"`, "sh"}, s.Argv...)
	a := start(t, s)
	if !a.Unread() {
		t.Error("unread is false before the banner is taken")
	}
	if ev := mustNext(t, a, Noise); ev.Text != "a banner" {
		t.Errorf("got %+v", ev)
	}
	if ev := mustNext(t, a, Note); ev.Method != "stderr" || string(ev.Params) != `{"text":"x"}` {
		t.Errorf("got %+v", ev)
	}
	mustCall(t, a, "echo", nil)
	if a.Hello().Adapter.Name != "role" {
		t.Errorf("got hello %+v", a.Hello())
	}
}
