package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/wiretrial/wiretrial/adapters"
	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/deviations"
	"github.com/wiretrial/wiretrial/harness/report"
	"github.com/wiretrial/wiretrial/harness/verdict"
	"github.com/wiretrial/wiretrial/scenarios"
)

// The names of the client that is built in, by its two faces.
const (
	goSDK     = "go"         // client.Client and client.Query
	goSession = "go-session" // client.Session
)

// builtIn tells whether a name is the built-in client's.
func builtIn(name string) bool { return name == goSDK || name == goSession }

// target is the SDK under test and what is known about it.
type target struct {
	harness.Target
	compare   bool   // the version is the recorded one, so its features can be compared
	release   string // the SDK's version, if it was installed
	withdrawn string // why the registry took the release off its list; empty: it did not
}

// target finds the SDK that the flags name and installs it if need be.
func (a *app) target(ctx context.Context, f *runFlags) (target, error) {
	var t target
	var err error
	switch {
	case len(f.command) > 0 && f.sdk != "":
		return t, usagef("--sdk %s and -- %s: want one of them", f.sdk, f.command[0])
	case len(f.command) > 0:
		t.Target = harness.Target{Name: filepath.Base(f.command[0]), Argv: f.command, Rerun: "-- " + report.QuoteAll(f.command)}
		t.compare = true
	default:
		t, err = a.known(ctx, f.sdk)
	}
	t.Rerun = strings.TrimSpace(f.again() + " " + t.Rerun)
	return t, err
}

// again are the flags beside seed, trace and target that a case needs to be run again as it was.
func (f *runFlags) again() string {
	var words []string
	add := func(flag, value string) {
		if value != "" {
			words = append(words, flag, report.Quote(value))
		}
	}
	add("--cut", f.cut)
	add("--catalogue", f.catalogue)
	if f.timeout > 0 {
		add("--timeout", f.timeout.String())
	}
	add("--deviations", f.deviations)
	return strings.Join(words, " ")
}

// known is an SDK that --sdk names.
func (a *app) known(ctx context.Context, spec string) (target, error) {
	name, release, err := nameAndRelease(spec)
	if err != nil {
		return target{}, err
	}
	if name == "" || builtIn(name) {
		if release != "" {
			return target{}, faultf("--sdk %s: the Go client is built in and has no other version", spec)
		}
		rerun := ""
		if name == "" {
			name = goSDK
		} else {
			rerun = "--sdk " + name
		}
		return target{Target: harness.Target{Name: name, Argv: []string{a.Exe, RoleAdapter, name}, Rerun: rerun}, compare: true}, nil
	}
	inst, err := adapters.Provision(ctx, name, release, a.tell)
	if err != nil {
		return target{}, provisionError(ctx, err)
	}
	return target{
		Target:    harness.Target{Name: name, Argv: inst.Argv, Env: variables(inst.Env), Rerun: "--sdk " + report.Quote(name+"@"+inst.Version)},
		compare:   release == "" || release == adapters.Latest || isPin(name, inst.Version),
		withdrawn: inst.Withdrawn,
		release:   inst.Version,
	}, nil
}

// nameAndRelease splits what --sdk names; both may be missing together, or the release alone.
func nameAndRelease(spec string) (name, release string, err error) {
	name, release, versioned := strings.Cut(spec, "@")
	if versioned && (name == "" || release == "") {
		return "", "", usagef("SDK %q: want NAME or NAME@VERSION", spec)
	}
	return name, release, nil
}

func isPin(name, release string) bool {
	sdk, err := adapters.Lookup(name)
	return err == nil && sdk.Pin == release
}

// provisionError gives an error its exit code.
func provisionError(ctx context.Context, err error) error {
	var unknown *adapters.UnknownError
	switch {
	case ctx.Err() != nil:
		return &exitError{code: verdict.Interrupted, err: errors.New("interrupted while the SDK was installed")}
	case errors.As(err, &unknown):
		near := scenarios.Nearest(unknown.Name, append([]string{goSDK, goSession}, unknown.Known...), 2)
		if len(near) > 0 {
			return usagef("unknown SDK %q; did you mean %s?", unknown.Name, strings.Join(near, " or "))
		}
		return usagef("unknown SDK %q; known are %s, %s, %s; -- CMD ARGS runs an adapter of your own", unknown.Name, goSDK, goSession, strings.Join(unknown.Known, ", "))
	}
	return faultf("%w", err)
}

// tell shows what takes time.
func (a *app) tell(line string) { fmt.Fprintln(a.Stderr, report.Safe(line)) }

func variables(environ []string) map[string]string {
	vars := map[string]string{}
	for _, kv := range environ {
		if k, v, ok := strings.Cut(kv, "="); ok {
			vars[k] = v
		}
	}
	return vars
}

// none is the word that switches the record off.
const none = "none"

// record loads what is recorded about the SDK.
func (a *app) record(f *runFlags, t target, cat *scenarios.Catalogue) (*deviations.Set, error) {
	name, src, err := f.recorded(t)
	if err != nil || src == nil {
		return &deviations.Set{}, err
	}
	sel, err := withBuiltIn(cat, f.catalogue)
	if err != nil {
		return nil, err
	}
	set, err := deviations.Load(name, src, sel, harness.LeftBehind)
	if err != nil {
		return nil, usagef("%w", err)
	}
	return set, nil
}

// recorded reads the file of deviations; nil: there is none.
func (f *runFlags) recorded(t target) (name string, src []byte, err error) {
	switch {
	case f.deviations == none:
		return "", nil, nil
	case f.deviations != "":
		src, err = os.ReadFile(f.deviations)
		if err != nil {
			return "", nil, usagef("--deviations: %w", err)
		}
		return f.deviations, append(src, '\n'), nil
	case len(f.command) > 0:
		return "", nil, nil
	}
	name = "adapters/" + t.Name + "/deviations.yaml"
	src, err = adapters.Deviations(t.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return name, nil, nil
	}
	return name, src, err
}

// withBuiltIn adds the built-in scenarios to those of a catalogue that was opened from a folder: a record speaks of them too.
func withBuiltIn(cat *scenarios.Catalogue, dir string) (deviations.Selector, error) {
	if dir == "" {
		return cat, nil
	}
	builtin, err := openCatalogue("")
	if err != nil {
		return nil, err
	}
	return either{cat, builtin}, nil
}

// either selects from two catalogues what at least one of them has.
type either struct{ a, b deviations.Selector }

// Select implements deviations.Selector.
func (e either) Select(patterns []string) ([]scenarios.Case, error) {
	first, errA := e.a.Select(patterns)
	second, errB := e.b.Select(patterns)
	if errA != nil && errB != nil {
		return nil, errA
	}
	return append(first, second...), nil
}
