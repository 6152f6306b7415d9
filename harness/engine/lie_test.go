package engine_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	goadapter "github.com/wiretrial/wiretrial/adapters/go"
	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/transport"
)

// honest is the adapter of our own client as it is.
const honest = "honest"

// lie is one thing that an SDK, or its adapter, does wrong: on its channel to the harness, or on the wire to the CLI.
type lie struct {
	in    func(line string, c *channel) []string // lines for the adapter instead of this one
	out   func(line string, c *channel) []string // lines for the harness instead of this one
	write func(frame string, w *wire)            // writes a frame, or something else, to the CLI
	parts func(p *parts.Parts)
	start func() // before anything
}

// channel is what a lie remembers of its channel. A change of a line holds its lock.
type channel struct {
	mu    sync.Mutex
	of    map[string]string // the methods of the requests, by id
	held  []string
	reply func(line string) // to the harness
}

func (l lie) serve() error {
	if l.start != nil {
		l.start()
	}
	config := goadapter.Config{Parts: l.pieces}
	if l.in == nil && l.out == nil {
		return goadapter.Main(context.Background(), os.Stdin, os.Stdout, config)
	}
	toAdapter, hands := io.Pipe()
	mouth, fromAdapter := io.Pipe()
	var work sync.WaitGroup
	var writing sync.Mutex
	c := &channel{of: map[string]string{}}
	c.reply = func(line string) {
		writing.Lock()
		defer writing.Unlock()
		_, _ = io.WriteString(os.Stdout, line+"\n")
	}
	work.Go(func() {
		defer hands.Close()
		pass(os.Stdin, c, remembering(l.in), func(line string) { _, _ = io.WriteString(hands, line+"\n") })
	})
	work.Go(func() { pass(mouth, c, l.out, c.reply) })
	err := goadapter.Main(context.Background(), toAdapter, fromAdapter, config)
	_ = fromAdapter.Close()
	work.Wait()
	return err
}

// pass hands lines on until they end.
func pass(from io.Reader, c *channel, change func(string, *channel) []string, put func(string)) {
	r := bufio.NewScanner(from)
	r.Buffer(nil, 64<<20)
	for r.Scan() {
		lines := []string{r.Text()}
		if change != nil {
			c.mu.Lock()
			lines = change(r.Text(), c)
			c.mu.Unlock()
		}
		for _, line := range lines {
			put(line)
		}
	}
}

func remembering(in func(string, *channel) []string) func(string, *channel) []string {
	return func(line string, c *channel) []string {
		if m := gjson.Get(line, "method").String(); m != "" {
			c.of[gjson.Get(line, "id").Raw] = m
		}
		if in == nil {
			return []string{line}
		}
		return in(line, c)
	}
}

// pieces gives the parts of a client that lies on the wire.
func (l lie) pieces() *parts.Parts {
	p := parts.Default()
	if l.write != nil {
		w := &wire{}
		open := p.Open
		p.Open = func(ctx context.Context, c transport.Command, o transport.Options) (transport.Transport, error) {
			o.StartProcess = func(path string, argv []string, attr *os.ProcAttr) (*os.Process, error) {
				proc, err := os.StartProcess(path, argv, attr)
				w.proc = proc
				return proc, err
			}
			return open(ctx, c, o)
		}
		p.Wrap = func(t transport.Transport) transport.Transport {
			w.Transport, w.lie = t, l.write
			return w
		}
	}
	if l.parts != nil {
		l.parts(p)
	}
	return p
}

// wire is a transport whose writes are a lie's.
type wire struct {
	transport.Transport
	lie  func(string, *wire)
	proc *os.Process
	mu   sync.Mutex
	seen string // what a lie remembers
}

func (w *wire) WriteFrame(_ context.Context, frame []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lie(string(frame), w)
	return nil
}

func (w *wire) put(frame string) { _ = w.Transport.WriteFrame(context.Background(), []byte(frame)) }

// onFrame changes the frames that contain a text.
func onFrame(text string, change func(frame string, w *wire)) func(string, *wire) {
	return func(frame string, w *wire) {
		if strings.Contains(frame, text) {
			change(frame, w)
			return
		}
		w.put(frame)
	}
}

// onMessage changes what the user gets of one type.
func onMessage(kind string, change func(line string, c *channel) []string) func(string, *channel) []string {
	return func(line string, c *channel) []string {
		if gjson.Get(line, "method").String() == "message" && gjson.Get(line, "params.message.type").String() == kind {
			return change(line, c)
		}
		return []string{line}
	}
}

// onReply changes the replies to a method.
func onReply(method string, change func(line string, c *channel) []string) func(string, *channel) []string {
	return func(line string, c *channel) []string {
		if gjson.Get(line, "method").String() == "" && c.of[gjson.Get(line, "id").Raw] == method {
			return change(line, c)
		}
		return []string{line}
	}
}

func set(line, path string, value any) string {
	out, err := sjson.Set(line, path, value)
	if err != nil {
		panic(err)
	}
	return out
}

func del(line, path string) string {
	out, err := sjson.Delete(line, path)
	if err != nil {
		panic(err)
	}
	return out
}

func success(line string) string { return set(del(line, "error"), "result", map[string]any{}) }

func failure(line, kind, message string) string {
	line = set(del(line, "result"), "error", map[string]any{"code": -32000, "message": message})
	return set(line, "error.data", map[string]any{"kind": kind})
}
