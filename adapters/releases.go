package adapters

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Release is one release of an SDK as its registry tells of it.
type Release struct {
	Version   string
	Package   string // under which it was published
	Pre       bool   // a pre-release: not what users get who name no version
	Withdrawn bool   // yanked or unpublished; what was yanked may still be had by its exact number
}

// Releases returns every release that the registry tells of and the adapter can drive, oldest first. It asks the user's own package
// manager, and fails as Store.Provision does.
func Releases(ctx context.Context, name string, progress func(string)) ([]Release, error) {
	store, err := OpenStore("")
	if err != nil {
		return nil, err
	}
	return store.Releases(ctx, name, progress)
}

// Releases is the package's Releases with the store's package managers.
func (s *Store) Releases(ctx context.Context, name string, progress func(string)) ([]Release, error) {
	sdk, err := Lookup(name)
	if err != nil {
		return nil, err
	}
	j := &job{store: s, sdk: sdk, tools: s.tools, progress: progress}
	if _, err := j.tools.find(sdk.Name, sdk.Tool); err != nil {
		return nil, err
	}
	j.say("asking the registry for the releases of %s", sdk.Packages[0])
	var all []Release
	for _, pack := range sdk.Packages {
		found, err := j.kind().history(ctx, j, pack)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return drivable(all, sdk.Oldest), nil
}

// drivable orders releases and leaves those out that are older than the oldest, no version, or told of twice.
func drivable(all []Release, oldest string) []Release {
	first, err := parseVersion(oldest)
	if err != nil {
		return nil
	}
	var texts []string
	byText := map[string]Release{}
	for _, r := range all {
		if old, twice := byText[r.Version]; !twice || old.Withdrawn && !r.Withdrawn {
			byText[r.Version] = r
		}
		if !slices.Contains(texts, r.Version) {
			texts = append(texts, r.Version)
		}
	}
	var out []Release
	for _, v := range parseVersions(texts) {
		if v.compare(first) >= 0 {
			r := byText[v.text]
			r.Pre = v.pre()
			out = append(out, r)
		}
	}
	return out
}

// marked makes releases of all the versions that a registry tells of, of which some are on its list and the others withdrawn.
func marked(pack string, listed, told []string) []Release {
	var out []Release
	for _, text := range listed {
		out = append(out, Release{Version: text, Package: pack})
	}
	for _, text := range told {
		if !slices.Contains(listed, text) {
			out = append(out, Release{Version: text, Package: pack, Withdrawn: true})
		}
	}
	return out
}

// history also tells of what PyPI's users yanked: pip names it when it is asked for a release that nobody has.
func (p pip) history(ctx context.Context, j *job, pack string) ([]Release, error) {
	listed, err := p.releases(ctx, j, pack)
	if err != nil {
		return nil, err
	}
	python, err := j.tools.find(j.sdk.Name, j.sdk.Tool)
	if err != nil {
		return nil, err
	}
	args := []string{"-m", "pip", "download", "--no-deps", "--no-input", "--dest", os.TempDir(), pack + "==" + nobodyHas}
	_, words, err := j.tools.both(ctx, "", nil, python, args...)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err == nil {
		return nil, fmt.Errorf("pip found %s %s, which nobody published", pack, nobodyHas)
	}
	return marked(pack, listed, pipTold(words)), nil
}

// nobodyHas is a release number that is never given.
const nobodyHas = "999999"

// pipTold reads the releases out of pip's refusal: "(from versions: 0.1, 0.2)".
func pipTold(words string) []string {
	_, list, found := strings.Cut(words, "(from versions: ")
	list, _, closed := strings.Cut(list, ")")
	if !found || !closed || list == "none" {
		return nil
	}
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' })
}

// yankedReason reads the reason out of pip's warning that it installs what was yanked; "" if it gave no such warning.
func yankedReason(words string) string {
	_, reason, found := strings.Cut(words, "Reason for being yanked:")
	if !found {
		return ""
	}
	reason, _, _ = strings.Cut(reason, "\n")
	if reason = strings.TrimSpace(reason); reason == "" || reason == "<none given>" {
		return "no reason given"
	}
	return reason
}

// history also tells of what was unpublished: npm keeps its time.
func (n npm) history(ctx context.Context, j *job, pack string) ([]Release, error) {
	listed, err := n.releases(ctx, j, pack)
	if err != nil {
		return nil, err
	}
	tool, err := j.tools.find(j.sdk.Name, j.sdk.Tool)
	if err != nil {
		return nil, err
	}
	out, err := j.tools.run(ctx, "", nil, tool, "view", pack, "time", "--json")
	if err != nil {
		return nil, fmt.Errorf("ask npm for the times of %s: %w", pack, err)
	}
	times := map[string]any{}
	if err := json.Unmarshal([]byte(out), &times); err != nil {
		return nil, fmt.Errorf("npm view time: expected an object, got %.80q: %w", out, err)
	}
	var told []string
	for key := range times {
		if _, err := parseVersion(key); err == nil { // created, modified and unpublished are no versions
			told = append(told, key)
		}
	}
	slices.Sort(told)
	return marked(pack, listed, told), nil
}

// history reads the registry's index where cargo keeps it, because cargo has no list of releases to ask for.
func (c cargo) history(ctx context.Context, j *job, pack string) ([]Release, error) {
	newest, err := c.releases(ctx, j, pack) // brings the index up to date
	if err != nil {
		return nil, err
	}
	home, err := cargoHome(j.tools.env)
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(home, "registry", "index", "*", ".cache", pack[:2], pack[2:4], pack))
	if err != nil {
		return nil, fmt.Errorf("adapters: cargo's index: %w", err)
	}
	var out []Release
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("adapters: cargo's index: %w", err)
		}
		out = append(out, cargoIndex(pack, data)...)
	}
	if len(out) == 0 {
		return marked(pack, newest, nil), nil
	}
	return out, nil
}

// cargoHome is where cargo keeps what it downloads.
func cargoHome(env []string) (string, error) {
	for _, pair := range env {
		if dir, found := strings.CutPrefix(pair, "CARGO_HOME="); found && dir != "" {
			return dir, nil
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", errors.Join(errors.New("adapters: cargo's index: no home"), err)
	}
	return filepath.Join(home, ".cargo"), nil
}

// cargoIndex reads the lines of a registry's index out of cargo's copy of it, in which other bytes stand between them.
func cargoIndex(pack string, data []byte) []Release {
	var out []Release
	for _, line := range regexp.MustCompile(`\{[^\x00\n]*\}`).FindAll(data, -1) {
		var entry struct {
			Name   string `json:"name"`
			Vers   string `json:"vers"`
			Yanked bool   `json:"yanked"`
		}
		if json.Unmarshal(line, &entry) == nil && entry.Name == pack && entry.Vers != "" {
			out = append(out, Release{Version: entry.Vers, Package: pack, Withdrawn: entry.Yanked})
		}
	}
	return out
}
