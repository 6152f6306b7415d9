package adaptercheck_test

import (
	"bufio"
	"context"
	"io"
	"sync"

	goadapter "github.com/wiretrial/wiretrial/adapters/go"
)

// fault is one thing that a bad adapter does: a change of the lines that it reads or writes.
type fault struct {
	start func(out io.Writer)
	in    func(line string, b *bad) []string // lines for the adapter instead of this one
	out   func(line string, b *bad) []string // lines for the harness instead of this one
	exit  int
}

// bad is what a fault remembers, and how it writes by itself.
type bad struct {
	mu     sync.Mutex
	memory map[string]string
	reply  func(line string) // to the harness
}

func faults() map[string]fault { return map[string]fault{} }

// proxied puts a fault between the harness and the good adapter.
func proxied(in io.Reader, out io.Writer, f fault) error {
	toAdapter, hands := io.Pipe()
	mouth, fromAdapter := io.Pipe()
	b := &bad{memory: map[string]string{}}
	var writing sync.Mutex
	b.reply = func(line string) {
		writing.Lock()
		defer writing.Unlock()
		_, _ = io.WriteString(out, line+"\n")
	}
	var work sync.WaitGroup
	work.Go(func() {
		defer hands.Close()
		lines(in, f.in, b, func(line string) { _, _ = io.WriteString(hands, line+"\n") })
	})
	work.Go(func() { lines(mouth, f.out, b, b.reply) })
	err := goadapter.Main(context.Background(), toAdapter, fromAdapter, goadapter.Config{})
	_ = fromAdapter.Close()
	work.Wait()
	return err
}

func lines(from io.Reader, change func(string, *bad) []string, b *bad, put func(string)) {
	r := bufio.NewScanner(from)
	r.Buffer(nil, 64<<20)
	for r.Scan() {
		changed := []string{r.Text()}
		if change != nil {
			b.mu.Lock()
			changed = change(r.Text(), b)
			b.mu.Unlock()
		}
		for _, line := range changed {
			put(line)
		}
	}
}
