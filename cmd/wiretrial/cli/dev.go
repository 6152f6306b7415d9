package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/scenarios"
)

type devSink struct {
	mu  sync.Mutex
	out io.Writer
	v   bool
}

func (d *devSink) Write(r eventlog.Record) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case r.Case != nil:
		c := r.Case
		fmt.Fprintf(d.out, "%-14s %s (%.0f ms)", c.Verdict, c.ID, c.MS)
		if c.Failure != nil {
			f := c.Failure
			fmt.Fprintf(d.out, "\n     step %d %s %s: %s\n     path %s want %s got %s at %s", f.Step, f.Check, f.Class, f.Text, f.Path, f.Want, f.Got, f.Where)
		}
		if len(c.Missing) > 0 {
			fmt.Fprintf(d.out, " missing %v", c.Missing)
		}
		for _, n := range c.Notes {
			if d.v {
				fmt.Fprintf(d.out, "\n     note %s", n)
			}
		}
		fmt.Fprintln(d.out)
	case r.Trace != nil && d.v:
		fmt.Fprintf(d.out, "   %8.2f %s %s %s\n", r.Trace.MS, r.Trace.Channel, r.Trace.Session, r.Trace.Text)
	case r.Note != nil || r.Run != nil:
		b, _ := json.Marshal(r)
		fmt.Fprintln(d.out, string(b))
	}
	return nil
}

// Main is a bring-up stand-in.
func Main(ctx context.Context, args []string, out, errw io.Writer) int {
	fs := flag.NewFlagSet("dev", flag.ExitOnError)
	dir := fs.String("catalogue", "scenarios", "")
	v := fs.Bool("v", false, "")
	jobs := fs.Int("j", 2, "")
	slow := fs.Bool("slow", false, "")
	cmdline := fs.String("cmd", "", "")
	entry := fs.String("entry", "", "")
	_ = fs.Parse(args)
	cat, err := scenarios.LoadFS(os.DirFS(*dir))
	if err != nil {
		fmt.Fprintln(errw, err)
		return 2
	}
	cases, err := cat.Select(fs.Args())
	if err != nil {
		fmt.Fprintln(errw, err)
		return 2
	}
	var sel []scenarios.Case
	for _, c := range cases {
		if (c.Slow == 0 || *slow) && (*entry == "" || string(c.Entry) == *entry) {
			sel = append(sel, c)
		}
	}
	exe, _ := os.Executable()
	tmp, _ := os.MkdirTemp("", "wt")
	defer os.RemoveAll(tmp)
	argv := []string{exe, RoleAdapter, "go"}
	if *cmdline != "" {
		argv = strings.Fields(*cmdline)
	}
	env := map[string]string{}
	for _, kv := range os.Environ() {
		if k, val, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(k, "DEV_") {
			env[strings.TrimPrefix(k, "DEV_")] = val
		}
	}
	o, err := harness.Run(ctx, harness.Config{Target: harness.Target{Name: "dev", Argv: argv, Env: env}, Cases: sel, Exe: exe, Date: time.Now(), Jobs: *jobs, Seed: 7, Dir: tmp, Trace: *v}, &devSink{out: out, v: *v})
	if err != nil {
		fmt.Fprintln(errw, "ERR", err)
		return 3
	}
	n := map[eventlog.Verdict]int{}
	for _, c := range o.Cases {
		n[c.Verdict]++
	}
	fmt.Fprintln(out, n, o.Canary)
	return 0
}
