package adapters

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// CacheVariable is the environment variable that moves the cache.
const CacheVariable = "WIRETRIAL_CACHE"

// Installation is an SDK with its adapter, ready to be started.
type Installation struct {
	Name, Version string
	Package       string   // the package it was installed from
	Argv          []string // the command that starts the adapter
	Env           []string // NAME=value pairs that it needs beside the inherited environment
	Dir           string   // where it is installed
	Withdrawn     string   // why the registry took it off its list, in the publisher's words; empty: it did not
}

// Store is a folder of installed SDKs. It is safe for concurrent use, also by several processes: each release is installed once.
type Store struct {
	dir   string
	tools tools
}

// OpenStore returns the store in a folder. "" is the user's own: $WIRETRIAL_CACHE, else wiretrial in the user's cache folder.
// Nothing is created before something is installed.
func OpenStore(dir string) (*Store, error) {
	if dir == "" {
		dir = os.Getenv(CacheVariable)
	}
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("adapters: no place for the cache: %w; set %s", err, CacheVariable)
		}
		dir = filepath.Join(cache, "wiretrial")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("adapters: the cache: %w", err)
	}
	return &Store{dir: dir, tools: systemTools()}, nil
}

// Dir is the folder of the store. It may not exist yet.
func (s *Store) Dir() string { return s.dir }

// Provision gets an SDK into the user's own store; see Store.Provision.
func Provision(ctx context.Context, name, version string, progress func(string)) (*Installation, error) {
	store, err := OpenStore("")
	if err != nil {
		return nil, err
	}
	return store.Provision(ctx, name, version, progress)
}

// Provision returns an SDK at a version, and installs it first if the store has it not: with the user's own pip, npm or cargo, and without the
// CLI that the package bundles. The version "" is the pinned one, Latest asks the registry. What is in the store needs no
// network. progress, which may be nil, is told in one line what is done whenever that takes time.
//
// It fails with an ErrUnknownSDK, ErrNoSuchVersion or ErrNoToolchain, or as the package manager does.
func (s *Store) Provision(ctx context.Context, name, version string, progress func(string)) (*Installation, error) {
	sdk, err := Lookup(name)
	if err != nil {
		return nil, err
	}
	job := &job{store: s, sdk: sdk, tools: s.tools, progress: progress}
	if version == "" {
		version = sdk.Pin
	}
	if version == Latest {
		if version, err = job.latest(ctx); err != nil {
			return nil, err
		}
	}
	if err := job.want(version); err != nil {
		return nil, err
	}
	return job.provision(ctx)
}

// Listing is an SDK with the releases of it that a store holds, oldest first.
type Listing struct {
	SDK
	Cached []string
}

// List returns every SDK that can be provisioned and what the store holds of it.
func (s *Store) List() ([]Listing, error) {
	entries, err := os.ReadDir(filepath.Join(s.dir, "sdks"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("adapters: the cache: %w", err)
	}
	var list []Listing
	for _, sdk := range SDKs() {
		var cached []string
		for _, entry := range entries {
			if version, found := strings.CutPrefix(entry.Name(), sdk.Name+"@"); found {
				cached = append(cached, version)
			}
		}
		item := Listing{SDK: sdk}
		for _, version := range parseVersions(cached) {
			item.Cached = append(item.Cached, version.text)
		}
		list = append(list, item)
	}
	return list, nil
}

// List returns every SDK that can be provisioned and what the user's own store holds of it.
func List() ([]Listing, error) {
	store, err := OpenStore("")
	if err != nil {
		return nil, err
	}
	return store.List()
}

// record is the file install.json of an installed release.
type record struct {
	Package   string `json:"package"`
	Tool      string `json:"tool"`                // the interpreter that it was installed for, or the package manager
	Withdrawn string `json:"withdrawn,omitempty"` // the reason for which it was yanked
}

const recordName = "install.json"

// installed reads the record of a release; found is false if the release is not in the store.
func installed(dir string) (r record, found bool, err error) {
	data, err := os.ReadFile(filepath.Join(dir, recordName))
	if errors.Is(err, fs.ErrNotExist) {
		return r, false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		return r, false, fmt.Errorf("adapters: %s is damaged: %w; remove the folder to install it again", dir, err)
	}
	return r, true, nil
}

func (r record) write(dir string) error {
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("adapters: %s: %w", recordName, err)
	}
	return os.WriteFile(filepath.Join(dir, recordName), append(data, '\n'), 0o644)
}

// stage makes a folder complete or not at all: build fills a folder beside it, which then takes its place. The caller holds the lock.
func stage(dir string, build func(staging string) error) (err error) {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("adapters: the cache: %w", err)
	}
	prefix := ".staging-" + filepath.Base(dir) + "-"
	if err := sweep(parent, prefix); err != nil {
		return err
	}
	staging, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return fmt.Errorf("adapters: the cache: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(staging)) }()
	if err := build(staging); err != nil {
		return err
	}
	if err := os.Rename(staging, dir); err != nil {
		return fmt.Errorf("adapters: the cache: %w", err)
	}
	return nil
}

// sweep removes what an install left that was cut off.
func sweep(parent, prefix string) error {
	left, err := filepath.Glob(filepath.Join(parent, prefix+"*"))
	if err != nil {
		return fmt.Errorf("adapters: the cache: %w", err)
	}
	for _, dir := range left {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("adapters: the cache: %w", err)
		}
	}
	return nil
}

// copyTree writes every file of a source whose name does not begin with one of the prefixes.
func copyTree(dir string, from fs.FS, without ...string) error {
	return fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if slices.ContainsFunc(without, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
			return nil
		}
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o644)
	})
}

// joinClose closes what the error made useless.
func joinClose(err error, file io.Closer) error {
	return errors.Join(err, file.Close())
}
