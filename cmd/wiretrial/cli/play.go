package cli

import (
	"context"
	"os"

	"github.com/wiretrial/wiretrial/harness"
	"github.com/wiretrial/wiretrial/harness/verdict"
)

// play has the harness play a plan in a private folder, with this binary and the fake beside it. An error of type *exitError is the command's
// own, or says that the user asked to stop at once; any other is the harness's.
func (a *app) play(ctx context.Context, cfg harness.Config, sink harness.Sink) (harness.Outcome, error) {
	dir, err := privateFolder()
	if err != nil {
		return harness.Outcome{}, err
	}
	defer os.RemoveAll(dir)
	cfg.Dir, cfg.Exe, cfg.Fake, cfg.Version = dir, a.Exe, fakeBeside(a.Exe), version()
	type result struct {
		out harness.Outcome
		err error
	}
	done := make(chan result, 1)
	go func() {
		out, err := harness.Run(ctx, cfg, sink)
		done <- result{out, err}
	}()
	select {
	case r := <-done:
		return r.out, r.err
	case <-a.Abort: // the reapers kill what is left when this process ends
		return harness.Outcome{}, &exitError{code: verdict.Interrupted, err: context.Canceled, silent: true}
	}
}

// privateFolder makes a folder for one run, which its caller removes.
func privateFolder() (string, error) {
	dir, err := os.MkdirTemp("", "wiretrial-")
	if err != nil {
		return "", faultf("private folder of the run: %w", err)
	}
	return dir, nil
}
