package adaptercheck

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/scenarios"
)

// exitLimit is what the contract gives an adapter to exit after the end of its stdin.
const exitLimit = 5 * time.Second

// cancelStray sends a cancel right behind a request that is answered at once, so that the answer is on its way when the cancel is read.
func cancelStray(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		for n := range 8 { // on a busy machine the answer may be there before the cancel is sent
			client := fmt.Sprintf("c%d", n)
			params, err := s.openParams(client, nil)
			if err != nil {
				return err
			}
			id, err := s.send(contract.MethodOpen, params)
			if err != nil {
				return err
			}
			if err := s.a.Cancel(id); err != nil {
				return err
			}
			e, err := s.answer(id, contract.MethodOpen, patience)
			if err != nil {
				return err
			}
			if e.Err == nil {
				s.open = []string{client}
			} else if !cancelled(e) {
				return good(e)
			}
			if err := s.closeAll(); err != nil {
				return err
			}
		}
		return nil
	})
}

func cancelled(e host.Event) bool {
	return e.Err != nil && gjson.GetBytes(e.Err.Data, "kind").String() == "cancelled"
}

func cancelSettles(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		reading, err := s.begins(nil)
		if err != nil {
			return err
		}
		if err := s.cancels(reading); err != nil {
			return err
		}
		return s.disconnects()
	})
}

// cancels cancels the reading operation, which must be answered in time.
func (s *stage) cancels(reading int) error {
	if err := s.a.Cancel(reading); err != nil {
		return err
	}
	s.lets()
	e, err := s.answer(reading, "the cancelled "+s.reader(), closeLimit)
	if err != nil {
		return err
	}
	if e.Err != nil && !cancelled(e) {
		return wrongf(`the cancelled %s was answered with %d and data %s, expected kind "cancelled" or its outcome`, s.reader(), e.Err.Code, orNothing(e.Err.Data))
	}
	return nil
}

// reader is the operation that begins started for reading.
func (s *stage) reader() string {
	if s.r.client() {
		return "receive"
	}
	return "prompt"
}

// cancelKeeps cancels a receive that waits, lets the CLI speak, and reads again.
func cancelKeeps(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		reading, err := s.begins(nil)
		if err != nil {
			return err
		}
		if err := s.cancels(reading); err != nil {
			return err
		}
		text := nonce()
		if err := s.writes("assistant", "", scenarios.PathValue{Path: "text", Value: text}); err != nil {
			return err
		}
		if reading, err = s.receives("result"); err != nil {
			return err
		}
		if err := s.finishes(reading); err != nil {
			return err
		}
		if !s.got("assistant") {
			return wrongf("a receive was cancelled while it waited, and the next message that the CLI wrote reached nobody")
		}
		return nil
	})
}

// closeSettles closes a client in the middle of an operation.
func closeSettles(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		reading, err := s.begins(nil)
		if err != nil {
			return err
		}
		closing, err := s.send(contract.MethodClose, map[string]any{"client": "c"})
		if err != nil {
			return err
		}
		s.open = nil
		s.lets()
		e, err := s.answer(closing, "close", closeLimit)
		if err != nil {
			return err
		}
		if err := good(e); err != nil {
			return err
		}
		over, ok := s.answers[reading]
		switch {
		case !ok:
			return wrongf("close was answered before the %s that was in flight", s.reader())
		case over.Err != nil && over.Err.Code != contract.CodeSDK:
			return wrongf("the %s that was in flight at close was answered with %d (%s), expected %d", s.reader(), over.Err.Code,
				clip(over.Err.Message, 200), contract.CodeSDK)
		}
		return nil
	})
}

func exitIdle(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error { return s.leaves() })
}

func exitBusy(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		if _, err := s.begins(nil); err != nil {
			return err
		}
		s.open = nil
		return s.leaves()
	})
}

// leaves ends the adapter's stdin and looks how it exits.
func (s *stage) leaves() error {
	s.a.CloseInput()
	s.lets()
	b := s.a.Bound(exitLimit)
	defer b.Stop()
	for s.exit == nil {
		select {
		case e, ok := <-s.a.Events():
			s.adapterEvent(e, ok)
		case n := <-s.news:
			s.fakeEvent(n)
		case <-b.C:
			if !b.PutOff() {
				return wrongf("the adapter was still running %v after the end of its stdin", exitLimit)
			}
		case <-s.ctx.Done():
			return s.ctx.Err()
		}
	}
	if s.exit.Code != 0 || s.exit.Signal != "" {
		return wrongf("the adapter ended with %v at the end of its stdin; its stderr ends with:\n%s",
			host.Status{Code: s.exit.Code, Signal: s.exit.Signal}, lastLines(s.a.StderrTail(), 5))
	}
	return nil
}

// aliveAnswered asks for a sign of life while the reading operation waits.
func aliveAnswered(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		reading, err := s.begins(nil)
		if err != nil {
			return err
		}
		if err := s.does(contract.MethodAlive, map[string]any{}); err != nil {
			return err
		}
		return s.finishes(reading)
	})
}

// request is an operation that writes one control request, with proper arguments.
type request struct {
	op     string
	params map[string]any
}

func requests() []request {
	return []request{
		{"set_model", map[string]any{"model": "claude-opus-5-5"}}, {"set_permission_mode", map[string]any{"mode": "plan"}},
		{"mcp_status", nil}, {"get_context_usage", nil}, {"interrupt", nil},
	}
}

// declaredRequests are those of the requests that the adapter declares.
func (r *runner) declaredRequests() []request {
	return slices.DeleteFunc(requests(), func(q request) bool { return !r.declares(q.op) })
}

// orderTasks puts three operations in one task and answers none: only the first may be on the wire.
func orderTasks(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		op := r.declaredRequests()[0].op
		s.silent[op] = true
		if err := s.opens("c", nil); err != nil {
			return err
		}
		if err := s.does("connect", map[string]any{"client": "c"}); err != nil {
			return err
		}
		ids, err := s.queueUp(r.declaredRequests()[0])
		if err != nil {
			return err
		}
		for n := range ids {
			l, err := s.reads("control_request/"+op, n+1)
			if err != nil {
				return err
			}
			if err := s.rests(s.ctx); err != nil {
				return err
			}
			if err := s.alone(op, n+1, ids); err != nil {
				return err
			}
			s.serve(l)
			if e, err := s.answer(ids[n], op, patience); err != nil {
				return err
			} else if err := good(e); err != nil {
				return err
			}
		}
		return s.disconnects()
	})
}

// queueUp sends an operation three times in one task.
func (s *stage) queueUp(q request) (ids [3]int, err error) {
	for n := range ids {
		params := map[string]any{"client": "c", "on": "task:queue"}
		for k, v := range q.params {
			params[k] = v
		}
		if ids[n], err = s.send(q.op, params); err != nil {
			return ids, err
		}
	}
	return ids, nil
}

// alone fails if more than n requests are on the wire, or an operation that is not the nth has its reply.
func (s *stage) alone(op string, n int, ids [3]int) error {
	count := 0
	for _, l := range s.lines {
		if l.Is("control_request/"+op, s.comp) {
			count++
		}
	}
	if count > n {
		return wrongf("three %s were asked for in one task, and number %d was on the wire before number %d had its answer", op, count, n)
	}
	for _, id := range ids[n:] {
		if _, ok := s.answers[id]; ok {
			return wrongf("three %s were asked for in one task, and a later one was answered before number %d", op, n)
		}
	}
	return nil
}

// failureAnswered lets the CLI exit in the middle of a turn. Whether that is a failure is the SDK's to say, and what kind; that the
// operation is answered and the adapter lives on is the adapter's.
func failureAnswered(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		reading, err := s.begins(nil)
		if err != nil {
			return err
		}
		s.end(3)
		if _, err := s.answer(reading, s.reader()+" after the CLI exited", 2*patience); err != nil {
			return err
		}
		return s.opens("d", nil)
	})
}
