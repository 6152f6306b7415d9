package eventlog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// FileName is the log's name in the folder of a run's results.
const FileName = "log.ndjson"

// Output is one place where the lines of a log go.
type Output struct {
	Name string // for errors
	To   io.Writer
}

// Listener is told of each record after it was written, as it was written, in order, one at a time. It must not call the Writer.
type Listener func(Record)

// Writer writes records as lines, each with one write and before Write returns. It is safe for concurrent use.
type Writer struct {
	clean     *Cleaner
	listeners []Listener

	mu   sync.Mutex
	outs []Output
	err  error
}

// NewWriter returns a Writer to all outs, which tells the listeners. Texts are cleaned by clean first.
func NewWriter(clean *Cleaner, outs []Output, listeners ...Listener) *Writer {
	return &Writer{clean: clean, outs: append([]Output(nil), outs...), listeners: listeners}
}

// Write records one record everywhere. Its error is a *WriteError: the log has lost its claim to be whole, so the run must end. An output that
// failed gets nothing more, since what follows half a line would be lost with it; the others and the listeners still get all that is
// written, so that the end of the run stands wherever it can.
func (w *Writer) Write(rec Record) error {
	rec = w.clean.Record(rec)
	line, err := encode(rec)
	if err != nil {
		return fmt.Errorf("record of kind %q: %w: harness fault", rec.T, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := w.outs[:0]
	for _, out := range w.outs {
		if err := writeAll(out.To, line); err != nil {
			if w.err == nil {
				w.err = &WriteError{Output: out.Name, Err: err}
			}
			continue
		}
		kept = append(kept, out)
	}
	w.outs = kept
	for _, tell := range w.listeners {
		tell(rec)
	}
	return w.err
}

// Err returns the first error of Write.
func (w *Writer) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

func encode(rec Record) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(rec); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func writeAll(to io.Writer, line []byte) error {
	n, err := to.Write(line)
	if err == nil && n < len(line) {
		err = io.ErrShortWrite
	}
	return err
}

// WriteError says that an output of the log took no more.
type WriteError struct {
	Output string
	Err    error
}

// Error names the output and says what to do.
func (e *WriteError) Error() string {
	return fmt.Sprintf("%s: cannot be written: %v: not the SDK's fault; make room or name another place, and run again", e.Output, e.Err)
}

// Unwrap returns the cause.
func (e *WriteError) Unwrap() error { return e.Err }

// Create opens DIR/log.ndjson for appending and makes DIR if there is none. A log of an earlier run is kept beside it, under the time of
// its last line: no run writes into, or over, the record of another.
func Create(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("folder of the results: %w", err)
	}
	path := filepath.Join(dir, FileName)
	if err := setAside(path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("event log: %w", err)
	}
	return f, nil
}

// setAside renames a log that has something in it.
func setAside(path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return nil
	}
	stem := path[:len(path)-len(".ndjson")] + "-" + info.ModTime().UTC().Format("20060102T150405")
	for n := 0; ; n++ {
		to := stem + ".ndjson"
		if n > 0 {
			to = fmt.Sprintf("%s-%d.ndjson", stem, n)
		}
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		if err := os.Rename(path, to); err != nil {
			return fmt.Errorf("event log of an earlier run: %w", err)
		}
		return nil
	}
}

// Milliseconds is how a log states a duration.
func Milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
