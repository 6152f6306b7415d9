package engine

import (
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
)

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

// buryFakes waits for the fakes' ends. A fake that still lives is what the SDK left behind.
func (r *run) buryFakes() error {
	limit := time.Now().Add(min(oneShotEnd, r.o.Deadline))
	for r.living() != nil && time.Now().Before(limit) {
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
