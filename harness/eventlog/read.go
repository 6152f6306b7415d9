package eventlog

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// MaxLine is the longest line that Read accepts, in bytes; the Writer's are far shorter.
const MaxLine = 64 << 20

// The reasons of a LineError.
var (
	// ErrCut: the log ends in the middle of a line: its writer was killed, or the disk was full.
	ErrCut = errors.New("the log ends in the middle of this line")
	// ErrLine: a line that is no record.
	ErrLine = errors.New("not a record of an event log")
	// ErrSchema: a log of a format that this version does not know.
	ErrSchema = errors.New("a log of another format")
)

// LineError says which line of a log cannot be read. Is matches ErrCut, ErrLine or ErrSchema.
type LineError struct {
	Line int // counts from 1
	Kind error
	Err  error // cause; may be nil
}

// Error names the line and the cause.
func (e *LineError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("line %d: %v", e.Line, e.Kind)
	}
	return fmt.Sprintf("line %d: %v: %v", e.Line, e.Kind, e.Err)
}

// Unwrap returns the kind and the cause.
func (e *LineError) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// Read reads a log to its end. It returns all records before the first line that it cannot read; the error is then a *LineError, or that
// of r.
func Read(r io.Reader) ([]Record, error) {
	var out []Record
	err := Scan(r, func(rec Record) { out = append(out, rec) })
	return out, err
}

// Scan is Read for logs that need not stand in memory: it hands each record to visit.
func Scan(r io.Reader, visit func(Record)) error {
	in := bufio.NewReaderSize(r, 64<<10)
	for n := 1; ; n++ {
		line, err := readLine(in)
		if errors.Is(err, io.EOF) && len(bytes.TrimSpace(line)) == 0 {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return &LineError{Line: n, Kind: ErrLine, Err: err}
		}
		rec, fault := decode(line)
		if fault != nil {
			if err != nil { // no newline: whatever it is, its end is missing
				fault = &LineError{Kind: ErrCut}
			}
			fault.Line = n
			return fault
		}
		visit(rec)
	}
}

// readLine returns a line without its newline; io.EOF says that there was none.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > MaxLine {
			return nil, fmt.Errorf("more than %d bytes", MaxLine)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSuffix(line, []byte("\n")), err
		}
	}
}

func decode(line []byte) (Record, *LineError) {
	var rec Record
	if err := json.Unmarshal(line, &rec); err != nil {
		return rec, &LineError{Kind: ErrLine, Err: err}
	}
	if rec.Run != nil && rec.Run.Schema != Schema {
		return rec, &LineError{Kind: ErrSchema, Err: fmt.Errorf("schema %d; this version reads %d", rec.Run.Schema, Schema)}
	}
	if !rec.whole() {
		return rec, &LineError{Kind: ErrLine, Err: fmt.Errorf("t is %q and does not name what the record holds", rec.T)}
	}
	return rec, nil
}

// whole tells whether T names the one thing that the record holds.
func (r Record) whole() bool {
	held := map[string]bool{
		"run": r.Run != nil, "plan": r.Plan != nil, "start": r.Start != nil, "trace": r.Trace != nil,
		"case": r.Case != nil, "note": r.Note != nil, "end": r.End != nil,
	}
	n := 0
	for _, is := range held {
		if is {
			n++
		}
	}
	return n == 1 && held[r.T]
}
