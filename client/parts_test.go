package client_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/wiretrial/wiretrial/client"
	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// eager is a judge that ends a run with its prompt.
type eager struct{ parts.InputEnd }

func (eager) Step(s parts.Step, _ protocol.Message) parts.Verdict {
	return parts.Verdict{CloseInput: s == parts.PromptWritten}
}

// TestAnotherPartIsUsed holds that a client is made of the parts that it is given: each of these changes is seen from outside.
func TestAnotherPartIsUsed(t *testing.T) {
	t.Parallel()
	var order []string
	note := func(what string) {
		if !slices.Contains(order, what) {
			order = append(order, what)
		}
	}
	p := parts.Default()
	own := *p
	p.Wrap = func(inner transport.Transport) transport.Transport { note("wrap"); return own.Wrap(inner) }
	p.Decode = func(frame []byte) (protocol.Message, error) { note("decode"); return own.Decode(frame) }
	p.Inbound = func(next func(protocol.Message)) func(protocol.Message) {
		return func(m protocol.Message) { note("inbound"); next(m) }
	}
	p.Run = func(task func()) { note("run"); task() }
	p.Handler = func(next parts.Handler) parts.Handler {
		return func(ctx context.Context, r parts.Request) (any, error) { note("handler"); return next(ctx, r) }
	}
	p.Answer = func(r parts.Request, o parts.Outcome) []byte { note("answer"); return own.Answer(r, o) }
	p.End = func(parts.Ending) *parts.Failure {
		return &parts.Failure{Kind: parts.KindOther, Message: "another end"}
	}
	opts, f := pipe(t, nil)
	go func() {
		f.reads("user")
		f.writes(request("x", `{"subtype":"x_new"}`))
		f.answerOf("x")
		f.writes(result("r"))
		f.sawEOF()
		f.peer.End(0, "")
	}()
	var end error
	for _, err := range client.QueryWithParts(within(t), client.Text("go"), opts, p) {
		end = err
	}
	if end == nil || end.Error() != "another end" {
		t.Errorf("end: got %v", end)
	}
	if want := []string{"wrap", "decode", "inbound", "run", "handler", "answer"}; !slices.Equal(order, want) {
		t.Errorf("parts in use: got %v, want %v", order, want)
	}
}

func TestAnotherInputEndIsUsed(t *testing.T) {
	t.Parallel()
	p := parts.Default()
	p.InputEnd = func(time.Duration) parts.InputEnd { return eager{} }
	opts, f := pipe(t, nil)
	go func() {
		f.sawEOF()
		f.peer.End(0, "")
	}()
	for _, err := range client.QueryWithParts(within(t), client.Text("go"), opts, p) {
		if err != nil && !errors.Is(err, client.Closed) && !errors.Is(err, client.NoResult) {
			t.Errorf("got %v", err)
		}
	}
}
