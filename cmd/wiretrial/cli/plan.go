package cli

import (
	"crypto/rand"
	"encoding/binary"
	mathrand "math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/wiretrial/wiretrial/scenarios"
)

// openCatalogue loads the scenario files: the built-in ones, or those below a folder.
func openCatalogue(dir string) (*scenarios.Catalogue, error) {
	load, what := scenarios.Embedded, "built-in catalogue"
	if dir != "" {
		if info, err := os.Stat(dir); err != nil {
			return nil, usagef("--catalogue: %w", err)
		} else if !info.IsDir() {
			return nil, usagef("--catalogue: %s is not a folder of AREA/NAME.yaml", dir)
		}
		load, what = func() (*scenarios.Catalogue, error) { return scenarios.LoadFS(os.DirFS(dir)) }, dir
	}
	cat, err := load()
	if err != nil {
		return nil, usagef("%s:\n%w", what, err)
	}
	if len(cat.Files) == 0 {
		return nil, usagef("%s: no scenario file AREA/NAME.yaml in it", what)
	}
	return cat, nil
}

// selection is what a run is about.
type selection struct {
	cases    []scenarios.Case
	slowLeft int // files
}

// selection picks the cases and puts them into the order that the seed gives.
func (f *runFlags) selection(cat *scenarios.Catalogue, patterns []string, seed uint64) (selection, error) {
	s, err := f.pick(cat, patterns)
	s.shuffle(seed)
	return s, err
}

// pick picks the cases.
func (f *runFlags) pick(cat *scenarios.Catalogue, patterns []string) (selection, error) {
	var s selection
	levels, err := f.levels()
	if err != nil {
		return s, err
	}
	if f.entry != "" && f.entry != string(scenarios.OneShot) && f.entry != string(scenarios.Client) {
		return s, usagef("--entry %q: want oneshot or client", f.entry)
	}
	cases, err := named(cat, patterns)
	if err != nil {
		return s, err
	}
	slow := map[string]bool{}
	for _, c := range cases {
		switch {
		case !levels[c.Level] || f.entry != "" && f.entry != string(c.Entry):
		case c.Slow > 0 && !f.slow:
			slow[c.File.ID] = true
		default:
			s.cases = append(s.cases, c)
		}
	}
	s.slowLeft = len(slow)
	if len(s.cases) == 0 {
		return s, nothingLeft(len(cases), len(slow))
	}
	if f.catalogue != "" {
		if err := lintCases(s.cases); err != nil {
			return s, err
		}
	}
	return s, nil
}

// named are the cases that patterns name.
func named(cat *scenarios.Catalogue, patterns []string) ([]scenarios.Case, error) {
	cases, err := cat.Select(patterns)
	switch {
	case err == nil:
		return cases, nil
	case slices.ContainsFunc(patterns, func(p string) bool { return strings.HasSuffix(p, ".yaml") }):
		return nil, usagef("%w\na pattern names no file: a scenario of your own, DIR/AREA/NAME.yaml, is AREA/NAME with --catalogue DIR", err)
	}
	return nil, usagef("%w", err)
}

// shuffle puts the cases into the order that the seed gives.
func (s *selection) shuffle(seed uint64) {
	order := mathrand.New(mathrand.NewPCG(seed, 0))
	order.Shuffle(len(s.cases), func(i, j int) { s.cases[i], s.cases[j] = s.cases[j], s.cases[i] })
}

// nothingLeft says why nothing would be executed.
func nothingLeft(matched, slow int) error {
	if slow > 0 {
		return unprovenf("nothing was executed: what matches is slow; add --slow")
	}
	return unprovenf("nothing was executed: %d scenarios match, and none is left by --level and --entry", matched)
}

// levels are those that --level selects.
func (f *runFlags) levels() (map[scenarios.Level]bool, error) {
	all := []scenarios.Level{scenarios.Must, scenarios.Should, scenarios.May}
	chosen := map[scenarios.Level]bool{}
	for _, l := range all {
		chosen[l] = true
		if f.level == string(l) {
			return chosen, nil
		}
	}
	if f.level != "" {
		return nil, usagef("--level %q: want must, should or may", f.level)
	}
	return chosen, nil
}

// lintCases refuses own files that would not show what they say.
func lintCases(cases []scenarios.Case) error {
	seen := map[*scenarios.File]bool{}
	var found scenarios.Problems
	for i := range cases {
		if f := cases[i].File; !seen[f] {
			seen[f] = true
			found = append(found, scenarios.Problems(scenarios.Lint(f)).Errors()...)
		}
	}
	if len(found) > 0 {
		return usagef("the files have errors, so what they show is not what they say; see wiretrial lint:\n%w", found)
	}
	return nil
}

// seedValue is the seed that was asked for, or a random one short enough to type.
func (f *runFlags) seedValue() (uint64, error) {
	if f.seed == "" {
		var b [4]byte
		_, _ = rand.Read(b[:]) // never fails
		return uint64(binary.LittleEndian.Uint32(b[:])), nil
	}
	seed, err := strconv.ParseUint(strings.TrimPrefix(f.seed, "0x"), 16, 64)
	if err != nil {
		return 0, usagef("--seed %q: want up to 16 hexadecimal digits", f.seed)
	}
	return seed, nil
}

// cutValue decodes --cut.
func (f *runFlags) cutValue() (size int, random bool, err error) {
	switch f.cut {
	case "":
		return 0, false, nil
	case "random":
		return 0, true, nil
	}
	size, err = scenarios.ParseSize(f.cut)
	if err != nil || size < 1 {
		return 0, false, usagef("--cut %q: want a size like 700 or 64KiB, or random", f.cut)
	}
	return size, false, nil
}
