package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

const stored = "7f1c2f4e-9f52-4c0e-8a93-9a4c0a7be111"

// memory is a session store in memory. fail, if set, is asked before each append what becomes of it.
type memory struct {
	mu      sync.Mutex
	held    map[client.SessionKey][]json.RawMessage
	appends int
	fail    func(ctx context.Context, attempt int) error
}

func (m *memory) Append(ctx context.Context, key client.SessionKey, entries []json.RawMessage) error {
	m.mu.Lock()
	m.appends++
	n, fail := m.appends, m.fail
	m.mu.Unlock()
	if fail != nil {
		if err := fail(ctx, n); err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held == nil {
		m.held = map[client.SessionKey][]json.RawMessage{}
	}
	m.held[key] = append(m.held[key], entries...)
	return nil
}

func (m *memory) Load(_ context.Context, key client.SessionKey) ([]json.RawMessage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.held[key], nil
}

// calls tells how often Append was called.
func (m *memory) calls() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.appends
}

// saved tells what a session's own transcript has, as text.
func (m *memory) saved() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for _, e := range m.held[client.SessionKey{ProjectKey: "-w", SessionID: stored}] {
		out = append(out, string(e))
	}
	return strings.Join(out, "")
}

// mirrorFrame is a frame of n entries.
func mirrorFrame(from, n int) string {
	entries := make([]string, n)
	for i := range entries {
		entries[i] = fmt.Sprintf(`{"n":%d}`, from+i)
	}
	return `{"type":"transcript_mirror","filePath":"/c/projects/-w/` + stored + `.jsonl","entries":[` + strings.Join(entries, ",") + `]}`
}

// mirroring gives a client with a store.
func mirroring(t *testing.T, m *memory, set func(*client.Options)) (*client.Client, *fake) {
	t.Helper()
	opts, f := pipe(t, func(o *client.Options) {
		o.SessionStore, o.Env = m, map[string]string{"CLAUDE_CONFIG_DIR": "/c"}
		if set != nil {
			set(o)
		}
	}, patient)
	f.polite()
	c := client.New(opts)
	if err := c.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c, f
}

// turn reads one turn: what it has, by type or subtype.
func turn(t *testing.T, c *client.Client) (kinds []string) {
	t.Helper()
	for m, err := range c.Response(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, m.Type)
		if m.Type == "system" {
			kinds[len(kinds)-1] = m.Subtype + ": " + protocol.View[protocol.MirrorError](m.Raw).Error
		}
	}
	return kinds
}

func TestWhatBecomesOfAFailingStore(t *testing.T) {
	t.Parallel()
	down := errors.New("the store is down")
	for name, tt := range map[string]struct {
		fail    func(ctx context.Context, attempt int) error
		appends int
		spent   time.Duration
		saved   string
		kinds   []string
	}{
		"it works": {func(context.Context, int) error { return nil }, 1, 0, `{"n":1}{"n":2}`, []string{"assistant", "result"}},
		"it fails once": {func(_ context.Context, n int) error {
			if n == 1 {
				return down
			}
			return nil
		}, 2, 200 * time.Millisecond, `{"n":1}{"n":2}`, []string{"assistant", "result"}},
		"it fails for good": {func(context.Context, int) error { return down }, 3, time.Second, "",
			[]string{"assistant", "mirror_error: the store is down", "result"}},
		"it panics": {func(context.Context, int) error { panic("oh") }, 3, time.Second, "",
			[]string{"assistant", "mirror_error: SessionStore.Append panicked: oh", "result"}},
		"it hangs": {func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() }, 1, time.Minute, "",
			[]string{"assistant", "mirror_error: SessionStore.Append did not return in 1m0s: context deadline exceeded", "result"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &memory{fail: tt.fail}
				c, f := mirroring(t, m, nil)
				if err := c.Query(t.Context(), client.Text("x")); err != nil {
					t.Fatal(err)
				}
				var kinds []string
				spent := took(func() {
					f.writes(mirrorFrame(1, 1), assistant("a"), mirrorFrame(2, 1), result("r"))
					kinds = turn(t, c)
				})
				if diff := cmp.Diff(tt.kinds, kinds); diff != "" || m.calls() != tt.appends || m.saved() != tt.saved || spent != tt.spent {
					t.Errorf("%d appends in %v, %q is saved, messages (-want +got):\n%s", m.calls(), spent, m.saved(), diff)
				}
				if err := c.Disconnect(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestWhenAStoreIsGivenABatch(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		frames  []string
		eager   bool
		appends int
	}{
		"few wait for the result":    {[]string{mirrorFrame(1, 250), mirrorFrame(251, 250)}, false, 0},
		"too many do not":            {[]string{mirrorFrame(1, 250), mirrorFrame(251, 251)}, false, 1},
		"too long do not":            {[]string{strings.Replace(mirrorFrame(1, 1), "1}", `"`+strings.Repeat("x", 1<<20)+`"}`, 1)}, false, 1},
		"none does, if so wanted":    {[]string{mirrorFrame(1, 1)}, true, 1},
		"a frame of none is no news": {[]string{mirrorFrame(1, 0)}, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &memory{}
				c, f := mirroring(t, m, func(o *client.Options) { o.EagerStore = tt.eager })
				f.writes(tt.frames...)
				synctest.Wait()
				if m.calls() != tt.appends {
					t.Errorf("%d appends, want %d", m.calls(), tt.appends)
				}
				if err := c.Disconnect(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestAStoreThatHangsHoldsUpNoHurriedEnd shows the one way to end sooner than the store.
func TestAStoreThatHangsHoldsUpNoHurriedEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		m := &memory{fail: func(context.Context, int) error { <-release; return nil }} // heeds no context
		c, f := mirroring(t, m, nil)
		f.writes(mirrorFrame(1, 1))
		synctest.Wait()
		if spent := took(func() { _ = c.Abort() }); spent > time.Second {
			t.Errorf("the end took %v", spent)
		}
		close(release)
	})
}

func TestResultsThatWaitForTheStoreAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &memory{fail: func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() }}
		c, f := mirroring(t, m, func(o *client.Options) { o.MaxUnread = 4000 })
		f.writes(mirrorFrame(1, 1), result("r"))
		for range 100 {
			f.writes(assistant(strings.Repeat("x", 100)))
		}
		var backlog *client.BacklogError
		for _, err := range c.Messages(t.Context()) {
			if errors.As(err, &backlog) {
				break
			}
		}
		if backlog == nil {
			t.Error("no bound was told")
		}
		_ = c.Abort()
	})
}
