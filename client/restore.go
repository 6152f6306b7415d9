package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
)

// configVariable names the directory in which the CLI keeps its configuration and its transcripts.
const configVariable = "CLAUDE_CONFIG_DIR"

// isUUID tells what the id of a session looks like. Nothing else may become part of a path.
func isUUID(id string) bool {
	const form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	if len(id) != len(form) {
		return false
	}
	for i := range len(id) {
		if dash := form[i] == '-'; dash != (id[i] == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", rune(id[i])) {
			return false
		}
	}
	return true
}

// restored is a configuration directory of a session's own, in which the CLI finds the transcript that was loaded from a store.
type restored struct {
	dir    string // empty if there is none
	remove func(dir string) error
}

// clean removes the directory. It holds credentials, so it is removed however the session ended (B170), and not before the CLI is gone,
// which still writes into it (B031).
func (r *restored) clean() {
	if r.dir != "" {
		_ = r.remove(r.dir) // the session's end is not the place to fail for it
		r.dir = ""
	}
}

// restore loads the session to go on with from the store, if there is one, and points the options at it. Without a store, and for a session
// that the store does not have, they stay as they are, but for Continue: then there is nothing to go on with.
func (l *launch) restore(ctx context.Context, p *parts.Parts) error {
	o := l.opts
	if o.SessionStore == nil || o.Open != nil || o.Resume == "" && !o.Continue {
		return nil
	}
	r := &restoring{opts: o, p: p, dir: &l.restored}
	session, entries, err := r.find(ctx)
	if err != nil {
		return err
	}
	o.Continue = false
	if len(entries) == 0 {
		return nil
	}
	if err := r.write(ctx, session, entries); err != nil {
		return err
	}
	o.Resume = session
	o.Env = maps.Clone(o.Env)
	if o.Env == nil {
		o.Env = map[string]string{}
	}
	o.Env[configVariable] = l.restored.dir
	return nil
}

// projects is the directory of transcripts of the CLI that is started.
func (l *launch) projects() string { return filepath.Join(configDir(l.opts.Env), "projects") }

// configDir is the CLI's configuration directory under an environment that is added to this process's.
func configDir(env map[string]string) string {
	if dir := cmp.Or(env[configVariable], os.Getenv(configVariable)); dir != "" {
		return dir
	}
	return filepath.Join(home(env), ".claude")
}

func home(env map[string]string) string {
	if dir := env["HOME"]; dir != "" {
		return dir
	}
	dir, _ := os.UserHomeDir() // without one the CLI has none either
	return dir
}

// restoring is the way of one session from a store to a directory.
type restoring struct {
	opts    *Options
	p       *parts.Parts
	dir     *restored
	project string // key
}

// find gives the session to go on with and its entries; none if the store has none.
func (r *restoring) find(ctx context.Context) (session string, entries []json.RawMessage, err error) {
	if r.project, err = parts.ProjectKey(r.opts.Cwd); err != nil {
		return "", nil, &Error{Kind: Other, Op: "connect", Message: "the working directory cannot be found: " + err.Error(), Err: err}
	}
	if id := r.opts.Resume; id != "" {
		if !isUUID(id) {
			return "", nil, nil
		}
		entries, err = r.load(ctx, parts.StoreKey{ProjectKey: r.project, SessionID: id})
		return id, entries, err
	}
	return r.latest(ctx)
}

// latest finds the latest session that is no sidechain: those are kept as sessions too, and are often the last to be saved.
func (r *restoring) latest(ctx context.Context) (string, []json.RawMessage, error) {
	lister := r.opts.SessionStore.(SessionLister) // checked
	sessions, err := asked(ctx, r, "ListSessions", func(ctx context.Context) ([]StoredSession, error) {
		return lister.ListSessions(ctx, r.project)
	})
	if err != nil {
		return "", nil, err
	}
	sessions = slices.SortedStableFunc(slices.Values(sessions), func(a, b StoredSession) int { return b.Modified.Compare(a.Modified) })
	for _, s := range sessions {
		if !isUUID(s.ID) {
			continue
		}
		entries, err := r.load(ctx, parts.StoreKey{ProjectKey: r.project, SessionID: s.ID})
		if err != nil {
			return "", nil, err
		}
		if len(entries) > 0 && string(protocol.Member(entries[0], "isSidechain")) != "true" {
			return s.ID, entries, nil
		}
	}
	return "", nil, nil
}

func (r *restoring) load(ctx context.Context, key parts.StoreKey) ([]json.RawMessage, error) {
	return r.p.Load(r.call)(ctx, key)
}

func (r *restoring) call(ctx context.Context, key parts.StoreKey) ([]json.RawMessage, error) {
	return asked(ctx, r, "Load", func(ctx context.Context) ([]json.RawMessage, error) {
		return r.opts.SessionStore.Load(ctx, SessionKey(key))
	})
}

// asked makes a call of the store that the start waits for.
func asked[T any](ctx context.Context, r *restoring, method string, call func(context.Context) (T, error)) (T, error) {
	what := "SessionStore." + method
	value, err := bounded(ctx, r.opts.loadTimeout(), what, call)
	switch {
	case err == nil:
		return value, nil
	case ctx.Err() != nil:
		return value, asError("connect", ctx.Err())
	case errors.Is(err, context.DeadlineExceeded):
		return value, &Error{Kind: Timeout, Op: "connect", Message: err.Error(), Err: err}
	}
	return value, &Error{Kind: Other, Op: "connect", Message: what + " failed: " + err.Error(), Err: err}
}

// write makes the directory with the transcripts and what the CLI needs of the user's own configuration.
func (r *restoring) write(ctx context.Context, session string, entries []json.RawMessage) error {
	dir, err := os.MkdirTemp("", "claude-resume-") // only this user can enter it
	if err != nil {
		return r.failed(err)
	}
	r.dir.dir, r.dir.remove = dir, r.p.RemoveDir
	base := filepath.Join(dir, "projects", r.project, session)
	if err := r.p.WriteFile(base+".jsonl", lines(entries)); err != nil {
		return r.failed(err)
	}
	if err := r.seed(dir); err != nil {
		return err
	}
	return r.subkeys(ctx, session, base)
}

func (r *restoring) failed(err error) error {
	return &Error{Kind: Other, Op: "connect", Message: "the session cannot be restored: " + err.Error(), Err: err}
}

// lines gives entries as a transcript, one a line.
func lines(entries []json.RawMessage) []byte {
	var b bytes.Buffer
	for _, e := range entries {
		if json.Compact(&b, e) == nil { // what is no JSON leaves nothing behind
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

// subkeys writes the transcripts of subagents, and what is known of those. Paths that lead out of the session's directory are passed over.
func (r *restoring) subkeys(ctx context.Context, session, base string) error {
	lister, ok := r.opts.SessionStore.(SubkeyLister)
	if !ok {
		return nil
	}
	key := parts.StoreKey{ProjectKey: r.project, SessionID: session}
	subpaths, err := asked(ctx, r, "ListSubkeys", func(ctx context.Context) ([]string, error) {
		return lister.ListSubkeys(ctx, SessionKey(key))
	})
	if err != nil {
		return err
	}
	for _, subpath := range subpaths {
		if !r.p.SafeSubpath(subpath) {
			continue
		}
		key.Subpath = subpath
		entries, err := r.load(ctx, key)
		if err != nil {
			return err
		}
		if err := r.subagent(filepath.Join(base, filepath.FromSlash(subpath)), entries); err != nil {
			return r.failed(err)
		}
	}
	return nil
}

// subagent writes one of them: the last entry of type agent_metadata is a file of its own beside the transcript.
func (r *restoring) subagent(path string, entries []json.RawMessage) error {
	var meta map[string]json.RawMessage
	transcript := slices.DeleteFunc(slices.Clone(entries), func(e json.RawMessage) bool {
		if string(protocol.Member(e, "type")) != `"agent_metadata"` {
			return false
		}
		meta = nil
		_ = json.Unmarshal(e, &meta) // it has a member, so it is an object
		return true
	})
	if len(transcript) > 0 {
		if err := r.p.WriteFile(path+".jsonl", lines(transcript)); err != nil {
			return err
		}
	}
	if meta == nil {
		return nil
	}
	delete(meta, "type")
	raw, err := json.Marshal(meta)
	if err != nil {
		return err
	}
	return r.p.WriteFile(path+".meta.json", raw)
}

// seed copies what the CLI needs to be the user's: credentials without their refresh token, and settings without plugins, which it would
// install into the new directory. What is not there is not needed. macOS keeps credentials in its keychain, where they stay: there
// ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN has to be set.
func (r *restoring) seed(dir string) error {
	from := configDir(r.opts.Env)
	state := from // of .claude.json
	if cmp.Or(r.opts.Env[configVariable], os.Getenv(configVariable)) == "" {
		state = home(r.opts.Env)
	}
	same := func(b []byte) []byte { return b }
	for _, f := range []struct {
		name, from string
		change     func([]byte) []byte
	}{
		{".credentials.json", from, r.p.Redact}, {".claude.json", state, same},
		{"settings.json", from, withoutPlugins}, {"cowork_settings.json", from, withoutPlugins},
	} {
		data, err := readRegular(filepath.Join(f.from, f.name))
		if err != nil {
			continue // none, or none that this user can read: the CLI could not read it either
		}
		if err := r.p.WriteFile(filepath.Join(dir, f.name), f.change(data)); err != nil {
			return r.failed(err)
		}
	}
	return nil
}

// readRegular reads a file, and nothing that it would have to wait for.
func readRegular(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w", path, fs.ErrInvalid)
	}
	return os.ReadFile(path)
}

// withoutPlugins takes out of user settings what goes wrong in another directory: plugins, and the way back to the old one.
func withoutPlugins(settings []byte) []byte {
	var doc map[string]json.RawMessage
	if json.Unmarshal([]byte(strings.TrimPrefix(string(settings), "\ufeff")), &doc) != nil || doc == nil {
		return settings
	}
	for _, name := range []string{"enabledPlugins", "extraKnownMarketplaces", "additionalMarketplaces"} {
		delete(doc, name)
	}
	var env map[string]json.RawMessage
	if json.Unmarshal(doc["env"], &env) == nil && env != nil {
		delete(env, configVariable)
		raw, err := json.Marshal(env)
		if err != nil {
			return settings
		}
		doc["env"] = raw
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		return settings
	}
	return raw
}
