package mutants

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

func storeGroup() []Mutant {
	return slices.Concat(savedLate(), savedWrong(), savedBadly(), loadedWrong(), leftByResume(), handedToResume())
}

// savedLate are the faults in when what was mirrored is saved.
func savedLate() []Mutant {
	return []Mutant{
		{
			Name: "result-before-save", Group: Store, Fault: "hands out a result while the store still saves what came before", Opposite: "saves-at-close",
			Kills: kills("store/mirror-before-result"),
			Parts: appending(func(own parts.Append, ctx context.Context, key parts.StoreKey, entries []json.RawMessage) error {
				go func() { _ = own(ctx, key, entries) }()
				return nil
			}),
		}, {
			Name: "saves-at-close", Group: Store, Fault: "saves nothing before the session is closed", Opposite: "result-before-save",
			Kills: kills("store/mirror-before-result", "store/mirror-in-order"),
			Parts: with(savesAtClose),
		}, {
			Name: "forgets-at-close", Group: Store, Fault: "saves nothing any more once it ends the CLI",
			Kills: kills("store/close-saves", "store/mirrored-after-eof"),
			Parts: forgetsOnce(func(e *ended) <-chan struct{} { return e.closing }),
		}, {
			Name: "forgets-at-exit", Group: Store, Fault: "saves nothing any more once the CLI is gone",
			Kills: kills("store/exit-saves", "store/late-mirror"),
			Parts: forgetsOnce(func(e *ended) <-chan struct{} { return e.Done() }),
		},
	}
}

// savedWrong are the faults in what is saved.
func savedWrong() []Mutant {
	return []Mutant{
		{
			Name: "one-transcript", Group: Store, Fault: "saves the transcripts of subagents as the session's own",
			Kills: kills("store/subagent-keys"),
			Parts: appending(func(own parts.Append, ctx context.Context, key parts.StoreKey, entries []json.RawMessage) error {
				key.Subpath = ""
				return own(ctx, key, entries)
			}),
		}, {
			Name: "latest-first", Group: Store, Fault: "saves a batch in the wrong order",
			Kills: kills("store/mirror-in-order", "store/subagent-keys"),
			Parts: appending(func(own parts.Append, ctx context.Context, key parts.StoreKey, entries []json.RawMessage) error {
				entries = slices.Clone(entries)
				slices.Reverse(entries)
				return own(ctx, key, entries)
			}),
		}, {
			Name: "small-batches", Group: Store, Fault: "saves the first hundred entries of a batch", Opposite: "saves-twice",
			Kills: kills("store/mirror-in-order"),
			Parts: appending(func(own parts.Append, ctx context.Context, key parts.StoreKey, entries []json.RawMessage) error {
				return own(ctx, key, entries[:min(len(entries), 100)])
			}),
		}, {
			Name: "saves-twice", Group: Store, Fault: "saves each batch twice", Opposite: "small-batches",
			Kills: kills("store/append-fails-once", "store/mirror-in-order"),
			Parts: appending(func(own parts.Append, ctx context.Context, key parts.StoreKey, entries []json.RawMessage) error {
				if err := own(ctx, key, entries); err != nil {
					return err
				}
				return own(ctx, key, entries)
			}),
		}, {
			Name: "no-mirror-flag", Group: Store, Fault: "does not ask the CLI to mirror",
			Kills: kills("store/mirror-before-result", "store/resume"),
			Parts: with(func(p *parts.Parts) {
				argv := p.Argv
				p.Argv = func(s parts.Spec) []string {
					s.Flags = slices.DeleteFunc(slices.Clone(s.Flags), func(f parts.Flag) bool { return f.Name == "--session-mirror" })
					return argv(s)
				}
			}),
		},
	}
}

// savedBadly are the faults in what becomes of a failure of the store.
func savedBadly() []Mutant {
	return []Mutant{
		{
			Name: "store-is-vital", Group: Store, Fault: "ends the session when the store fails", Opposite: "store-fails-unheard",
			Kills: kills("store/store-is-down"),
			Parts: with(storeIsVital),
		}, {
			Name: "store-fails-unheard", Group: Store, Fault: "takes a failure of the store for success", Opposite: "store-is-vital",
			Kills: kills("store/store-is-down", "store/append-fails-once", "store/failure-at-the-end"),
			Parts: appending(func(own parts.Append, ctx context.Context, key parts.StoreKey, entries []json.RawMessage) error {
				_ = own(ctx, key, entries)
				return nil
			}),
		}, {
			Name: "tries-once", Group: Store, Fault: "gives up at the first failure of the store", Opposite: "tries-late",
			Kills: kills("store/append-fails-once"),
			Parts: with(func(p *parts.Parts) { p.AppendPause = neverAgain }),
		}, {
			Name: "tries-late", Group: Store, Fault: "tries an append again that did not return in time", Opposite: "tries-once",
			Kills: kills("store/store-hangs"),
			Parts: appending(func(own parts.Append, ctx context.Context, key parts.StoreKey, entries []json.RawMessage) error {
				err := own(ctx, key, entries)
				if errors.Is(err, context.DeadlineExceeded) {
					return errors.New(err.Error())
				}
				return err
			}),
		}, {
			Name: "store-options-unchecked", Group: Store, Fault: "starts with options that the store cannot go with",
			Kills: kills("store/refused-options"),
			Parts: parts.Default,
			opening: func(params []byte) []byte {
				if !gjson.GetBytes(params, "options.session_store").Exists() {
					return params
				}
				return drop(drop(params, "options.enable_file_checkpointing"), "options.continue_conversation")
			},
		},
	}
}

// loadedWrong are the faults in what is loaded from the store.
func loadedWrong() []Mutant {
	return []Mutant{
		{
			Name: "load-failure-is-none", Group: Store, Fault: "takes a session that cannot be loaded for one that the store does not have",
			Opposite: "unknown-is-failure", Kills: kills("store/load-fails", "store/load-hangs"),
			Parts: loading(func(entries []json.RawMessage, err error) ([]json.RawMessage, error) {
				return entries, nil
			}),
		}, {
			Name: "unknown-is-failure", Group: Store, Fault: "refuses to resume a session that the store does not have", Opposite: "load-failure-is-none",
			Kills: kills("store/resume-unknown"),
			Parts: loading(func(entries []json.RawMessage, err error) ([]json.RawMessage, error) {
				if err == nil && len(entries) == 0 {
					err = errors.New("the session is unknown")
				}
				return entries, err
			}),
		}, {
			Name: "continues-a-sidechain", Group: Store, Fault: "continues the transcript that was stored last, be it a subagent's",
			Kills: kills("store/continue"),
			Parts: loading(func(entries []json.RawMessage, err error) ([]json.RawMessage, error) {
				for i, e := range entries {
					entries[i] = drop(e, "isSidechain")
				}
				return entries, err
			}),
		}, {
			Name: "first-entry-only", Group: Store, Fault: "restores the first entry of a transcript",
			Kills: kills("store/resume", "store/resume-subagents"),
			Parts: loading(func(entries []json.RawMessage, err error) ([]json.RawMessage, error) {
				return entries[:min(len(entries), 1)], err
			}),
		}, {
			Name: "trusts-subkeys", Group: Store, Fault: "writes wherever a store's subpath leads", Opposite: "no-subkeys",
			Kills: kills("store/unsafe-subkey"),
			Parts: with(func(p *parts.Parts) { p.SafeSubpath = func(string) bool { return true } }),
		}, {
			Name: "no-subkeys", Group: Store, Fault: "restores no subagent", Opposite: "trusts-subkeys",
			Kills: kills("store/resume-subagents", "store/unsafe-subkey"),
			Parts: with(func(p *parts.Parts) { p.SafeSubpath = func(string) bool { return false } }),
		},
	}
}

// leftByResume are the faults in what is left of a resumed session.
func leftByResume() []Mutant {
	return []Mutant{
		{
			Name: "keeps-directory", Group: Store, Fault: "leaves the directory of a resumed session behind", Opposite: "removes-at-once",
			Kills: kills("store/resume-leaves-nothing", "store/failed-start-leaves-nothing"),
			Parts: with(func(p *parts.Parts) { p.RemoveDir = func(string) error { return nil } }),
		}, {
			Name: "removes-at-once", Group: Store, Fault: "removes the directory of a resumed session when it begins to end the CLI", Opposite: "keeps-directory",
			Kills: kills("store/resume-leaves-nothing"),
			Parts: with(removesAtOnce),
		}, {
			Name: "keeps-after-failure", Group: Store, Fault: "leaves the directory of a resumed session behind if the CLI was never ready",
			Kills: kills("store/failed-start-leaves-nothing"),
			Parts: with(keepsAfterFailure),
		},
	}
}

// handedToResume are the faults in what a resumed CLI is handed of the user's.
func handedToResume() []Mutant {
	return []Mutant{
		{
			Name: "keeps-refresh-token", Group: Store, Fault: "hands the refresh token to a CLI that uses it up", Opposite: "no-credentials",
			Kills: kills("store/credentials"),
			Parts: with(func(p *parts.Parts) { p.Redact = func(b []byte) []byte { return b } }),
		}, {
			Name: "no-credentials", Group: Store, Fault: "resumes without the user's credentials", Opposite: "keeps-refresh-token",
			Kills: kills("store/credentials", "store/resume-leaves-nothing"),
			Parts: writing(func(own writeFile, path string, data []byte) error {
				if filepath.Base(path) == ".credentials.json" {
					return nil
				}
				return own(path, data)
			}),
		}, {
			Name: "open-to-all", Group: Store, Fault: "lets everybody read what it restores",
			Kills: kills("store/credentials"),
			Parts: writing(func(own writeFile, path string, data []byte) error {
				if err := own(path, data); err != nil {
					return err
				}
				return os.Chmod(path, 0o644)
			}),
		},
	}
}

// appending gives the product's pieces with a change in how a batch is given to the store.
func appending(call func(own parts.Append, ctx context.Context, key parts.StoreKey, entries []json.RawMessage) error) func() *parts.Parts {
	return with(func(p *parts.Parts) {
		p.Append = func(own parts.Append) parts.Append {
			return func(ctx context.Context, key parts.StoreKey, entries []json.RawMessage) error {
				return call(own, ctx, key, entries)
			}
		}
	})
}

// loading gives the product's pieces with a change in what a store gives.
func loading(change func([]json.RawMessage, error) ([]json.RawMessage, error)) func() *parts.Parts {
	return with(func(p *parts.Parts) {
		p.Load = func(own parts.Load) parts.Load {
			return func(ctx context.Context, key parts.StoreKey) ([]json.RawMessage, error) { return change(own(ctx, key)) }
		}
	})
}

type writeFile = func(path string, data []byte) error

// writing gives the product's pieces with a change in how files are restored.
func writing(write func(own writeFile, path string, data []byte) error) func() *parts.Parts {
	return with(func(p *parts.Parts) {
		own := p.WriteFile
		p.WriteFile = func(path string, data []byte) error { return write(own, path, data) }
	})
}

// ended is a transport that tells when it is told to end its CLI.
type ended struct {
	transport.Transport
	once    sync.Once
	closing chan struct{}
	before  func()
}

func (e *ended) Close(ctx context.Context) error {
	e.once.Do(func() {
		if e.before != nil {
			e.before()
		}
		close(e.closing)
	})
	return e.Transport.Close(ctx)
}

// forgetsOnce gives the product's pieces, which save nothing once a channel is closed.
func forgetsOnce(when func(*ended) <-chan struct{}) func() *parts.Parts {
	return with(func(p *parts.Parts) {
		var of *ended
		p.Wrap = func(t transport.Transport) transport.Transport {
			of = &ended{Transport: t, closing: make(chan struct{})}
			return of
		}
		p.Append = func(own parts.Append) parts.Append {
			return func(ctx context.Context, key parts.StoreKey, entries []json.RawMessage) error {
				select {
				case <-when(of):
					return nil
				default:
					return own(ctx, key, entries)
				}
			}
		}
	})
}

// savesAtClose keeps every batch until the CLI is told to end.
func savesAtClose(p *parts.Parts) {
	var mu sync.Mutex
	var kept []func()
	p.Wrap = func(t transport.Transport) transport.Transport {
		return &ended{Transport: t, closing: make(chan struct{}), before: func() {
			mu.Lock()
			defer mu.Unlock()
			for _, save := range kept {
				save()
			}
			kept = nil
		}}
	}
	p.Append = func(own parts.Append) parts.Append {
		return func(_ context.Context, key parts.StoreKey, entries []json.RawMessage) error {
			mu.Lock()
			defer mu.Unlock()
			kept = append(kept, func() { _ = own(context.Background(), key, entries) })
			return nil
		}
	}
}

// storeIsVital ends the CLI when an append fails.
func storeIsVital(p *parts.Parts) {
	var of transport.Transport
	p.Wrap = func(t transport.Transport) transport.Transport {
		of = t
		return t
	}
	p.Append = func(own parts.Append) parts.Append {
		return func(ctx context.Context, key parts.StoreKey, entries []json.RawMessage) error {
			err := own(ctx, key, entries)
			if err != nil {
				dead, cancel := context.WithCancel(context.Background())
				cancel()
				_ = of.Close(dead)
			}
			return err
		}
	}
}

// directory is where a file of a resumed session lies, if it is its transcript.
func directory(path string) (dir string, ok bool) {
	dir, _, ok = strings.Cut(path, string(filepath.Separator)+"projects"+string(filepath.Separator))
	return dir, ok
}

// removesAtOnce removes the directory of a resumed session before its CLI is gone.
func removesAtOnce(p *parts.Parts) {
	var dir string
	write := p.WriteFile
	p.WriteFile = func(path string, data []byte) error {
		if d, ok := directory(path); ok {
			dir = d
		}
		return write(path, data)
	}
	p.Wrap = func(t transport.Transport) transport.Transport {
		return &ended{Transport: t, closing: make(chan struct{}), before: func() {
			if dir != "" {
				_ = os.RemoveAll(dir)
			}
		}}
	}
}

// keepsAfterFailure removes the directory only if initialize was answered.
func keepsAfterFailure(p *parts.Parts) {
	var ready atomic.Bool
	p.Initialize = func(ctx context.Context, send parts.Exchange) (protocol.Message, error) {
		m, err := send(ctx)
		ready.Store(err == nil)
		return m, err
	}
	p.RemoveDir = func(dir string) error {
		if !ready.Load() {
			return nil
		}
		return os.RemoveAll(dir)
	}
}

// neverAgain gives no second attempt.
func neverAgain(int) (time.Duration, bool) { return 0, false }
