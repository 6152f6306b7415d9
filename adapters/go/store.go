package goadapter

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/client"
)

// sessionStore is the user's session store, whose every call is asked of the harness.
type sessionStore struct{ s *session }

// store gives a store with these methods and no other, as the client asks a store what it has.
func (s *session) store(methods []string) (client.SessionStore, error) {
	known := []string{"append", "load", "list_sessions", "list_subkeys"}
	for _, m := range methods {
		if !slices.Contains(known, m) {
			return nil, unsupported("session_store." + m)
		}
	}
	own := sessionStore{s}
	lists, subkeys := slices.Contains(methods, "list_sessions"), slices.Contains(methods, "list_subkeys")
	switch {
	case len(methods) == 0:
		return nil, nil
	case lists && subkeys:
		return struct {
			sessionStore
			lister
			subkeyLister
		}{own, lister{s}, subkeyLister{s}}, nil
	case lists:
		return struct {
			sessionStore
			lister
		}{own, lister{s}}, nil
	case subkeys:
		return struct {
			sessionStore
			subkeyLister
		}{own, subkeyLister{s}}, nil
	}
	return own, nil
}

// storeCall asks the harness what a method answers.
func storeCall[T any](ctx context.Context, s *session, call contract.StoreCall) (T, error) {
	var out T
	answer, err := s.callback(ctx, "session_store", call)
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(answer, &out)
}

func storeKey(k client.SessionKey) *contract.StoreKey {
	return &contract.StoreKey{ProjectKey: k.ProjectKey, SessionID: k.SessionID, Subpath: k.Subpath}
}

func (st sessionStore) Append(ctx context.Context, key client.SessionKey, entries []json.RawMessage) error {
	list, err := json.Marshal(entries)
	if err != nil {
		return err
	}
	_, err = storeCall[contract.StoreAppended](ctx, st.s, contract.StoreCall{Method: "append", Key: storeKey(key), Entries: list})
	return err
}

func (st sessionStore) Load(ctx context.Context, key client.SessionKey) ([]json.RawMessage, error) {
	out, err := storeCall[struct {
		Entries []json.RawMessage `json:"entries"`
	}](ctx, st.s, contract.StoreCall{Method: "load", Key: storeKey(key)})
	return out.Entries, err
}

type lister struct{ s *session }

func (l lister) ListSessions(ctx context.Context, projectKey string) ([]client.StoredSession, error) {
	out, err := storeCall[struct {
		Sessions []contract.StoreSession `json:"sessions"`
	}](ctx, l.s, contract.StoreCall{Method: "list_sessions", ProjectKey: projectKey})
	sessions := make([]client.StoredSession, len(out.Sessions))
	for i, s := range out.Sessions {
		sessions[i] = client.StoredSession{ID: s.SessionID, Modified: time.UnixMilli(s.MTime)}
	}
	return sessions, err
}

type subkeyLister struct{ s *session }

func (l subkeyLister) ListSubkeys(ctx context.Context, key client.SessionKey) ([]string, error) {
	out, err := storeCall[struct {
		Subkeys []string `json:"subkeys"`
	}](ctx, l.s, contract.StoreCall{Method: "list_subkeys", Key: storeKey(key)})
	return out.Subkeys, err
}
