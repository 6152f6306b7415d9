package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

// maxEarly is how many lines an adapter may print before it answers hello.
const maxEarly = 1000

// Start starts the adapter below a reaper of its own and says hello. ctx bounds the start only. Errors are *StartError, of kind ErrSpawn or
// ErrHello; nothing of the adapter is left then. What it printed before its answer comes first from Events.
func Start(ctx context.Context, s Spec) (*Adapter, error) {
	s, err := s.withDefaults()
	if err != nil {
		return nil, &StartError{Kind: ErrSpawn, Name: s.Name, What: "no process was started", Fault: faultHarness, Err: err}
	}
	a, err := spawn(s)
	if err != nil {
		return nil, err
	}
	early, err := a.greet(ctx)
	if err != nil {
		return nil, a.giveUp(err)
	}
	a.out.add(len(early))
	a.work.Go(func() { a.readEvents(early) })
	return a, nil
}

const (
	faultHarness = "the harness's fault, or its machine's"
	faultCommand = "the fault of the command line or of what is installed: run the command by hand"
	faultAdapter = "the adapter's fault: it must answer hello on its stdout with {\"protocol\":1, ...}; run the command by hand"
)

// spawn starts reaper and adapter and the goroutines but for the reader of events.
func spawn(s Spec) (*Adapter, error) {
	fail := func(what string, err error) error {
		return &StartError{Kind: ErrSpawn, Name: s.Name, What: what, Fault: faultHarness, Err: err}
	}
	if err := supported(); err != nil {
		return nil, fail("no process was started", err)
	}
	p, err := newPipes()
	if err != nil {
		return nil, fail("no process was started", err)
	}
	out, err1 := newSource(p.stdout)
	errSrc, err2 := newSource(p.stderr)
	if err := errors.Join(err1, err2); err != nil {
		p.close()
		return nil, fail("no process was started", err)
	}
	cmd := s.command(p)
	if err := cmd.Start(); err != nil {
		p.close()
		return nil, fail(fmt.Sprintf("its reaper %s cannot be started in %q", s.ReaperExe, s.Dir), err)
	}
	p.closeTheirs()
	a := &Adapter{
		spec: s, reap: cmd.Process.Pid, ledger: newLedger(), outbox: newOutbox(p.stdin), stdin: p.stdin,
		out: newLines(out, s.MaxLine), stderr: &tail{to: s.Stderr}, errSrc: errSrc, life: p.life,
		events: make(chan Event, 1), discard: make(chan struct{}), born: make(chan ownReport, 1),
		exited: make(chan struct{}), reaped: make(chan struct{}), sleeps: map[int]sleep{},
	}
	a.work.Go(a.outbox.run)
	a.work.Go(func() { a.stderr.run(errSrc) })
	go a.watch(cmd, p.report) // ends with the reaper; Kill waits for it by a.reaped
	return a, nil
}

// watch follows the reaper until it is gone.
func (a *Adapter) watch(cmd *exec.Cmd, report *os.File) {
	defer close(a.reaped)
	readReports(report, func(r ownReport) {
		if r.Exited {
			a.setStatus(Status{Code: r.Code, Signal: r.Signal}, "")
			return
		}
		a.born <- r
	})
	_ = report.Close()
	err := cmd.Wait()
	close(a.born)
	a.setStatus(Status{Code: -1}, fmt.Sprintf("its reaper ended before it (%v): somebody killed the reaper, or it is no reaper", err))
}

// setStatus is called by one goroutine; the first status stands.
func (a *Adapter) setStatus(st Status, end string) {
	select {
	case <-a.exited:
		return
	default:
	}
	a.mu.Lock()
	a.status, a.end = st, end
	a.mu.Unlock()
	close(a.exited)
	a.out.src.finish()
	a.errSrc.finish()
}

// greet waits for the process and for its answer to hello, and returns what was printed before.
func (a *Adapter) greet(ctx context.Context) ([]Event, error) {
	if err := a.awaitBirth(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := a.boots(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, a.out.src.finish)
	defer stop()
	if _, err := a.Send(contract.MethodHello, map[string]int{"protocol": contract.Version}); err != nil {
		return nil, a.helloError("hello could not be written", faultAdapter, err)
	}
	var early []Event
	for len(early) < maxEarly {
		ev, err := a.readEvent()
		if err != nil {
			return nil, a.silence(ctx, early, err)
		}
		a.out.done()
		switch {
		case ev.Kind == Answer:
			if !stop() {
				return nil, a.silence(ctx, early, ctx.Err())
			}
			return early, a.acceptHello(ev)
		case ev.Kind == Fault, ev.Kind == Request:
			return nil, a.helloError(a.strange(ev), faultAdapter, nil)
		case ev.Kind != 0:
			early = append(early, ev)
		}
	}
	return nil, a.helloError(fmt.Sprintf("it printed %d lines that are no answer, the first: %q", maxEarly, clip([]byte(early[0].Text), 200)), faultAdapter, nil)
}

// boots bounds the wait for the answer to hello by the spec's Boot.
func (a *Adapter) boots(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	if a.spec.Boot <= 0 {
		return ctx, func() { cancel(nil) }
	}
	var watch sync.WaitGroup
	watch.Go(func() { a.late(ctx, cancel) })
	return ctx, func() {
		cancel(nil)
		watch.Wait()
	}
}

// late cancels a boot that takes too long: an interpreter that is kept from running can say nothing.
func (a *Adapter) late(ctx context.Context, cancel context.CancelCauseFunc) {
	b := a.Bound(a.spec.Boot)
	defer b.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.C:
		}
		if !b.PutOff() {
			cancel(fmt.Errorf("not within %v: %w", a.spec.Boot, context.DeadlineExceeded))
			return
		}
	}
}

func (a *Adapter) awaitBirth(ctx context.Context) error {
	fail := func(what, fault string, err error) error {
		return &StartError{Kind: ErrSpawn, Name: a.spec.Name, What: what, Fault: fault, Err: err}
	}
	select {
	case r, ok := <-a.born:
		switch {
		case !ok:
			return fail(fmt.Sprintf("%s %s is no reaper", a.spec.ReaperExe, a.spec.ReaperArg),
				faultHarness+": its main must call host.ReaperMain for that argument before anything else", errors.New(a.exitText()))
		case r.Err != "":
			return fail(fmt.Sprintf("%q does not start in %q", a.spec.Argv, a.spec.Dir), faultCommand, errors.New(r.Err))
		}
		a.pid = r.PID
		proc, err := os.FindProcess(r.PID)
		if err != nil {
			return fail("it went at once", faultHarness, err)
		}
		a.proc = proc
		return nil
	case <-ctx.Done():
		return fail("its reaper did not report in time", faultHarness, ctx.Err())
	}
}

func (a *Adapter) acceptHello(ev Event) error {
	if ev.Err != nil {
		return a.helloError(fmt.Sprintf("it refused hello with error %d", ev.Err.Code), faultAdapter, ev.Err)
	}
	if err := json.Unmarshal(ev.Result, &a.hello); err != nil {
		return a.helloError(fmt.Sprintf("its answer %s is no hello", clip(ev.Result, 200)), faultAdapter, errors.New(jsonError(err)))
	}
	if a.hello.Protocol != contract.Version {
		return a.helloError(fmt.Sprintf("it speaks protocol %d, this harness speaks %d", a.hello.Protocol, contract.Version),
			"the adapter and the harness are of different versions: update the older one", nil)
	}
	return nil
}

func (a *Adapter) strange(ev Event) string {
	if ev.Kind == Fault {
		return fmt.Sprintf("expected the answer to hello, got %s: %q", ev.Text, ev.Line)
	}
	return fmt.Sprintf("expected the answer to hello, got its own request %q", ev.Method)
}

// silence says why no answer came: the time was up, or the adapter ended.
func (a *Adapter) silence(ctx context.Context, early []Event, err error) error {
	printed := ""
	if len(early) > 0 {
		printed = fmt.Sprintf("; it printed %q", clip([]byte(early[0].Text), 200))
	}
	if ctx.Err() != nil {
		return a.helloError("it did not answer in time"+printed, faultAdapter, context.Cause(ctx))
	}
	if !errors.Is(err, io.EOF) {
		return a.helloError("its stdout cannot be read"+printed, faultHarness, err)
	}
	select {
	case <-a.exited:
		e := a.helloError("", faultAdapter, nil)
		e.Exited, e.Status = true, a.Status()
		e.What = fmt.Sprintf("it ended (%v) before it answered%s", e.Status, printed)
		return e
	case <-time.After(closedGrace):
		return a.helloError("it closed its stdout before it answered"+printed, faultAdapter, nil)
	case <-ctx.Done():
		return a.helloError("it closed its stdout before it answered"+printed, faultAdapter, context.Cause(ctx))
	}
}

func (a *Adapter) helloError(what, fault string, err error) *StartError {
	return &StartError{Kind: ErrHello, Name: a.spec.Name, What: what, Fault: fault, Err: err}
}

// giveUp ends an adapter whose start failed and completes the error.
func (a *Adapter) giveUp(err error) error {
	close(a.events) // no reader was started
	killErr := a.Kill()
	var start *StartError
	if errors.As(err, &start) && killErr == nil {
		start.Stderr = a.StderrTail()
	}
	return errors.Join(err, killErr)
}
