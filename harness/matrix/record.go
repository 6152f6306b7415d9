package matrix

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/wiretrial/wiretrial/scenarios"
)

//go:embed kill-matrix.schema.json
var schema []byte

// JSONSchema returns the JSON Schema (draft 2020-12) of a record. docs/kill-matrix.schema.json is a copy.
func JSONSchema() []byte { return slices.Clone(schema) }

// Format is the version of the record that this package reads and writes.
const Format = 1

// Record is the kill matrix as data: docs/kill-matrix.json.
type Record struct {
	Schema int   `json:"schema"`
	Rows   []Row `json:"rows"` // by mutant and scenario
}

// Row says that a scenario caught a mutant.
type Row struct {
	Mutant   string `json:"mutant"`
	Scenario string `json:"scenario"` // the file's id
	Case     string `json:"case"`     // of its cases the one that caught it
	Check    string `json:"check"`
	Step     int    `json:"step,omitempty"`   // that the check failed at; zero: a law
	Promise  string `json:"promise"`          // the scenario's title
	Chance   bool   `json:"chance,omitempty"` // the same case had let the mutant pass before
	// Other says that the mutant does not name the scenario: the kill is recorded, and demanded by nobody.
	Other   bool    `json:"other,omitempty"`
	Seed    string  `json:"seed"` // of the run, hexadecimal
	Digests Digests `json:"digests"`
}

// Digests say what was played. A row with other digests than those of today is stale.
type Digests struct {
	Mutant   string `json:"mutant"`
	Scenario string `json:"scenario"`
}

// Known is what a record is held against: all mutants and all scenarios of today.
type Known struct {
	Subjects []Subject
	Mutants  map[string]string // digests by name
	Files    []File
}

// File is a scenario file of today.
type File struct {
	ID, Title, Digest string
}

// KnownFiles sums up scenario files. The error is that of scenarios.File.Digest.
func KnownFiles(files []*scenarios.File) ([]File, error) {
	var out []File
	for _, f := range files {
		digest, err := f.Digest()
		if err != nil {
			return nil, err
		}
		out = append(out, File{ID: f.ID, Title: f.Title, Digest: digest})
	}
	return out, nil
}

func (k Known) file(id string) (File, bool) {
	i := slices.IndexFunc(k.Files, func(f File) bool { return f.ID == id })
	if i < 0 {
		return File{}, false
	}
	return k.Files[i], true
}

func (k Known) subject(name string) (Subject, bool) {
	i := slices.IndexFunc(k.Subjects, func(s Subject) bool { return s.Name == name })
	if i < 0 {
		return Subject{}, false
	}
	return k.Subjects[i], true
}

// row gives the row of a mutant and a scenario.
func (r Record) row(mutant, scenario string) (Row, bool) {
	i := slices.IndexFunc(r.Rows, func(row Row) bool { return row.Mutant == mutant && row.Scenario == scenario })
	if i < 0 {
		return Row{}, false
	}
	return r.Rows[i], true
}

// Merge returns the record with what a run came to: each pair that it played stands as the run found it, the others as they stood. Rows of
// mutants and scenarios that are no more, or that do not name each other any more, are left out.
func (r Record) Merge(m Matrix, k Known, seed uint64) Record {
	played := map[[2]string]bool{}
	out := Record{Schema: Format}
	for _, kill := range m.Kills {
		played[[2]string{kill.Subject, kill.File}] = true
		out.Rows = append(out.Rows, k.newRow(kill, seed))
	}
	for _, s := range m.Survivals {
		played[[2]string{s.Subject, s.File}] = true
	}
	for _, row := range r.Rows {
		if !played[[2]string{row.Mutant, row.Scenario}] && k.demands(row.Mutant, row.Scenario) {
			out.Rows = append(out.Rows, row)
		}
	}
	slices.SortFunc(out.Rows, compareRows)
	return out
}

// Whole returns the record of a run that held every mutant against every scenario, with the kills that nobody demands.
func Whole(m Matrix, k Known, seed uint64) Record {
	out := Record{}.Merge(m, k, seed)
	for _, kill := range m.Others {
		row := k.newRow(kill, seed)
		row.Other = true
		out.Rows = append(out.Rows, row)
	}
	slices.SortFunc(out.Rows, compareRows)
	return out
}

func compareRows(a, b Row) int {
	return cmp.Or(cmp.Compare(a.Mutant, b.Mutant), cmp.Compare(a.Scenario, b.Scenario))
}

func (k Known) demands(mutant, scenario string) bool {
	s, ok := k.subject(mutant)
	_, is := k.file(scenario)
	return ok && is && slices.Contains(s.Kills, scenario)
}

func (k Known) newRow(kill Kill, seed uint64) Row {
	f, _ := k.file(kill.File)
	return Row{
		Mutant: kill.Subject, Scenario: kill.File, Case: kill.Case, Check: kill.Check, Step: kill.Step, Promise: f.Title, Chance: kill.Chance,
		Seed: fmt.Sprintf("%x", seed), Digests: Digests{Mutant: k.Mutants[kill.Subject], Scenario: f.Digest},
	}
}

// Encode writes a record with one row a line, so that changes of it can be read and merged.
func (r Record) Encode() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"schema\": %d, \"rows\": [", Format)
	for i, row := range r.Rows {
		line, err := json.Marshal(row)
		if err != nil {
			return nil, fmt.Errorf("kill matrix: %w", err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(line)
	}
	b.WriteString("\n]}\n")
	return b.Bytes(), nil
}

// Decode reads a record. The error names the line of what is no record, or says that another version of wiretrial wrote it.
func Decode(text []byte) (Record, error) {
	var r Record
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		line := 1 + bytes.Count(text[:min(int64(len(text)), offset(err, d))], []byte("\n"))
		return Record{}, fmt.Errorf("kill matrix: line %d: %w; delete the file and write it anew", line, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Record{}, fmt.Errorf("kill matrix: there is more behind its end; delete the file and write it anew")
	}
	if r.Schema != Format {
		return Record{}, fmt.Errorf("kill matrix: format %d, this wiretrial knows %d; delete the file and write it anew", r.Schema, Format)
	}
	return r, nil
}

// offset is where a decoder stopped.
func offset(err error, d *json.Decoder) int64 {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return syntax.Offset
	case errors.As(err, &typ):
		return typ.Offset
	}
	return d.InputOffset()
}
