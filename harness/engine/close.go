package engine

import (
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/host"
)

// deathNotice is how long the news of the host's death may take: the kernel closes a dying process's pipes first, and the CLI sees that at once.
const deathNotice = 5 * time.Second

// toldEnd is how long a fake may take to exit that was told to.
const toldEnd = 30 * time.Second

// hostDied tells whether the adapter's process is ending, which explains a failure and takes its place. It is asked only where a CLI saw the end of
// its stdin, or died, and no longer than until the process is seen alive and at rest.
func (r *run) hostDied() error {
	if r.hostGone || r.hostKill || !r.anyEnding() {
		return nil
	}
	limit := time.Now().Add(deathNotice)
	for time.Now().Before(limit) {
		if q, err := r.a.Quiet(r.ctx, host.QuietOptions{Exclude: r.isFake}); err == nil && q.Proven && q.Idle {
			return nil
		}
		if err := r.pump(time.Now().Add(time.Millisecond)); r.hostGone {
			return err
		}
	}
	return nil
}

// anyEnding tells whether a CLI saw an end that the scenario did not make.
func (r *run) anyEnding() bool {
	for _, s := range r.order {
		for _, e := range s.endings {
			if !e.f.told || e.kind == "eof" {
				return true
			}
		}
	}
	return false
}

// close ends everything that the case started: fakes first, so that no SDK waits for one. settled says whether the case went well.
func (r *run) close(settled bool) error {
	if !settled {
		r.unsettled = true
		r.killFakes()
		return nil
	}
	if !r.hostGone && !r.hostKill {
		for _, s := range r.order {
			if !s.opened {
				continue
			}
			e, err := r.call(contract.MethodClose, map[string]string{"client": s.client}, closeBound)
			if err != nil {
				r.killFakes()
				return err
			}
			if e.Err != nil {
				r.killFakes()
				return fault("adapter fault in close: %s", clip(e.Err.Message, 300))
			}
		}
	}
	return r.buryFakes()
}

// buryFakes waits for the fakes' ends. A fake that still lives is what the SDK left behind, but for one that was told to exit: that it takes its
// time is the machine's doing.
func (r *run) buryFakes() error {
	bound := r.bounded(min(oneShotEnd, r.o.Deadline))
	for f := r.living(); f != nil; f = r.living() {
		if f.told && time.Since(bound.began) >= toldEnd || !f.told && !r.within(&bound) {
			break
		}
		if err := r.pump(time.Now().Add(20 * time.Millisecond)); err != nil {
			return err
		}
	}
	if f := r.living(); f != nil {
		r.unsettled = true
		left := r.failf(CheckProcess, "the SDK left its CLI running (pid %d, session %s)", f.hello.PID, f.s.name)
		r.killFakes()
		if r.hostKill {
			return nil
		}
		return left
	}
	return nil
}

func (r *run) living() *fake {
	for _, s := range r.order {
		for _, f := range s.fakes {
			if !f.dead {
				return f
			}
		}
	}
	return nil
}

// killFakes closes the connections: a fake without a harness exits by itself.
func (r *run) killFakes() {
	for _, s := range r.order {
		for _, f := range s.fakes {
			f.peer.Close()
		}
	}
}
