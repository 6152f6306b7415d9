package client

import (
	"context"
	"encoding/json"
	"time"

	"github.com/wiretrial/wiretrial/internal/parts"
)

// DefaultLoadTimeout bounds a call of a session store while a session is resumed, unless Options.LoadTimeout says otherwise.
const DefaultLoadTimeout = time.Minute

// appendTimeout bounds one call of SessionStore.Append. One that is late is not repeated: it may still land (B157).
const appendTimeout = time.Minute

// SessionStore keeps transcripts outside of the CLI's own disk, so that a session can be resumed on another machine. With
// [Options.SessionStore] the CLI mirrors what it writes into its transcripts, and Resume and Continue load from the store. A store may also
// be a [SessionLister] and a [SubkeyLister].
//
// The methods are called in goroutines of this package, Append never twice at a time in one session. A panic in one is its error.
type SessionStore interface {
	// Append saves entries, which are JSON objects, behind those that the transcript has. It returns nil when they are saved. The entries
	// of one transcript come in the order of the wire. After an error the same entries are given again, three times in all, so
	// a store that had saved some should know entries by their uuid, where they have one. ctx ends after a minute, and when the end of the
	// session cannot wait any longer; then the call counts as failed and is not repeated.
	Append(ctx context.Context, key SessionKey, entries []json.RawMessage) error
	// Load gives the entries of a transcript in their order; none, and no error, for one that it does not have.
	Load(ctx context.Context, key SessionKey) ([]json.RawMessage, error)
}

// SessionLister is a [SessionStore] that can tell its sessions. Options.Continue needs it.
type SessionLister interface {
	// ListSessions gives the sessions of a project, in any order.
	ListSessions(ctx context.Context, projectKey string) ([]StoredSession, error)
}

// SubkeyLister is a [SessionStore] that can tell what belongs to a session beside its own transcript. Without it a session is resumed without
// the transcripts of its subagents.
type SubkeyLister interface {
	// ListSubkeys gives the subpaths of a session, in any order. The key has none.
	ListSubkeys(ctx context.Context, key SessionKey) ([]string, error)
}

// SessionKey names a transcript in a [SessionStore].
type SessionKey struct {
	// ProjectKey is the working directory's, as the CLI names it below its projects directory; see [ProjectKey].
	ProjectKey string
	// SessionID is the session's, a UUID.
	SessionID string
	// Subpath is what belongs to the session beside its own transcript, as "subagents/agent-1", with slashes; empty for that itself.
	Subpath string
}

// StoredSession is one session of a [SessionLister].
type StoredSession struct {
	// ID is the session's, a UUID.
	ID string
	// Modified is when it was last appended to.
	Modified time.Time
}

// ProjectKey gives the key under which the CLI keeps the sessions of a working directory; empty is this process's. It fails if that
// cannot be found out.
func ProjectKey(dir string) (string, error) { return parts.ProjectKey(dir) }

func (o *Options) loadTimeout() time.Duration {
	if o.LoadTimeout == 0 {
		return DefaultLoadTimeout
	}
	return o.LoadTimeout
}

// checkStore refuses what a session store does not go with (py: validate_session_store_options, ts: sessionStore).
func (o *Options) checkStore() error {
	_, lists := o.SessionStore.(SessionLister)
	switch {
	case o.SessionStore == nil:
	case o.Continue && !lists:
		return invalid("option Continue with SessionStore needs a store with ListSessions: nobody else knows the latest session")
	case o.FileCheckpointing:
		return invalid("options FileCheckpointing and SessionStore are both set: checkpoints are not mirrored, and would be lost at the next resume")
	case o.NoSessionPersistence:
		return invalid("options NoSessionPersistence and SessionStore are both set: the CLI mirrors what it writes to its disk")
	}
	return nil
}
