package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/wiretrial/wiretrial/adapters/mutants"
	"github.com/wiretrial/wiretrial/harness/matrix"
	"github.com/wiretrial/wiretrial/scenarios"
)

// The files of the kill matrix.
const (
	matrixData = "kill-matrix.json"
	matrixPage = "kill-matrix.md"
)

// gate is what mutants plays and holds the record against.
type gate struct {
	known    matrix.Known
	subjects []matrix.Subject
	cases    []scenarios.Case
	seed     uint64
}

// gate picks the mutants that were asked for, and the cases that they may be held against.
func (f *mutantFlags) gate(cat *scenarios.Catalogue, cases []scenarios.Case, seed uint64) (gate, error) {
	for _, name := range f.names {
		if _, ok := mutants.Find(name); !ok {
			return gate{}, usagef("--mutant %s: there is none of that name%s", name, nearMutants(name))
		}
	}
	if f.others < 0 || f.full && f.stale {
		return gate{}, usagef("want --others 0 or more, and one of --full and --stale")
	}
	known, err := knownMatrix(cat)
	if err != nil {
		return gate{}, faultf("%w", err)
	}
	g := gate{known: known, cases: cases, seed: seed}
	if f.stale {
		record, err := readMatrix(f.folder())
		if err != nil {
			return gate{}, err
		}
		known.Subjects = record.StalePairs(known)
	}
	for _, s := range known.Subjects {
		if len(f.names) > 0 && !slices.Contains(f.names, s.Name) {
			continue
		}
		if s.Name == mutants.YesMan { // of the cases of a file, some may not ask
			asking := matrix.Files(cases, matrix.Asks)
			s.Kills = slices.DeleteFunc(slices.Clone(s.Kills), func(file string) bool { return !slices.Contains(asking, file) })
		}
		g.subjects = append(g.subjects, s)
	}
	if f.stale {
		g.cases = stalePart(g.cases, g.subjects)
	}
	if len(g.cases) == 0 {
		g.subjects = nil
	}
	return g, nil
}

// stalePart leaves the cases that some subject names.
func stalePart(cases []scenarios.Case, subjects []matrix.Subject) []scenarios.Case {
	return slices.DeleteFunc(slices.Clone(cases), func(c scenarios.Case) bool {
		return !slices.ContainsFunc(subjects, func(s matrix.Subject) bool { return slices.Contains(s.Kills, c.File.ID) })
	})
}

// knownMatrix sums up what a kill matrix is held against: the mutants that are built in, and a catalogue. An error is a bug of ours.
func knownMatrix(cat *scenarios.Catalogue) (matrix.Known, error) {
	digests, err := mutants.Digests()
	if err != nil {
		return matrix.Known{}, err
	}
	files, err := matrix.KnownFiles(cat.Files)
	if err != nil {
		return matrix.Known{}, err
	}
	cases, err := cat.Select(nil)
	if err != nil {
		return matrix.Known{}, err
	}
	known := matrix.Known{Mutants: digests, Files: files}
	for _, m := range mutants.All() {
		s := matrix.Subject{Name: m.Name, Group: m.Group, Fault: m.Fault, Opposite: m.Opposite, Kills: m.Kills, Control: m.IsControl()}
		switch m.Name {
		case mutants.DoNothing:
			s.Kills = matrix.Files(cases, func(scenarios.Case) bool { return true })
		case mutants.YesMan:
			s.Kills = matrix.Files(cases, matrix.Asks)
		}
		known.Subjects = append(known.Subjects, s)
	}
	return known, nil
}

// folder is where the record lies.
func (f *mutantFlags) folder() string {
	if f.write != "" {
		return f.write
	}
	return "docs"
}

// readMatrix reads the record of a folder; one that is not there is empty.
func readMatrix(dir string) (matrix.Record, error) {
	text, err := os.ReadFile(filepath.Join(dir, matrixData))
	if errors.Is(err, fs.ErrNotExist) {
		return matrix.Record{}, nil
	}
	if err != nil {
		return matrix.Record{}, usagef("the record: %w", err)
	}
	record, err := matrix.Decode(text)
	if err != nil {
		return matrix.Record{}, usagef("%s: %w", filepath.Join(dir, matrixData), err)
	}
	return record, nil
}

// record writes what was played into the record, and the whole matrix into the folder of --full.
func (f *mutantFlags) record(g gate, m matrix.Matrix) error {
	if f.full {
		if err := writeMatrix(f.state, "full.json", "full.md", matrix.Whole(m, g.known, g.seed), g.known); err != nil {
			return err
		}
	}
	if f.write == "" {
		return nil
	}
	old, err := readMatrix(f.write)
	if err != nil {
		return err
	}
	return writeMatrix(f.write, matrixData, matrixPage, old.Merge(m, g.known, g.seed), g.known)
}

func writeMatrix(dir, data, page string, r matrix.Record, k matrix.Known) error {
	text, err := r.Encode()
	if err != nil {
		return faultf("%w", err)
	}
	if err := writeAtomically(filepath.Join(dir, data), text); err != nil {
		return faultf("the matrix in %s: %w", dir, err)
	}
	if err := writeAtomically(filepath.Join(dir, page), []byte(matrix.Markdown(r, k))); err != nil {
		return faultf("the matrix in %s: %w", dir, err)
	}
	return nil
}
