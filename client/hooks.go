package client

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/wiretrial/wiretrial/protocol"
)

// HookCallback is the CLI's call of a hook: Input is the event's own object, and its HookInput method gives that in the event's Go type.
type HookCallback = protocol.HookCallback

// HookOutput is a hook's answer; what is unset is not sent. Specific is the event's own part, as in [protocol.PreToolUseOutput].
type HookOutput = protocol.HookOutput

// Hook runs at an event of the CLI.
type Hook struct {
	// Event is the event's name: one of [protocol.HookEvents], or any other that the CLI knows.
	Event string
	// Matcher names the tools it is for; empty is all.
	Matcher string
	// Timeout is how long the CLI waits for the answer; 0 leaves it to the CLI. The CLI then withdraws the call, which ends its context.
	Timeout time.Duration
	// OnFailure is what becomes of the action if the hook fails or is not answered; empty leaves it to the CLI.
	OnFailure OnFailure
	// Run answers with an object: a HookOutput, a json.RawMessage, or anything that encodes to one; nil passes. It is called
	// as [CanUseTool] is. An error, and a panic, are told to the CLI as the hook's failure.
	Run func(ctx context.Context, in HookCallback) (any, error)
}

// HookFor makes a hook out of a function with the types of its event:
//
//	client.HookFor(protocol.HookPreToolUse, func(ctx context.Context, in *protocol.PreToolUseInput) (client.HookOutput, error) {
//		...
//	})
//
// In is the type for the event, a pointer; *[protocol.HookBase] fits all events. For a type of another event each call is a failure.
// Matcher, Timeout and OnFailure may be set on what it returns.
func HookFor[In protocol.HookInput](event string, run func(ctx context.Context, in In) (HookOutput, error)) Hook {
	return Hook{Event: event, Run: func(ctx context.Context, call HookCallback) (any, error) {
		input := call.HookInput()
		in, ok := input.(In)
		if base, whole := any(input.Base()).(In); !ok && whole {
			in, ok = base, true
		}
		if !ok {
			return nil, fmt.Errorf("the hook for %s takes another event's input: it came as %T", call.Event(), input)
		}
		return run(ctx, in)
	}}
}

// hookAnswer gives what a hook said, or an error if it is no object: the CLI can read nothing else (B171).
func hookAnswer(event string, out any) (any, error) {
	said, err := json.Marshal(out)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the hook for %s answered a %T, which is no JSON: %w", event, out, err)
	case string(said) == "null":
		return struct{}{}, nil
	case said[0] != '{':
		return nil, fmt.Errorf("the hook for %s answered %.40s, which is no object", event, said)
	}
	return out, nil
}

func (s *core) hook(ctx context.Context, in HookCallback) (any, error) {
	for i, h := range s.opts.Hooks {
		if hookID(i) != in.CallbackID {
			continue
		}
		out, err := h.Run(ctx, in)
		if err != nil {
			return nil, err
		}
		return hookAnswer(h.Event, out)
	}
	return nil, fmt.Errorf("no hook is registered as %q", in.CallbackID)
}
