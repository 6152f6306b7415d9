package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// CloseInput ends the adapter's stdin after everything queued. A well-behaved adapter then exits within 5 s, as Events will say; what it
// leaves behind is in Descendants until Kill.
func (a *Adapter) CloseInput() { a.outbox.end() }

// Close ends the adapter the polite way: the end of its stdin, up to 5 s (or ctx) for its exit, then everything left is killed. A *CloseError
// says if the adapter itself had to be killed (ErrKilled) or left living processes behind (ErrLeft). After Exit it looks for what was left
// and releases everything. Events not taken are discarded.
func (a *Adapter) Close(ctx context.Context) error {
	a.stopEvents()
	a.CloseInput()
	grace := time.NewTimer(exitGrace)
	defer grace.Stop()
	end := &CloseError{Name: a.spec.Name}
	select {
	case <-a.exited:
	case <-grace.C:
		end.Killed = true
	case <-ctx.Done():
		end.Killed = true
	}
	if !end.Killed {
		end.Left = a.living()
	}
	err := a.Kill()
	end.Status = a.Status()
	if end.Killed || len(end.Left) > 0 {
		return errors.Join(end, err)
	}
	return err
}

// living are the descendants that are no zombies; where the system cannot tell there are none.
func (a *Adapter) living() []Proc {
	all, err := a.Descendants()
	if err != nil {
		return nil
	}
	var left []Proc
	for _, p := range all {
		if !p.Zombie {
			left = append(left, p)
		}
	}
	return left
}

// Kill ends the adapter and all its descendants now and waits until they are gone, so that no process, descriptor or goroutine of it is left.
// It fails with ErrUnkillable if some outlive it by 10 s. It may be called again.
func (a *Adapter) Kill() error {
	a.stopEvents()
	a.outbox.end()
	a.cutLife()
	t := time.NewTimer(killGrace)
	defer t.Stop()
	select {
	case <-a.reaped:
	case <-t.C:
		return fmt.Errorf("adapter %s: %w: %v %v after they were killed", a.spec.Name, ErrUnkillable, a.living(), killGrace)
	}
	_ = a.stdin.Close() // also unblocks a write
	a.work.Wait()
	_ = a.out.src.f.Close()
	_ = a.errSrc.f.Close()
	if a.proc != nil {
		_ = a.proc.Release()
	}
	return nil
}

func (a *Adapter) stopEvents() { a.once.discard.Do(func() { close(a.discard) }) }

// lifeEnds is what the harness writes before it closes the pipe itself: what its run left on disk is then its own to remove.
const lifeEnds = '.'

// cutLife closes the pipe at whose end the reaper kills everything below it.
func (a *Adapter) cutLife() {
	a.once.life.Do(func() {
		_, _ = a.life.Write([]byte{lifeEnds})
		_ = a.life.Close()
	})
}

// Signal sends sig ("KILL" or "SIGKILL", ...) to the adapter, or to its process group. ErrGone if it has ended.
func (a *Adapter) Signal(sig string, group bool) error {
	number, err := signalNumber(sig)
	if err != nil {
		return fmt.Errorf("adapter %s: signal: %w", a.spec.Name, err)
	}
	select {
	case <-a.exited:
		return fmt.Errorf("adapter %s: signal %s: %w: it has ended (%v)", a.spec.Name, sig, ErrGone, a.Status())
	default:
	}
	if group {
		err = signalGroup(a.PGID(), number)
	} else {
		err = a.proc.Signal(number)
	}
	if errors.Is(err, os.ErrProcessDone) {
		err = ErrGone
	}
	if err != nil {
		return fmt.Errorf("adapter %s: signal %s: %w", a.spec.Name, sig, err)
	}
	return nil
}
