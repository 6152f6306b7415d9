package harness

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/engine"
	"github.com/wiretrial/wiretrial/harness/host"
	"github.com/wiretrial/wiretrial/scenarios"
)

// canaryFile is a scenario whose text only the fake knows; wanted is what the SDK's user must get.
const canaryFile = `title: A canary
level: must
rules: [FRM-01]
steps:
- sdk.start: canary
- cli.reads: user
- cli.writes: assistant
  set: {text: "%s"}
- cli.writes: result
- sdk.yields: assistant
  match: {text: "%s"}
- sdk.yields: result
`

// canaries shows before anything else that green can only be earned and that red is possible: an operation with a random name is
// refused, a nonce that only the fake knows comes back through the SDK, and a wrong expectation is caught.
func (r *runner) canaries(ctx context.Context, h contract.Hello) error {
	nonce := randomHex()
	if err := r.unknownOperation(ctx, nonce); err != nil {
		return err
	}
	entry, err := r.roundTrip(ctx, h, nonce)
	if err != nil {
		return err
	}
	wrong, err := canaryCases(h, nonce, randomHex())
	if err != nil {
		return err
	}
	res := r.attempt(ctx, &wrong[entry], h)
	if res.Failure == nil || res.Failure.Check != engine.CheckMatch {
		return fmt.Errorf("canary: a wrong expectation was not caught (got %v): harness fault, nothing it says can be trusted", res.Failure)
	}
	return nil
}

// roundTrip plays one turn through each entry point until one brings the nonce back, and returns which. One is enough to show that the
// adapter drives the SDK: an old release may be unable to do the other, which is for the scenarios to say.
func (r *runner) roundTrip(ctx context.Context, h contract.Hello, nonce string) (entry int, err error) {
	turns, err := canaryCases(h, nonce, nonce)
	if err != nil {
		return 0, err
	}
	var first error
	for i := range turns {
		res := r.attempt(ctx, &turns[i], h)
		var err error
		switch {
		case res.Err != nil:
			err = fmt.Errorf("canary: a plain turn cannot be run: %w", res.Err)
		case res.Missing != nil:
			err = fmt.Errorf("canary: the adapter declares neither prompt, nor connect, query and receive (missing: %v): nothing can be tested", res.Missing)
		case res.Failure != nil:
			err = fmt.Errorf("canary: a text that only the fake knows did not come back through the SDK: %s (%s): adapter fault, or an SDK that cannot do one turn",
				res.Failure.Text, res.Failure.Check)
		default:
			return i, nil
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return 0, first
}

func randomHex() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// canaryCases are the canary through each entry point that the SDK declares; if it declares none, through any.
func canaryCases(h contract.Hello, text, want string) ([]scenarios.Case, error) {
	f, err := scenarios.Load("canary/turn.yaml", fmt.Appendf(nil, canaryFile, text, want))
	if err != nil {
		return nil, fmt.Errorf("canary: %w: harness fault", err)
	}
	cases, err := f.Cases()
	if err != nil {
		return nil, fmt.Errorf("canary: %w: harness fault", err)
	}
	declared := slices.DeleteFunc(slices.Clone(cases), func(c scenarios.Case) bool { return len(engine.Lacking(c.Features, h.Features)) > 0 })
	if len(declared) == 0 {
		return cases[:1], nil
	}
	return declared, nil
}

// unknownOperation is refused by every honest adapter: it has no such operation.
func (r *runner) unknownOperation(ctx context.Context, nonce string) error {
	a, err := r.pool.Get(ctx, "", nil)
	if err != nil {
		return fmt.Errorf("canary: %w", err)
	}
	settled := false
	defer func() { r.pool.Put(a, settled) }()
	id, err := a.Send("canary_"+nonce, map[string]string{"client": "canary"})
	if err != nil {
		return fmt.Errorf("canary: %w", err)
	}
	t := time.NewTimer(10 * time.Second)
	defer t.Stop()
	for {
		select {
		case e, ok := <-a.Events():
			if !ok || e.Kind == host.Exit {
				return fmt.Errorf("canary: the adapter ended when it was asked for an operation that does not exist: adapter fault")
			}
			if e.Kind != host.Answer || e.ID != id {
				continue
			}
			if e.Err == nil || e.Err.Code != contract.CodeUnknownMethod {
				return fmt.Errorf("canary: the adapter answered an operation that does not exist instead of refusing it with code %d: adapter fault, its answers prove nothing", contract.CodeUnknownMethod)
			}
			settled = true
			return nil
		case <-t.C:
			return fmt.Errorf("canary: the adapter did not answer within 10 s: adapter fault")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
