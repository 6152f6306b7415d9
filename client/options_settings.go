package client

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Sandbox confines the commands that tools run (Linux and macOS). What is unset is not sent.
type Sandbox struct {
	Enabled *bool `json:"enabled,omitempty"`
	// FailIfUnavailable ends a session whose system has no sandbox; nil is true if Enabled is (B169).
	FailIfUnavailable            *bool               `json:"failIfUnavailable,omitempty"`
	AutoAllowBashIfSandboxed     *bool               `json:"autoAllowBashIfSandboxed,omitempty"`
	AllowUnsandboxedCommands     *bool               `json:"allowUnsandboxedCommands,omitempty"`
	ExcludedCommands             []string            `json:"excludedCommands,omitzero"` // that run outside of it
	Network                      *SandboxNetwork     `json:"network,omitempty"`
	Filesystem                   *SandboxFilesystem  `json:"filesystem,omitempty"`
	Credentials                  any                 `json:"credentials,omitempty"`      // an object of the CLI's settings
	IgnoreViolations             map[string][]string `json:"ignoreViolations,omitempty"` // texts by command; "*" is every command
	EnableWeakerNestedSandbox    *bool               `json:"enableWeakerNestedSandbox,omitempty"`
	AllowNestedUserNamespaces    *bool               `json:"allowNestedUserNamespaces,omitempty"`
	EnableWeakerNetworkIsolation *bool               `json:"enableWeakerNetworkIsolation,omitempty"`
	AllowAppleEvents             *bool               `json:"allowAppleEvents,omitempty"`
	Ripgrep                      any                 `json:"ripgrep,omitempty"` // {command, args}
	BwrapPath                    string              `json:"bwrapPath,omitempty"`
	SocatPath                    string              `json:"socatPath,omitempty"`
	// Extra are further fields by their names in the CLI's settings.
	Extra map[string]any `json:"-"`
}

// SandboxNetwork is what sandboxed commands may reach.
type SandboxNetwork struct {
	AllowedDomains          []string `json:"allowedDomains,omitzero"`
	DeniedDomains           []string `json:"deniedDomains,omitzero"`
	StrictAllowlist         *bool    `json:"strictAllowlist,omitempty"`
	AllowManagedDomainsOnly *bool    `json:"allowManagedDomainsOnly,omitempty"`
	AllowUnixSockets        []string `json:"allowUnixSockets,omitzero"`
	AllowAllUnixSockets     *bool    `json:"allowAllUnixSockets,omitempty"`
	AllowLocalBinding       *bool    `json:"allowLocalBinding,omitempty"`
	AllowMachLookup         []string `json:"allowMachLookup,omitzero"`
	HTTPProxyPort           *int     `json:"httpProxyPort,omitempty"`
	SOCKSProxyPort          *int     `json:"socksProxyPort,omitempty"`
	TLSTerminate            any      `json:"tlsTerminate,omitempty"` // {caCertPath, caKeyPath}
}

// SandboxFilesystem is what sandboxed commands may read and write.
type SandboxFilesystem struct {
	AllowWrite                []string `json:"allowWrite,omitzero"`
	DenyWrite                 []string `json:"denyWrite,omitzero"`
	DenyRead                  []string `json:"denyRead,omitzero"`
	AllowRead                 []string `json:"allowRead,omitzero"`
	AllowManagedReadPathsOnly *bool    `json:"allowManagedReadPathsOnly,omitempty"`
	Disabled                  *bool    `json:"disabled,omitempty"`
}

// settings gives the value of --settings; empty is none. Without a sandbox it is the user's, byte for byte.
func (o *Options) settings() (string, error) {
	text, given := o.Settings.(string)
	if !given {
		raw, err := object("Settings", o.Settings)
		if err != nil {
			return "", err
		}
		text = string(raw)
	}
	if o.Sandbox == nil {
		return text, nil
	}
	settings, err := o.loadSettings(text)
	if err != nil {
		return "", err
	}
	sandbox, err := o.Sandbox.fields()
	if err != nil {
		return "", err
	}
	below, _ := settings["sandbox"].(map[string]any)
	settings["sandbox"] = mergeSandbox(below, sandbox)
	merged, err := encode("Sandbox", settings)
	return string(merged), err
}

// loadSettings gives settings as an object. A text that is no object is the path of a file, which is read as the CLI does, relative to
// its directory and with or without a byte order mark (py:1.2). Settings that cannot be read are an error: without them the
// session would lack permission rules.
func (o *Options) loadSettings(text string) (map[string]any, error) {
	settings := map[string]any{}
	text = strings.TrimSpace(text)
	if text == "" {
		return settings, nil
	}
	raw := []byte(text)
	if !strings.HasPrefix(text, "{") {
		path := text
		if !filepath.IsAbs(path) {
			path = filepath.Join(o.Cwd, path)
		}
		read, err := os.ReadFile(path)
		if err != nil {
			return nil, invalid("option Settings cannot be read to add Sandbox to it: %v", err)
		}
		raw = bytes.TrimPrefix(read, []byte("\xef\xbb\xbf"))
	}
	if err := decodeExact(raw, &settings); err != nil || settings == nil {
		return nil, invalid("option Settings is no JSON object to add Sandbox to: %v", err)
	}
	return settings, nil
}

// decodeExact decodes JSON and keeps its numbers as they are written.
func decodeExact(raw []byte, to any) error {
	if !json.Valid(raw) {
		return json.Unmarshal(raw, to)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(to)
}

// fields gives what is set.
func (s *Sandbox) fields() (map[string]any, error) {
	raw, err := encode("Sandbox", s)
	if err != nil {
		return nil, err
	}
	extra, err := encode("Sandbox.Extra", s.Extra)
	if err != nil {
		return nil, err
	}
	fields := map[string]any{}
	if err := decodeExact(extra, &fields); err != nil {
		return nil, err
	}
	if fields == nil {
		fields = map[string]any{}
	}
	return fields, decodeExact(raw, &fields)
}

// mergeSandbox puts a sandbox over the one of the settings, as the TypeScript SDK does (ts: sandbox): what is set replaces what is
// at the same path, objects merge field by field, and lists of restrictions are added up. What the lower one would switch off of
// that again is dropped from it, and a sandbox that is asked for must be there.
func mergeSandbox(below, above map[string]any) map[string]any {
	merged := mergeObjects(below, above, "")
	if _, set := child(above, "filesystem")["disabled"]; !set && (above["filesystem"] != nil || denies(above)) {
		if child(merged, "filesystem")["disabled"] == true {
			delete(child(merged, "filesystem"), "disabled")
		}
	}
	if limitsNetwork(child(above, "network")) {
		for _, port := range []string{"httpProxyPort", "socksProxyPort"} {
			if _, set := child(above, "network")[port]; !set {
				delete(child(merged, "network"), port)
			}
		}
	}
	if _, set := merged["failIfUnavailable"]; !set && above["enabled"] == true {
		merged["failIfUnavailable"] = true
	}
	return merged
}

// child gives the object at a name; nil if there is none.
func child(object map[string]any, name string) map[string]any {
	below, _ := object[name].(map[string]any)
	return below
}

// denies tells whether a sandbox keeps commands from a file with credentials.
func denies(sandbox map[string]any) bool {
	files, _ := child(sandbox, "credentials")["files"].([]any)
	return slices.ContainsFunc(files, func(f any) bool {
		file, _ := f.(map[string]any)
		return file["mode"] == "deny"
	})
}

func limitsNetwork(network map[string]any) bool {
	denied, _ := network["deniedDomains"].([]any)
	return network["allowedDomains"] != nil || len(denied) > 0 || network["strictAllowlist"] == true
}

func mergeObjects(below, above map[string]any, path string) map[string]any {
	merged := map[string]any{}
	for name, value := range below {
		merged[name] = value
	}
	for name, value := range above {
		merged[name] = mergeValues(merged[name], value, strings.TrimPrefix(path+"."+name, "."))
	}
	return merged
}

func mergeValues(below, above any, path string) any {
	switch path {
	case "ripgrep", "network.tlsTerminate":
		return above
	case "filesystem.denyRead", "filesystem.denyWrite", "network.deniedDomains", "credentials.files", "credentials.envVars":
		return mergeLists(below, above)
	}
	b, isObject := below.(map[string]any)
	a, both := above.(map[string]any)
	if isObject && both {
		return mergeObjects(b, a, path)
	}
	return above
}

// mergeLists adds two lists up.
func mergeLists(below, above any) any {
	lower, _ := below.([]any)
	upper, isList := above.([]any)
	if !isList {
		return above
	}
	merged := slices.Clone(lower)
	for _, entry := range upper {
		if !slices.ContainsFunc(merged, func(known any) bool { return reflect.DeepEqual(known, entry) }) {
			merged = append(merged, entry)
		}
	}
	return merged
}
