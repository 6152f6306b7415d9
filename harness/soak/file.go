package soak

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/wiretrial/wiretrial/internal/filelock"
)

// FileName is the record's name in its folder.
const FileName = "soak.ndjson"

const (
	// slack is by how much a record may grow before its runs are added up: its size is bounded by the catalogue and the SDKs, not by the runs.
	slack = 4 << 20
	// maxLine is the longest line that is read, in bytes; those that are written are far shorter.
	maxLine = 1 << 20
)

// The reasons for which a record cannot be opened.
var (
	// ErrBusy: another process adds to the record.
	ErrBusy = errors.New("another soak adds to this record; wait for it, or name another folder")
	// ErrRecord: the file is no such record, or of another format.
	ErrRecord = errors.New("not a record of soak runs")
)

// File is a record on disk that one process adds to. It is not safe for concurrent use.
type File struct {
	Tally *Tally // of all that is written

	dir   string
	lock  *os.File
	out   *os.File
	size  int64
	limit int64 // size at which the record is added up
	slack int64
}

// Open opens DIR/soak.ndjson for adding, and makes both if there are none. Half a line at its end, of a process that was killed, is cut off.
// Errors are those of the system, ErrBusy, and ErrRecord with the line that cannot be read.
func Open(dir string) (*File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("folder of the record: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock of the record: %w", err)
	}
	f := &File{dir: dir, lock: lock, slack: slack}
	if err := f.open(); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

func (f *File) open() error {
	switch got, err := filelock.Try(f.lock); {
	case err != nil:
		return fmt.Errorf("lock of the record: %w", err)
	case !got:
		return fmt.Errorf("%s: %w", f.path(), ErrBusy)
	}
	out, err := os.OpenFile(f.path(), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("soak record: %w", err)
	}
	f.out = out
	tally, whole, err := Read(out)
	if err != nil {
		return fmt.Errorf("%s: %w", f.path(), err)
	}
	if err := out.Truncate(whole); err != nil {
		return fmt.Errorf("soak record: %w", err)
	}
	if _, err := out.Seek(whole, io.SeekStart); err != nil {
		return fmt.Errorf("soak record: %w", err)
	}
	f.Tally, f.size, f.limit = tally, whole, whole+f.slack
	if whole == 0 {
		return f.Add(Record{T: "head", Head: &Head{Schema: Schema}})
	}
	return nil
}

func (f *File) path() string { return filepath.Join(f.dir, FileName) }

// Add adds one line, with one write.
func (f *File) Add(rec Record) error {
	if err := f.Tally.Add(rec); err != nil {
		return fmt.Errorf("soak record: %w: harness fault", err)
	}
	line, err := json.Marshal(rec)
	if err != nil {
		return fmt.Errorf("soak record: %w: harness fault", err)
	}
	n, err := f.out.Write(append(line, '\n'))
	f.size += int64(n)
	if err != nil {
		return fmt.Errorf("soak record: %w: make room, then run again: nothing that was written is lost", err)
	}
	if rec.End != nil && f.size > f.limit {
		return f.shorten()
	}
	return nil
}

// shorten writes the record anew with its runs added up. A kill leaves the old file or the new one.
func (f *File) shorten() error {
	next, err := os.CreateTemp(f.dir, ".soak-*")
	if err != nil {
		return fmt.Errorf("soak record: %w", err)
	}
	defer os.Remove(next.Name())
	size, err := write(next, f.Tally.Lines())
	if err == nil {
		err = errors.Join(next.Chmod(0o644), next.Sync())
	}
	if err == nil {
		err = os.Rename(next.Name(), f.path())
	}
	if err != nil {
		return errors.Join(fmt.Errorf("soak record: %w", err), next.Close())
	}
	old := f.out
	f.out, f.size, f.limit = next, size, size+f.slack
	return old.Close()
}

func write(to io.Writer, lines []Record) (size int64, err error) {
	buf := bufio.NewWriter(to)
	for _, rec := range lines {
		line, err := json.Marshal(rec)
		if err != nil {
			return size, err
		}
		n, err := buf.Write(append(line, '\n'))
		if size += int64(n); err != nil {
			return size, err
		}
	}
	return size, buf.Flush()
}

// Close lets go of the record.
func (f *File) Close() error {
	var errs []error
	for _, file := range []*os.File{f.out, f.lock} {
		if file != nil {
			errs = append(errs, file.Close())
		}
	}
	return errors.Join(errs...)
}

// Load reads DIR/soak.ndjson, also while another process adds to it.
func Load(dir string) (*Tally, error) {
	in, err := os.Open(filepath.Join(dir, FileName))
	if err != nil {
		return nil, fmt.Errorf("soak record: %w", err)
	}
	defer in.Close()
	t, _, err := Read(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in.Name(), err)
	}
	return t, nil
}

// Read adds up a record. whole is how many bytes its whole lines have: what comes after them is half a line. An error is ErrRecord, with the
// line's number, or that of r.
func Read(r io.Reader) (t *Tally, whole int64, err error) {
	t = NewTally()
	in := bufio.NewReaderSize(r, maxLine)
	for n := 1; ; n++ {
		line, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF):
			return t, whole, nil
		case errors.Is(err, bufio.ErrBufferFull):
			return t, whole, fmt.Errorf("line %d: more than %d bytes: %w", n, maxLine, ErrRecord)
		case err != nil:
			return t, whole, fmt.Errorf("line %d: %w", n, err)
		}
		rec, err := decode(line, n == 1)
		if err == nil {
			err = t.Add(rec)
		}
		if err != nil {
			return t, whole, fmt.Errorf("line %d: %w: %w", n, err, ErrRecord)
		}
		whole += int64(len(line))
	}
}

func decode(line []byte, first bool) (rec Record, err error) {
	in := json.NewDecoder(bytes.NewReader(line))
	in.DisallowUnknownFields()
	if err := in.Decode(&rec); err != nil {
		return rec, err
	}
	held := map[string]bool{
		"head": rec.Head != nil, "run": rec.Run != nil, "play": rec.Play != nil, "end": rec.End != nil, "runs": rec.Runs != nil, "sum": rec.Sum != nil,
	}
	n := 0
	for _, is := range held {
		if is {
			n++
		}
	}
	switch {
	case n != 1 || !held[rec.T]:
		return rec, fmt.Errorf("t is %q and does not name what the line holds", rec.T)
	case first && rec.Head == nil:
		return rec, errors.New("the first line is no head")
	case rec.Head != nil && rec.Head.Schema != Schema:
		return rec, fmt.Errorf("schema %d; this version reads %d", rec.Head.Schema, Schema)
	case rec.Sum != nil && len(rec.Sum.Outcomes) == 0:
		return rec, errors.New("a sum without outcomes")
	}
	return rec, nil
}
