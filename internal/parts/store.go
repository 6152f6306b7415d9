package parts

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// StoreKey names a transcript in a session store.
type StoreKey struct {
	ProjectKey, SessionID string
	// Subpath is empty for the session's own transcript.
	Subpath string
}

// Append saves entries of one transcript, as the user's session store does.
type Append func(ctx context.Context, key StoreKey, entries []json.RawMessage) error

// Load gives the entries of one transcript; none for one that the store does not have.
type Load func(ctx context.Context, key StoreKey) ([]json.RawMessage, error)

// StoreKeyOf gives the transcript that the CLI keeps in a file below projects, its directory of transcripts; ok is false for any other
// file (py: file_path_to_session_key).
func StoreKeyOf(file, projects string) (key StoreKey, ok bool) {
	rel, err := filepath.Rel(projects, file)
	if err != nil {
		return key, false
	}
	part := strings.Split(filepath.ToSlash(rel), "/")
	if part[0] == ".." {
		return key, false
	}
	last := strings.TrimSuffix(part[len(part)-1], ".jsonl")
	switch {
	case len(part) == 2 && last != part[1]:
		return StoreKey{ProjectKey: part[0], SessionID: last}, true
	case len(part) >= 4:
		part[len(part)-1] = last
		return StoreKey{ProjectKey: part[0], SessionID: part[1], Subpath: strings.Join(part[2:], "/")}, true
	}
	return key, false
}

// longestKey is how much of a directory's name a project key keeps as it is.
const longestKey = 200

// ProjectKey gives the key under which the CLI keeps the transcripts of a directory: its real path, with everything but letters and
// digits a dash. What is too long is cut and ends in a hash of the whole (py: project_key_for_directory).
func ProjectKey(dir string) (string, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	var b strings.Builder
	for _, r := range path {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case r > 0xffff: // two code units, as the CLI counts them
			b.WriteString("--")
		default:
			b.WriteByte('-')
		}
	}
	key := b.String()
	if len(key) > longestKey {
		key = key[:longestKey] + "-" + pathHash(path)
	}
	return key, nil
}

// pathHash is the CLI's hash of a path, in base 36.
func pathHash(path string) string {
	var h int32
	for _, unit := range utf16.Encode([]rune(path)) {
		h = h<<5 - h + int32(unit)
	}
	n := int64(h)
	return strconv.FormatInt(max(n, -n), 36)
}

// AppendPause gives how long to wait after a failed attempt to append before the next one, counted from 1; ok is false after the last
// (py: MIRROR_APPEND_BACKOFF_S).
func AppendPause(attempt int) (pause time.Duration, ok bool) {
	switch attempt {
	case 1:
		return 200 * time.Millisecond, true
	case 2:
		return 800 * time.Millisecond, true
	}
	return 0, false
}

// Redact takes the refresh token out of credentials that are handed to a CLI with a configuration directory of its own: it is good
// for one use, and the new one would be lost with that directory. What is no such file is handed on as it is (py: _write_redacted_credentials).
func Redact(credentials []byte) []byte {
	var file map[string]json.RawMessage
	if json.Unmarshal(credentials, &file) != nil {
		return credentials
	}
	changed := false
	for _, name := range []string{"claudeAiOauth", "hybridOauth"} {
		var oauth map[string]json.RawMessage
		if json.Unmarshal(file[name], &oauth) != nil || oauth["refreshToken"] == nil {
			continue
		}
		delete(oauth, "refreshToken")
		raw, err := json.Marshal(oauth)
		if err != nil {
			return credentials
		}
		file[name], changed = raw, true
	}
	if !changed {
		return credentials
	}
	out, err := json.Marshal(file)
	if err != nil {
		return credentials
	}
	return out
}

// hasDrive tells the beginning of a Windows path.
func hasDrive(path string) bool {
	return len(path) > 1 && path[1] == ':' && ('a' <= path[0]|0x20 && path[0]|0x20 <= 'z')
}

// SafeSubpath tells whether a subpath, which comes from a store, names a file inside its session's directory on every system.
func SafeSubpath(subpath string) bool {
	if subpath == "" || strings.ContainsRune(subpath, 0) || hasDrive(subpath) {
		return false
	}
	for _, part := range strings.FieldsFunc(subpath, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == "." || part == ".." {
			return false
		}
	}
	return subpath[0] != '/' && subpath[0] != '\\' && filepath.IsLocal(filepath.FromSlash(subpath))
}

// WritePrivate writes a file that only this user can read, and the directories above it.
func WritePrivate(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}
