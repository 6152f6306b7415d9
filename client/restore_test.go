package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/transport"
)

// library is a store that can tell what it has.
type library struct {
	memory
	sessions []client.StoredSession
	subkeys  []string
	down     error
}

func (l *library) Load(ctx context.Context, key client.SessionKey) ([]json.RawMessage, error) {
	if l.down != nil {
		return nil, l.down
	}
	return l.memory.Load(ctx, client.SessionKey{SessionID: key.SessionID, Subpath: key.Subpath})
}

func (l *library) ListSessions(context.Context, string) ([]client.StoredSession, error) {
	return l.sessions, nil
}

func (l *library) ListSubkeys(context.Context, client.SessionKey) ([]string, error) {
	return l.subkeys, nil
}

func (l *library) put(session, subpath string, entries ...string) {
	if l.held == nil {
		l.held = map[client.SessionKey][]json.RawMessage{}
	}
	key := client.SessionKey{SessionID: session, Subpath: subpath}
	for _, e := range entries {
		l.held[key] = append(l.held[key], json.RawMessage(e))
	}
}

// found opens a session and gives what its CLI is started with: the flags of which session, and the files below CLAUDE_CONFIG_DIR by path.
func found(t *testing.T, opts client.Options) (flags []string, files map[string]string, dir string, err error) {
	t.Helper()
	opts.Spawn = func(_ context.Context, c transport.Command) (transport.Transport, error) {
		for _, arg := range c.Args {
			if strings.HasPrefix(arg, "--resume") || strings.HasPrefix(arg, "--continue") {
				flags = append(flags, arg)
			}
		}
		for _, kv := range c.Env {
			if v, ok := strings.CutPrefix(kv, "CLAUDE_CONFIG_DIR="); ok {
				dir = v
			}
		}
		files = below(t, dir)
		return nil, errors.New("seen enough")
	}
	err = client.New(opts).Connect(within(t))
	return flags, files, dir, err
}

func below(t *testing.T, dir string) map[string]string {
	files := map[string]string{}
	if dir == "" {
		return files
	}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		part := strings.Split(path, "/")
		if part[0] == "projects" {
			part[1] = "P"
		}
		files[strings.Join(part, "/")] = string(text)
		if info, _ := d.Info(); info == nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return files
}

func TestWhatIsRestored(t *testing.T) {
	t.Parallel()
	const other, third = "0b5e9d7c-3a61-4d2f-9c44-5d1e8f20a222", "11111111-2222-4333-8444-555555555555"
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	full := func() *library {
		l := &library{subkeys: []string{"subagents/a", "../../evil", "subagents/none"},
			sessions: []client.StoredSession{{ID: stored, Modified: at(1)}, {ID: other, Modified: at(3)}, {ID: third, Modified: at(2)}, {ID: "../x", Modified: at(9)}}}
		l.put(stored, "", `{"uuid": "e1"}`)
		l.put(stored, "subagents/a", `{"type":"agent_metadata","x":1}`, `{"uuid":"s1"}`, `{"type":"agent_metadata","x":2}`)
		l.put(stored, "../../evil", `{"uuid":"x"}`)
		l.put(other, "", `{"uuid":"o1","isSidechain":true}`)
		l.put(third, "", `{"uuid":"t1"}`)
		return l
	}
	for name, tt := range map[string]struct {
		opts  client.Options
		flags []string
		files map[string]string
	}{
		"a session with its subagent": {client.Options{Resume: stored}, []string{"--resume=" + stored}, map[string]string{
			"projects/P/" + stored + ".jsonl":                 `{"uuid":"e1"}` + "\n",
			"projects/P/" + stored + "/subagents/a.jsonl":     `{"uuid":"s1"}` + "\n",
			"projects/P/" + stored + "/subagents/a.meta.json": `{"x":2}`,
			".credentials.json":                               `{"claudeAiOauth":{"accessToken":"a"}}`,
			"settings.json":                                   `{"env":{},"model":"m"}`,
		}},
		"the latest that is no sidechain": {client.Options{Continue: true}, []string{"--resume=" + third}, map[string]string{
			"projects/P/" + third + ".jsonl": `{"uuid":"t1"}` + "\n",
			".credentials.json":              `{"claudeAiOauth":{"accessToken":"a"}}`,
			"settings.json":                  `{"env":{},"model":"m"}`,
		}},
		"a session that is not there": {client.Options{Resume: "99999999-2222-4333-8444-555555555555"},
			[]string{"--resume=99999999-2222-4333-8444-555555555555"}, nil},
		"an id that is no session's": {client.Options{Resume: "../../x"}, []string{"--resume=../../x"}, nil},
		"nothing to go on with":      {client.Options{}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := t.TempDir()
			for file, text := range map[string]string{
				".credentials.json": `{"claudeAiOauth":{"accessToken":"a","refreshToken":"r"}}`,
				"settings.json":     `{"model":"m","enabledPlugins":{},"env":{"CLAUDE_CONFIG_DIR":"x"}}`,
			} {
				if err := os.WriteFile(filepath.Join(config, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			tt.opts.SessionStore, tt.opts.Env = full(), map[string]string{"CLAUDE_CONFIG_DIR": config}
			flags, files, dir, _ := found(t, tt.opts)
			if dir == config {
				files = nil
			} else if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s is left: %v", dir, err)
			}
			if !slices.Equal(flags, tt.flags) {
				t.Errorf("the flags are %q, want %q", flags, tt.flags)
			}
			if diff := cmp.Diff(tt.files, files); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if tt.opts.Env["CLAUDE_CONFIG_DIR"] != config {
				t.Error("the caller's own map was changed")
			}
		})
	}
}

func TestAStoreThatCannotBeLoadedFailsTheStart(t *testing.T) {
	t.Parallel()
	down := errors.New("down")
	l := &library{down: down}
	_, _, dir, err := found(t, client.Options{SessionStore: l, Resume: stored, Env: map[string]string{"CLAUDE_CONFIG_DIR": t.TempDir()}})
	if !errors.Is(err, down) || !errors.Is(err, client.Other) || dir != "" {
		t.Errorf("the start gave %v and was in %q", err, dir)
	}
}

func TestAStoreThatHangsFailsTheStart(t *testing.T) {
	t.Parallel()
	_, _, dir, err := found(t, client.Options{SessionStore: stuck{}, Resume: stored, LoadTimeout: time.Millisecond})
	if !errors.Is(err, client.Timeout) || dir != "" {
		t.Errorf("the start gave %v and was in %q", err, dir)
	}
}

// stuck heeds no context.
type stuck struct{}

func (stuck) Load(context.Context, client.SessionKey) ([]json.RawMessage, error) { select {} }
func (stuck) Append(context.Context, client.SessionKey, []json.RawMessage) error { select {} }

func TestWhatAStoreDoesNotGoWith(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]client.Options{
		"checkpoints":     {FileCheckpointing: true},
		"no transcript":   {NoSessionPersistence: true},
		"nobody can tell": {Continue: true},
	} {
		opts.SessionStore = &memory{}
		if _, _, _, err := found(t, opts); !errors.Is(err, client.InvalidOption) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
