package eventlog

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func note(text string) Record { return Record{T: "note", Note: &Note{Kind: "test", Text: text}} }

func TestWriterIsWholeUnderConcurrency(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, err := Create(filepath.Join(dir, "new", "folder"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var other bytes.Buffer
	var heard []string
	w := NewWriter(NewCleaner(nil), []Output{{"file", file}, {"other", &other}}, func(r Record) { heard = append(heard, r.Note.Text) })
	var wg sync.WaitGroup
	const lanes, each = 8, 50
	for lane := range lanes {
		wg.Go(func() {
			for i := range each {
				if err := w.Write(note(fmt.Sprintf("%d/%d <%s>", lane, i, strings.Repeat("y", 500)))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	src, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(src, other.Bytes()) {
		t.Error("the outputs differ")
	}
	recs, err := Read(bytes.NewReader(src))
	if err != nil || len(recs) != lanes*each || len(heard) != lanes*each {
		t.Fatalf("%d records, %d heard, %v; want %d", len(recs), len(heard), err, lanes*each)
	}
	for i, r := range recs {
		if r.Note.Text != heard[i] {
			t.Fatalf("record %d: the listener heard %q, the log says %q", i, heard[i], r.Note.Text)
		}
	}
	if bytes.Contains(src, []byte(`\u003c`)) {
		t.Error("< is escaped, which makes the log hard to read")
	}
}

// limited takes a number of bytes, and then none, as a disk does.
type limited struct {
	bytes.Buffer
	room int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.room)
	l.room -= n
	l.Buffer.Write(p[:n])
	if n < len(p) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

func TestWriterReportsAFullDiskAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	disk, other := &limited{room: 150}, &bytes.Buffer{}
	heard := 0
	w := NewWriter(nil, []Output{{"log.ndjson", disk}, {"stdout", other}}, func(Record) { heard++ })
	var errs []error
	for i := range 5 {
		if err := w.Write(note(fmt.Sprintf("a text of some length, number %d", i))); err != nil {
			errs = append(errs, err)
		}
	}
	var lost *WriteError
	if len(errs) != 4 || !errors.As(errs[0], &lost) || lost.Output != "log.ndjson" || !errors.Is(errs[3], syscall.ENOSPC) {
		t.Fatalf("errors %v, want the first to name the log and all that follow to repeat it", errs)
	}
	if w.Err() == nil || heard != 5 {
		t.Errorf("Err %v, heard %d", w.Err(), heard)
	}
	recs, err := Read(&disk.Buffer)
	if len(recs) != 1 || !errors.Is(err, ErrCut) {
		t.Errorf("the full disk holds %d records, %v; want one and a cut line", len(recs), err)
	}
	if recs, err := Read(other); len(recs) != 5 || err != nil {
		t.Errorf("the other output holds %d records, %v", len(recs), err)
	}
}

func TestWriterKeepsTheCallersRecord(t *testing.T) {
	t.Parallel()
	rec := note("token " + secret)
	if err := NewWriter(NewCleaner(nil), nil).Write(rec); err != nil || !strings.Contains(rec.Note.Text, secret) {
		t.Errorf("%v, %v", rec.Note, err)
	}
}

func TestCreateSetsAFormerLogAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 4 {
		file, err := Create(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := NewWriter(nil, []Output{{"log", file}}).Write(note(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
		_ = file.Close()
	}
	names, err := filepath.Glob(filepath.Join(dir, "log*.ndjson"))
	if err != nil || len(names) != 4 {
		t.Fatalf("%v, %v; want four logs", names, err)
	}
	seen := map[string]bool{}
	for _, name := range names {
		src, _ := os.ReadFile(name)
		recs, err := Read(bytes.NewReader(src))
		if err != nil || len(recs) != 1 {
			t.Fatalf("%s: %d records, %v", name, len(recs), err)
		}
		seen[recs[0].Note.Text] = true
	}
	if len(seen) != 4 {
		t.Errorf("a log was lost: %v", seen)
	}
}

func TestCreateSaysWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(filepath.Join(file, "dir")); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v, want an error that names %s", err, file)
	}
}
