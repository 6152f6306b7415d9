package harness

import (
	"context"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/eventlog"
	"github.com/wiretrial/wiretrial/scenarios"
)

// Session plays cases one by one for a caller that has a plan of its own, such as a test framework with a spec for each case. It
// is safe for concurrent use.
type Session struct {
	r     *runner
	hello contract.Hello
}

// Open boots the adapter and shows by the canaries that its answers mean something. Of cfg the plan, its lanes and its log are not used.
func Open(ctx context.Context, cfg Config) (*Session, error) {
	r := newRunner(cfg, Discard{})
	hello, err := r.greet(ctx)
	if err == nil && !cfg.NoCanaries {
		err = r.canaries(ctx, hello)
	}
	if err != nil {
		r.closePool()
		return nil, err
	}
	r.release = hello.SDK.Version
	return &Session{r: r, hello: hello}, nil
}

// Play runs one case and judges it. A case that ctx ended has the verdict error.
func (s *Session) Play(ctx context.Context, c *scenarios.Case) eventlog.Case {
	began := time.Now()
	rec := s.r.judged(c, s.r.attempt(ctx, c, s.hello))
	rec.MS = float64(time.Since(began).Microseconds()) / 1000
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	s.r.played = true
	return rec
}

// Close ends the adapters and says what the SDK left behind over all plays; nil if nothing was played.
func (s *Session) Close() *eventlog.Case {
	s.r.closePool()
	return s.r.leftBehind()
}
