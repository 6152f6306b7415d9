package mutants

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"github.com/wiretrial/wiretrial/internal/parts"
	"github.com/wiretrial/wiretrial/protocol"
	"github.com/wiretrial/wiretrial/transport"
)

// hookFaults are the faults in how hooks and permission callbacks are asked.
func hookFaults() []Mutant {
	return []Mutant{
		{
			Name: "own-hook-timeout", Group: Answers, Fault: "gives a hook up by itself after a second",
			Kills: kills("hooks/answered-after-its-timeout"),
			Parts: handling(protocol.SubHookCallback, within(time.Second)),
		}, {
			Name: "own-permission-timeout", Group: Answers, Fault: "gives a permission callback up by itself after a minute",
			Kills: kills("permissions/answered-after-a-minute"),
			Parts: handling(protocol.SubCanUseTool, within(time.Minute)),
		}, {
			Name: "one-hook-per-event", Group: Answers, Fault: "calls the first hook of an event, whichever is meant",
			Kills: kills("hooks/several-of-one-event"),
			Parts: with(oneHookPerEvent),
		}, {
			Name: "one-per-tool-call", Group: Answers, Fault: "asks about one tool call one callback after the other",
			Kills: kills("hooks/beside-a-permission"),
			Parts: with(onePerToolCall),
		}, {
			Name: "nothing-is-silence", Group: Answers, Fault: "leaves a hook unanswered that returned nothing",
			Kills: kills("hooks/no-output"),
			Parts: with(func(p *parts.Parts) {
				p.Answer = func(r parts.Request, o parts.Outcome) []byte {
					if said, err := json.Marshal(o.Value); r.Message.Subtype == protocol.SubHookCallback && o.Err == nil && err == nil && string(said) == "{}" {
						return nil
					}
					return parts.Answer(r, o)
				}
			}),
		}, {
			Name: "ids-open-once", Group: Answers, Fault: "ends the stream at a request under an id that is open",
			Kills: kills("permissions/same-id-at-once"),
			Parts: with(idsOpenOnce),
		}, {
			Name: "strict-requests", Group: Drift, Fault: "ends the stream at a request without a body or a subtype",
			Kills: kills("control/odd-requests"),
			Parts: refusing(func(frame []byte) error {
				asks := gjson.GetBytes(frame, "type").Str == protocol.TypeControlRequest
				if asks && gjson.GetBytes(frame, "request.subtype").Type != gjson.String {
					return fmt.Errorf("%w: request.subtype", errField)
				}
				return nil
			}),
		},
	}
}

// within gives a handler that waits for the callback no longer than that.
func within(bound time.Duration) func(context.Context, parts.Request, parts.Handler) (any, error) {
	return func(ctx context.Context, r parts.Request, own parts.Handler) (any, error) {
		ctx, cancel := context.WithTimeout(ctx, bound)
		defer cancel()
		return own(ctx, r)
	}
}

// oneHookPerEvent keeps of the hooks of an event the id of the first.
func oneHookPerEvent(p *parts.Parts) {
	first := map[string]string{} // by event; written before the first request of the CLI
	p.Request = func(id protocol.ID, r protocol.Request) ([]byte, error) {
		line, err := protocol.EncodeRequest(id, r)
		for event, matchers := range gjson.GetBytes(line, "request.hooks").Map() {
			first[event] = matchers.Get("0.hookCallbackIds.0").Raw
		}
		return line, err
	}
	p.Handler = handler(protocol.SubHookCallback, func(ctx context.Context, r parts.Request, own parts.Handler) (any, error) {
		if id := first[gjson.GetBytes(r.Message.Raw, "request.input.hook_event_name").Str]; id != "" {
			r.Message.Raw = set(r.Message.Raw, "request.callback_id", id)
		}
		return own(ctx, r)
	})
}

// onePerToolCall holds a lock for each tool call that its callbacks are asked about.
func onePerToolCall(p *parts.Parts) {
	var locks sync.Map
	p.Handler = func(own parts.Handler) parts.Handler {
		return func(ctx context.Context, r parts.Request) (any, error) {
			lock, _ := locks.LoadOrStore(gjson.GetBytes(r.Message.Raw, "request.tool_use_id").Str, &sync.Mutex{})
			lock.(*sync.Mutex).Lock()
			defer lock.(*sync.Mutex).Unlock()
			return own(ctx, r)
		}
	}
}

// idsOpenOnce dies of an id that is open.
func idsOpenOnce(p *parts.Parts) {
	var open sync.Map
	p.Wrap = func(t transport.Transport) transport.Transport {
		return picky{t, func(frame []byte) error {
			if m := gjson.ParseBytes(frame); m.Get("type").Str == protocol.TypeControlRequest {
				if _, again := open.LoadOrStore(m.Get("request_id").Raw, true); again {
					return errors.New("the id is open")
				}
			}
			return nil
		}}
	}
	p.Answer = func(r parts.Request, o parts.Outcome) []byte {
		open.Delete(string(r.ID))
		return parts.Answer(r, o)
	}
}

// unencodedFaults are the faults in what becomes of an answer that JSON cannot hold.
func unencodedFaults() []Mutant {
	all := kills("permissions/unserializable-answer", "hooks/unserializable-output", "elicitation/unserializable-answer")
	return []Mutant{
		{
			Name: "leaves-out-unencoded", Group: Answers, Fault: "leaves out of an answer what it cannot encode", Opposite: "silent-unencoded",
			Kills: all,
			Parts: with(func(p *parts.Parts) {
				p.Answer = func(r parts.Request, o parts.Outcome) []byte {
					if unencoded(r, o) {
						o = parts.Outcome{Value: map[string]string{"behavior": "allow", "action": "accept"}}
					}
					return parts.Answer(r, o)
				}
			}),
		}, {
			Name: "silent-unencoded", Group: Answers, Fault: "gives no answer where it cannot encode one", Opposite: "leaves-out-unencoded",
			Kills: all,
			Parts: with(func(p *parts.Parts) {
				p.Answer = func(r parts.Request, o parts.Outcome) []byte {
					if unencoded(r, o) {
						return nil
					}
					return parts.Answer(r, o)
				}
			}),
		},
	}
}

// unencoded tells an answer that JSON cannot hold. Of a hook the client says so itself.
func unencoded(r parts.Request, o parts.Outcome) bool {
	if o.Err != nil {
		return r.Message.Subtype == protocol.SubHookCallback && strings.Contains(o.Err.Error(), "is no JSON")
	}
	_, err := protocol.EncodeSuccess(r.ID, o.Value)
	return err != nil
}
