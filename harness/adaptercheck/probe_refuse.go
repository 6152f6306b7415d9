package adaptercheck

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/adapters/contract"
	"github.com/wiretrial/wiretrial/harness/host"
)

// nonce is a text that nobody can know.
func nonce() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func refuseMethod(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		if err := s.opens("c", nil); err != nil {
			return err
		}
		return s.refuses("check_"+nonce(), contract.CodeUnknownMethod)
	})
}

func refuseOperation(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		if err := s.opens("c", nil); err != nil {
			return err
		}
		for _, op := range contract.Operations() {
			if r.declares(op) {
				continue
			}
			if err := s.refuses(op, contract.CodeUnknownMethod); err != nil {
				return err
			}
		}
		return nil
	})
}

// refuses runs an operation on client c that must be refused with code.
func (s *stage) refuses(method string, code int) error {
	e, err := s.call(method, map[string]any{"client": "c"})
	if err != nil {
		return err
	}
	return refused(e, code)
}

func refused(e host.Event, code int) error {
	switch {
	case e.Err == nil:
		return wrongf("%s was answered with %s, expected the error %d", e.Method, clip(string(e.Result), 200), code)
	case e.Err.Code != code:
		return wrongf("%s was refused with %d (%s), expected %d", e.Method, e.Err.Code, clip(e.Err.Message, 200), code)
	}
	return nil
}

func refuseOption(ctx context.Context, r *runner) error {
	return r.onStage(ctx, func(s *stage) error {
		name := "x_" + nonce()
		params, err := s.openParams("c", map[string]any{name: true})
		if err != nil {
			return err
		}
		e, err := s.call(contract.MethodOpen, params)
		if err != nil {
			return err
		}
		if err := refused(e, contract.CodeInvalidParams); err != nil {
			return err
		}
		if !names(e.Err.Data, name) {
			return wrongf("open was refused with data %s, expected the option %q in unsupported", orNothing(e.Err.Data), name)
		}
		return s.opens("c", nil) // what was refused is not open
	})
}

// names tells whether unsupported has a name.
func names(data []byte, name string) bool {
	return slices.ContainsFunc(gjson.GetBytes(data, "unsupported").Array(), func(v gjson.Result) bool { return v.String() == name })
}

func refuseClient(ctx context.Context, r *runner) error {
	op := "connect"
	if !r.declares(op) {
		op = "prompt"
	}
	if !r.declares(op) {
		return &skip{needsMore + "prompt or connect"}
	}
	return r.onStage(ctx, func(s *stage) error {
		return s.refusesStranger(op)
	})
}

func (s *stage) refusesStranger(op string) error {
	e, err := s.call(op, map[string]any{"client": "stranger", "prompt": "go"})
	if err != nil {
		return err
	}
	return refused(e, contract.CodeAdapterFault)
}
