package client_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/wiretrial/wiretrial/client"
)

func TestASandboxIsMergedIntoTheSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "s.json"), []byte("\xef\xbb\xbf{\"model\":\"file\",\"n\":12345678901234567890}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		settings any
		sandbox  client.Sandbox
		want     string
	}{
		"alone":                           {nil, client.Sandbox{}, `{"sandbox":{}}`},
		"what is asked for must be there": {nil, client.Sandbox{Enabled: new(true)}, `{"sandbox":{"enabled":true,"failIfUnavailable":true}}`},
		"unless somebody said else": {`{"sandbox":{"failIfUnavailable":false}}`, client.Sandbox{Enabled: new(true)},
			`{"sandbox":{"enabled":true,"failIfUnavailable":false}}`},
		"over a text": {` {"a":1,"sandbox":{"enabled":false,"bwrapPath":"/b"}} `, client.Sandbox{Enabled: new(false), Extra: map[string]any{"x": 1}},
			`{"a":1,"sandbox":{"enabled":false,"bwrapPath":"/b","x":1}}`},
		"over an object": {map[string]any{"a": json.Number("1")}, client.Sandbox{ExcludedCommands: []string{}}, `{"a":1,"sandbox":{"excludedCommands":[]}}`},
		"over a file":    {"s.json", client.Sandbox{}, `{"model":"file","n":12345678901234567890,"sandbox":{}}`},
		"lists of restrictions are added up, others replaced": {
			`{"sandbox":{"network":{"deniedDomains":["a","b"],"allowUnixSockets":["x"]},"filesystem":{"denyRead":["/a"]}}}`,
			client.Sandbox{Network: &client.SandboxNetwork{DeniedDomains: []string{"b", "c"}, AllowUnixSockets: []string{"y"}}},
			`{"sandbox":{"network":{"deniedDomains":["a","b","c"],"allowUnixSockets":["y"]},"filesystem":{"denyRead":["/a"]}}}`,
		},
		"credentials too": {
			`{"sandbox":{"credentials":{"files":[{"path":"/a","mode":"deny"}]}}}`,
			client.Sandbox{Credentials: map[string]any{"files": []any{map[string]any{"path": "/b", "mode": "mask"}}}},
			`{"sandbox":{"credentials":{"files":[{"path":"/a","mode":"deny"},{"path":"/b","mode":"mask"}]}}}`,
		},
		"what would switch it off is dropped": {
			`{"sandbox":{"filesystem":{"disabled":true},"network":{"httpProxyPort":1,"socksProxyPort":2}}}`,
			client.Sandbox{Filesystem: &client.SandboxFilesystem{DenyRead: []string{"/a"}}, Network: &client.SandboxNetwork{AllowedDomains: []string{}, SOCKSProxyPort: new(3)}},
			`{"sandbox":{"filesystem":{"denyRead":["/a"]},"network":{"allowedDomains":[],"socksProxyPort":3}}}`,
		},
		"a denied file too": {
			`{"sandbox":{"filesystem":{"disabled":true}}}`,
			client.Sandbox{Credentials: map[string]any{"files": []any{map[string]any{"path": "/b", "mode": "deny"}}}},
			`{"sandbox":{"filesystem":{},"credentials":{"files":[{"path":"/b","mode":"deny"}]}}}`,
		},
		"some are replaced whole": {
			`{"sandbox":{"ripgrep":{"command":"rg","args":["-x"]}}}`, client.Sandbox{Ripgrep: map[string]any{"command": "other"}},
			`{"sandbox":{"ripgrep":{"command":"other"}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := launch(t, client.Options{Settings: tt.settings, Sandbox: &tt.sandbox, Cwd: dir}, confirms)
			if err != nil {
				t.Fatal(err)
			}
			flags := got.flags(t)
			if len(flags) != 2 || flags[0] != "--settings" {
				t.Fatalf("the flags are %q", flags)
			}
			sameJSON(t, "settings", tt.want, flags[1])
		})
	}
}
