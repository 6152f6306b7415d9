package client_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wiretrial/wiretrial/client"
)

// holdings are what a program has that a session might leave behind. Where /proc is missing only goroutines are counted.
type holdings struct{ goroutines, descriptors, children int }

func held() holdings {
	h := holdings{goroutines: runtime.NumGoroutine()}
	if fds, err := os.ReadDir("/proc/self/fd"); err == nil {
		h.descriptors = len(fds)
	}
	tasks, _ := filepath.Glob("/proc/self/task/*/children")
	for _, task := range tasks {
		text, _ := os.ReadFile(task)
		h.children += len(strings.Fields(string(text)))
	}
	return h
}

func (h holdings) within(bound holdings) bool {
	return h.goroutines <= bound.goroutines && h.descriptors <= bound.descriptors && h.children <= bound.children
}

// settles waits until no more is held than before.
func settles(t testing.TB, before holdings) {
	t.Helper()
	late := time.After(patience)
	for {
		now := held()
		if now.within(before) {
			return
		}
		select {
		case <-late:
			t.Errorf("left behind: %+v; before it was %+v", now, before)
			return
		case <-time.After(time.Millisecond): // a goroutine that has returned is counted until it is scheduled out
		}
	}
}

// lives is one session of each kind: a query to its end, one that is left, a conversation, and one that is aborted, all with a server.
func lives(t testing.TB, opts client.Options) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	server, err := client.NewServer("calc", "1")
	if err != nil {
		t.Fatal(err)
	}
	opts.MCPServers = map[string]*mcp.Server{"calc": server}
	if got, err := texts(client.Query(ctx, client.Text("go"), opts)); err != nil || joined(got) != "hi,done" {
		t.Fatalf("query: %v, %v", got, err)
	}
	for range client.Query(ctx, client.Text("go"), opts) {
		break
	}
	if err := client.With(ctx, opts, func(c *client.Client) error {
		if err := c.Query(ctx, client.Text("go")); err != nil {
			return err
		}
		_, err := texts(c.Response(ctx))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	c := client.New(opts)
	if err := c.Connect(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.Abort(); err != nil {
		t.Fatal(err)
	}
}

// TestNothingIsLeftBehind is not parallel: it counts what the whole program holds.
func TestNothingIsLeftBehind(t *testing.T) {
	opts, _ := process(t, "talks")
	lives(t, opts) // what is started once, by the runtime and others, is there after this
	before := held()
	for range 4 {
		lives(t, opts)
	}
	settles(t, before)
}

// BenchmarkSessions runs b.N times four sessions in one process and reports what grew. For 1,000 sessions:
//
//	go test ./client -run '^$' -bench Sessions -benchtime 250x
func BenchmarkSessions(b *testing.B) {
	opts, _ := process(b, "talks")
	lives(b, opts)
	before := held()
	b.ReportAllocs()
	for b.Loop() {
		lives(b, opts)
	}
	settles(b, before)
	now := held()
	b.ReportMetric(float64(now.goroutines-before.goroutines), "goroutines-grown")
	b.ReportMetric(float64(now.descriptors-before.descriptors), "descriptors-grown")
	b.ReportMetric(float64(now.children), "processes")
}
