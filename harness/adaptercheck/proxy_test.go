package adaptercheck_test

import (
	"bufio"
	"context"
	"io"
	"sync"

	goadapter "github.com/wiretrial/wiretrial/adapters/go"
)

// fault is one thing that a bad adapter does: a change of the lines that it reads or writes, or of its exit.
type fault struct {
	in   func(line string, b *bad) []string // lines for the adapter instead of this one
	out  func(line string, b *bad) []string // lines for the harness instead of this one
	exit func(b *bad) int
}

// bad is what a fault remembers, and how it speaks by itself. Its fields are guarded by mu, which is held while a fault changes a line.
type bad struct {
	mu     sync.Mutex
	memory map[string]string
	asks   []string // ids of callbacks that are open
	held   []string // lines held back
	holds  []io.Closer
	reply  func(line string) // to the harness
	feed   func(line string) // to the adapter, without waiting
}

// proxied puts a fault between the harness and the good adapter.
func proxied(in io.Reader, out io.Writer, f fault) (int, error) {
	toAdapter, hands := io.Pipe()
	mouth, fromAdapter := io.Pipe()
	var work, feeding sync.WaitGroup
	var writing sync.Mutex
	b := &bad{memory: map[string]string{}}
	b.reply = func(line string) {
		writing.Lock()
		defer writing.Unlock()
		_, _ = io.WriteString(out, line+"\n")
	}
	b.feed = func(line string) { feeding.Go(func() { _, _ = io.WriteString(hands, line+"\n") }) }
	work.Go(func() {
		defer hands.Close()
		lines(in, f.in, b, func(line string) { _, _ = io.WriteString(hands, line+"\n") })
	})
	work.Go(func() { lines(mouth, f.out, b, b.reply) })
	err := goadapter.Main(context.Background(), toAdapter, fromAdapter, goadapter.Config{})
	_ = fromAdapter.Close()
	work.Wait()
	feeding.Wait()
	if f.exit != nil {
		return f.exit(b), err
	}
	return 0, err
}

// lines passes lines on until they end.
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
