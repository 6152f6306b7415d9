package engine_test

import (
	"context"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/scenarios"
	"github.com/wiretrial/wiretrial/transport"
)

// probing asks the CLI for its version before it is started, as early releases of the Python SDK do, and ends the probe by SIGTERM.
func probing(reads bool) func(*parts.Parts) {
	return func(p *parts.Parts) {
		open := p.Open
		p.Open = func(ctx context.Context, c transport.Command, o transport.Options) (transport.Transport, error) {
			probe := exec.Command(c.Path, "-v")
			probe.Env, probe.Dir = c.Env, c.Dir
			out, err := probe.StdoutPipe()
			if err == nil {
				err = probe.Start()
			}
			if err != nil {
				return nil, err
			}
			if reads {
				_, _ = out.Read(make([]byte, 100))
			} else {
				time.Sleep(100 * time.Millisecond) // it is worth more if the fake reports the signal, and right also if it cannot yet
			}
			_ = probe.Process.Signal(syscall.SIGTERM)
			_ = probe.Wait()
			return open(ctx, c, o)
		}
	}
}

// The end of a version probe says nothing about the CLI of the session, and an SDK that waits for it is not at rest.
func TestASignalledVersionProbeIsNoOffence(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ lie, text string }{
		"it answers":        {"probes", "steps:" + turnOf},
		"an own answer":     {"probes", "cli: {version: 9.9.9 (Claude Code)}\nsteps:" + turnOf},
		"it fails":          {"probes", "cli: {version: exit 1}\nsteps:" + turnOf},
		"it hangs":          {"probes-hung", "cli: {version: hang}\nsteps:" + turnOf},
		"ended before that": {"probes-hung", "steps:" + turnOf},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mustPass(t, newStage(t, c.lie).play(load(t, c.text, scenarios.Client)))
		})
	}
}
