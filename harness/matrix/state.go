package matrix

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/wiretrial/wiretrial/harness/eventlog"
)

// State is a folder that keeps what the subjects of a long run were played, a file NAME.ndjson each. What was played under other digests
// does not count, and a last line that was cut off by a kill neither. It is safe for concurrent use, as long as no other process writes it.
type State struct {
	root  *os.Root
	known Known

	mu   sync.Mutex
	kept map[string]map[string][]Result // by subject and file
}

// OpenState makes the folder if it is not there. Close it.
func OpenState(dir string, k Known) (*State, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("state of the run: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("state of the run: %w", err)
	}
	return &State{root: root, known: k, kept: map[string]map[string][]Result{}}, nil
}

// Close ends its use of the folder.
func (s *State) Close() error { return s.root.Close() }

// stateLine is one file that one subject was played.
type stateLine struct {
	Schema   int           `json:"schema"`
	Digests  Digests       `json:"digests"`
	Scenario string        `json:"scenario"`
	Results  []stateResult `json:"results"`
}

// stateResult is of a case what the matrix is made of.
type stateResult struct {
	Case    string            `json:"case"`
	Verdict eventlog.Verdict  `json:"verdict"`
	Repeats bool              `json:"repeats,omitempty"`
	Missing []string          `json:"missing,omitempty"`
	Failure *eventlog.Failure `json:"failure,omitempty"`
}

// open gives what is kept of a subject and still holds, by file.
func (s *State) open(subject string) (map[string][]Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.kept[subject]; ok {
		return kept, nil
	}
	text, err := s.root.ReadFile(stateFile(subject))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("state of the run: %w", err)
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	if whole < len(text) { // cut off: the next line must not be glued to it
		if err := s.root.WriteFile(stateFile(subject), text[:whole], 0o644); err != nil {
			return nil, fmt.Errorf("state of the run: %w", err)
		}
	}
	kept := map[string][]Result{}
	for i, line := range bytes.Split(bytes.TrimSuffix(text[:whole], []byte("\n")), []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var l stateLine
		if err := json.Unmarshal(line, &l); err != nil || l.Schema != Format {
			return nil, fmt.Errorf("state of the run: %s, line %d is none of this wiretrial (%v); delete the file, and its mutant is played anew",
				stateFile(subject), i+1, err)
		}
		if l.Digests == s.digests(subject, l.Scenario) && !l.broken() {
			kept[l.Scenario] = l.restore(subject)
		}
	}
	s.kept[subject] = kept
	return kept, nil
}

func stateFile(subject string) string { return subject + ".ndjson" }

func (s *State) digests(subject, file string) Digests {
	f, _ := s.known.file(file)
	return Digests{Mutant: s.known.Mutants[subject], Scenario: f.Digest}
}

// broken tells whether a fault of the harness is among the results: it is to be played anew.
func (l stateLine) broken() bool {
	return slices.ContainsFunc(l.Results, func(r stateResult) bool { return r.Verdict == eventlog.Broken })
}

func (l stateLine) restore(subject string) []Result {
	var out []Result
	for _, r := range l.Results {
		out = append(out, Result{Subject: subject, File: l.Scenario, Repeats: r.Repeats, Case: eventlog.Case{
			ID: r.Case, Verdict: r.Verdict, Missing: r.Missing, Failure: r.Failure,
		}})
	}
	return out
}

// keep appends what files came to, of all results of a subject.
func (s *State) keep(subject string, files []string, results []Result) error {
	var b bytes.Buffer
	for _, file := range files {
		l := stateLine{Schema: Format, Digests: s.digests(subject, file), Scenario: file}
		for _, r := range results {
			if r.File == file {
				l.Results = append(l.Results, stateResult{r.Case.ID, r.Case.Verdict, r.Repeats, r.Case.Missing, r.Case.Failure})
			}
		}
		line, err := json.Marshal(l)
		if err != nil {
			return fmt.Errorf("state of the run: %w", err)
		}
		b.Write(append(line, '\n'))
	}
	f, err := s.root.OpenFile(stateFile(subject), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("state of the run: %w", err)
	}
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("state of the run: %w", err)
	}
	return nil
}
