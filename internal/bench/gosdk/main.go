// Command gosdk reads one turn with this module's client and prints what it took, as the programs in the other languages do.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/protocol"
)

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "gosdk:", err)
		os.Exit(1)
	}
}

// figures are what every program prints.
type figures struct {
	Messages int     `json:"messages"`
	Bytes    int     `json:"bytes"`
	Seconds  float64 `json:"seconds"`
	PeakKiB  int64   `json:"peak_kib"`
	Requests float64 `json:"requests_seconds"`
}

func run(ctx context.Context, cli, requests string) error {
	n, err := strconv.Atoi(requests)
	if err != nil {
		return err
	}
	c := client.New(client.Options{CLIPath: cli})
	if err := c.Connect(ctx); err != nil {
		return err
	}
	defer c.Disconnect(ctx)
	var f figures
	began := time.Now()
	for range n {
		if _, err := c.SetModel(ctx, "m"); err != nil {
			return err
		}
	}
	f.Requests = time.Since(began).Seconds()
	before := peak()
	if err := c.Query(ctx, client.Text("go")); err != nil {
		return err
	}
	var first time.Time
	for m, err := range c.Response(ctx) {
		if err != nil {
			return err
		}
		if first.IsZero() {
			first = time.Now()
		}
		switch m.Type {
		case protocol.TypeAssistant:
			f.Messages++
			for _, b := range m.Assistant().Message.Content {
				f.Bytes += len(b.Text)
			}
		case protocol.TypeStreamEvent:
			f.Messages++
			f.Bytes += len(m.StreamEvent().Event.Delta.Text)
		}
	}
	f.Seconds, f.PeakKiB = time.Since(first).Seconds(), peak()-before
	return json.NewEncoder(os.Stdout).Encode(f)
}
