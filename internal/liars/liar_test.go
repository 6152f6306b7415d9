package liars

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/tidwall/gjson"

	goadapter "github.com/wiretrial/wiretrial/adapters/go"
)

// notebook names the variable with the file in which a liar notes its lies.
const notebook = "LIES"

// lie is an adapter that lies. Without client it drives no SDK at all: what it says itself is all that there is.
type lie struct {
	client bool
	in     func(s *stage, line string) []string // lines for the honest adapter instead of this one
	out    func(s *stage, line string) []string // lines for the harness instead of this one
}

// stage is what a liar remembers and how it speaks. A change of a line holds its lock.
type stage struct {
	mu     sync.Mutex
	of     map[string]string // methods of the harness's requests, by id
	held   []string
	before []string // the messages of the case before, then of this one
	now    []string
	ended  bool   // a result was handed out
	dir    string // the directory of the case, cN for some N, from its open
	notes  *os.File

	say  func(line string) // to the harness
	feed func(line string) // to the honest adapter, without waiting
}

// lied notes a lie before it is told, so that no verdict can be faster. A liar that is being killed may still lie in the next case's time, so the
// note says of which case it is.
func (s *stage) lied(what string) { _, _ = fmt.Fprintln(s.notes, s.dir, what) }

// play is the whole life of a liar.
func play(name string) error {
	l, ok := lies()[name]
	if !ok {
		return fmt.Errorf("no lie of the name %q", name)
	}
	notes, err := os.OpenFile(os.Getenv(notebook), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		if notes, err = os.OpenFile(os.DevNull, os.O_WRONLY, 0); err != nil {
			return err
		}
	}
	defer notes.Close()
	s := &stage{of: map[string]string{}, notes: notes}
	var writing sync.Mutex
	s.say = func(line string) {
		writing.Lock()
		defer writing.Unlock()
		_, _ = io.WriteString(os.Stdout, line+"\n")
	}
	if !l.client {
		s.feed = func(string) {}
		s.pass(os.Stdin, l.in, func(string) {})
		return nil
	}
	return s.proxy(l)
}

// proxy stands between the harness and the honest adapter.
func (s *stage) proxy(l lie) error {
	toAdapter, hands := io.Pipe()
	mouth, fromAdapter := io.Pipe()
	var work sync.WaitGroup
	put := func(line string) { _, _ = io.WriteString(hands, line+"\n") }
	s.feed = func(line string) { work.Go(func() { put(line) }) }
	work.Go(func() {
		defer hands.Close()
		s.pass(os.Stdin, s.remembering(l.in), put)
	})
	work.Go(func() { s.pass(mouth, l.out, s.say) })
	err := goadapter.Main(context.Background(), toAdapter, fromAdapter, goadapter.Config{})
	_ = fromAdapter.Close()
	work.Wait()
	return err
}

// pass hands lines on until they end.
func (s *stage) pass(from io.Reader, change func(*stage, string) []string, put func(string)) {
	r := bufio.NewScanner(from)
	r.Buffer(nil, 64<<20)
	for r.Scan() {
		lines := []string{r.Text()}
		if change != nil {
			s.mu.Lock()
			if method(r.Text()) == "open" {
				s.dir = filepath.Base(filepath.Dir(filepath.Dir(gjson.Get(r.Text(), "params.cli_path").String())))
			}
			lines = change(s, r.Text())
			s.mu.Unlock()
		}
		for _, line := range lines {
			put(line)
		}
	}
}

// remembering notes which request is which, and where a case begins.
func (s *stage) remembering(in func(*stage, string) []string) func(*stage, string) []string {
	return func(s *stage, line string) []string {
		if m := method(line); m != "" {
			s.of[id(line)] = m
			if m == "open" {
				s.before, s.now, s.ended = s.now, nil, false
			}
		}
		if in == nil {
			return []string{line}
		}
		return in(s, line)
	}
}

func method(line string) string { return gjson.Get(line, "method").String() }
func id(line string) string     { return gjson.Get(line, "id").Raw }

// isReply tells the answers to the harness's requests, hello aside.
func (s *stage) isReply(line string) bool {
	return method(line) == "" && s.of[id(line)] != "" && s.of[id(line)] != "hello"
}

func reply(line, result string) string {
	return `{"jsonrpc":"2.0","id":` + id(line) + `,"result":` + result + `}`
}
