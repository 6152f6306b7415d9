package adapters

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// job is one call of Provision.
type job struct {
	store    *Store
	sdk      SDK
	tools    tools
	version  version
	progress func(string)
}

// say tells the user what takes time.
func (j *job) say(format string, args ...any) {
	if j.progress != nil {
		j.progress(j.name() + ": " + fmt.Sprintf(format, args...))
	}
}

func (j *job) name() string {
	if j.version.text == "" {
		return j.sdk.Name
	}
	return j.sdk.Name + "@" + j.version.text
}

func (j *job) dir() string { return filepath.Join(j.store.dir, "sdks", j.name()) }

// want sets the version, if it can be one.
func (j *job) want(text string) error {
	wanted, err := parseVersion(text)
	if err != nil {
		return &VersionError{SDK: j.sdk.Name, Version: text, Nearest: j.sdk.Pin, Reason: err.Error()}
	}
	oldest, err := parseVersion(j.sdk.Oldest)
	if err == nil && wanted.compare(oldest) < 0 {
		return &VersionError{SDK: j.sdk.Name, Version: text, Nearest: j.sdk.Oldest, Reason: "older than what the adapter can drive"}
	}
	j.version = wanted
	return nil
}

// kind is how the SDKs of one registry are installed and started.
type kind interface {
	// releases asks the registry for a package's releases. One that has no list names the wanted release and the newest.
	releases(ctx context.Context, j *job, pack string) (versions []string, err error)
	// history asks the registry for all that it tells of a package's releases, withdrawn ones included.
	history(ctx context.Context, j *job, pack string) ([]Release, error)
	// install puts a package into an empty folder and returns what is to be known of it: the tool that the adapter is to be started or built with.
	install(ctx context.Context, j *job, pack, dir string) (r record, err error)
	// adapt puts the adapter into an empty folder beside the package.
	adapt(ctx context.Context, j *job, r record, from fs.FS, dir string) error
	// command is how the adapter is started.
	command(dir, adapter string, r record) (argv, env []string)
}

func (j *job) kind() kind {
	switch j.sdk.Registry {
	case PyPI:
		return pip{}
	case NPM:
		return npm{}
	default:
		return cargo{}
	}
}

// provision returns the release, and installs what the store lacks of it.
func (j *job) provision(ctx context.Context) (*Installation, error) {
	from, err := source(j.sdk.Name)
	if err != nil {
		return nil, err
	}
	digest, err := digestOf(from)
	if err != nil {
		return nil, err
	}
	adapter := filepath.Join(j.dir(), "adapter-"+digest)
	r, found, err := installed(j.dir())
	if err != nil {
		return nil, err
	}
	if _, missing := os.Stat(adapter); !found || missing != nil {
		if r, err = j.complete(ctx, from, adapter); err != nil {
			return nil, j.failed(err)
		}
	}
	if _, err := os.Stat(r.Tool); err != nil && j.sdk.Registry != Cargo {
		return nil, &ToolchainError{SDK: j.name(), Tool: r.Tool}
	}
	argv, env := j.kind().command(j.dir(), adapter, r)
	return &Installation{Name: j.sdk.Name, Version: j.version.text, Package: r.Package, Argv: argv, Env: env, Dir: j.dir(), Withdrawn: r.Withdrawn}, nil
}

// failed says what was being provisioned, unless the error does.
func (j *job) failed(err error) error {
	if errors.Is(err, ErrNoSuchVersion) || errors.Is(err, ErrNoToolchain) || errors.Is(err, ErrGone) {
		return err
	}
	return fmt.Errorf("provision %s: %w", j.name(), err)
}

// complete installs the package and its adapter under the release's lock.
func (j *job) complete(ctx context.Context, from fs.FS, adapter string) (record, error) {
	unlock, err := lock(ctx, filepath.Join(j.store.dir, "locks", j.name()+".lock"), func() { j.say("waiting for another wiretrial that installs it") })
	if err != nil {
		return record{}, err
	}
	defer unlock()
	r, found, err := installed(j.dir())
	if err != nil {
		return r, err
	}
	if !found {
		if r, err = j.install(ctx); err != nil {
			return r, err
		}
	}
	if _, err := os.Stat(adapter); err == nil {
		return r, nil
	}
	return r, stage(adapter, func(staging string) error { return j.lost(ctx, j.kind().adapt(ctx, j, r, from, staging)) })
}

func (j *job) install(ctx context.Context) (record, error) {
	if _, err := j.tools.find(j.sdk.Name, j.sdk.Tool); err != nil {
		return record{}, err
	}
	pack, err := j.packageOf(ctx)
	if err != nil {
		return record{}, err
	}
	var r record
	return r, stage(j.dir(), func(staging string) error {
		if r, err = j.kind().install(ctx, j, pack, staging); err != nil {
			return j.lost(ctx, err)
		}
		r.Package = pack
		return r.write(staging)
	})
}

// packageOf finds the package that has the wanted release: the SDK's own, else one of its former names.
func (j *job) packageOf(ctx context.Context) (string, error) {
	var all []string
	for _, pack := range j.sdk.Packages {
		releases, err := j.kind().releases(ctx, j, pack)
		if err != nil {
			return "", err
		}
		for _, release := range parseVersions(releases) {
			if release.compare(j.version) == 0 {
				return pack, nil
			}
		}
		all = append(all, releases...)
	}
	return j.withdrawn(ctx, all)
}

// withdrawn finds the package of a release that is on no list: what was yanked can be had by its number for some time.
func (j *job) withdrawn(ctx context.Context, listed []string) (string, error) {
	gone := &VersionError{SDK: j.sdk.Name, Version: j.version.text, Nearest: nearest(j.version, parseVersions(listed)), Gone: true}
	for _, pack := range j.sdk.Packages {
		told, err := j.kind().history(ctx, j, pack)
		if err != nil {
			return "", err
		}
		for _, r := range told {
			if v, err := parseVersion(r.Version); err != nil || v.compare(j.version) != 0 {
				continue
			}
			if j.sdk.Registry == PyPI {
				return pack, nil
			}
			gone.Reason = "withdrawn: the registry tells of this release of " + pack + " and does not give it out any more"
			return "", gone
		}
	}
	gone.Reason = "the registry has no such release of " + j.sdk.Packages[0]
	return "", gone
}

// lost is what a failed installation means, after the registry had said that there is such a release: it cannot be had here. A tool that
// is missing and a user who gives up mean nothing of the kind.
func (j *job) lost(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || errors.Is(err, ErrNoToolchain) {
		return err
	}
	return &GoneError{SDK: j.sdk.Name, Version: j.version.text, Err: err}
}

// latest asks the registry for the newest release.
func (j *job) latest(ctx context.Context) (string, error) {
	if _, err := j.tools.find(j.sdk.Name, j.sdk.Tool); err != nil {
		return "", err
	}
	j.say("asking the registry for the latest release of %s", j.sdk.Packages[0])
	releases, err := j.kind().releases(ctx, j, j.sdk.Packages[0])
	if err != nil {
		return "", err
	}
	found := newest(parseVersions(releases))
	if found == "" {
		return "", &VersionError{SDK: j.sdk.Name, Version: Latest, Nearest: j.sdk.Pin, Reason: "the registry names no release"}
	}
	return found, nil
}

// digestOf tells one state of an adapter's sources from another.
func digestOf(from fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == "pin" {
			return err
		}
		data, err := fs.ReadFile(from, name)
		if err == nil {
			fmt.Fprintf(sum, "%s %d\n%s", name, len(data), data)
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("adapters: the embedded sources: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12], nil
}
